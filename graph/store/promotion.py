"""What a promotion writes: a difference in the order that engines want, and the dates that content keeps."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from itertools import groupby

from graph.model import Graph
from graph.schema import LABELS, RELATIONSHIPS
from graph.store.rows import Change, Dates, Identity, edge_rows, node_rows, promotion_rows, renamed
from graph.store.whole import Read
from graph.store.write import Writer

STAMPS = "r.firstseen AS first, r.lastupdated AS last"


def apply(writer: Writer, change: Change, old: Graph, new: Graph, at: str) -> None:
    """Write a difference: relationships go before their nodes and come after them, under the names that hold now."""

    def label_of(name: tuple[str, str]) -> str:
        return new.nodes[name[1]].label

    for label, names in groupby(sorted(change.nodes_renamed.items(), key=label_of), label_of):
        writer.rename_nodes(label, dict(names))
    for edges in edge_rows(change.edges_removed, ChainMap(old.nodes, new.nodes), at, {}):
        writer.retire_edges(edges)
    for nodes in node_rows(change.nodes_removed, at, {}):
        writer.retire_nodes(nodes)
    for nodes in node_rows([*change.nodes_added, *change.nodes_changed], at, {}):
        writer.upsert_nodes(nodes)
    for edges in edge_rows([*change.edges_added, *change.edges_changed], new.nodes, at, {}):
        writer.upsert_edges(edges)
    writer.upsert_nodes(promotion_rows(new, at))


def kept_dates(read: Read, change: Change, at: str) -> Dates:
    """The dates of what a store holds, as they are after `change`: what goes loses them."""
    dates = {renamed(identity, change.nodes_renamed): stamps for identity, stamps in _held_dates(read)}
    for identity in change.changed():
        dates[identity] = (dates[identity][0], at)
    for identity in change.removed():
        del dates[identity]
    return dates


def _held_dates(read: Read) -> Iterable[tuple[Identity, tuple[str, str]]]:
    for label in LABELS:
        for row in read(f"MATCH (r:{label}) RETURN r.id AS id, {STAMPS}", {}):
            yield (row["id"],), (row["first"], row["last"])
    for kind in RELATIONSHIPS:
        ends = "a.id AS source, b.id AS target, r.key AS key"
        for row in read(f"MATCH (a)-[r:{kind}]->(b) RETURN {ends}, {STAMPS}", {}):
            yield (row["source"], kind, row["target"], row["key"] or ""), (row["first"], row["last"])
