"""One run: started and ended in the ledger, its process in between."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watch.child import Child, Ending, Limits
from watch.jobs import Job
from watch.ledger import SUCCESSES, Event, Ledger, Result
from watch.summary import Summary, take_summary

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

RESULTS: dict[int, Result] = {0: "clean", 3: "findings", 4: "incomplete"}
WORDS = re.compile(r"\w{2}")
REASONS = {
    "deadline": "it took longer than `watch.deadline_minutes` and was ended: raise that, or see what it waited for",
    "interrupted": "the watcher was asked to end",
    "replaced": "another watcher leads now, or the store did not answer until the lease ran out",
}


@dataclass(frozen=True)
class Order:
    """What a run is told: its id, where to write its summary, the token of its leader, whether a person confirmed."""

    job: Job
    run: str
    due: datetime
    summary: Path
    token: int
    confirm: bool = False


Command = Callable[[Order], Sequence[str]]


@dataclass(frozen=True)
class Terms:
    """How long a run may take, what it gets to end in, and the environment it runs in."""

    seconds: float
    grace: float
    environment: Mapping[str, str]


class Runner:
    """Does one run at a time. `command` says which process does it."""

    def __init__(self, ledger: Ledger, folder: Path, command: Command, terms: Terms, log: FilteringBoundLogger) -> None:
        self._ledger, self._folder, self._command, self._terms, self._log = ledger, folder, command, terms, log
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._closing = False

    def order(self, job: Job, due: datetime, token: int, confirm: bool = False) -> Order:
        """An order with a run id of its own, one that AWS takes as the name of a session."""
        run = f"{job}-{due:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        return Order(job, run, due, self._folder / f"{run}.json", token, confirm)

    def run(self, order: Order, left: Callable[[], float]) -> Event:
        """Do it, as long as `left()` says that this watcher leads; the line that the ledger has of its end."""
        log = self._log.bind(run=order.run, job=str(order.job))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        child = Child(self._command(order), self._terms.environment)
        with self._lock:
            self._child = child
            if self._closing:
                child.stop("interrupted")
        try:
            self._started(order, child)
            child.go()
            log.info("run started", pid=child.pid, due=order.due.isoformat())
        except BaseException:
            child.stop("interrupted")
            raise
        finally:
            ending = child.wait(Limits(self._terms.seconds, self._terms.grace, left))
            with self._lock:
                self._child = None
        ended = self._ended(order, ending)
        log.info("run ended", result=ended.result, code=ended.code, reason=ended.reason)
        return ended

    def stop(self, cause: str, for_good: bool = False) -> None:
        """End the run that is under way; `for_good`, those that follow as well."""
        with self._lock:
            self._closing = self._closing or for_good
            if self._child is not None:
                self._child.stop(cause)

    def forget(self, run: str) -> None:
        """Remove what a run that nobody waited for may have left."""
        (self._folder / f"{run}.json").unlink(missing_ok=True)

    def _started(self, order: Order, child: Child) -> None:
        self._ledger.append(
            "started",
            order.job,
            run=order.run,
            due=order.due,
            token=order.token,
            pid=child.pid,
            began=child.began(),
        )

    def _ended(self, order: Order, ending: Ending) -> Event:
        summary, unreadable = take_summary(order.summary)
        result = outcome(ending, summary)
        reason = "; ".join(filter(None, (_reason(result, ending, summary), unreadable)))
        return self._ledger.append(
            "ended",
            order.job,
            run=order.run,
            due=order.due,
            code=ending.code,
            result=result,
            reason=reason,
            stderr=[] if result in SUCCESSES else ending.stderr,
            summary=summary,
        )


def outcome(ending: Ending, summary: Summary | None) -> Result:
    """The result of a run. One that succeeded just before it was ended did succeed."""
    if ending.code in RESULTS:
        return RESULTS[ending.code]
    if ending.cause == "deadline":
        return "deadline"
    if ending.cause:
        return "interrupted" if ending.cause == "interrupted" else "replaced"
    return "held" if summary and summary.held else "error"


def _reason(result: Result, ending: Ending, summary: Summary | None) -> str:
    if result == "held":
        return (summary and summary.held) or ""
    if result == "error":
        said = next((line for line in reversed(ending.stderr) if WORDS.search(line)), "it said nothing")
        return f"signal {-ending.code}: {said}" if ending.code < 0 else said
    return REASONS.get(result, "")
