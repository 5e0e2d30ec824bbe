"""From the answers about one place to the shard of one source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ingest.snapshot import Record, ShardInput, State
from ingest.sources.answers import Answer, Answers
from ingest.sources.declare import Call, Source
from ingest.sources.place import Place
from ingest.sources.refusals import one_line


def shard_of(source: Source, by_call: Mapping[Call[Any], list[Answer]], place: Place) -> tuple[ShardInput, list[str]]:
    """The shard of a place, and the keys of things about which two of its answers differ; the first counts."""
    answers = Answers(place, {c: by_call[c] for c in (*source.calls, *source.uses) if c in by_call})
    records, differing = _unique(source.build(answers))
    gaps = answers.gaps_in(source)
    detail = one_line("; ".join(gap.detail for gap in gaps))
    if not gaps:
        return ShardInput(State.SEEN, records=records), differing
    if any(answers.answered(call) for call in source.calls):
        return ShardInput(State.PARTIAL, gaps[0].reason, detail, records), differing
    return ShardInput(gaps[0].state, gaps[0].reason, detail), differing


def settle(calls: Iterable[Call[Any]], answers: Answers, by_call: dict[Call[Any], list[Answer]]) -> None:
    """A call with nothing to be asked about was answered, where all that it follows from was. `answers` are those of
    `by_call`, which are added to."""
    silent = [call for call in calls if call.asks and call.asks.after() and not by_call.get(call)]
    while settled := [call for call in silent if _about_nothing(call, answers)]:
        by_call.update({call: [Answer(call, "", answers.place, "")] for call in settled})
        silent = [call for call in silent if call not in settled]


def _about_nothing(call: Call[Any], answers: Answers) -> bool:
    if call.asks is None:
        return False
    return all(map(answers.complete, call.asks.after())) and not list(call.asks.make(answers))


def _unique(records: Iterable[Record]) -> tuple[tuple[Record, ...], list[str]]:
    found: dict[tuple[str, str], Record] = {}
    differing: list[str] = []
    for record in records:
        if found.setdefault((type(record).__name__, record.key), record) != record:
            differing.append(record.key)
    return tuple(found[name] for name in sorted(found)), differing
