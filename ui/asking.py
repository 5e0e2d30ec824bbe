"""From what a person types to a name that can be asked for: parts of names, and what may have been meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.model import Graph
from queries.where import Unresolved, places

OFFERED = 8  # names offered for one text


def settle(graph: Graph, text: str, names: Sequence[str]) -> list[str]:
    """What a text stands for: itself where it can be asked for, else the names that it is a part of, the closest kind
    of match alone."""
    try:
        places(graph, text)
    except Unresolved:
        return matches(text, names)
    return [text]


def matches(text: str, names: Sequence[str]) -> list[str]:
    """The names whose last part is the text, else starts with it, else the names that hold it; case does not count."""
    wanted = text.strip().casefold()
    kinds: tuple[Callable[[str], bool], ...] = (
        lambda name: _last(name) == wanted,
        lambda name: _last(name).startswith(wanted),
        lambda name: wanted in name.casefold(),
    )
    for fits in kinds if wanted else ():
        if found := [name for name in names if fits(name)]:
            return found
    return []


def _last(name: str) -> str:
    return name.casefold().rpartition("/")[2]
