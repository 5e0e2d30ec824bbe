"""Report: a rendering of drift and findings, and its delivery."""
