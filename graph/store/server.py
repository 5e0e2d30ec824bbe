"""The graph in a database of a server (`bolt://`, `neo4j://`, `neo4j+s://`): written in place."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from neo4j import Driver, ManagedTransaction, ResultSummary, Transaction, unit_of_work
from neo4j.exceptions import DriverError, Neo4jError

from graph.store.ddl import schema_statements
from graph.store.errors import StoreError
from graph.store.explain import out_of_memory_told
from graph.store.fencing import check_transaction
from graph.store.gate import demand_reader
from graph.store.home import Auth, Guard, connect
from graph.store.results import Row
from graph.store.rows import NodeRows, Rows
from graph.store.write import Filler, Run, Writer

T = TypeVar("T")

PORT, DATABASE = 7687, "neo4j"
OLDEST = (5, 26)
WRITE_RETRY_SECONDS, RETRY_PAUSE_SECONDS = 30.0, 0.5  # for deadlocks and servers that start; nobody watches a load
TAKE_SECONDS = 20.0
SMALLEST_BATCH = 20  # rows; a transaction that has no room for so few has none for anything
FOREIGN = (
    "MATCH (n) WHERE NOT n:Promotion AND NOT EXISTS { MATCH (:Promotion {id: 'writer'}) } "
    "RETURN labels(n) AS labels LIMIT 1"
)
# Who takes the lease has waited for the transactions of the writer before, so none of them is being committed.
TAKE = (
    "MERGE (p:Promotion {id: 'writer'}) SET p.token = coalesce(p.token, 0) + 1 "
    "WITH p MERGE (c:Promotion {id: 'commit'}) SET c.state = 'ended' RETURN p.token AS token"
)
COMMIT = "MATCH (c:Promotion {id: 'commit'}) SET c.state = $state"
# Writing the token locks the node: the next writer waits for this transaction, or this one sees the new token.
HOLD = "MATCH (p:Promotion {id: 'writer'}) WHERE p.token = $token SET p.token = $token RETURN p.token AS token"
LOADING = NodeRows(("Promotion",), [{"id": "current", "name": "promotion", "state": "loading"}])


class Server:
    """The home of a graph that a server keeps. A change is one transaction; a full load marks the graph `loading`."""

    in_place = True
    started_owner = False

    def __init__(self, url: str, auth: Auth) -> None:
        self.uri, self._database = _parts(url)
        self.address = self.uri if self._database == DATABASE else f"{self.uri}/{self._database}"
        self.writer = self.reader = auth
        self._token = 0
        self._fencing_token: int | None = None
        self._greeted = False

    def database(self) -> str:
        return self._database

    def greet(self, driver: Driver) -> None:
        if not self._greeted:
            demand_version(driver.get_server_info().agent, self.address)
            self._greeted = True

    def admit(self, explained: ResultSummary) -> None:
        demand_reader(explained.query_type, explained.plan, self._database)

    @contextmanager
    def writing(self, fencing_token: int | None = None) -> Iterator[Guard]:
        """Take the lease: from now on every transaction of whoever held it before is refused."""
        self._fencing_token = fencing_token
        with self._connect() as driver:
            self.greet(driver)
            self._demand_ours(driver)
            self.ensure_schema(driver)
            with driver.session(database=self._database) as session:
                self._token = session.execute_write(_take)
            yield lambda: None  # the token is checked where it counts: in each transaction

    def ensure_schema(self, driver: Driver) -> None:
        """Make the constraints and indexes that are missing: a constraint is also what MERGE and MATCH find by."""
        with driver.session(database=self._database) as session:
            present = {row["name"] for row in session.run("SHOW INDEXES YIELD name RETURN name").data()}
            for statement in schema_statements(present):
                session.run(statement).consume()

    def replace(self, rows: Iterable[Rows], guard: Guard) -> None:
        with self._connect() as driver:
            writer = Filler(self._each(driver), SMALLEST_BATCH)
            writer.upsert_nodes(LOADING)
            writer.clear()
            last: Rows = LOADING
            for last in rows:
                if isinstance(last, NodeRows) and last.labels == LOADING.labels:
                    writer.upsert_nodes(last)
                else:
                    writer.create(last)
            if last is LOADING:  # there is nothing to be loaded
                writer.retire_nodes(LOADING)

    def amend(self, change: Callable[[Writer], None], guard: Guard) -> None:
        with self._connect() as driver:
            self._transaction(driver, lambda tx: self._ready_to_commit(tx, change, driver))
            self._mark(driver, "ended")

    def _ready_to_commit(self, tx: Transaction, change: Callable[[Writer], None], driver: Driver) -> None:
        change(Writer(self._held(tx)))
        self._fence(tx)
        self._mark(driver, "begun")

    def _mark(self, driver: Driver, state: Literal["begun", "ended"]) -> None:
        """Say, in a transaction of its own, whether a difference is being committed."""
        driver.execute_query(COMMIT, state=state, database_=self._database)

    def patch(self, change: Callable[[Writer], None], guard: Guard) -> None:
        with self._connect() as driver:
            change(Writer(self._each(driver), SMALLEST_BATCH))

    def _connect(self) -> Driver:
        return connect(self.uri, self.writer, WRITE_RETRY_SECONDS)

    def _demand_ours(self, driver: Driver) -> None:
        """Raise StoreError where the database holds what another tool put there: a load would delete it."""
        with driver.session(database=self._database) as session:
            found = session.run(FOREIGN).data()
        if found:
            raise StoreError(
                f"database `{self._database}` of `{self.address}` holds nodes of another tool "
                f"(`{':'.join(found[0]['labels'])}`), which a load would delete: give Trustdrift a database of its own"
            )

    def _held(self, tx: Transaction) -> Run:
        """Statements of a transaction that holds the lease."""
        if not tx.run(HOLD, token=self._token).data():
            raise StoreError(f"another process has taken over writing to `{self.address}`: run again to promote")
        return lambda query, params: tx.run(query, dict(params)).data()

    def _each(self, driver: Driver) -> Run:
        """Every statement in a transaction of its own."""

        def once(tx: Transaction, query: str, params: Mapping[str, Any]) -> list[Row]:
            answer = self._held(tx)(query, params)
            self._fence(tx)
            return answer

        return lambda query, params: self._transaction(driver, lambda tx: once(tx, query, params))

    def _fence(self, tx: Transaction) -> None:
        """Refuse a leader that was replaced; last in a transaction, since nobody renews the lease until its end."""
        if self._fencing_token is not None:
            check_transaction(tx.run, self._fencing_token)

    def _transaction(self, driver: Driver, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction; again where the server asks for it, for a while.

        The driver's own `execute_write` would also try again what found too little memory at its commit.
        """
        deadline = time.monotonic() + WRITE_RETRY_SECONDS
        while True:
            try:
                with (
                    driver.session(database=self._database) as session,
                    session.begin_transaction() as tx,
                    out_of_memory_told(),
                ):
                    answer = work(tx)
                    tx.commit()
                    return answer
            except (Neo4jError, DriverError) as error:
                if not error.is_retryable() or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_PAUSE_SECONDS)


