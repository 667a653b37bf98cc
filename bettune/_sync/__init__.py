"""The sync client and its operations, derived from `bettune._sync`."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
