"""The sync client and its operations, derived from `bettune._async`."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
