"""Reach the owner process of a directory: attach to the one that runs, or start it; and stop it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from graph.store.errors import StoreError
from graph.store.owner import HELD
from graph.store.state import OwnerState, alive, process_of, read_state

ROOT = Path(__file__).parents[2]
START_SECONDS = 40.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05
# The engine writes its log where we say and holds at most this much heap; nothing else of the caller's environment
# (credentials among it) goes into a process that outlives the caller.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
HEAP = "-Xmx2g"


@dataclass(frozen=True)
class Attached:
    """The owner and, where this process started it, its handle."""

    state: OwnerState
    child: subprocess.Popen[bytes] | None

    @property
    def started(self) -> bool:
        return self.child is not None and self.child.pid == self.state.pid


def attach(directory: Path, seconds: float = START_SECONDS) -> Attached:
    """The owner of `directory`, started if there is none. StoreError where none answers within `seconds`."""
    _make(directory)
    deadline = time.monotonic() + seconds
    child: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        state = read_state(directory)
        if state is not None and alive(state):
            return Attached(state, child)
        if child is None or child.poll() == HELD:  # who lost the race tries again, should the winner fail
            child = _spawn(directory)
        elif child.returncode is not None:
            raise StoreError(f"the graph engine did not start ({_last_line(directory)}): see `{_log(directory)}`")
        time.sleep(POLL_SECONDS)
    raise StoreError(_no_answer(directory))


def stop(directory: Path, seconds: float = STOP_SECONDS) -> bool:
    """End the owner of `directory` cleanly. False where none runs; StoreError where it does not end in time."""
    import psutil

    state = read_state(directory)
    process = process_of(state) if state is not None else None
    if process is None:
        return False
    process.terminate()
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired as error:
        raise StoreError(
            f"the graph engine with pid {process.pid} did not stop in {seconds:.0f} s: kill it, nothing is lost"
        ) from error
    return True


def engine_environment(directory: Path) -> dict[str, str]:
    """The environment of a process that loads the engine."""
    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return own | {
        "ARCADEDB_LOG_DIR": str(directory / "log"),
        "ARCADEDB_LOG_CONSOLE": "0",
        "ARCADEDB_NATIVE_ISOLATE_ARGS": HEAP,
    }


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _log(directory).touch(mode=0o600)
    except OSError as error:
        raise StoreError(
            f"`{directory}` cannot be written ({error.strerror}): choose another directory for the store"
        ) from error


def _spawn(directory: Path) -> subprocess.Popen[bytes]:
    """Start an owner in a session of its own, so that it outlives the command and its terminal."""
    with _log(directory).open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", "graph.store.owner", str(directory.absolute())],
            cwd=ROOT,
            env=engine_environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _log(directory: Path) -> Path:
    return directory / "owner.log"


def _last_line(directory: Path) -> str:
    lines = _log(directory).read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"


def _no_answer(directory: Path) -> str:
    state = read_state(directory)
    process = process_of(state) if state is not None else None
    if process is None:
        return f"the graph engine of `{directory}` did not start in time: see `{_log(directory)}`"
    return f"the graph engine of `{directory}` (pid {process.pid}) does not answer: kill it and run the command again"
