"""Takes over a schema: reads it, compares it, fixes its names, and generates its client."""
