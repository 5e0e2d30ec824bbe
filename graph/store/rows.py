"""From a Graph to the rows that a store writes, and the difference between two graphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from graph.model import Edge, Graph, Node
from graph.schema import LABELS, RELATIONSHIPS, SECONDARY_LABELS
from graph.store.errors import StoreError

Identity = tuple[str, ...]  # of a node: (id,); of an edge: (source, type, target, key)
Dates = Mapping[Identity, tuple[str, str]]  # firstseen and lastupdated


class NodeRows(msgspec.Struct, frozen=True, tag_field="of", tag="nodes"):
    """Property maps of nodes that carry the same labels; the first is the primary one."""

    labels: tuple[str, ...]
    rows: list[dict[str, Any]]


class EdgeRows(msgspec.Struct, frozen=True, tag_field="of", tag="edges"):
    """`{source, target, key, properties}` of relationships of one type between the same primary labels."""

    type: str
    source_label: str
    target_label: str
    rows: list[dict[str, Any]]


Rows = NodeRows | EdgeRows


@dataclass(frozen=True)
class Change:
    """Nodes and edges that one graph has and the other has not, or has with other content."""

    nodes_added: list[Node]
    nodes_changed: list[Node]
    nodes_removed: list[Node]
    edges_added: list[Edge]
    edges_changed: list[Edge]
    edges_removed: list[Edge]
    nodes_renamed: dict[str, str] = field(default_factory=dict)  # old id to new; under that they are changed, too

    def changed(self) -> list[Identity]:
        return [(node.id,) for node in self.nodes_changed] + [edge.identity for edge in self.edges_changed]

    def removed(self) -> list[Identity]:
        return [(node.id,) for node in self.nodes_removed] + [edge.identity for edge in self.edges_removed]

    def counts(self) -> dict[str, int]:
        return {name: len(items) for name, items in vars(self).items()}

    def __len__(self) -> int:
        return sum(self.counts().values())


def check(graph: Graph) -> None:
    """Raise StoreError where a graph is not one the schema describes: this is what keeps names out of Cypher text."""
    for node in graph.nodes.values():
        if node.label not in LABELS or not set(node.labels[1:]) <= set(SECONDARY_LABELS):
            raise StoreError(f"node `{node.id}` has labels {node.labels}: declare them in graph/schema/labels.py")
    seen: set[Identity] = set()
    for edge in graph.edges:
        if edge.type not in RELATIONSHIPS:
            raise StoreError(f"relationship `{edge.type}` is unknown: declare it in graph/schema/relationships.py")
        if edge.source not in graph.nodes or edge.target not in graph.nodes:
            raise StoreError(f"relationship {edge.identity} has an end that is no node: build the graph again")
        if edge.identity in seen:
            raise StoreError(f"relationship {edge.identity} is there twice: give each its own key")
        seen.add(edge.identity)


def difference(old: Graph, new: Graph) -> Change:
    """What has to be written so that a store that holds `old` holds `new`.

    A node whose labels changed is removed and added, and its edges with it: engines rewrite it anyway.
    """
    names = _renamed(old, new)
    had = {names.get(i, i): node for i, node in old.nodes.items()}
    before, after = _edges(_with_names(e, names) for e in old.edges) if names else _edges(old.edges), _edges(new.edges)
    relabelled = {i for i, node in new.nodes.items() if i in had and had[i].labels != node.labels}
    moved = {i for i in before.keys() & after.keys() if relabelled & {i[0], i[2]}} if relabelled else set()
    kept = {i: node for i, node in new.nodes.items() if i in had and i not in relabelled}
    return Change(
        nodes_added=[n for i, n in new.nodes.items() if i not in kept],
        nodes_changed=[n for i, n in kept.items() if n != had[i]],
        nodes_removed=[n for i, n in had.items() if i not in kept],
        edges_added=[e for i, e in after.items() if i not in before or i in moved],
        edges_changed=[e for i, e in after.items() if i in before and i not in moved and e != before[i]],
        edges_removed=[e for i, e in before.items() if i not in after or i in moved],
        nodes_renamed=names,
    )


def renamed(identity: Identity, names: Mapping[str, str]) -> Identity:
    """An identity with the new ids of nodes in place of their old ones."""
    if len(identity) == 1:
        return (names.get(identity[0], identity[0]),)
    source, kind, target, key = identity
    return names.get(source, source), kind, names.get(target, target), key


def _with_names(edge: Edge, names: Mapping[str, str]) -> Edge:
    if edge.source not in names and edge.target not in names:
        return edge
    source, kind, target, key = renamed(edge.identity, names)
    return Edge(source, kind, target, key, edge.properties)


def _renamed(old: Graph, new: Graph) -> dict[str, str]:
    """Access sets that go by another id and are held by the same principals, old id to new.

    A set's id is that of its effect: one edited policy at the root gives every set another id and few of them another
    edge. Renaming a node costs an engine nothing, writing its edges anew is most of a full load.
    """
    gone, come = _holders(old, new), _holders(new, old)
    return {gone[held]: come[held] for held in gone.keys() & come.keys()}


def _holders(graph: Graph, other: Graph) -> dict[tuple[str, ...], str]:
    """The sets that `other` lacks, by labels and holders; those of them that share both are left out."""
    holders: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges_of("HOLDS"):
        if edge.target not in other.nodes and edge.source in other.nodes:
            holders[edge.target].append(edge.source)
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for node_id, principals in holders.items():
        found[*graph.nodes[node_id].labels, *sorted(principals)].append(node_id)
    return {held: ids[0] for held, ids in found.items() if len(ids) == 1}


def _edges(edges: Iterable[Edge]) -> dict[Identity, Edge]:
    return {edge.identity: edge for edge in edges}


def node_rows(nodes: Iterable[Node], at: str, dates: Dates) -> Iterator[NodeRows]:
    """Rows by label set, each sorted by id. Nodes that `dates` knows keep theirs, the others get `at`."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for node in nodes:
        groups[node.labels].append(_present(node.properties) | {"id": node.id} | _dated(dates.get((node.id,)), at))
    for labels in sorted(groups):
        yield NodeRows(labels, sorted(groups[labels], key=lambda row: row["id"]))


