"""What was seen and what was not, as nodes: a collector that the snapshot does not name is unseen."""

from __future__ import annotations

from collections.abc import Iterator

from graph.builder import Builder
from ingest.snapshot import COLLECTORS, Account, Coverage, Organization, State


def add_coverage(builder: Builder) -> None:
    """Adds a Coverage node for every shard, and for every collector that an account should have and has not."""
    for row in (*builder.snapshot.coverage(), *_never_named(builder)):
        _add_row(builder, row)


def _never_named(builder: Builder) -> Iterator[Coverage]:
    named = {(scope.account_id, scope.collector) for scope in builder.snapshot.shards}
    managers = {o.management_account_id for o in builder.snapshot.all(Organization)}
    accounts = {a.id for a in builder.snapshot.all(Account) if a.status == "ACTIVE"}
    accounts |= {account_id for account_id, _ in named if account_id}
    for account_id in sorted(accounts):
        for collector in COLLECTORS.values():
            wanted = collector.scope != "organization" or account_id in managers
            if wanted and (account_id, collector.name) not in named:
                yield builder.snapshot.state(account_id, collector.name)


def _add_row(builder: Builder, row: Coverage) -> None:
    scope = row.scope
    seen_now = row.state is State.PARTIAL or (row.state is State.SEEN and row.as_of is None)
    node_id = builder.node(
        "Coverage",
        f"coverage:{scope.account_id}:{scope.region}:{scope.collector}",
        name=f"{scope.collector} of {scope.account_id} {scope.region}".rstrip(),
        account_id=scope.account_id,
        region=scope.region,
        source=scope.collector,
        state=row.state.value,
        reason=row.reason.value,
        detail=row.detail,
        at=builder.snapshot.taken_at if seen_now else row.as_of,
    )
    if builder.has(scope.account_id):
        builder.edge(node_id, "COVERAGE_OF", scope.account_id)
