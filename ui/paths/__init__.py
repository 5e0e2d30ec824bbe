"""The views of the Paths page: ways between two ends, what one reaches, who is exposed, and what closes most."""
