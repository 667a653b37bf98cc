"""Checks and conversions of arguments and results. Does no I/O."""
