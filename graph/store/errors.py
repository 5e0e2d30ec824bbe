"""What the store says when it cannot do what was asked."""


class StoreError(Exception):
    """The store cannot do what was asked. The message is one sentence; its last clause says what to do next."""


class GraphReplaced(StoreError):
    """The database was closed or replaced under a reader; reading again gives the graph that is current now."""
