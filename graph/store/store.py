"""The store: what reads, asks and promotes, the same on every engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from neo4j import READ_ACCESS

from graph.model import Edge, Graph
from graph.schema import RELATIONSHIPS
from graph.store.adhoc import Caps, Place, ask
from graph.store.ddl import schema_statements
from graph.store.errors import GraphReplaced, StoreError
from graph.store.explain import explained
from graph.store.home import Guard, Home, connect
from graph.store.plain import plain
from graph.store.promotion import apply, kept_dates
from graph.store.results import AdhocResult, AuditLine, Promoted, PromotionResult, Row
from graph.store.rows import EdgeRows, NodeRows, all_rows, check, difference
from graph.store.write import Writer

T = TypeVar("T")
Audit = Callable[[AuditLine], None]


class Store:
    """A graph store. Close it, or use it as a context manager; its methods raise StoreError.

    A difference of more than `limit` rows is written as a full load that keeps the dates.
    """

    def __init__(self, home: Home, clock: Callable[[], datetime], audit: Audit, limit: int) -> None:
        self._home, self._clock, self._audit, self._limit = home, clock, audit, limit
        self._reader = connect(home.uri, home.reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()

    @property
    def started_owner(self) -> bool:
        """Whether this store started the engine it uses, and so may end it."""
        return self._home.started_owner

    # Reading

    def read(self, query: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query of ours, in plain Python values."""
        return self._on_current(lambda database: self._read(database, query, params or {}))

    def adhoc(
        self,
        query: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float = 10.0,
        max_rows: int = 1_000,
        max_bytes: int = 5_000_000,
    ) -> AdhocResult:
        """The rows of a query that a person wrote, as the read-only user, cut off at the caps; audited either way."""
        if not self._home.read_only_user:
            raise StoreError(f"`{self._home.address}` has no read-only user for ad-hoc queries: ask by a named query")
        began, caps = time.perf_counter(), Caps(timeout, max_rows, max_bytes)
        try:
            result = self._on_current(lambda database: self._adhoc(database, query, params or {}, caps))
        except StoreError as error:
            self._audit(AuditLine(self._clock(), query, 0, None, (time.perf_counter() - began) * 1000, str(error)))
            raise
        self._audit(AuditLine(self._clock(), query, len(result.rows), result.truncated, result.milliseconds, ""))
        return result

    def current(self) -> Promoted | None:
        """What the store holds; None before the first promotion and while a load is under way in place."""
        found = self.read(
            "MATCH (p:Promotion {id: 'current'}) WHERE p.state = 'current' "
            "RETURN p.graph AS graph_id, p.snapshot AS snapshot_id, p.at AS at"
        )
        return Promoted(**found[0]) if found else None

    def export_edges(self, types: Collection[str] = tuple(RELATIONSHIPS)) -> list[Edge]:
        """The relationships of these types as the store holds them, with `firstseen` and `lastupdated`."""
        if unknown := set(types) - set(RELATIONSHIPS):
            raise StoreError(f"relationship `{min(unknown)}` is unknown: docs/SCHEMA.md lists those there are")
        return [
            _edge(kind, row)
            for kind in types
            for row in self.read(
                f"MATCH (a)-[r:{kind}]->(b) RETURN a.id AS source, b.id AS target, properties(r) AS properties"
            )
        ]

    # Writing

    def promote(self, graph: Graph, previous: Graph | None = None) -> PromotionResult:
        """Make `graph` what the store holds. `previous` is the artefact that `current` names, where it is at hand.

        Readers see the old graph or the new one; so does whoever looks after a kill at any moment.
        """
        check(graph)
        began = time.perf_counter()
        with explained(self._home.address), self._home.writing() as guard:
            held, at = self.current(), self._now()
            if held is not None and held.graph_id == graph.id:
                return PromotionResult("unchanged", time.perf_counter() - began)
            if held is None or previous is None or held.graph_id != previous.id:
                return self._load(graph, guard, began)
            change = difference(previous, graph)
            if len(change) > self._limit:
                self._home.replace(all_rows(graph, at, kept_dates(self.read, change, at)), guard)
                return PromotionResult("full", time.perf_counter() - began, **change.counts())
            self._home.amend(lambda writer: apply(writer, change, previous, graph, at), guard)
            return PromotionResult("difference", time.perf_counter() - began, **change.counts())

    def bulk_load(self, graph: Graph) -> PromotionResult:
        """Load all of `graph`, whatever the store holds, with new dates."""
        check(graph)
        began = time.perf_counter()
        with explained(self._home.address), self._home.writing() as guard:
            return self._load(graph, guard, began)

    def wipe(self) -> None:
        """Make the store hold nothing."""
        with explained(self._home.address), self._home.writing() as guard:
            self._home.replace((), guard)

    def ensure_schema(self) -> None:
        """Make the constraints and indexes that are missing; a graph that was promoted has them."""
        with (
            explained(self._home.address),
            self._home.writing(),
            connect(self._home.uri, self._home.writer) as driver,
            driver.session(database=self._home.database()) as session,
        ):
            for statement in schema_statements():
                session.run(statement).consume()

    def upsert_nodes(self, primary_label: str, rows: Sequence[Row], extra_labels: Sequence[str] = ()) -> None:
        """Write nodes into the current graph by their `id`, with these properties instead of what they had."""
        self._patch(lambda writer: writer.upsert_nodes(NodeRows((primary_label, *extra_labels), list(rows))))

    def upsert_relationships(self, kind: str, source_label: str, target_label: str, rows: Sequence[Row]) -> None:
        """Write relationships into the current graph. Rows are `{source, target, key, properties}`."""
        self._patch(lambda writer: writer.upsert_edges(EdgeRows(kind, source_label, target_label, list(rows))))

    def retire_relationships(self, kind: str, source_label: str, target_label: str, rows: Sequence[Row]) -> None:
        """Delete relationships of the current graph. Rows are `{source, target, key}`."""
        self._patch(lambda writer: writer.retire_edges(EdgeRows(kind, source_label, target_label, list(rows))))

    def retire_nodes(self, primary_label: str, ids: Sequence[str]) -> None:
        """Delete nodes of the current graph that have no relationships any more."""
        self._patch(lambda writer: writer.retire_nodes(NodeRows((primary_label,), [{"id": i} for i in ids])))

    # Inside

    def _on_current(self, question: Callable[[str], T]) -> T:
        """Ask the current database; once more where it was replaced meanwhile."""
        try:
            return question(self._home.database())
        except GraphReplaced:
            return question(self._home.database())

    def _read(self, database: str, query: str, params: Mapping[str, Any]) -> list[Row]:
        with (
            explained(self._home.address),
            self._reader.session(database=database, default_access_mode=READ_ACCESS) as session,
        ):
            return session.execute_read(lambda tx: [plain(dict(record)) for record in tx.run(query, dict(params))])

    def _adhoc(self, database: str, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
        with explained(self._home.address):
            return ask(Place(self._home.uri, self._home.reader, database), query, params, caps)

    def _load(self, graph: Graph, guard: Guard, began: float) -> PromotionResult:
        self._home.replace(all_rows(graph, self._now(), {}), guard)
        return PromotionResult("full", time.perf_counter() - began, len(graph.nodes), edges_added=len(graph.edges))

    def _patch(self, change: Callable[[Writer], None]) -> None:
        with explained(self._home.address), self._home.writing() as guard:
            self._home.patch(change, guard)

    def _now(self) -> str:
        return f"{self._clock():%Y-%m-%dT%H:%M:%SZ}"


def _edge(kind: str, row: Row) -> Edge:
    properties = row["properties"]
    return Edge(row["source"], kind, row["target"], properties.pop("key", ""), properties)
