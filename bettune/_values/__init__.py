"""What callers pass and get: checked, rounded, named; nothing here does I/O."""
