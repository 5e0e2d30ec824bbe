"""Everything that the sources want to know of one place: an organization, an account, a region of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ingest.aws.asking import Asker
from ingest.aws.sessions import Account
from ingest.snapshot import COLLECTORS, Scope, ShardInput
from ingest.sources.answers import Answer, Answers
from ingest.sources.declare import Ask, Call, Source
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal
from ingest.sources.sharding import settle, shard_of
from ingest.sources.table import SOURCES

ByCall = dict[Call[Any], list[Answer]]


def sources_of(scope: str, wanted: Callable[[str], bool]) -> tuple[Source, ...]:
    """The wanted sources of a scope (`organization`, `account`, `region`)."""
    return tuple(s for s in SOURCES if COLLECTORS[s.collector].scope == scope and wanted(s.collector))


def crawl(
    asker: Asker,
    account: Account,
    place: Place,
    sources: Iterable[Source],
    regions: tuple[str, ...] = (),
    known: ByCall | None = None,
) -> ByCall:
    """Asks until the answers raise no further question. `regions` are where to look for what has no region, `known`
    is what was answered before."""
    calls = dict.fromkeys(call for s in sources for call in (*s.calls, *s.uses) if call.asks)
    return crawl_of(asker, account, place, tuple(calls), regions, known)


def crawl_of(
    asker: Asker,
    account: Account,
    place: Place,
    calls: tuple[Call[Any], ...],
    regions: tuple[str, ...] = (),
    known: ByCall | None = None,
) -> ByCall:
    """The same for some calls."""
    by_call: ByCall = defaultdict(list, {call: list(answers) for call, answers in (known or {}).items()})
    asked = {(call, answer.argument, answer.label) for call, answers in by_call.items() for answer in answers}
    while requests := list(_open(calls, Answers(place, by_call, regions=regions), asked)):
        for call, request in requests:
            by_call[call].extend(asker.ask(account, call, request, place))
    settle(calls, Answers(place, by_call, regions=regions), by_call)
    return dict(by_call)


def _open(
    calls: Iterable[Call[Any]], answers: Answers, asked: set[tuple[Call[Any], str, str]]
) -> Iterator[tuple[Call[Any], Ask]]:
    for call in calls:
        for request in call.asks.make(answers) if call.asks else ():
            key = (call, request.argument, request.label)
            if key not in asked:
                asked.add(key)
                yield call, request


def shards_of(
    place: Place, sources: Iterable[Source], by_call: Mapping[Call[Any], list[Answer]]
) -> dict[Scope, ShardInput]:
    """The shards of a place from its answers."""
    shards: dict[Scope, ShardInput] = {}
    for source in sources:
        found, _ = shard_of(source, by_call, place)  # pages of a list that moved meanwhile: the first counts
        shards[Scope(place.account, place.region, source.collector)] = found
    return shards


def refused(place: Place, sources: Iterable[Source], why: Refusal) -> dict[Scope, ShardInput]:
    """The shards of a place that could not be asked at all."""
    return {
        Scope(place.account, place.region, source.collector): ShardInput(why.state, why.reason, why.detail)
        for source in sources
    }
