"""Living AWS organizations, read through the API into the shards of a snapshot."""
