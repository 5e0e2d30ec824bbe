"""Token buckets as AWS documents them: requests beyond the refill are refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.aws.wire import Refused, Request


class Rule(NamedTuple):
    """`burst` requests at once, then `rate` a second; `per` says what shares a bucket."""

    burst: float
    rate: float
    code: str
    per: Callable[[Request], tuple[str, ...]]


def _collective(request: Request) -> tuple[str, ...]:
    return (request.service,)


def _each_api(request: Request) -> tuple[str, ...]:
    return (request.account, request.region, request.operation)


# Sources: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html (per account, region and API),
# https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html (20 a second, collective);
# Organizations publishes none and refuses bursts above a handful.
RULES = {
    "ec2": Rule(100, 20, "RequestLimitExceeded", _each_api),
    "organizations": Rule(5, 5, "TooManyRequestsException", _collective),
    "sso-admin": Rule(20, 20, "ThrottlingException", _collective),
    "identitystore": Rule(20, 20, "ThrottlingException", _collective),
}


@dataclass
class Buckets:
    """Refuses what comes too fast. `speed` makes rates higher, for measuring in less time than AWS takes."""

    speed: float = 1.0
    clock: Callable[[], float] = time.monotonic
    _filled: dict[tuple[str, ...], tuple[float, float]] = field(default_factory=dict)

    def take(self, request: Request) -> None:
        """Raises: Refused."""
        rule = RULES.get(request.service)
        if rule is None:
            return
        key, now = rule.per(request), self.clock()
        tokens, at = self._filled.get(key, (rule.burst, now))
        tokens = min(rule.burst, tokens + (now - at) * rule.rate * self.speed)
        self._filled[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise Refused(rule.code, "Rate exceeded", 503 if request.service == "ec2" else 400)
