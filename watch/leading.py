"""The watcher's part in the leadership: takes it, renews it, and knows for how long it surely still has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from graph.store import StoreError
from graph.store.leader import Leadership

BEATS = 4  # per `seconds`: a lease lasts three of them, so that a standby that asks at each takes over within `seconds`
SILENT_BEATS = 3 * BEATS  # after which the loop counts as stuck; a store that does not answer takes some seconds


class Leader:
    """Leads, or stands by. `beat` is called by one thread, the rest by any.

    `problem` is the sentence of a store that does not answer.
    """

    def __init__(
        self,
        leadership: Leadership,
        holder: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.leadership, self._holder, self._clock = leadership, holder, clock
        self.interval = seconds / BEATS
        self.token: int | None = None
        self.other: str | None = None  # who leads instead
        self.problem = ""
        self._until = self._beaten = clock()

    def left(self) -> float:
        """Seconds for which no other watcher can lead; 0 for one that stands by."""
        return max(0.0, self._until - self._clock()) if self.token is not None else 0.0

    def beating(self) -> bool:
        return self._clock() - self._beaten < SILENT_BEATS * self.interval

    def run(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """Beat until `stop`, and tell when the leadership was won or lost, and when `problem` came or went."""
        self.beat()
        changed()
        while not stop.wait(self.interval):
            if self.beat():
                changed()

    def beat(self) -> bool:
        """Renew the lease, or try to take it; whether that changed something."""
        before = (self.token, self.problem)
        self._beaten = self._clock()
        try:
            self._ask()
            self.problem = ""
        except StoreError as error:
            self.problem = str(error)
            if not self.left():
                self.token = None
        return (self.token, self.problem) != before

    def resign(self) -> None:
        """Let another one lead at once, where this one does and the store answers."""
        token, self.token = self.token, None
        if token is not None:
            try:
                self.leadership.release(token)
            except StoreError as error:  # then the lease runs out by itself
                self.problem = str(error)

    def _ask(self) -> None:
        seconds = self.interval * (BEATS - 1)
        if self.token is not None and self._renewed(self.token, seconds):
            return
        self.token = None
        taken = self.leadership.acquire(self._holder, seconds)
        self.other = None if taken is not None else self.leadership.holder()
        # The first question to a store may take long, of a lease too that is counted from before it.
        if taken is not None and self._renewed(taken, seconds):
            self.token = taken

    def _renewed(self, token: int, seconds: float) -> bool:
        """Whether the lease was renewed. It is counted from before asking: in the store it ends any later."""
        before = self._clock()
        held = self.leadership.renew(token, seconds)
        if held:
            self._until = before + seconds
        return held
