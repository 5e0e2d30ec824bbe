"""How the jobs stand: what probes and metrics tell, kept from the ledger's events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from apscheduler.triggers.cron import CronTrigger

from watch.jobs import Job
from watch.ledger import SUCCESSES, Event
from watch.timetable import late


class Standing:
    """The last end and the last success of each job. One thread tells it events, any may ask."""

    def __init__(self, since: datetime, events: Iterable[Event] = ()) -> None:
        self._since = since
        self.ends: dict[str, Event] = {}
        self.successes: dict[str, Event] = {}
        for event in events:
            self.tell(event)

    def tell(self, event: Event) -> None:
        if event.event == "ended":
            self.ends[event.job] = event
            if event.result in SUCCESSES:
                self.successes[event.job] = event

    def held(self) -> dict[str, str]:
        """The sentence of each job whose last run waits for a person."""
        return {job: event.reason for job, event in self.ends.items() if event.result == "held"}

    def late(self, triggers: Mapping[Job, CronTrigger], now: datetime) -> list[str]:
        """The jobs that were due twice since they last succeeded (or, if they never did, since this watcher began)."""
        last = {job: self.successes[job].at if job in self.successes else self._since for job in triggers}
        return [str(job) for job, trigger in triggers.items() if late(trigger, last[job], now)]
