"""The graph in a database of a server (`bolt://`, `neo4j://`, `neo4j+s://`): written in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from neo4j import Driver, ManagedTransaction

from graph.store.errors import StoreError
from graph.store.home import Auth, Guard, connect
from graph.store.results import Row
from graph.store.rows import NodeRows, Rows
from graph.store.write import Run, Writer

TAKE = "MERGE (p:Promotion {id: 'writer'}) SET p.token = coalesce(p.token, 0) + 1 RETURN p.token AS token"
# Writing the token locks the node: the next writer waits for this transaction, or this one sees the new token.
HOLD = "MATCH (p:Promotion {id: 'writer'}) WHERE p.token = $token SET p.token = $token RETURN p.token AS token"
LOADING = NodeRows(("Promotion",), [{"id": "current", "name": "promotion", "state": "loading"}])


class Server:
    """The home of a graph that a server keeps. A change is one transaction; a full load marks the graph `loading`."""

    read_only_user = False
    started_owner = False

    def __init__(self, url: str, auth: Auth) -> None:
        parts = urlsplit(url)
        self.uri = f"{parts.scheme}://{parts.hostname}:{parts.port or 7687}"
        self.address = self.uri
        self._database = parts.path.strip("/") or "neo4j"
        self.writer = self.reader = auth
        self._token = 0

    def database(self) -> str:
        return self._database

    @contextmanager
    def writing(self) -> Iterator[Guard]:
        """Take the lease: from now on every transaction of whoever held it before is refused."""
        with connect(self.uri, self.writer) as driver:
            (record,) = driver.execute_query(TAKE, database_=self._database).records
            self._token = record["token"]
            yield lambda: None  # the token is checked where it counts: in each transaction

    def replace(self, rows: Iterable[Rows], guard: Guard) -> None:
        with connect(self.uri, self.writer) as driver:
            writer = Writer(self._each(driver))
            writer.upsert_nodes(LOADING)
            writer.clear()
            for group in rows:
                if isinstance(group, NodeRows):
                    writer.upsert_nodes(group)
                else:
                    writer.create(group)

    def amend(self, change: Callable[[Writer], None], guard: Guard) -> None:
        with connect(self.uri, self.writer) as driver, driver.session(database=self._database) as session:
            session.execute_write(lambda tx: change(Writer(self._held(tx))))

    def patch(self, change: Callable[[Writer], None], guard: Guard) -> None:
        with connect(self.uri, self.writer) as driver:
            change(Writer(self._each(driver)))

    def _held(self, tx: ManagedTransaction) -> Run:
        """Statements of a transaction that holds the lease."""
        if not tx.run(HOLD, token=self._token).data():
            raise StoreError(f"another process has taken over writing to `{self.address}`: run again to promote")

        def run(query: str, rows: list[Row]) -> list[Row]:
            return tx.run(query, rows=rows).data()

        return run

    def _each(self, driver: Driver) -> Run:
        def run(query: str, rows: list[Row]) -> list[Row]:
            with driver.session(database=self._database) as session:
                return session.execute_write(lambda tx: self._held(tx)(query, rows))

        return run
