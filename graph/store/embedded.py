"""The graph in a directory, served by an owner process: two databases, and a pointer to the one that is current.

A transaction of this engine is atomic on disk, but a scan that runs while it commits sees some of its pages old and
some new. So the current database is never written: the next graph is made in the other one and the pointer flips.
"""

from __future__ import annotations

import base64
import http.client
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from neo4j import Driver, ResultSummary

from graph.store import bulk
from graph.store.attach import attach
from graph.store.errors import StoreError
from graph.store.fencing import check_file
from graph.store.gate import demand_plan
from graph.store.home import Guard, connect, each_batch
from graph.store.lease import lease
from graph.store.rows import Rows
from graph.store.state import DATABASES, HOST, READER, WRITER, OwnerState
from graph.store.write import Writer
from ingest.whole_file import write_whole

FORMAT = 1
OF_PROCESS = (".lck", ".wal")


class Pointer(msgspec.Struct, frozen=True):
    """Which database is current, and the version of this layout."""

    format: int = FORMAT
    database: str = DATABASES[0]


class Embedded:
    """The home of an `embedded:///path` store. Making one attaches to the owner process or starts it."""

    in_place = False

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self.address = f"embedded://{self._directory}"
        self.database()  # refuses a layout of another version before anything starts
        owner = attach(self._directory)
        self._state: OwnerState = owner.state
        self._child = owner.child  # kept so that its end is noticed by this process
        self.started_owner = owner.started
        self.uri = owner.state.uri
        self.writer = (WRITER, owner.state.writer_password)
        self.reader = (READER, owner.state.reader_password)

    def database(self) -> str:
        path = self._directory / "current.json"
        try:
            pointer = msgspec.json.decode(path.read_bytes(), type=Pointer)
        except FileNotFoundError:
            return DATABASES[0]
        except msgspec.DecodeError as error:
            raise StoreError(f"`{path}` cannot be read ({error}): remove `{self._directory}` and load again") from error
        if pointer.format != FORMAT or pointer.database not in DATABASES:
            raise StoreError(
                f"`{path}` has format {pointer.format} of another version, this one reads {FORMAT}: "
                f"remove `{self._directory}` and load again"
            )
        return pointer.database

    def greet(self, driver: Driver) -> None:
        """The engine comes with this version of the program."""

    def admit(self, explained: ResultSummary) -> None:
        """The read-only user writes nothing and loads no file, but may look at what others run and end it."""
        demand_plan(explained.plan)

    @contextmanager
    def writing(self, fencing_token: int | None = None) -> Iterator[Guard]:
        try:
            with lease(self._directory) as held:

                def guard() -> None:
                    held.check()
                    if fencing_token is not None:
                        check_file(self._directory, fencing_token)

                guard()
                yield guard
        except OSError as error:
            raise StoreError(
                f"`{self._directory}` cannot be written ({error.strerror or error}): "
                "make room or allow it, then load again"
            ) from error

    def replace(self, rows: Iterable[Rows], guard: Guard) -> None:
        name = self._idle()
        with self._building() as building:
            bulk.build(building, self._directory, rows)
            self._install(building, name, guard)
        self._flip(name, guard)

    def amend(self, change: Callable[[Writer], None], guard: Guard) -> None:
        """Copy the current database, which nobody writes, and change the copy."""
        name = self._idle()
        with self._building() as building:
            _copy(self._databases / self.database(), building)
            self._install(building, name, guard)
        self._change(name, change)
        self._flip(name, guard)

    def patch(self, change: Callable[[Writer], None], guard: Guard) -> None:
        guard()
        self._change(self.database(), change)

    def _change(self, name: str, change: Callable[[Writer], None]) -> None:
        """Write into a database, then close it, which puts all its pages on disk; its next reader opens it again."""
        with connect(self.uri, self.writer) as driver, driver.session(database=name) as session:
            change(Writer(each_batch(session)))
        self._command(f"close database {name}")

    @property
    def _databases(self) -> Path:
        return self._directory / "engine" / "databases"

    def _idle(self) -> str:
        first, second = DATABASES
        return second if self.database() == first else first

    @contextmanager
    def _building(self) -> Iterator[Path]:
        """Where the next database is built. What is left there goes, that of a writer that died too: it takes room."""
        building = self._directory / "engine" / "building"
        shutil.rmtree(building, ignore_errors=True)
        try:
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _install(self, building: Path, name: str, guard: Guard) -> None:
        guard()
        if (self._databases / name).exists():
            self._command(f"open database {name}")  # the engine drops only what it has open
            self._command(f"drop database {name}")
        building.rename(self._databases / name)

    def _flip(self, name: str, guard: Guard) -> None:
        self._command(f"open database {name}")  # one that cannot be opened never becomes current
        guard()
        write_whole(self._directory / "current.json", msgspec.json.encode(Pointer(database=name)))

    def _command(self, command: str) -> None:
        """A server command; only the root user may give one, and only over HTTP."""
        credentials = base64.b64encode(f"root:{self._state.root_password}".encode()).decode()
        connection = http.client.HTTPConnection(HOST, self._state.http_port, timeout=60)
        try:
            connection.request(
                "POST",
                "/api/v1/server",
                msgspec.json.encode({"command": command}),
                {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
            )
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise StoreError(
                f"the graph engine of `{self._directory}` has gone: run the command again to start it"
            ) from error
        finally:
            connection.close()
        if status != 200:
            raise StoreError(
                f"the graph engine refused to {command} (HTTP {status}, see `{self._directory / 'log'}`): "
                f"remove `{self._directory}` and load again if it does so twice"
            )


def _copy(database: Path, building: Path) -> None:
    """Copy the files of a database but for those of the process that has it open; up to the first that has no room."""
    building.mkdir(mode=0o700, parents=True)
    for file in database.iterdir():
        if file.suffix not in OF_PROCESS:
            shutil.copy2(file, building)
