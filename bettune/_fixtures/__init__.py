"""Resolution of fixtures to matches, by names, dates and places. Does no I/O."""
