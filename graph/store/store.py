"""The store: what reads, asks and promotes, the same on every engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import Any, Literal, Self, TypeVar

from neo4j import READ_ACCESS, ManagedTransaction

from graph.model import Edge, Graph
from graph.schema import RELATIONSHIPS
from graph.store.adhoc import Caps, Place, ask
from graph.store.ddl import schema_statements
from graph.store.errors import GraphLoading, GraphReplaced, OutOfMemory, StoreError
from graph.store.explain import explained, out_of_memory_told
from graph.store.held import CURRENT, held_graph
from graph.store.home import Guard, Home, connect
from graph.store.plain import plain
from graph.store.promotion import apply, kept_dates
from graph.store.results import AdhocResult, AuditLine, Promoted, PromotionResult, Row
from graph.store.rows import Change, EdgeRows, NodeRows, all_rows, check, difference
from graph.store.whole import Read, whole
from graph.store.write import Writer

T = TypeVar("T")
Audit = Callable[[AuditLine], None]
Hold = Callable[[Change], None]
# How long a reader waits for a load to end before it says so, and between two looks.
PATIENCE_SECONDS, LOOK_SECONDS = 2.0, 0.2
REPLACEMENTS = 3  # so often in the time of one question, and it is not a replacement


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
        return self._whole(lambda read: read(query, params or {}))

    def adhoc(
        self,
        query: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float = 10.0,
        max_rows: int = 1_000,
        max_bytes: int = 5_000_000,
        stopped: Event | None = None,
    ) -> AdhocResult:
        """The rows of a query that a person wrote, which can only read, cut off at the caps; audited either way.

        Whoever sets `stopped` leaves the query, which then ends with a StoreError.
        """
        began, caps = time.perf_counter(), Caps(timeout, max_rows, max_bytes, stopped)
        try:
            result = self._on_current(lambda database: self._adhoc(database, query, params or {}, caps))
        except StoreError as error:
            self._audit(AuditLine(self._clock(), query, 0, None, (time.perf_counter() - began) * 1000, str(error)))
            raise
        self._audit(AuditLine(self._clock(), query, len(result.rows), result.truncated, result.milliseconds, ""))
        return result

    def current(self) -> Promoted | None:
        """What the store holds; None before the first promotion and while a load is under way in place."""
        found = self._on_current(lambda database: self._read(database, lambda read: read(CURRENT, {})))
        return Promoted(**found[0]) if found else None

    def graph(self) -> Graph | None:
        """What the store holds, all of it: for a difference where no artefact of it is left, which is far faster."""
        return self._whole(held_graph)

    def export_edges(self, types: Collection[str] = tuple(RELATIONSHIPS)) -> list[Edge]:
        """The relationships of these types as the store holds them, with `firstseen` and `lastupdated`."""
        if unknown := set(types) - set(RELATIONSHIPS):
            raise StoreError(f"relationship `{min(unknown)}` is unknown: docs/SCHEMA.md lists those there are")
        edges = "RETURN a.id AS source, b.id AS target, properties(r) AS properties"
        return self._whole(
            lambda read: [_edge(kind, row) for kind in types for row in read(f"MATCH (a)-[r:{kind}]->(b) {edges}", {})]
        )

    # Writing

    def promote(
        self,
        graph: Graph,
        previous: Graph | None = None,
        *,
        hold: Hold | None = None,
        fencing_token: int | None = None,
    ) -> PromotionResult:
        """Make `graph` what the store holds. `previous` is the artefact that `current` names, where it is at hand.

        Readers see the old graph or the new one, or are told that one is being loaded; so is whoever looks after a
        kill at any moment. `hold` is shown a difference before anything is written, and may raise to leave it at that;
        a load over a graph that is not at hand has no difference to show. A `fencing_token` that is no longer that of
        the watchers' leader is refused.
        """
        check(graph)
        began = time.perf_counter()
        with explained(self._home.address), self._home.writing(fencing_token) as guard:
            held, at = self.current(), self._now()
            if held is not None and held.graph_id == graph.id:
                return PromotionResult("unchanged", time.perf_counter() - began)
            if held is None or previous is None or held.graph_id != previous.id:
                return self._load(graph, guard, began)
            change = difference(previous, graph)
            if hold is not None:
                hold(change)
            kind = self._change(change, previous, graph, at, guard)
            return PromotionResult(kind, time.perf_counter() - began, **change.counts())

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
        """Ask the current database; again where the graph was replaced meanwhile, or is about to be."""
        with explained(self._home.address):
            self._home.greet(self._reader)
        deadline, replaced = time.monotonic() + PATIENCE_SECONDS, 0
        while True:
            try:
                return question(self._home.database())
            except GraphLoading:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)
            except GraphReplaced:
                replaced += 1
                if replaced > REPLACEMENTS:
                    raise

    def _whole(self, question: Callable[[Read], T]) -> T:
        """The answer of a question that may take several queries, all of them to one graph."""
        asked = (lambda read: whole(read, question)) if self._home.in_place else question
        return self._on_current(lambda database: self._read(database, asked))

    def _read(self, database: str, question: Callable[[Read], T]) -> T:
        with (
            explained(self._home.address),
            self._reader.session(database=database, default_access_mode=READ_ACCESS) as session,
        ):
            return session.execute_read(lambda tx: question(_reading(tx)))

    def _adhoc(self, database: str, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
        home = self._home
        place = Place(home.uri, home.reader, database, home.admit, home.in_place)
        with explained(home.address):
            return ask(place, query, params, caps)

    def _change(self, change: Change, old: Graph, new: Graph, at: str, guard: Guard) -> Literal["full", "difference"]:
        """Write a difference as such where it is small, and by a full load that keeps the dates where it is not."""
        if len(change) <= self._limit:
            try:
                self._home.amend(lambda writer: apply(writer, change, old, new, at), guard)
                return "difference"
            except OutOfMemory:
                pass  # one transaction is too much for the server; those of a full load are as small as need be
        dates = self._whole(lambda read: kept_dates(read, change, at))
        self._home.replace(all_rows(new, at, dates), guard)
        return "full"

    def _load(self, graph: Graph, guard: Guard, began: float) -> PromotionResult:
        self._home.replace(all_rows(graph, self._now(), {}), guard)
        return PromotionResult("full", time.perf_counter() - began, len(graph.nodes), edges_added=len(graph.edges))

    def _patch(self, change: Callable[[Writer], None]) -> None:
        with explained(self._home.address), self._home.writing() as guard:
            self._home.patch(change, guard)

    def _now(self) -> str:
        return f"{self._clock():%Y-%m-%dT%H:%M:%SZ}"


def _reading(tx: ManagedTransaction) -> Read:
    def read(query: str, params: Mapping[str, Any]) -> list[Row]:
        with out_of_memory_told():
            return [plain(dict(record)) for record in tx.run(query, dict(params))]

    return read


def _edge(kind: str, row: Row) -> Edge:
    properties = row["properties"]
    return Edge(row["source"], kind, row["target"], properties.pop("key", ""), properties)
