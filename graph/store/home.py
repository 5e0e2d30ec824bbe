"""Where a graph lives: what differs between the engines is behind this, and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from neo4j import Driver, GraphDatabase, ResultSummary, Session

from graph.store.results import Row
from graph.store.rows import Rows
from graph.store.write import Run, Writer

Auth = tuple[str, str]
RETRY_SECONDS = 3.0  # a person waits for most of what we ask
OPTIONS: Mapping[str, Any] = {
    "telemetry_disabled": True,
    "connection_timeout": RETRY_SECONDS,
    "notifications_min_severity": "OFF",  # advice for whoever wrote the query, which the driver prints
}
# What the driver has to say comes as an exception; its warnings about attempts are for who asks for them.
logging.getLogger("neo4j").addHandler(logging.NullHandler())
Guard = Callable[[], None]  # raises StoreError where another writer has taken over


class Home(Protocol):
    """A graph's place on an engine. All its methods that write want the guard of `writing`."""

    uri: str
    address: str  # what people may read: no credentials
    writer: Auth
    reader: Auth
    in_place: bool  # a graph is written where it is read
    started_owner: bool  # this process started the engine

    def database(self) -> str:
        """The database that readers use now."""

    def greet(self, driver: Driver) -> None:
        """Look at the engine once, before anything is asked of it. StoreError where it is not one that will do."""

    def admit(self, explained: ResultSummary) -> None:
        """Raise StoreError where a query that a person wrote would do more than read; `explained` holds its plan."""

    def writing(self, fencing_token: int | None = None) -> AbstractContextManager[Guard]:
        """The lease of the one writer. StoreError where another holds it; and, before what is written comes into
        force, where `fencing_token` is no longer that of the watchers' leader."""

    def replace(self, rows: Iterable[Rows], guard: Guard) -> None:
        """Make these rows all that readers see, at once."""

    def amend(self, change: Callable[[Writer], None], guard: Guard) -> None:
        """Apply a change to what readers see, at once."""

    def patch(self, change: Callable[[Writer], None], guard: Guard) -> None:
        """Apply a change a batch at a time: for what stands beside the graph, not for the graph itself."""


def connect(uri: str, auth: Auth, patience: float = RETRY_SECONDS) -> Driver:
    """A driver of ours; close it. It connects when it is first used, and tries again for `patience` seconds."""
    return GraphDatabase.driver(uri, auth=auth, max_transaction_retry_time=patience, **OPTIONS)


def each_batch(session: Session) -> Run:
    """Every statement in a transaction of its own, tried again where the engine asks for it."""

    def run(query: str, params: Mapping[str, Any]) -> list[Row]:
        return session.execute_write(lambda tx: tx.run(query, dict(params)).data())

    return run
