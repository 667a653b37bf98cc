"""The client and its operations. A script derives `bettune/_sync` from `bettune/_async`."""
