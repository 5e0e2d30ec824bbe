"""The command line: one stage or question per verb, data on stdout, everything else on stderr."""
