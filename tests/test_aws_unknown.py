"""Unknown is never compliant: whatever is refused, what was a way in stays one, or the coverage says what is not known.

The API's answers about Harborline's week are kept once; a case refuses some of them, and what follows from those is
asked no more. Compared are the steps of every principal (all CAN_ and MAY_ edges but those of the network, whose
classes are named by their contents) and who reaches a jewel or an administrator, network included.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demo
from drift.sight import Sight
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.reach import networks
from graph.store.store import Store
from ingest.aws.asking import Asker
from ingest.aws.crawling import ByCall, crawl, shards_of, sources_of
from ingest.snapshot import Reason, Scope, Snapshot, State
from ingest.snapshot.repository import Repository, ShardInput
from ingest.sources.answers import Answer
from ingest.sources.declare import Ask, Call, Source
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal
from queries.checks import OPEN, UNKNOWN, Finding, run_checks
from queries.where import resolve
from tests.aws_collecting import asker, credentials_of, sessions_with
from tests.aws_harborline import MANAGEMENT, PAYMENTS, REGION, SECURITY, Harborline
from tests.aws_server import AwsServer
from tests.engines import EMBEDDED, engine_of
from tests.require import repetitions

BEFORE, AFTER = "2026-11-16T06:00:00+00:00", "2026-11-17T06:00:00+00:00"
REASONS = {
    Reason.DENIED: State.DENIED,
    Reason.SCP_DENIED: State.DENIED,
    Reason.THROTTLED: State.FAILED,
    Reason.MALFORMED: State.FAILED,
}
# Jewels are chosen by tags, and a record whose tags are not known does not tell so: not covered by the law.
OF_TAGS = {"list-tags-for-resource", "get-bucket-tagging", "list-resource-tags", "list-tags"}
ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
Request = tuple[Place, Call[Any], str | None]  # None for all of a call
Step = tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    """The answers about one account and its organization."""

    places: dict[Place, tuple[tuple[Source, ...], ByCall]]

    @property
    def requests(self) -> list[Request]:
        asked = [(p, c, a.argument) for p, (_, by_call) in self.places.items() for c in by_call for a in by_call[c]]
        every = dict.fromkeys([*asked, *((place, call, None) for place, call, _ in asked)])
        return [request for request in every if request[1].operation not in OF_TAGS]


@dataclass(frozen=True)
class Refusing(Asker):
    """Answers from what was kept, but for requests that are refused."""

    kept: ByCall = field(default_factory=dict)
    refused: frozenset[Request] = frozenset()
    why: Refusal = field(default_factory=lambda: Refusal(State.DENIED, Reason.DENIED, "no"))

    def ask(self, account: Any, call: Call[Any], request: Ask, place: Place) -> list[Answer]:
        if {(place, call, request.argument), (place, call, None)} & self.refused:
            return [Answer(call, request.argument, place, request.label, refusal=self.why)]
        about = (request.argument, request.label)
        return [answer for answer in self.kept.get(call, []) if (answer.argument, answer.label) == about]


@cache
def kept(account_id: str) -> Kept:
    server, places = AwsServer(Harborline(demo.week_dir())), {}
    for owner, place, scope in (
        (MANAGEMENT, Place(MANAGEMENT, "", "aws"), "organization"),
        (account_id, Place(account_id, "", "aws"), "account"),
        (account_id, Place(account_id, REGION, "aws"), "region"),
    ):
        with credentials_of(owner):
            sources = sources_of(scope, lambda name: True)
            places[place] = sources, crawl(asker(), sessions_with(server).own(), place, sources, (REGION,))
    return Kept(places)


def shards(account_id: str, refused: frozenset[Request], reason: Reason) -> dict[Scope, ShardInput]:
    why, found = Refusal(REASONS[reason], reason, "refused"), dict[Scope, ShardInput]()
    for place, (sources, by_call) in kept(account_id).places.items():
        asking = Refusing(asker().pace, asker().meter, kept=by_call, refused=refused, why=why)
        found |= shards_of(place, sources, crawl(asking, None, place, sources, (REGION,)))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True)
class Verdicts:
    """Steps by whether they are certain, and who reaches what matters, certainly or possibly; and of what graph."""

    steps: dict[Step, bool]
    reaching: frozenset[str]
    graph: Graph


def verdicts(snapshot: Snapshot) -> Verdicts:
    graph = build(snapshot, BuildOptions())
    holders, steps = defaultdict(set), dict[Step, bool]()
    for edge in graph.edges:
        if edge.type == "HOLDS":
            holders[edge.target].add(edge.source)
    for edge in graph.edges:
        if edge.type.startswith(("CAN_", "MAY_")) and not edge.type.endswith("_CONNECT"):
            for holder in holders.get(edge.source, {edge.source}):
                step = holder, edge.type[4:], edge.target
                steps[step] = steps.get(step, False) or edge.type.startswith("CAN_")
    return Verdicts(steps, reaching(graph), graph)


def reaching(graph: Graph) -> frozenset[str]:
    _, possible = networks(graph)
    reach = possible.search([*resolve(graph, "jewels"), *resolve(graph, "admin")])
    principals = [n.id for n in graph.nodes.values() if {"AWSPrincipal", "AWSSSOUser", "Internet"} & set(n.labels)]
    return frozenset(node for node in principals if reach.hops(node) is not None)


@cache
def healthy(account_id: str) -> tuple[Repository, Snapshot, Verdicts]:
    repository = Repository(f"memory://unknown/{account_id}")
    snapshot = repository.commit(shards(account_id, frozenset(), Reason.DENIED), BEFORE, "aws", previous=None)
    assert all(row.complete for row in snapshot.coverage())
    return repository, snapshot, verdicts(snapshot)


def unseen_accounts(snapshot: Snapshot) -> set[str]:
    return {row.scope.account_id for row in snapshot.coverage() if not row.complete}


def told(step: Step, before: Verdicts, unseen: set[str]) -> bool:
    """Whether the coverage says that something of the step's accounts, or of the organization, is not known."""
    ends = {str(before.graph.nodes[one].properties.get("account_id")) for one in (step[0], step[2])}
    return bool(unseen & {MANAGEMENT, *ends, *ACCOUNT.findall(" ".join(step))})


