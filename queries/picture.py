"""Paths for others: as one JSON document, and as nodes and steps to draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graph.model import Graph, Node
from queries.paths import Hop, Path

DRAWN = 300  # more nodes than that nobody can read


@dataclass(frozen=True)
class Picture:
    """What is drawn of some paths; `hidden` nodes did not fit."""

    nodes: list[Node]
    hops: list[Hop]
    hidden: int


def subgraph(graph: Graph, paths: Iterable[Path], limit: int = DRAWN) -> Picture:
    """Nodes and steps of the paths, best path first, until `limit` nodes are drawn; only whole paths are drawn."""
    ids: dict[str, None] = {}
    hops: dict[tuple[str, str, str, str], Hop] = {}
    hidden: set[str] = set()
    for path in paths:
        nodes = dict.fromkeys([path.source, *(end for hop in path.hops for end in (hop.source, hop.target))])
        if len(ids | nodes) > limit:
            hidden |= nodes.keys()
            continue
        ids |= nodes
        hops |= {(h.source, h.type, h.target, h.key): h for h in path.hops}
    return Picture([graph.nodes[i] for i in ids if i in graph.nodes], list(hops.values()), len(hidden - ids.keys()))


def paths_document(graph: Graph, paths: Iterable[Path]) -> dict[str, Any]:
    """Paths as JSON, the stable interface: joints are no hops, nodes without an ARN bear their id."""
    return {"snapshot": graph.snapshot_id, "coverage": coverage_rows(graph), "paths": [_path(p) for p in paths]}


def coverage_rows(graph: Graph) -> list[dict[str, Any]]:
    """The coverage table: one row per account, region and source, ordered by these."""
    columns = ("account_id", "region", "source", "state", "reason", "detail", "at")
    rows = [{c: str(n.properties.get(c) or "") for c in columns} for n in graph.of("Coverage")]
    return sorted(rows, key=lambda r: (r["account_id"], r["region"], r["source"]))


def _path(path: Path) -> dict[str, Any]:
    return {
        "source": path.source,
        "target": path.target,
        "verdict": path.verdict,
        "conditions": path.conditions,
        "hops": [_hop(hop) for hop in path.hops],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "from": hop.source,
        "to": hop.target,
        "kind": hop.type,
        "technique": hop.key if hop.type.endswith("_ESCALATE") else "",
        "verdict": hop.verdict,
        "conditions": hop.conditions,
        "proof": hop.proof,
    }
