"""The ends of a question: what `queries.where` knows by the graph alone, and `zone:NAME`, which settings declare."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import cast

from graph.builder import Builder
from graph.jewels import matching
from graph.model import Graph
from graph.options import Zone
from queries.where import NAMED, Unresolved, places

ZONE = "zone:"


def endpoints(graph: Graph, text: str, zones: Sequence[Zone] = ()) -> list[str]:
    """The node ids that a text names: an id, a unique name, `ACCOUNT/NAME`, `account:ID`, a class, `zone:NAME`.

    A class or zone may be empty. Raises Unresolved with what was probably meant.
    """
    if text in graph.nodes or not text.startswith(ZONE):
        return places(graph, text)
    name = text.removeprefix(ZONE)
    chosen = [zone for zone in zones if zone.name == name]
    if not chosen:
        raise Unresolved(f"no zone is called `{name}`: {_advice(name, [zone.name for zone in zones])}")
    return sorted({node_id for zone in chosen for node_id in _members(graph, zone)})


def _advice(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1) or list(names[:3])
    return f"use {' or '.join(f'`{ZONE}{one}`' for one in close)}" if close else "declare it in the settings, [[zones]]"


def _members(graph: Graph, zone: Zone) -> Iterable[str]:
    """What a zone's match picks; it speaks of nodes as the builder holds them."""
    nodes = {node.id: (node.label, node.properties) for node in graph.nodes.values()}
    return matching(cast(Builder, SimpleNamespace(nodes=nodes, has=nodes.__contains__)), zone.match, NAMED)
