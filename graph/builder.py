"""Collects nodes and edges while the graph is built, and holds them to the schema."""

from __future__ import annotations

from collections.abc import Iterable

from graph.model import Edge, Node, Properties, Value
from graph.options import BuildOptions
from graph.schema import COMMON, LABELS, RELATIONSHIPS
from ingest.snapshot import Record, Snapshot

ALLOWED = {name: {p.name for p in (*COMMON, *label.properties)} for name, label in LABELS.items()}
EDGE_ALLOWED = {name: {p.name for p in r.properties} | {"stale"} for name, r in RELATIONSHIPS.items()}


class SchemaViolation(Exception):
    """A node or edge that the schema does not declare: a defect of the builder, never of the data."""


class Builder:
    """Nodes by id and edges by identity. Adding a node again fills in properties it lacked."""

    def __init__(self, snapshot: Snapshot, options: BuildOptions) -> None:
        self.snapshot = snapshot
        self.options = options
        self.nodes: dict[str, tuple[str, Properties]] = {}
        self.edges: dict[tuple[str, str, str, str], Edge] = {}

    def node(self, label: str, node_id: str, **properties: Value) -> str:
        """Adds a node, or properties to one; None values are left out. Returns its id."""
        unknown = properties.keys() - ALLOWED[label]
        if unknown:
            raise SchemaViolation(f"`{label}` has no property `{min(unknown)}`: declare it in graph/schema/labels.py")
        have = self.nodes.setdefault(node_id, (label, {}))[1]
        have.update({k: v for k, v in properties.items() if v is not None and v != [] and (v != "" or k == "name")})
        return node_id

    def fact(self, record: Record, label: str, node_id: str, **properties: Value) -> str:
        """Adds the node of a record, marked with when it was last seen if that was not this time."""
        return self.node(label, node_id, stale=self.snapshot.stale_since(record), **properties)

    def edge(self, source: str, type_: str, target: str, key: str = "", **properties: Value) -> None:
        """Adds an edge; both ends must be nodes by the time the graph is finished."""
        unknown = properties.keys() - EDGE_ALLOWED[type_]
        if unknown:
            raise SchemaViolation(
                f"`{type_}` has no property `{min(unknown)}`: declare it in graph/schema/relationships.py"
            )
        kept: Properties = {k: v for k, v in properties.items() if v is not None and v != [] and v != ""}
        edge = Edge(source, type_, target, key, kept)
        self.edges.setdefault(edge.identity, edge)

    def label_of(self, node_id: str) -> str | None:
        found = self.nodes.get(node_id)
        return found[0] if found else None

    def has(self, node_id: str) -> bool:
        return node_id in self.nodes

    def finish(self) -> tuple[dict[str, Node], list[Edge]]:
        """The checked nodes, by id, and edges, by identity."""
        nodes = {
            i: Node(i, (label, *LABELS[label].also), dict(sorted(properties.items())))
            for i, (label, properties) in sorted(self.nodes.items())
        }
        edges = [self.edges[identity] for identity in sorted(self.edges)]
        _check_ends(nodes, edges)
        return nodes, edges


def _check_ends(nodes: dict[str, Node], edges: Iterable[Edge]) -> None:
    allowed = {name: set(r.ends) for name, r in RELATIONSHIPS.items()}
    for edge in edges:
        source, target = nodes.get(edge.source), nodes.get(edge.target)
        if source is None or target is None:
            raise SchemaViolation(f"`{edge.type}` joins `{edge.source}` and `{edge.target}`, and one is no node")
        if (source.label, target.label) not in allowed[edge.type]:
            raise SchemaViolation(
                f"`{edge.type}` may not join {source.label} and {target.label}: "
                "declare it in graph/schema/relationships.py"
            )
