"""Takes over a schema: reads, compares and settles it, and generates its client."""
