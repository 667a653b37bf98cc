"""Which match each of a caller's fixtures is: names, scores, assignment; nothing here does I/O."""
