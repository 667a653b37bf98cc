"""Many writes as one job: what to write, what came of it, when to stop; nothing here does I/O."""
