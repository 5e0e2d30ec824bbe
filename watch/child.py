"""A run's process: a group of its own, a hard deadline, and the end of what it said."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

import psutil

LINES_KEPT, LINE_READ = 20, 65_536
DRAIN_SECONDS = 2.0  # what a process that outlives the group may hold of our pipe
# It begins when it is told to, so that no process is there that nobody has written down; and when the other end of the
# pipe closes, because the watcher was killed, its group is killed too.
GUARDED = """exec 3<&0 </dev/null; read -r _ <&3 || exit 1
(read -r _ <&3; kill -9 0) 2>/dev/null & exec "$@" 3<&-"""


@dataclass(frozen=True)
class Limits:
    """`seconds` a run may take; `left()` says for how many more seconds it may go on whatever its deadline; and
    `grace` is what it gets between the request to end and the kill."""

    seconds: float
    grace: float
    left: Callable[[], float]


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit code (negative for a signal), why it was ended early (or ""), its last lines."""

    code: int
    cause: str
    stderr: list[str]


class Child:
    """A process that begins with `go`; `wait` for its end once. OSError where it cannot be started."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._wake, self._cause = threading.Event(), ""
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._process = subprocess.Popen(  # noqa: S603  # a command of ours
            ["/bin/sh", "-c", GUARDED, "sh", *command],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stderr is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stderr,), daemon=True)
        self._reader.start()
        threading.Thread(target=self._await, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def began(self) -> float | None:
        """When it started, in epoch seconds; None where it has ended already."""
        return started_at(self.pid)

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # somebody ended it already
            self._process.stdin.write(b"go\n")
            self._process.stdin.flush()

    def stop(self, cause: str) -> None:
        """Ask for its end, from any thread."""
        self._cause = self._cause or cause
        self._wake.set()

    def wait(self, limits: Limits) -> Ending:
        """Its end, by itself or by force. Nothing of its group is left."""
        deadline = time.monotonic() + limits.seconds
        while not self._wake.wait(max(0.0, min(deadline - time.monotonic(), limits.left() - limits.grace))):
            if time.monotonic() >= deadline:
                self.stop("deadline")
            elif limits.left() <= limits.grace:
                self.stop("replaced")
        if self._process.returncode is None:
            end_group(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(limits.grace)
        end_group(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._release()
        self._reader.join(DRAIN_SECONDS)
        return Ending(code, self._cause, list(self._lines))

    def _release(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def _await(self) -> None:
        self._process.wait()
        self._wake.set()

    def _read(self, stream: IO[bytes]) -> None:
        """Keeps the last lines, of an endless one its beginning."""
        begins = True
        while part := stream.readline(LINE_READ):
            if begins:
                self._lines.append(part.decode("utf-8", errors="replace").rstrip())
            begins = part.endswith(b"\n")
        stream.close()


def end_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to what is left of the group that `pid` leads."""
    with suppress(ProcessLookupError, PermissionError):  # some systems say the latter of a group of the dead
        os.killpg(pid, number)


def started_at(pid: int) -> float | None:
    """When a process started, in epoch seconds; None where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def end_leftover(pid: int, began: float) -> bool:
    """End a run whose watcher is gone, with its group. False where it has ended; another of its number stays."""
    now = started_at(pid)
    if now is None or abs(now - began) > 1:
        return False
    end_group(pid, signal.SIGKILL)
    return True
