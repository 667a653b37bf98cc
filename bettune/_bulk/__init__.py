"""Bulk writes: plans, runs and reports. Does no I/O."""
