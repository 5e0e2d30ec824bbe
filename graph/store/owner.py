"""The owner process, `python -m graph.store.owner DIR`: one ArcadeDB server that every command attaches to."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import psutil
from filelock import FileLock, Timeout

from graph.store.state import DATABASES, HOST, READER, WRITER, OwnerState, read_state, state_path
from ingest.whole_file import write_whole

HELD = 75  # exit code: another owner has the directory (EX_TEMPFAIL)
IDLE_SECONDS = 15 * 60  # the next command starts another in a second or two
ATTEMPTS = 5  # a port that was free may be taken before the server binds it
COMMAND_TIMEOUT_MS = 30_000  # the engine's own limit for any one statement
CRUD = ["createRecord", "readRecord", "updateRecord", "deleteRecord"]
# The native build ignores settings of this kind in its configuration; in a database they hold and go with its files.
DATABASE_SETTINGS = {
    "arcadedb.command.timeout": COMMAND_TIMEOUT_MS,
    "arcadedb.opencypher.loadCsv.allowRemoteUrls": False,
    "arcadedb.opencypher.loadCsv.allowFileUrls": False,
}


def main(directory: Path, idle_seconds: float = IDLE_SECONDS) -> int:
    """Own `directory` until SIGTERM, until its state file is no longer ours, or until nobody has been connected for
    `idle_seconds`. Returns the exit code."""
    os.umask(0o077)
    lock = FileLock(directory / "owner.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return HELD
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server, state = _start(directory)
    write_whole(state_path(directory), msgspec.json.encode(state))
    last_used = time.monotonic()
    # A directory that was removed, or taken by another owner, ends this one.
    while not ended.wait(1) and read_state(directory) == state and time.monotonic() - last_used < idle_seconds:
        if _has_clients(state):
            last_used = time.monotonic()
    server.stop()
    if read_state(directory) == state:
        state_path(directory).unlink()
    return 0


def _has_clients(state: OwnerState) -> bool:
    """Whether anyone is connected to the Bolt port; commands are for as long as they run."""
    connections = psutil.Process().net_connections("tcp")
    return any(c.laddr.port == state.bolt_port and c.status == psutil.CONN_ESTABLISHED for c in connections)


def _start(directory: Path) -> tuple[Any, OwnerState]:
    """A running server and its state. ArcadeDBError where it cannot start, after trying other ports."""
    from arcadedb import ArcadeDBError, create_server

    engine = directory / "engine"
    _write_groups(engine / "config")
    for attempt in range(ATTEMPTS):
        state = _new_state()
        server = create_server(str(engine), state.root_password, _settings(engine, state))
        try:
            server.start()
        except ArcadeDBError:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        if {state.bolt_port, state.http_port} <= _listening():
            break
        server.stop()
    else:
        raise OSError(f"no free port on {HOST}")
    for name in DATABASES:
        restrict(server.get_database(name))
    return server, state


def restrict(database: Any) -> None:
    """Set the time limit and close LOAD CSV in one database."""
    for key, value in DATABASE_SETTINGS.items():
        database.command("sql", f"ALTER DATABASE `{key}` {str(value).lower()}")


def _settings(engine: Path, state: OwnerState) -> dict[str, Any]:
    users = f"[{WRITER}:{state.writer_password}:writer,{READER}:{state.reader_password}:readonly]"
    return {
        "mode": "production",
        "host": HOST,
        "http_port": state.http_port,
        "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt_port": state.bolt_port,
        "bolt_host": HOST,
        "bolt_defaultDatabase": DATABASES[0],
        "server_databaseDirectory": str(engine / "databases"),
        "server_defaultDatabases": ";".join(f"{name}{users}" for name in DATABASES),
        "support_autoRegister": "false",
    }


def _new_state() -> OwnerState:
    process = psutil.Process()
    root, writer, reader = (secrets.token_urlsafe(24) for _ in range(3))
    return OwnerState(process.pid, process.create_time(), _free_port(), _free_port(), root, writer, reader)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listening() -> set[int]:
    return {c.laddr.port for c in psutil.Process().net_connections("tcp") if c.status == psutil.CONN_LISTEN}


def _write_groups(config: Path) -> None:
    """The groups that the users belong to. Users are made anew at each start, with new passwords."""
    config.mkdir(parents=True, exist_ok=True)
    (config / "server-users.jsonl").unlink(missing_ok=True)
    groups = {
        "admin": _group(["updateSecurity", "updateSchema", "updateDatabaseSettings"], CRUD),
        "writer": _group(["updateSchema"], CRUD),
        "readonly": _group([], ["readRecord"]),
        "*": _group([], []),
    }
    content = {"databases": {"*": {"groups": groups}}, "version": 2}
    write_whole(config / "server-groups.json", msgspec.json.encode(content))


def _group(database: list[str], records: list[str]) -> dict[str, Any]:
    return {"resultSetLimit": -1, "readTimeout": -1, "access": database, "types": {"*": {"access": records}}}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
