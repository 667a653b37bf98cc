"""The async client and its operations, written by hand; `bettune._sync` is derived from them."""
