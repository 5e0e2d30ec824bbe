"""The Snapshot: the one contract between ingest and everything after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ingest.snapshot.collectors import COLLECTOR_OF
from ingest.snapshot.coverage import Coverage, Reason, Scope, State
from ingest.snapshot.record import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Shard:
    """The facts of one scope. `carried` are records last seen at `coverage.as_of` and not seen this time."""

    coverage: Coverage
    records: tuple[Record, ...] = ()
    carried: tuple[Record, ...] = ()


@dataclass(frozen=True)
class ShardInput:
    """What a collection found for one scope."""

    state: State
    reason: Reason = Reason.NONE
    detail: str = ""
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """All facts of one collection. Immutable; the id is the hash of shard digests, states and reasons."""

    id: str
    taken_at: str
    shards: Mapping[Scope, Shard]
    _stale: dict[tuple[type[Record], str], str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for shard in self.shards.values():
            for record in shard.carried:
                self._stale[(type(record), record.key)] = shard.coverage.as_of or ""

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a type, carried ones included, sorted by key."""
        collector = COLLECTOR_OF[kind]
        found = [r for s in self._shards_of(collector) for r in (*s.records, *s.carried) if type(r) is kind]
        return sorted(found, key=lambda r: r.key)

    def _shards_of(self, collector: str) -> Iterator[Shard]:
        return (s for scope, s in self.shards.items() if scope.collector == collector)

    def stale_since(self, record: Record) -> str | None:
        """When a carried record was last seen; None for a record seen this time."""
        return self._stale.get((type(record), record.key))

    def coverage(self) -> list[Coverage]:
        return [self.shards[scope].coverage for scope in sorted(self.shards)]

    def state(self, account_id: str, collector: str, region: str = "") -> Coverage:
        """The coverage of a scope; a scope that the snapshot does not name is unseen."""
        scope = Scope(account_id, region, collector)
        shard = self.shards.get(scope)
        return shard.coverage if shard else Coverage(scope, State.SKIPPED, Reason.NOT_ATTEMPTED)

    def incomplete(self, account_id: str, collectors: Iterable[str]) -> Sequence[Coverage]:
        """The rows that keep a question about an account from being answered: every region counts,
        and a collector without any row counts once."""
        rows: list[Coverage] = []
        for name in collectors:
            here = [
                s.coverage
                for scope, s in self.shards.items()
                if scope.collector == name and scope.account_id == account_id
            ]
            rows += [c for c in here if not c.complete] or ([] if here else [self.state(account_id, name)])
        return rows
