"""Puts a watcher together from plain values, so that only the command line reads settings."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from graph.store.leader import Leadership
from watch.leading import Leader
from watch.ledger import Ledger
from watch.logs import make_log
from watch.metrics import Metrics
from watch.probes import View
from watch.redaction import Redaction
from watch.runs import Command, Runner, Terms
from watch.standing import Standing
from watch.timetable import triggers
from watch.watcher import Parts, Watcher

LONGEST_GRACE = 10.0  # seconds between the request to end and the kill


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Plan:
    """A watcher in plain values: `folder` is that of the state, `schedule` cron expressions by job, and `secrets` are
    to stay out of everything that is kept or shown, besides what the environment calls so."""

    folder: Path
    schedule: Mapping[str, str]
    deadline_seconds: float = 7200.0
    grace_seconds: float = 1800.0
    lease_seconds: float = 30.0
    secrets: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def redaction(self) -> Redaction:
        return Redaction(self.environment, self.secrets)

    def ledger(self, clock: Callable[[], datetime] = now) -> Ledger:
        return Ledger(self.folder, clock, self.redaction)


def make_watcher(
    plan: Plan, command: Command, leadership: Leadership, stream: TextIO, clock: Callable[[], datetime] = now
) -> Watcher:
    """A watcher that is not at work yet. `stream` takes its log. Raises ScheduleError."""
    ledger, log = plan.ledger(clock), make_log(stream, plan.redaction)
    terms = Terms(plan.deadline_seconds, min(LONGEST_GRACE, plan.lease_seconds / 4), plan.environment)
    leader = Leader(leadership, f"{platform.node()}:{os.getpid()}", plan.lease_seconds)
    return Watcher(
        Parts(
            triggers=triggers(plan.schedule),
            grace=timedelta(seconds=plan.grace_seconds),
            leader=leader,
            ledger=ledger,
            runner=Runner(ledger, plan.folder / "runs", command, terms, log),
            standing=Standing(clock(), ledger.read().events),
            metrics=Metrics(lambda: leader.token is not None, clock),
            log=log,
            clock=clock,
        )
    )


def view(watcher: Watcher) -> View:
    """What the probes ask of a watcher."""
    return View(watcher.alive, watcher.role, watcher.reasons, watcher.parts.metrics.text)