def is_withheld(step: Step, before: Verdicts, after: Verdicts) -> bool:
    """Whether a step rests on a resource's own word, which was not read this time: drift then calls it unseen."""
    resource = after.graph.nodes.get(step[2])
    marks = ("policy_unseen", "sharing_unseen")
    is_unread = resource is not None and any(resource.properties.get(mark) for mark in marks)
    return step[1] == "ACCESS" and is_unread and Sight(before.graph, after.graph).hides(step[0], step[2])


def check(account_id: str, refused: frozenset[Request], reason: Reason) -> None:
    repository, good, before = healthy(account_id)
    found = shards(account_id, refused, reason)
    carried = repository.commit(found, AFTER, "aws", previous=good.id)
    with_past = verdicts(carried)
    lost = before.steps.keys() - with_past.steps.keys()
    assert [s for s in lost if not is_withheld(s, before, with_past)] == [], "a step that was there is gone"
    assert lost or before.reaching <= with_past.reaching, "somebody reaches what matters no more"
    assert more_certain(before, with_past) == []
    first = repository.commit(found, AFTER, "aws", previous=None)
    without_past, unseen = verdicts(first), unseen_accounts(first)
    lost = before.steps.keys() - without_past.steps.keys()
    assert [s for s in lost if not told(s, before, unseen) and not is_withheld(s, before, without_past)] == []
    assert before.reaching <= without_past.reaching or unseen
    assert [s for s in more_certain(before, without_past) if not excused(s, first)] == []


def more_certain(before: Verdicts, after: Verdicts) -> list[Step]:
    """Steps that are certain only since something is not known."""
    return [step for step, certain in after.steps.items() if certain and not before.steps.get(step)]


def excused(step: Step, snapshot: Snapshot) -> bool:
    """At a first collection the graph takes a key that it never saw for none, and an organization that it never saw."""
    unseen = {(row.scope.collector, row.scope.account_id) for row in snapshot.coverage() if not row.complete}
    keys = {("kms.keys", account) for account in ACCOUNT.findall(step[2])}
    return bool(unseen & {("organizations.tree", MANAGEMENT), *keys})


def some_of(account_id: str) -> st.SearchStrategy[frozenset[Request]]:
    return st.frozensets(st.sampled_from(kept(account_id).requests), min_size=1, max_size=12)


@settings(max_examples=repetitions(200))
@given(st.data(), st.sampled_from(list(REASONS)))
def test_what_is_refused_is_unknown(data, reason):
    check(SECURITY, data.draw(some_of(SECURITY)), reason)


@settings(max_examples=repetitions(15))
@given(st.data(), st.sampled_from(list(REASONS)))
def test_what_is_refused_is_unknown_where_there_is_more_to_lose(data, reason):
    check(PAYMENTS, data.draw(some_of(PAYMENTS)), reason)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[Store]:
    with engine_of(EMBEDDED, tmp_path_factory.mktemp("store"), dict.__getitem__) as engine, engine.open() as opened:
        yield opened


def checked(store: Store, snapshot: Snapshot) -> list[Finding]:
    graph = build(snapshot, BuildOptions())
    store.promote(graph)
    return run_checks(store, graph, snapshot.taken_at)


def test_a_finding_stays_or_becomes_unknown(store):
    """By the checks as users see them; without a snapshot before, so that nothing is carried over."""
    _, good, _ = healthy(PAYMENTS)
    before = checked(store, good)
    assert len([f for f in before if f.state == OPEN]) > 10
    requests = [request for request in kept(PAYMENTS).requests if request[2] is None]
    for case in range(repetitions(6)):
        refused = frozenset(random.Random(case).sample(requests, 3))
        repository = Repository(f"memory://checked/{case}")
        snapshot = repository.commit(shards(PAYMENTS, refused, Reason.DENIED), AFTER, "aws", previous=None)
        found = checked(store, snapshot)
        doubted = {f.rule for f in found if f.state == UNKNOWN and f not in before}
        here = {f.id for f in found}
        gone = [f for f in before if f.state == OPEN and f.id not in here and f.rule not in doubted]
        assert gone == [], [f"{place.region} {call.name}" for place, call, _ in refused]


def test_each_call_alone():
    for request in kept(SECURITY).requests:
        if request[2] is None:
            check(SECURITY, frozenset([request]), Reason.DENIED)


def test_there_is_something_to_lose():
    _, _, before = healthy(PAYMENTS)
    assert len(before.steps) > 200
    assert len(before.reaching) > 10


@pytest.mark.parametrize("account_id", [SECURITY, PAYMENTS])
def test_all_refused_is_all_unknown(account_id):
    everything = frozenset(kept(account_id).requests)
    check(account_id, everything, Reason.DENIED)
    assert {shard.state for shard in shards(account_id, everything, Reason.DENIED).values()} <= {
        State.DENIED,
        State.SKIPPED,
    }
