"""Arguments and values: validated, rounded, named; without I/O."""