@unit_of_work(timeout=TAKE_SECONDS)
def _take(tx: ManagedTransaction) -> int:
    (row,) = tx.run(TAKE).data()
    return int(row["token"])


def demand_version(agent: str, address: str) -> None:
    """Raise StoreError unless a server that calls itself `agent` speaks the Cypher of Neo4j 5.26 or of a later one."""
    found = re.match(r"Neo4j/v?(\d+)\.(\d+)", agent)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        name = f"Neo4j {found[1]}.{found[2]}" if found else f"`{agent[:50]}`"
        raise StoreError(f"`{address}` is {name}, and Trustdrift needs Neo4j 5.26 or newer: use such a server")


def _parts(url: str) -> tuple[str, str]:
    """The address without its path, and the database that the path names. StoreError where it is no address."""
    parts = urlsplit(url)
    try:
        port = parts.port or PORT
    except ValueError as error:
        raise StoreError(f"`{parts.scheme}://…` has no valid port: write {parts.scheme}://host:{PORT}") from error
    if parts.username is not None or parts.password is not None:
        raise StoreError("the address of the store holds credentials: give user and password in the settings instead")
    if not parts.hostname:
        raise StoreError(f"`{url}` names no host: write {parts.scheme}://host:{PORT}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}", parts.path.strip("/") or DATABASE
