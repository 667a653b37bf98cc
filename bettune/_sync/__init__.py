"""The clients and their operations; a script derives the sync twins from the async ones."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
