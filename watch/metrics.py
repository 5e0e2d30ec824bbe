"""What Prometheus reads. No label holds a word that somebody outside chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from watch.ledger import SUCCESSES, Event
from watch.summary import CollectorFigures

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]
NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.-")
LONGEST_NAME = 64
FIGURES = {"seconds": "Seconds that a collector took in the last run.", "items": "Items that it found in the last run."}
COUNTS = {"calls": "Calls to AWS.", "errors": "Calls that failed.", "throttles": "Calls that were throttled."}


class Metrics:
    """The figures of one watcher, in a registry of its own."""

    def __init__(self, leading: Callable[[], bool], clock: Callable[[], datetime]) -> None:
        self._registry, self._clock = CollectorRegistry(), clock
        gauge, counter = partial(Gauge, registry=self._registry), partial(Counter, registry=self._registry)
        self._runs = counter("trustdrift_runs", "Runs by how they ended.", ["job", "result"])
        self._missed = counter("trustdrift_missed", "Stretches in which a due run was not done.", ["job"])
        self._seconds = gauge("trustdrift_run_seconds", "How long the last run took.", ["job"])
        self._success = gauge("trustdrift_last_success_timestamp_seconds", "When a job last succeeded.", ["job"])
        self._held = gauge("trustdrift_held", "1 while a load waits for --confirm.", ["job"])
        self._age = gauge("trustdrift_snapshot_age_seconds", "Seconds since the run that took the last snapshot began.")
        self._age.set(float("nan"))
        gauge("trustdrift_leader", "1 on the watcher that leads.").set_function(lambda: float(leading()))
        self._figures = {n: gauge(f"trustdrift_collector_{n}", doc, ["collector"]) for n, doc in FIGURES.items()}
        self._counts = {n: counter(f"trustdrift_collector_{n}", doc, ["collector"]) for n, doc in COUNTS.items()}

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def missed(self, job: str) -> None:
        self._missed.labels(job).inc()

    def ended(self, event: Event, began: datetime) -> None:
        """Count a run that began then and ended as the event says."""
        self._runs.labels(event.job, event.result).inc()
        self._seconds.labels(event.job).set((event.at - began).total_seconds())
        self.stands(event)
        if event.summary is None:
            return
        if event.summary.snapshot:
            self.snapshot(began)
        for name, figures in event.summary.collectors.items():
            self._collector(_plain(name), figures)

    def stands(self, event: Event) -> None:
        """How a job stands after a run, this watcher's or an earlier one's."""
        self._held.labels(event.job).set(event.result == "held")
        if event.result in SUCCESSES:
            self._success.labels(event.job).set(event.at.timestamp())

    def snapshot(self, began: datetime) -> None:
        """The last snapshot is that of a run that began then."""
        self._age.set_function(lambda: (self._clock() - began).total_seconds())

    def _collector(self, name: str, figures: CollectorFigures) -> None:
        for kind, gauge in self._figures.items():
            if (value := getattr(figures, kind)) is not None:
                gauge.labels(name).set(value)
        for kind, counter in self._counts.items():
            if (value := getattr(figures, kind)) is not None:
                counter.labels(name).inc(max(0, value))


def _plain(name: str) -> str:
    return name if len(name) <= LONGEST_NAME and NAME_LETTERS.issuperset(name) else "other"
