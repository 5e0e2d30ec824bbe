"""The watcher: what is due is done, one run at a time, while it leads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from graph.store import StoreError
from watch.child import end_leftover
from watch.jobs import Job
from watch.leading import BEATS, Leader
from watch.ledger import Event, History, Ledger
from watch.metrics import Metrics
from watch.runs import Order, Runner
from watch.standing import Standing
from watch.timetable import last_due, next_due

if TYPE_CHECKING:
    from apscheduler.events import JobExecutionEvent, JobSubmissionEvent
    from structlog.typing import FilteringBoundLogger

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DUE = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED


@dataclass(frozen=True)
class Due:
    """A run that is due; `late` where the machine came to it after its grace."""

    at: datetime
    late: bool = False


@dataclass(frozen=True)
class Parts:
    """What a watcher works with."""

    triggers: Mapping[Job, CronTrigger]
    grace: timedelta
    leader: Leader
    ledger: Ledger
    runner: Runner
    standing: Standing
    metrics: Metrics
    log: FilteringBoundLogger
    clock: Callable[[], datetime]


class Watcher:
    """Does what is due until it is stopped. A job that is due while another runs waits; due twice, it runs once."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._changed = threading.Condition()
        self._waiting: dict[Job, Due] = {}
        self._stop = threading.Event()
        self._led: int | None = None  # the token that it was last told of
        self._prepared: int | None = None  # the token that the ledger was looked through for
        self.scheduler = self._scheduler()

    def stop(self) -> None:
        """End, and the run that is under way before. May be called from a signal handler."""
        self._stop.set()
        self.parts.runner.stop("interrupted", for_good=True)
        self._notify()

    def _leadership_changed(self) -> None:
        leader = self.parts.leader
        if leader.token != self._led:  # also where it was lost and won again: the run has the old token
            self.parts.runner.stop("replaced")
        self._led = leader.token
        if leader.problem:
            self.parts.log.warning("the store does not answer", reason=leader.problem)
        else:
            self.parts.log.info("leading" if leader.token is not None else "standing by", token=leader.token)
        self._notify()

    def run(self) -> None:
        """Work by the timetable until `stop`. Raises OSError where the ledger cannot be written."""
        self.scheduler.start()
        try:
            self._while_leading(self._work)
        finally:
            self.scheduler.shutdown(wait=False)

    def run_once(self, jobs: Sequence[Job], confirm: bool = False) -> list[Event]:
        """Do these jobs now, one after the other, whatever the timetable; the ends of the runs.

        None of them where another watcher leads for longer than a lease. Raises StoreError where that is not known.
        """
        return self._while_leading(lambda: self._each(jobs, confirm))

    def role(self) -> str:
        return "leader" if self.parts.leader.token is not None else "standby"

    def alive(self) -> bool:
        """Whether its threads still do what they are for."""
        return self.scheduler.running and self.parts.leader.beating()

    def reasons(self) -> list[str]:
        """Why this watcher is not ready, a sentence each; of one that stands by only that the store does not answer."""
        leader, standing = self.parts.leader, self.parts.standing
        found = [leader.problem] if leader.problem else []
        if leader.token is not None:
            late = standing.late(self.parts.triggers, self.parts.clock())
            found += [f"`{job}` has not succeeded for two of its turns: see `watch --history`" for job in late]
            found += [f"`{job}` waits: {sentence}" for job, sentence in standing.held().items()]
        return found

    # The thread that works

    def _while_leading(self, work: Callable[[], T]) -> T:
        """Do the work in one thread while another keeps the lease; the main thread waits, free for signals."""
        leader, over = self.parts.leader, threading.Event()
        with ThreadPoolExecutor(2) as pool:
            beats = pool.submit(leader.run, over, self._leadership_changed)
            done = pool.submit(work)
            both: list[Future[Any]] = [beats, done]
            wait(both, return_when=FIRST_COMPLETED)
            self.stop()
            wait([done])
            over.set()
        leader.resign()
        beats.result()
        return done.result()

    def _work(self) -> None:
        while not self._stop.is_set():
            token, job = self._turn()
            try:
                if token is not None and token != self._prepared:
                    self._take_over(token)
                elif token is not None and job is not None:
                    self._do(token, job, self._waiting.pop(job))
            except StoreError as error:  # what was not claimed is caught up with
                self.parts.log.warning("the store does not answer", reason=str(error))
                self._prepared = None
                self._stop.wait(self.parts.leader.interval)

    def _turn(self) -> tuple[int | None, Job | None]:
        """Wait for something to do: the token to do it by, and the job that has waited longest."""
        with self._changed:
            self._changed.wait_for(self._something)
            return self.parts.leader.token, next(iter(self._waiting), None)

    def _something(self) -> bool:
        token = self.parts.leader.token
        return self._stop.is_set() or (token is not None and (token != self._prepared or bool(self._waiting)))

    def _take_over(self, token: int) -> None:
        """Close what a former leader left open, and offer what nobody has done."""
        self._close_open()
        with self._changed:
            self._waiting.clear()
        now = self.parts.clock()
        for job, trigger in self.parts.triggers.items():
            since = self._claimed(job, now)
            if since is not None and (missed := last_due(trigger, since, now)) is not None:
                self._offer(job, Due(missed, late=now - missed > self.parts.grace))
        self._prepared = token

    def _close_open(self) -> None:
        history = self.parts.ledger.read()
        if history.unreadable:
            self.parts.log.warning("lines of the run ledger could not be read", lines=history.unreadable)
        self._recall(history)
        for event in history.unbegun():
            self._missed(event.job, event.due or event.at, None, "its watcher ended before it began", run=event.run)
        for event in history.open_runs():
            self._close(event)

    def _recall(self, history: History) -> None:
        """What probes and metrics tell of the runs of former watchers."""
        standing, metrics = self.parts.standing, self.parts.metrics
        for event in history.events:
            standing.tell(event)
        for event in (*standing.successes.values(), *standing.ends.values()):
            metrics.stands(event)
        if (began := history.snapshot_begun()) is not None:
            metrics.snapshot(began)

    def _close(self, event: Event) -> None:
        """End what runs of a run whose watcher is gone."""
        ended = end_leftover(event.pid, event.began) if event.pid and event.began else False
        still = ", and its process, which still ran, was ended" if ended else ""
        self.parts.runner.forget(event.run)
        reason = f"its watcher was killed{still}"
        closed = self.parts.ledger.append(
            "ended", event.job, run=event.run, due=event.due, result="lost", reason=reason
        )
        self._tell(closed, event.at)

    def _do(self, token: int, job: Job, due: Due) -> None:
        """Do a run, unless another watcher did. What was due before and nobody did is missed."""
        now = self.parts.clock()
        since = self._claimed(job, now)
        order = self._scheduled(token, job, due.at)
        if not self._claim(token, job, due.at, now):
            self.parts.ledger.append("skipped", job, run=order.run, due=due.at, reason="it was done already")
            return
        first = next_due(self.parts.triggers[job], since) if since else due.at
        if first is not None and first < due.at:
            self._missed(job, first, due.at, "nothing ran in time; the next run makes up for it")
        if due.late:
            until = next_due(self.parts.triggers[job], due.at)
            self._missed(job, due.at, until, "it came later than `watch.misfire_grace_minutes`", run=order.run)
            return
        self._run(order)

    def _each(self, jobs: Sequence[Job], confirm: bool) -> list[Event]:
        leader = self.parts.leader
        with self._changed:
            self._changed.wait_for(lambda: self._stop.is_set() or leader.token is not None, 2 * BEATS * leader.interval)
        if leader.token is None:
            reason = leader.problem or f"`{leader.other}` leads"
            for job in jobs:
                self.parts.ledger.append("skipped", job, reason=reason)
            if leader.problem:
                raise StoreError(leader.problem)
            return []
        self._close_open()
        return [end for job in jobs if (end := self._now(job, confirm)) is not None]

    def _now(self, job: Job, confirm: bool) -> Event | None:
        """Do a job now; None where the leadership was lost, or it should end, before."""
        token, now = self.parts.leader.token, self.parts.clock()
        if token is None or self._stop.is_set():
            return None
        order = self._scheduled(token, job, now, confirm)
        if not self._claim(token, job, now, now):
            self.parts.ledger.append("skipped", job, run=order.run, due=now, reason="another watcher leads now")
            return None
        return self._run(order)

    def _scheduled(self, token: int, job: Job, due: datetime, confirm: bool = False) -> Order:
        """An order that is in the ledger before it is claimed, so that a kill in between is seen."""
        order = self.parts.runner.order(job, due, token, confirm)
        self.parts.ledger.append("scheduled", job, run=order.run, due=due)
        return order

    def _run(self, order: Order) -> Event:
        began = self.parts.clock()
        return self._tell(self.parts.runner.run(order, self.parts.leader.left), began)

    def _tell(self, event: Event, began: datetime) -> Event:
        self.parts.standing.tell(event)
        self.parts.metrics.ended(event, began)
        return event

    def _missed(self, job: str, due: datetime, until: datetime | None, reason: str, run: str = "") -> None:
        self.parts.ledger.append("missed", job, run=run, due=due, until=until, reason=reason)
        self.parts.metrics.missed(job)
        self.parts.log.warning("missed", job=job, due=due.isoformat(), reason=reason)

    def _claim(self, token: int, job: Job, due: datetime, now: datetime) -> bool:
        return self.parts.leader.leadership.claim(token, job, _milliseconds(due), _milliseconds(now))

    def _claimed(self, job: Job, now: datetime) -> datetime | None:
        """When the last run that somebody claimed was due; None for none, or one of a wrong clock."""
        claimed = EPOCH + timedelta(milliseconds=self.parts.leader.leadership.claimed(job))
        return claimed if EPOCH < claimed <= now else None

    # The scheduler's threads

    def _scheduler(self) -> BackgroundScheduler:
        """A scheduler that only says what is due; all its memory is the settings."""
        made = BackgroundScheduler(timezone=UTC)
        for job, trigger in self.parts.triggers.items():
            grace = max(1, round(self.parts.grace.total_seconds()))
            made.add_job(_due, trigger, id=job, coalesce=True, max_instances=1, misfire_grace_time=grace)
        made.add_listener(self._heard, DUE)
        return made

    def _heard(self, event: JobExecutionEvent | JobSubmissionEvent) -> None:
        """Whatever the scheduler made of it, it was due. Who stands by leaves it to the leader, and to taking over."""
        if self.parts.leader.token is not None:
            at = event.scheduled_run_times[-1] if event.code == EVENT_JOB_MAX_INSTANCES else event.scheduled_run_time
            self._offer(Job(event.job_id), Due(at, late=event.code == EVENT_JOB_MISSED))

    def _offer(self, job: Job, due: Due) -> None:
        with self._changed:
            self._waiting[job] = due
        self._notify()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _due() -> None:
    """What is due is done by the thread that works."""


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)
