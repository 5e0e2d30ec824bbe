"""The graph as a store holds it: for a difference where its artefact is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graph.model import Edge, Graph, Node
from graph.schema import LABELS, RELATIONSHIPS
from graph.store.results import Row
from graph.store.whole import Read

CURRENT = (
    "MATCH (p:Promotion {id: 'current'}) WHERE p.state = 'current' "
    "RETURN p.graph AS graph_id, p.snapshot AS snapshot_id, p.at AS at"
)
DATES = ("firstseen", "lastupdated")


def held_graph(read: Read) -> Graph | None:
    """What `read` finds, dated by its promotion; None where nothing was promoted."""
    found = read(CURRENT, {})
    if not found:
        return None
    nodes = sorted(_nodes(read), key=lambda node: node.id)
    edges = sorted(_edges(read), key=lambda edge: edge.identity)
    (current,) = found
    return Graph(current["graph_id"], current["snapshot_id"], current["at"], {n.id: n for n in nodes}, edges)


def _nodes(read: Read) -> Iterator[Node]:
    for label in LABELS.keys() - {"Promotion"}:
        for row in read(f"MATCH (n:{label}) RETURN labels(n) AS labels, properties(n) AS properties", {}):
            properties = _undated(row["properties"])
            yield Node(properties.pop("id"), _in_order(label, row["labels"]), properties)


def _in_order(primary: str, labels: Collection[str]) -> tuple[str, ...]:
    """Labels as the builder has them, which no engine keeps in order: the primary one, then as it declares others."""
    declared = [also for also in LABELS[primary].also if also in labels]
    return (primary, *declared, *sorted(set(labels) - {primary, *declared}))


def _edges(read: Read) -> Iterator[Edge]:
    ends = "a.id AS source, b.id AS target"
    for kind in RELATIONSHIPS:
        for row in read(f"MATCH (a)-[r:{kind}]->(b) RETURN {ends}, properties(r) AS properties", {}):
            properties = _undated(row["properties"])
            yield Edge(row["source"], kind, row["target"], properties.pop("key", ""), properties)


def _undated(properties: Row) -> Row:
    return {name: value for name, value in properties.items() if name not in DATES}
