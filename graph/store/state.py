"""The state file of an owner process: who it is, where it listens, and the passwords that only its user may read."""

from __future__ import annotations

import http.client
from pathlib import Path

import msgspec
import psutil

HOST = "127.0.0.1"
WRITER, READER = "writer", "reader"
DATABASES = ("graph_a", "graph_b")


class OwnerState(msgspec.Struct, frozen=True):
    """`started` is the creation time of the process: a pid alone may have been given to another program since."""

    pid: int
    started: float
    bolt_port: int
    http_port: int
    root_password: str
    writer_password: str
    reader_password: str

    @property
    def uri(self) -> str:
        return f"bolt://{HOST}:{self.bolt_port}"


def state_path(directory: Path) -> Path:
    return directory / "owner.json"


def read_state(directory: Path) -> OwnerState | None:
    """The state that was written last, whether or not its process lives; None where there is none that can be read."""
    try:
        return msgspec.json.decode(state_path(directory).read_bytes(), type=OwnerState)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def process_of(state: OwnerState) -> psutil.Process | None:
    """The process that wrote the state, if it still runs."""
    try:
        process = psutil.Process(state.pid)
        ours = abs(process.create_time() - state.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if ours else None


def ready(state: OwnerState) -> bool:
    """Whether the server takes requests with its users in place (its Bolt port opens before they exist)."""
    connection = http.client.HTTPConnection(HOST, state.http_port, timeout=2)
    try:
        connection.request("GET", "/api/v1/ready")
        return connection.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def alive(state: OwnerState | None) -> bool:
    return state is not None and process_of(state) is not None and ready(state)
