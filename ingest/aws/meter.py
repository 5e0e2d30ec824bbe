"""What a collection cost: requests, throttles and errors by call, seconds and items by collector."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ingest.snapshot import ShardInput
from ingest.snapshot.coverage import Scope, State
from ingest.sources.declare import Call
from ingest.sources.refusals import THROTTLED
from ingest.sources.table import SOURCES


def _squeezed(operation: str) -> str:
    return operation.replace("-", "").lower()


def _collectors() -> dict[tuple[str, str], str]:
    """The collector that a request counts for, by service and operation."""
    found: dict[tuple[str, str], str] = {}
    for source in SOURCES:
        for call in (*source.calls, *(c.until.call for c in source.calls if c.until)):
            found.setdefault((call.client, _squeezed(call.operation)), source.collector)
    return found


COLLECTOR_OF = _collectors()


class CollectorCost(msgspec.Struct):
    """Of one collector over all accounts and regions. `errors` are shards that were not fully seen."""

    seconds: float = 0.0
    calls: int = 0
    items: int = 0
    errors: int = 0
    throttles: int = 0


class Meter:
    """Counts; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._throttles: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()

    def request(self, call: Call[Any], seconds: float) -> None:
        with self._lock:
            name = COLLECTOR_OF.get((call.client, _squeezed(call.operation)), call.client)
            self._requests[name] += 1
            self._seconds[name] += seconds  # type: ignore[assignment]

    def watch(self, client: Any) -> None:
        """Counts the throttles of a client, those included that a retry makes good."""
        service = client.meta.service_model.service_name

        def retrying(response: Any, operation: Any, **_: Any) -> None:
            error = response[1].get("Error", {}) if response is not None else {}
            if str(error.get("Code", "")).removeprefix("Client.") in THROTTLED:
                with self._lock:
                    self._throttles[COLLECTOR_OF.get((service, operation.name.lower()), service)] += 1

        client.meta.events.register("needs-retry", retrying)

    @property
    def requests(self) -> int:
        return sum(self._requests.values())

    def by_collector(self, shards: Mapping[Scope, ShardInput]) -> dict[str, CollectorCost]:
        costs: dict[str, CollectorCost] = {}
        for scope, shard in shards.items():
            cost = costs.setdefault(scope.collector, CollectorCost())
            cost.items += len(shard.records)
            cost.errors += shard.state is not State.SEEN
        for name in self._names():
            cost = costs.setdefault(name, CollectorCost())
            cost.calls, cost.throttles = self._requests[name], self._throttles[name]
            cost.seconds = round(float(self._seconds[name]), 3)
        return dict(sorted(costs.items()))

    def _names(self) -> Iterable[str]:
        return self._requests.keys() | self._throttles.keys()
