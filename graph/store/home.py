"""Where a graph lives: what differs between the engines is behind this, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from neo4j import Driver, GraphDatabase, Session

from graph.store.results import Row
from graph.store.rows import Rows
from graph.store.write import Run, Writer

Auth = tuple[str, str]
RETRY_SECONDS = 3.0  # a person waits for most of what we ask
Guard = Callable[[], None]  # raises StoreError where another writer has taken over


class Home(Protocol):
    """A graph's place on an engine. All its methods that write want the guard of `writing`."""

    uri: str
    address: str  # what people may read: no credentials
    writer: Auth
    reader: Auth
    read_only_user: bool  # the engine itself refuses writes of `reader`
    started_owner: bool  # this process started the engine

    def database(self) -> str:
        """The database that readers use now."""

    def writing(self) -> AbstractContextManager[Guard]:
        """The lease of the one writer. StoreError where another holds it."""

    def replace(self, rows: Iterable[Rows], guard: Guard) -> None:
        """Make these rows all that readers see, at once."""

    def amend(self, change: Callable[[Writer], None], guard: Guard) -> None:
        """Apply a change to what readers see, at once."""

    def patch(self, change: Callable[[Writer], None], guard: Guard) -> None:
        """Apply a change a batch at a time: for what stands beside the graph, not for the graph itself."""


def connect(uri: str, auth: Auth) -> Driver:
    """A driver of ours; close it. It connects when it is first used."""
    return GraphDatabase.driver(
        uri,
        auth=auth,
        telemetry_disabled=True,
        connection_timeout=RETRY_SECONDS,
        max_transaction_retry_time=RETRY_SECONDS,
    )


def each_batch(session: Session) -> Run:
    """Every statement in a transaction of its own, tried again where the engine asks for it."""

    def run(query: str, rows: list[Row]) -> list[Row]:
        return session.execute_write(lambda tx: tx.run(query, rows=rows).data())

    return run
