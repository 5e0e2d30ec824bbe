"""Writing rows into one database: all Cypher that writes is here, and nobody's text but the schema's goes into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from graph.schema import LABELS, RELATIONSHIPS, SECONDARY_LABELS
from graph.store.errors import OutOfMemory, StoreError
from graph.store.results import Row
from graph.store.rows import EdgeRows, NodeRows, Rows

BATCH = 5_000  # rows a statement
Run = Callable[[str, Mapping[str, Any]], list[Row]]  # a statement with its parameters, inside a transaction

MATCH_EDGE = (
    "UNWIND $rows AS row MATCH (a:{source} {{id: row.source}})-[r:{type}]->(b:{target} {{id: row.target}}) "
    "WHERE coalesce(r.key, '') = row.key "
)


class Writer:
    """Writes through `run`, which decides what is one transaction: each batch, or all of them.

    A batch that does not fit into the server's memory is tried again in halves, down to `smallest` rows: never again
    as it was, which would fail again.
    """

    def __init__(self, run: Run, smallest: int = BATCH) -> None:
        self._run, self._smallest, self._size = run, smallest, BATCH

    def create(self, rows: Rows) -> None:
        """Create nodes or relationships that are known to be absent."""
        if isinstance(rows, NodeRows):
            labels = ":".join(_known_labels(rows.labels))
            self._each(f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row", rows.rows)
        else:
            _known_edge(rows)
            self._each(
                f"UNWIND $rows AS row MATCH (a:{rows.source_label} {{id: row.source}}) "
                f"MATCH (b:{rows.target_label} {{id: row.target}}) "
                f"CREATE (a)-[r:{rows.type}]->(b) SET r = row.properties",
                rows.rows,
            )

    def upsert_nodes(self, nodes: NodeRows) -> None:
        """Create the nodes that are absent; the others get these properties instead of theirs, but keep `firstseen`.

        MERGE with several labels does not use an index on one engine and is not needed: a store has one writer.
        """
        label = _known_labels(nodes.labels)[0]
        found = self._each(
            f"UNWIND $rows AS row MATCH (n:{label} {{id: row.id}}) RETURN n.id AS id, n.firstseen AS firstseen",
            [{"id": row["id"]} for row in nodes.rows],
        )
        first = {row["id"]: row["firstseen"] for row in found}
        self.create(NodeRows(nodes.labels, [row for row in nodes.rows if row["id"] not in first]))
        self._each(
            f"UNWIND $rows AS row MATCH (n:{label} {{id: row.id}}) SET n = row",
            [row | {"firstseen": first[row["id"]]} for row in nodes.rows if row["id"] in first],
        )

    def upsert_edges(self, edges: EdgeRows) -> None:
        """The same for relationships; one is identified by its ends, its type and its `key`."""
        match = _match(edges)
        found = self._each(
            match + "RETURN row.source AS source, row.target AS target, row.key AS key, r.firstseen AS firstseen",
            [_ends(row) for row in edges.rows],
        )
        first = {_identity(row): row["firstseen"] for row in found}
        absent = [row for row in edges.rows if _identity(row) not in first]
        self.create(EdgeRows(edges.type, edges.source_label, edges.target_label, absent))
        self._each(
            match + "SET r = row.properties",
            [
                row | {"properties": row["properties"] | {"firstseen": first[_identity(row)]}}
                for row in edges.rows
                if _identity(row) in first
            ],
        )

    def rename_nodes(self, label: str, names: Mapping[str, str]) -> None:
        """Give nodes other ids, old to new; everything else of them stays."""
        (label,) = _known_labels((label,))
        rows = [{"id": old, "name": new} for old, new in sorted(names.items())]
        self._each(f"UNWIND $rows AS row MATCH (n:{label} {{id: row.id}}) SET n.id = row.name", rows)

    def retire_edges(self, edges: EdgeRows) -> None:
        """They are found before the first is deleted: one engine loses its place among those of two nodes otherwise."""
        gone = _match(edges) + "WITH collect(r) AS found UNWIND found AS gone DELETE gone"
        self._each(gone, [_ends(row) for row in edges.rows])

    def retire_nodes(self, nodes: NodeRows) -> None:
        """Delete nodes whose relationships are gone; one that still has some is an error of the engine's."""
        label = _known_labels(nodes.labels)[0]
        self._each(
            f"UNWIND $rows AS row MATCH (n:{label} {{id: row.id}}) DELETE n", [{"id": row["id"]} for row in nodes.rows]
        )

    def clear(self) -> None:
        """Delete every relationship, then every node but those that say whose turn it is, a batch at a time."""
        for what, pattern in (("r", "()-[r]->()"), ("n", "(n) WHERE NOT n:Promotion")):
            query = f"MATCH {pattern} WITH {what} LIMIT $size DELETE {what} RETURN count(*) AS gone"
            while self._fitting(partial(self._delete, query))[0]["gone"]:
                continue

    def _delete(self, query: str, size: int) -> list[Row]:
        return self._run(query, {"size": size})

    def _each(self, query: str, rows: Sequence[Row]) -> list[Row]:
        found: list[Row] = []
        done = 0
        while done < len(rows):
            found += self._fitting(partial(self._batch, query, rows, done))
            done += self._size
        return found

    def _batch(self, query: str, rows: Sequence[Row], start: int, size: int) -> list[Row]:
        return self._run(query, {"rows": rows[start : start + size]})

    def _fitting(self, run: Callable[[int], list[Row]]) -> list[Row]:
        """What `run` answers with as many rows as fit."""
        while True:
            try:
                return run(self._size)
            except OutOfMemory:
                if self._size // 2 < self._smallest:
                    raise
                self._size //= 2