def edge_rows(edges: Iterable[Edge], nodes: Mapping[str, Node], at: str, dates: Dates) -> Iterator[EdgeRows]:
    """Rows by type and primary labels of the ends, each sorted by identity."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for edge in edges:
        properties = _present(edge.properties) | _dated(dates.get(edge.identity), at)
        if edge.key:
            properties["key"] = edge.key
        row = {"source": edge.source, "target": edge.target, "key": edge.key, "properties": properties}
        groups[edge.type, nodes[edge.source].label, nodes[edge.target].label].append(row)
    for (kind, source, target), rows in sorted(groups.items()):
        yield EdgeRows(kind, source, target, sorted(rows, key=lambda r: (r["source"], r["target"], r["key"])))


def all_rows(graph: Graph, at: str, dates: Dates) -> Iterator[Rows]:
    """Every row of a graph, nodes first; last the node that says which graph it is."""
    yield from node_rows(graph.nodes.values(), at, dates)
    yield from edge_rows(graph.edges, graph.nodes, at, dates)
    yield promotion_rows(graph, at)


def promotion_rows(graph: Graph, at: str) -> NodeRows:
    """The node that says which graph a database holds."""
    row = {"id": "current", "name": "promotion", "state": "current", "graph": graph.id, "snapshot": graph.snapshot_id}
    return NodeRows(("Promotion",), [row | {"at": at} | _dated(None, at)])


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}


def _dated(dates: tuple[str, str] | None, at: str) -> dict[str, str]:
    first, last = dates or (at, at)
    return {"firstseen": first, "lastupdated": last}
