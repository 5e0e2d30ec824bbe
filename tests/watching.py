"""What tests of the watcher share: one in this process, and one in a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from graph.store.leader import FileLeadership, Leadership
from tests.conftest import ROOT
from watch.ledger import Event, History, Ledger
from watch.redaction import Redaction
from watch.runs import Order
from watch.setup import Plan, make_watcher
from watch.watcher import Watcher

NOW = datetime(2026, 11, 24, 6, 20, tzinfo=UTC)
HOURLY = {"identity": "0 * * * *"}


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that happens in another thread or process."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


class Clock:
    """A clock that goes on by a millisecond whenever it is read."""

    def __init__(self) -> None:
        self._turns = count()

    def __call__(self) -> datetime:
        return NOW + timedelta(milliseconds=next(self._turns))


class Workplace:
    """A folder with a ledger and a leadership, and watchers on it whose runs are `script` in a shell."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.log = folder, Clock(), io.StringIO()
        self.leadership: Leadership = FileLeadership(folder)
        self.orders: list[Order] = []

    def watcher(self, script: str = "true", schedule: dict[str, str] = HOURLY, **plan: object) -> Watcher:
        def command(order: Order) -> Sequence[str]:
            self.orders.append(order)
            return ["sh", "-c", script, str(order.summary)]

        given = {"deadline_seconds": 30.0, "grace_seconds": 1800.0, "lease_seconds": 2.0} | plan
        return make_watcher(
            Plan(self.folder, schedule, **given),  # type: ignore[arg-type]
            command,
            self.leadership,
            self.log,
            self.clock,
        )

    @contextmanager
    def at_work(self, watcher: Watcher) -> Iterator[Watcher]:
        """A watcher that works in a thread for as long as the block lasts."""
        thread = threading.Thread(target=watcher.run)
        thread.start()
        try:
            yield watcher
        finally:
            watcher.stop()
            thread.join()

    def claimed(self, job: str, due: datetime) -> None:
        """A former leader did the run that was due then."""
        token = self.leadership.acquire("former", 60)
        assert token is not None
        assert self.leadership.claim(token, job, milliseconds(due), milliseconds(due))
        self.leadership.release(token)

    def history(self) -> History:
        return Ledger(self.folder, self.clock, Redaction({})).read()

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.history().events if event.event == kind]


@contextmanager
def process(*arguments: str | Path, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`tests.watch_program` with these arguments; it is gone after the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.watch_program", *map(str, arguments)],
        cwd=ROOT,
        env=dict(os.environ) | (environment or {}),
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.kill()
        started.wait()


def turns(history: History, tick: timedelta) -> tuple[list[datetime], list[datetime]]:
    """The turns of a job that were taken, and those that were missed, as the ledger tells it."""
    skipped = {event.run for event in history.events if event.event == "skipped"}
    taken = [e.due for e in history.events if e.event == "scheduled" and e.run not in skipped and e.due is not None]
    missed = []
    for event in history.events:
        if event.event == "missed" and event.due and event.until:
            missed += [event.due + n * tick for n in range((event.until - event.due) // tick)]
    return taken, missed
