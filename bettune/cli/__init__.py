"""The command line, `bettune`: a program over the facade, in the extra `cli`."""
