"""How policies are written: their text, grammar, patterns, operators and conditions."""
