"""A watcher of its own process for tests, with a short timetable and a command of the test's.

    python -m tests.watch_program [--tick MILLISECONDS] [--lease SECONDS] [--once] STATE STORE_URL COMMAND…

Each word of COMMAND may hold {due}, {run}, {summary} and {token}.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.triggers.base import BaseTrigger

from graph.store.leader import open_leadership
from watch.jobs import Job
from watch.runs import Order
from watch.setup import Plan, make_watcher
from watch.watcher import Watcher

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PASSWORD = "TEST_STORE_PASSWORD"


class EveryTick(BaseTrigger):
    """Due at every multiple of some milliseconds since the epoch, so at the same moments in every process."""

    def __init__(self, milliseconds: int) -> None:
        self._every = timedelta(milliseconds=milliseconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        start = max(now, previous + timedelta(microseconds=1)) if previous else now
        return EPOCH - (EPOCH - start) // self._every * self._every


def ticking(state: Path, url: str, command: list[str], tick: int, lease: float) -> Watcher:
    """A watcher whose job `identity` runs `command` at every tick."""

    def of(order: Order) -> list[str]:
        told = {"due": f"{order.due:%s%f}", "run": order.run, "summary": order.summary, "token": order.token}
        return [word.format(**told) for word in command]

    plan = Plan(state, {"identity": "* * * * *"}, deadline_seconds=60, grace_seconds=10, lease_seconds=lease)
    leadership = open_leadership(url, ("neo4j", os.environ.get(PASSWORD, "")))
    made = make_watcher(plan, of, leadership, sys.stderr)
    return Watcher(made.parts.__class__(**vars(made.parts) | {"triggers": {Job.IDENTITY: EveryTick(tick)}}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("url")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    parser.add_argument("--tick", type=int, default=50)
    parser.add_argument("--lease", type=float, default=1.0)
    parser.add_argument("--once", action="store_true")
    given = parser.parse_args()
    watcher = ticking(given.state, given.url, given.command, given.tick, given.lease)
    signal.signal(signal.SIGTERM, lambda *_: watcher.stop())
    if given.once:
        watcher.run_once([Job.IDENTITY])
    else:
        watcher.run()


if __name__ == "__main__":
    main()
