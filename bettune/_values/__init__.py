"""Checks and converts arguments, and formats results. Does no I/O."""
