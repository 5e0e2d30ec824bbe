"""What the store says when it cannot do what was asked."""


class StoreError(Exception):
    """The store cannot do what was asked. The message is one sentence; its last clause says what to do next."""


class GraphReplaced(StoreError):
    """The graph was replaced under a reader; reading again gives the one that is current now."""


class GraphLoading(GraphReplaced):
    """The graph is being loaded in place, or a load of it was broken off."""


class OutOfMemory(StoreError):
    """A transaction did not fit into the memory that the server grants one; a smaller one may."""
