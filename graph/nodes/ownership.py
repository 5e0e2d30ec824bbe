"""Whose a thing is: its environment, its team, its account and the partition it lives in."""

from __future__ import annotations

from collections.abc import Mapping

from graph.builder import Builder
from graph.model import Properties
from ingest.snapshot import Account, Bucket, Group, Organization, Role, SeenTags, Snapshot, User

ENVIRONMENT_TAGS = ("env", "environment")
TEAM_TAGS = ("team",)


def tag_list(tags: SeenTags) -> list[str]:
    """Tags as sorted `key=value` texts."""
    return sorted(f"{key}={value}" for key, value in (tags or {}).items())


def tagged(tags: SeenTags, names: tuple[str, ...]) -> str | None:
    """The value of the first of these tags, whose keys people write in any letter case."""
    lowered = {key.lower(): value for key, value in sorted((tags or {}).items())}
    return next((lowered[name] for name in names if lowered.get(name)), None)


def owned(builder: Builder, account_id: str, tags: SeenTags = None) -> Properties:
    """Account, environment, team and tags of a thing: its own tags first, then what its account says."""
    account = builder.nodes[account_id][1] if builder.has(account_id) else {}
    return {
        "account_id": account_id,
        "env": tagged(tags, ENVIRONMENT_TAGS) or account.get("env"),
        "team": tagged(tags, TEAM_TAGS) or account.get("team") or builder.options.default_team,
        "tags": list(tag_list(tags)),
        "declared": "unknown",
    }


def resource(builder: Builder, account_id: str, node_id: str) -> None:
    """Joins a thing to its account."""
    if builder.has(account_id):
        builder.edge(account_id, "RESOURCE", node_id)


def partition_of(arn: str) -> str:
    """The partition an ARN names.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    return arn.split(":", 2)[1] if arn.startswith("arn:") else ""


def partitions(snapshot: Snapshot) -> Mapping[str, str]:
    """Account id to partition, from the ARNs that its facts carry; the empty key stands for any other account."""
    found = {a.id: partition_of(a.arn) for a in snapshot.all(Account)}
    for kind in (Role, User, Group, Bucket):
        for record in snapshot.all(kind):
            found.setdefault(record.account_id, partition_of(record.arn))
    home = [partition_of(o.arn) for o in snapshot.all(Organization)] + sorted(found.values())
    return {**found, "": next(iter(home), "aws")}  # `aws` only where no fact carries an ARN