class Filler(Writer):
    """Fills an empty database. What the engine itself calls each node is kept, for it finds nodes by that in half the
    time that an index takes, and no label of them has to be in the query."""

    def __init__(self, run: Run, smallest: int = BATCH) -> None:
        super().__init__(run, smallest)
        self._nodes: dict[str, str] = {}

    def create(self, rows: Rows) -> None:
        if isinstance(rows, NodeRows):
            labels = ":".join(_known_labels(rows.labels))
            query = f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row RETURN row.id AS id, elementId(n) AS node"
            self._nodes.update((found["id"], found["node"]) for found in self._each(query, rows.rows))
        else:
            _known_edge(rows)
            self._each(
                "UNWIND $rows AS row MATCH (a) WHERE elementId(a) = row.source "
                "MATCH (b) WHERE elementId(b) = row.target "
                f"CREATE (a)-[r:{rows.type}]->(b) SET r = row.properties",
                [row | {end: self._nodes[row[end]] for end in ("source", "target")} for row in rows.rows],
            )


def _match(edges: EdgeRows) -> str:
    _known_edge(edges)
    return MATCH_EDGE.format(source=edges.source_label, type=edges.type, target=edges.target_label)


def _known_labels(labels: Iterable[str]) -> tuple[str, ...]:
    primary, *others = labels
    if primary not in LABELS or not set(others) <= set(SECONDARY_LABELS):
        raise StoreError(f"labels `{':'.join(labels)}` are unknown: declare them in graph/schema/labels.py")
    return (primary, *others)


def _known_edge(edges: EdgeRows) -> None:
    _known_labels((edges.source_label,))
    _known_labels((edges.target_label,))
    if edges.type not in RELATIONSHIPS:
        raise StoreError(f"relationship `{edges.type}` is unknown: declare it in graph/schema/relationships.py")


def _ends(row: Row) -> dict[str, Any]:
    return {"source": row["source"], "target": row["target"], "key": row["key"]}


def _identity(row: Row) -> tuple[str, str, str]:
    return (row["source"], row["target"], row["key"])
