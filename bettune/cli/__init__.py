"""The command line `bettune`, which uses the public library. It needs the extra `cli`."""
