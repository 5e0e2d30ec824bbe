"""How fast to ask where AWS counts the requests of a whole organization together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# Requests a second. Sources: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html (20, collective);
# Organizations publishes none and refuses bursts above a handful.
LIMITS = {"organizations": 5.0, "sso-admin": 18.0, "identitystore": 18.0}


class Pace:
    """Spaces requests of a service evenly. Services without a limit never wait."""

    def __init__(
        self,
        limits: dict[str, float] = LIMITS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._sleep, self._clock = limits, sleep, clock
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, service: str) -> None:
        """Returns when the next request may be sent."""
        if service not in self._limits:
            return
        with self._lock:
            now = self._clock()
            turn = max(now, self._next.get(service, now))
            self._next[service] = turn + 1 / self._limits[service]
        if turn > now:
            self._sleep(turn - now)
