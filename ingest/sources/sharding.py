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


def _unique(records: Iterable[Record]) -> tuple[tuple[Record, ...], list[str]]:
    found: dict[tuple[str, str], Record] = {}
    differing: list[str] = []
    for record in records:
        if found.setdefault((type(record).__name__, record.key), record) != record:
            differing.append(record.key)
    return tuple(found[name] for name in sorted(found)), differing
