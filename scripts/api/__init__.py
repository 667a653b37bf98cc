"""The public API: api.md, written from the signatures, and compared with the last release."""
