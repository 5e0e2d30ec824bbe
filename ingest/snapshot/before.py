"""What the snapshot before knew, and what of it goes on into the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.snapshot.coverage import Reason, Scope, State
from ingest.snapshot.manifest import Entry, Run
from ingest.snapshot.organization import Account
from ingest.snapshot.record import Record
from ingest.snapshot.snapshot import ShardInput

ORGANIZATION_TREE = "organizations.tree"


@dataclass(frozen=True)
class Leave:
    """The collectors whose turn it was not: their shards stay as they were, if seen at `since` or later (ISO 8601 in
    UTC), and what is older was missed and counts as unseen."""

    collectors: Callable[[str], bool] = lambda name: False
    since: str = ""

    def covers(self, scope: Scope, seen_at: str) -> bool:
        return self.collectors(scope.collector) and seen_at >= self.since


NOTHING_LEFT = Leave()


@dataclass(frozen=True)
class Before:
    """The snapshot from which unseen facts are carried over; empty at the first collection. `records` reads a shard
    by its digest."""

    entries: Mapping[Scope, Entry]
    run: Run
    records: Callable[[str, Entry], tuple[Record, ...]]

    def complete(self, shards: Mapping[Scope, ShardInput], leave: Leave) -> tuple[dict[Scope, ShardInput], list[Entry]]:
        """The shards found, and a skipped one for each scope that was there before and is not any more; beside them
        the entries that stay as they are, since it was not their turn."""
        found = {self._placed(scope): shard for scope, shard in shards.items()}
        gone = self._departed(found)
        missing = [s for s in self.entries if s not in found and s.account_id not in gone]
        left = [s for s in missing if leave.covers(s, self.seen_at(s))]
        skipped = ShardInput(State.SKIPPED, Reason.NOT_ATTEMPTED, "nothing was collected for it")
        return {s: skipped for s in missing if s not in left} | found, [self.entries[s] for s in left]

    def _placed(self, scope: Scope) -> Scope:
        """An organization that answers nothing does not say whose it is; one we know already is meant."""
        known = {s for s in self.entries if s.collector == scope.collector}
        return known.pop() if not scope.account_id and len(known) == 1 else scope

    def _departed(self, found: Mapping[Scope, ShardInput]) -> set[str]:
        """Accounts that a fully seen organization no longer has: their absence is a fact."""
        gone: set[str] = set()
        for scope, shard in found.items():
            if scope.collector == ORGANIZATION_TREE and shard.state is State.SEEN and scope in self.entries:
                gone |= _accounts(self.known(scope)) - _accounts(shard.records)
        return gone

    def lacking(self, scope: Scope, shard: ShardInput) -> tuple[Record, ...] | None:
        """What was known of a scope and is not in its shard, where that is no proof of absence; None for nothing."""
        entry = self.entries.get(scope)
        if shard.state is State.SEEN or not entry or not (entry.digest or entry.carried):
            return None
        if shard.state is not State.PARTIAL:
            return self.known(scope)
        here = {(type(r), r.key) for r in shard.records}
        return tuple(r for r in self.known(scope) if (type(r), r.key) not in here) or None

    def known(self, scope: Scope) -> tuple[Record, ...]:
        entry = self.entries[scope]
        return (*self.records(entry.digest, entry), *self.records(entry.carried, entry))

    def seen_at(self, scope: Scope) -> str:
        """When they were seen: of facts seen at different times, the earliest."""
        return next((row.time for row in self.run.as_of if row.scope == scope), self.run.taken_at)


def _accounts(records: tuple[Record, ...]) -> set[str]:
    return {r.id for r in records if isinstance(r, Account)}
