"""What goes wrong with a graph on disk."""


class ArtefactError(Exception):
    """A file of a graph that cannot be read; the sentence says what to do."""
