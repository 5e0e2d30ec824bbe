"""The estate generator and the measurements."""
