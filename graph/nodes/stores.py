"""Queues, topics, repositories, tables, log groups and snapshots of databases."""

from __future__ import annotations

from collections import defaultdict

from graph.builder import Builder
from graph.model import Properties
from graph.nodes.documents import read_document
from graph.nodes.resources import add_resource, policy_of
from ingest.snapshot import (
    ClusterSnapshot,
    DatabaseSnapshot,
    LogGroup,
    LogPolicy,
    Queue,
    Repository,
    Table,
    Topic,
    Unseen,
)
from policy import longest
from policy.language.match import glob

OF_POLICIES_ALONE: dict[type[Queue | Topic | Repository], str] = {
    Queue: "SQSQueue",
    Topic: "SNSTopic",
    Repository: "ECRRepository",
}
OF_SNAPSHOTS: dict[type[DatabaseSnapshot | ClusterSnapshot], str] = {
    DatabaseSnapshot: "RDSSnapshot",
    ClusterSnapshot: "RDSClusterSnapshot",
}


def add_stores(builder: Builder) -> None:
    """Adds each with what is particular to its kind."""
    for kind, label in OF_POLICIES_ALONE.items():
        for record in builder.snapshot.all(kind):
            add_resource(builder, label, record, **policy_of(record.policy))
    for table in builder.snapshot.all(Table):
        add_resource(
            builder,
            "DynamoDBTable",
            table,
            deletion_protection=_seen(table.deletion_protection),
            restorable_to_any_point=_seen(table.restorable_to_any_point),
            **policy_of(table.policy),
        )
    for copies, label in OF_SNAPSHOTS.items():
        for copy in builder.snapshot.all(copies):
            add_resource(builder, label, copy, source=copy.source, **_sharing(copy.shared_with))
    _add_log_groups(builder)


def _seen(value: bool | Unseen) -> bool | None:
    return None if isinstance(value, Unseen) else value


def _sharing(shared_with: tuple[str, ...] | Unseen) -> Properties:
    return {"sharing_unseen": True} if isinstance(shared_with, Unseen) else {"shared_with": list(shared_with)}


def _add_log_groups(builder: Builder) -> None:
    here: dict[tuple[str, str], list[LogPolicy]] = defaultdict(list)
    for policy in builder.snapshot.all(LogPolicy):
        here[policy.account_id, policy.region].append(policy)
    for group in builder.snapshot.all(LogGroup):
        covering = [p.name for p in here[group.account_id, group.region] if _covers(p, group)]
        add_resource(
            builder,
            "CloudWatchLogGroup",
            group,
            retention_days=group.retention_days,
            deletion_protection=group.deletion_protection,
            resource_policies=list(covering),
        )


def _covers(policy: LogPolicy, group: LogGroup) -> bool:
    """Whether a statement names a log group or streams of it."""
    statements = read_document(policy.policy, longest(policy.key))
    patterns = [p for s in (statements if isinstance(statements, tuple) else ()) for p in s.resources]
    return any(glob(pattern)(f"{group.arn}:log-stream:*") for pattern in patterns)
