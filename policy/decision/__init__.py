"""How a request is decided: what is known of it, which statements speak, and what they come to."""
