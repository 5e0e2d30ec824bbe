"""Queries: answered questions; the catalogue of checks and the search for paths."""
