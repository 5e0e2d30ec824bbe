"""Denied is never deleted: every collector, with every call of it failing in every way, loses no record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import fields

from benchmarks.aws.wire import paginated
from ingest.aws.crawling import ByCall, crawl, shards_of
from ingest.snapshot import COLLECTORS, Reason, Record, Scope, Snapshot, State, Unseen
from ingest.snapshot.repository import Repository, ShardInput
from ingest.sources.declare import Call, Source
from ingest.sources.place import Place
from ingest.sources.table import SOURCES
from tests.aws_collecting import Recorded, asker, credentials_of, sessions_with
from tests.aws_faults import KINDS, Kind
from tests.aws_harborline import DATA, DEV, MANAGEMENT, PAYMENTS, REGION, SHARED, Harborline
from tests.aws_server import AwsServer, Fault

BEFORE, AFTER = "2026-11-09T06:00:00+00:00", "2026-11-10T06:00:00+00:00"
# Where Harborline has something of a collector's; the other ones find it in the account of payments.
ELSEWHERE = {
    "cloudtrail.trails": MANAGEMENT,
    "iam.authorization": DEV,
    "sagemaker.notebooks": DATA,
    "sagemaker.domains": DATA,
    "stepfunctions.state_machines": DATA,
    "apprunner.services": SHARED,
    "bedrock.agents": SHARED,
    "bedrock.code_interpreters": SHARED,
    "eks.clusters": SHARED,
}
# What a failed call leaves at another value than unseen.
FALLBACKS = {
    "list-aliases": {"name"},  # a key's, which is then its id
    "get-bucket-location": {"region"},  # without one; an answer without the key is how AWS says us-east-1
}


@dataclass(frozen=True)
class Healthy:
    """A collector's shard when nothing is wrong, and the answers that it came of."""

    source: Source
    place: Place
    by_call: ByCall
    scope: Scope
    shard: ShardInput
    server: AwsServer
    account: Any

    @property
    def calls(self) -> tuple[Call[Any], ...]:
        found = [call for call in (*self.source.calls, *self.source.uses) if call.asks]
        return (*found, *(call.until.call for call in found if call.until))


@pytest.fixture(scope="module", params=SOURCES, ids=lambda source: source.collector)
def healthy(request: pytest.FixtureRequest) -> Iterator[Healthy]:
    source, server = request.param, AwsServer(Harborline(), page_size=3)
    scope = COLLECTORS[source.collector].scope
    account_id = MANAGEMENT if scope == "organization" else ELSEWHERE.get(source.collector, PAYMENTS)
    place = Place(account_id, REGION if scope == "region" else "", "aws")
    with credentials_of(account_id):
        account = sessions_with(server).own()
        by_call = crawl(asker(), account, place, [source], (REGION,))
        [(where, shard)] = shards_of(place, [source], by_call).items()
        yield Healthy(source, place, by_call, where, shard, server, account)


def test_the_server_answers_each_call(healthy):
    assert healthy.shard.state is State.SEEN, healthy.shard.detail
    kinds = {type(record) for record in healthy.shard.records}
    assert kinds >= set(COLLECTORS[healthy.source.collector].records), "seed Harborline with some of each"
    for call in healthy.calls:
        assert [r for r in healthy.server.requests if r.cli == call.operation], f"{call.name} was never asked"


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_lost_whatever_fails(healthy, name):
    kind, problems = KINDS[name], []
    for call in healthy.calls:
        if kind.page and not paginated(call.client, call.method):
            continue
        if call.may_be_empty and kind is KINDS["missing-key"]:
            continue  # that is how AWS says that there is nothing
        repository = Repository(f"memory://faults/{healthy.source.collector}/{name}/{call.name}")
        good = repository.commit({healthy.scope: healthy.shard}, BEFORE, "aws", previous=None)
        shard = with_fault(healthy, call, kind)
        bad = repository.commit({healthy.scope: shard}, AFTER, "aws", previous=good.id)
        problems += [f"{call.name}: {p}" for p in (*lost(good, bad), *untold(healthy, call, shard, kind))]
    assert not problems, "\n".join(problems)


def with_fault(healthy: Healthy, call: Call[Any], kind: Kind) -> ShardInput:
    """The shard when all requests of one call fail so."""
    strikes = Fault(lambda r: (r.service, r.cli) == (call.client, call.operation) and r.page >= kind.page, kind.does)
    asked = next((c for c in healthy.calls if c.until and c.until.call == call), call)
    replaying = Recorded(asker().pace, asker().meter, sleep=lambda seconds: None, kept=healthy.by_call, asked=asked)
    healthy.server.faults = [strikes]
    by_call = crawl(replaying, healthy.account, healthy.place, [healthy.source], (REGION,))
    healthy.server.faults = []
    return shards_of(healthy.place, [healthy.source], by_call)[healthy.scope]


def lost(good: Snapshot, bad: Snapshot) -> Iterator[str]:
    """Records that are gone, or that look fresh and are not."""
    for scope, shard in bad.shards.items():
        fresh = {(type(r), r.key) for r in shard.records}
        for kind in COLLECTORS[scope.collector].records:
            now = {record.key: record for record in bad.all(kind)}
            for before in good.all(kind):
                if before.key not in now:
                    yield f"{kind.__name__} {before.key} is gone"
                elif (kind, before.key) not in fresh and bad.stale_since(now[before.key]) != BEFORE:
                    yield f"{kind.__name__} {before.key} looks fresh"


def untold(healthy: Healthy, call: Call[Any], shard: ShardInput, kind: Kind) -> Iterator[str]:
    """What the shard or its records should say about the fault and do not."""
    yield from changed(healthy, call, shard, kind)
    if shard.state is State.SEEN:
        if {r.key for r in shard.records} != {r.key for r in healthy.shard.records}:
            yield "fully seen without all records"
        if shard == healthy.shard and call in healthy.source.calls and not kind.page:
            yield "nothing tells that it failed"
        return
    others = () if call in healthy.source.calls else (State.SKIPPED,)  # nobody told what to ask about
    if shard.reason is not kind.reason and not others:
        yield f"the reason is {shard.reason}: {shard.detail}"
    if shard.state not in (kind.state, State.PARTIAL, *others):
        yield f"the state is {shard.state}: {shard.detail}"
    if shard.state is State.PARTIAL and healthy.source.calls == (call,) and not kind.page:
        yield "partial, with nothing that was seen"


def changed(healthy: Healthy, call: Call[Any], shard: ShardInput, kind: Kind) -> Iterator[str]:
    """Fields that say something else than they do when all is well, and are not unseen."""
    before = {(type(r), r.key): r for r in healthy.shard.records}
    for record in shard.records:
        for name, was, now in differences(before[type(record), record.key], record):
            if isinstance(now, Unseen):
                if now.reason not in (kind.reason, Reason.NOT_ATTEMPTED):
                    yield f"{type(record).__name__}.{name} is unseen because of {now.reason}"
            elif not (name == "tags" and now is None) and name not in FALLBACKS.get(call.operation, ()):
                yield f"{type(record).__name__}.{name} is {now!r}, was {was!r}"


def differences(before: Record, after: Record) -> Iterator[tuple[str, Any, Any]]:
    for field in fields(before):
        was, now = getattr(before, field.name), getattr(after, field.name)
        if was != now:
            yield field.name, was, now
