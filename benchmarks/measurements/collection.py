"""An organization as large as the estate, collected from a stand-in for AWS as far away and as strict as AWS is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.aws.process import Counts, standing_in
from benchmarks.aws.wire import access_key
from benchmarks.bench import Bench
from benchmarks.figures import Figure
from ingest.aws.asking import Asker
from ingest.aws.collect import CollectedFromAws, Collection
from ingest.aws.estate import Access, Organization
from ingest.aws.meter import Meter
from ingest.aws.pace import LIMITS, Pace
from ingest.aws.sessions import Sessions
from ingest.aws.unfinished import Unfinished
from ingest.snapshot import Scope, State
from ingest.snapshot.repository import ShardInput

LATENCY = 20.0  # milliseconds, as from one region of Europe to another
SPEED = 10.0  # times AWS's own limits, there and here: the shares are the same, the waiting is shorter
WORKERS = 8
PACED = tuple(LIMITS)


class Silent:
    """Progress that nobody watches."""

    def organization(self, name: str, accounts: int) -> None: ...

    def place(self, account_id: str, region: str, shards: Mapping[Scope, ShardInput]) -> None: ...

    def account(self, account_id: str) -> None: ...


def measure(bench: Bench) -> Iterator[Figure]:
    with standing_in(bench.estate, LATENCY, SPEED) as aws:
        wall, cpu = time.perf_counter(), time.process_time()
        found = collected(aws.url, bench.management, bench.scratch / "unfinished", SPEED)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        counts = aws.counts()
    accounts = len({scope.account_id for scope in found.shards})
    calls = sum(counts.asked.values())
    yield Figure("collection.wall", wall, "s")
    yield Figure("collection.cpu", cpu, "s")
    yield Figure("collection.accounts", accounts, "accounts")
    yield Figure("collection.calls", calls, "calls")
    yield Figure("collection.calls.account", calls / accounts, "calls")
    yield Figure("collection.cpu.account", cpu / accounts, "s")
    yield Figure("collection.throttled", throttled_share(counts), "of calls", goal=0.01)
    yield Figure("collection.unseen", sum(s.state is not State.SEEN for s in found.shards.values()), "shards")


def collected(url: str, management: str, scratch: Path, speed: float = 1.0, workers: int = WORKERS) -> CollectedFromAws:
    """The estate behind `url`, asked at `speed` times the pace that AWS allows. Sets the environment's credentials."""
    key = access_key(management)
    os.environ.update(AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY="none")  # noqa: S106
    meter = Meter()
    sessions = Sessions("", "benchmark", prepare=meter.watch)
    organization = Organization.of("", sessions, Access(management_account=management, role_name="TrustdriftReader"))
    pace = Pace({service: rate * speed for service, rate in LIMITS.items()})
    unfinished = Unfinished(scratch, "benchmark", datetime.now(UTC))
    return Collection(Asker(pace, meter), unfinished, Silent(), workers=workers).collect([organization])


def throttled_share(counts: Counts) -> float:
    """The share of requests refused by services that count those of a whole organization together."""
    asked, refused = (
        sum(number for name, number in found.items() if name.startswith(PACED))
        for found in (counts.asked, counts.refused)
    )
    return refused / asked
