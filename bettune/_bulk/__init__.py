"""Bulk writes: plans, runs and reports. Sends no requests itself."""
