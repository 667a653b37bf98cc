"""The clients and their operations; a script derives the sync twins from the async ones."""
