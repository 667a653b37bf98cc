"""The public surface: api.md, written from the signatures, and compared with the last release."""
