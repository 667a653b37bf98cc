"""The client and its operations. A script derives `bettune/_sync` from `bettune/_async`."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
