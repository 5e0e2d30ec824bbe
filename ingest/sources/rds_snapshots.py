"""Manual snapshots of databases and clusters, and the accounts that may restore them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ingest.snapshot import ClusterSnapshot, DatabaseSnapshot
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Tag, account_in, each, region_in, tags_of

SHARING = "restore"  # the attribute that lists who may


class SnapshotShape(Shape, frozen=True):
    arn: str = msgspec.field(name="DBSnapshotArn")
    identifier: str = msgspec.field(name="DBSnapshotIdentifier")
    source: str = msgspec.field(name="DBInstanceIdentifier", default="")
    kind: str = msgspec.field(name="SnapshotType", default="manual")
    encrypted: bool = False
    kms_key_id: str | None = None
    tag_list: list[Tag] | None = None


class Snapshots(Response, frozen=True):
    snapshots: list[SnapshotShape] = msgspec.field(name="DBSnapshots")

    def told(self) -> Iterable[str]:
        return (one.arn for one in self.snapshots)


class ClusterSnapshotShape(Shape, frozen=True):
    arn: str = msgspec.field(name="DBClusterSnapshotArn")
    identifier: str = msgspec.field(name="DBClusterSnapshotIdentifier")
    source: str = msgspec.field(name="DBClusterIdentifier", default="")
    kind: str = msgspec.field(name="SnapshotType", default="manual")
    encrypted: bool = msgspec.field(name="StorageEncrypted", default=False)
    kms_key_id: str | None = None
    tag_list: list[Tag] | None = None


class ClusterSnapshots(Response, frozen=True):
    snapshots: list[ClusterSnapshotShape] = msgspec.field(name="DBClusterSnapshots")

    def told(self) -> Iterable[str]:
        return (one.arn for one in self.snapshots)


class Attribute(Shape, frozen=True):
    attribute_name: str
    attribute_values: list[str] = []


class Attributes(Shape, frozen=True):
    identifier: str = msgspec.field(name="DBSnapshotIdentifier")
    attributes: list[Attribute] = msgspec.field(name="DBSnapshotAttributes", default_factory=list)


class SnapshotAttributes(Response, frozen=True):
    result: Attributes = msgspec.field(name="DBSnapshotAttributesResult")

    def argument(self) -> str:
        return self.result.identifier


class OfCluster(Shape, frozen=True):
    identifier: str = msgspec.field(name="DBClusterSnapshotIdentifier")
    attributes: list[Attribute] = msgspec.field(name="DBClusterSnapshotAttributes", default_factory=list)


class ClusterSnapshotAttributes(Response, frozen=True):
    result: OfCluster = msgspec.field(name="DBClusterSnapshotAttributesResult")

    def argument(self) -> str:
        return self.result.identifier


AnySnapshot = SnapshotShape | ClusterSnapshotShape


def _manual(snapshots: Iterable[AnySnapshot]) -> Iterator[str]:
    """Automated snapshots cannot be shared."""
    return (one.identifier for one in snapshots if one.kind == "manual")


DESCRIBE_SNAPSHOTS = Call("rds", "describe-db-snapshots", Snapshots)
DESCRIBE_ATTRIBUTES = Call(
    "rds",
    "describe-db-snapshot-attributes",
    SnapshotAttributes,
    takes="snapshot",
    asks=each(DESCRIBE_SNAPSHOTS, lambda page: _manual(page.snapshots), "DBSnapshotIdentifier"),
    per=DatabaseSnapshot,
)
DESCRIBE_CLUSTER_SNAPSHOTS = Call("rds", "describe-db-cluster-snapshots", ClusterSnapshots)
DESCRIBE_CLUSTER_ATTRIBUTES = Call(
    "rds",
    "describe-db-cluster-snapshot-attributes",
    ClusterSnapshotAttributes,
    takes="snapshot",
    asks=each(DESCRIBE_CLUSTER_SNAPSHOTS, lambda page: _manual(page.snapshots), "DBClusterSnapshotIdentifier"),
    per=ClusterSnapshot,
)


def snapshots(answers: Answers) -> Iterator[DatabaseSnapshot]:
    for one in (s for page in answers.all(DESCRIBE_SNAPSHOTS) for s in page.snapshots if s.kind == "manual"):
        shared = answers.detail(DESCRIBE_ATTRIBUTES, [one.identifier], lambda page: _who(page.result.attributes))
        yield DatabaseSnapshot(**_common(one), shared_with=() if shared is None else shared)


def cluster_snapshots(answers: Answers) -> Iterator[ClusterSnapshot]:
    for one in (s for page in answers.all(DESCRIBE_CLUSTER_SNAPSHOTS) for s in page.snapshots if s.kind == "manual"):
        shared = answers.detail(
            DESCRIBE_CLUSTER_ATTRIBUTES, [one.identifier], lambda page: _who(page.result.attributes)
        )
        yield ClusterSnapshot(**_common(one), shared_with=() if shared is None else shared)


def _who(attributes: list[Attribute]) -> tuple[str, ...]:
    """Account ids, or `all`."""
    return tuple(sorted({v for one in attributes if one.attribute_name == SHARING for v in one.attribute_values}))


def _common(one: AnySnapshot) -> dict[str, Any]:
    return {
        "arn": one.arn,
        "name": one.identifier,
        "account_id": account_in(one.arn),
        "region": region_in(one.arn),
        "tags": None if one.tag_list is None else tags_of(one.tag_list),
        "source": one.source,
        "kms_key": one.kms_key_id if one.encrypted else None,
    }


SOURCES = (
    Source("rds.snapshots", snapshots, required=(DESCRIBE_SNAPSHOTS,), details=(DESCRIBE_ATTRIBUTES,)),
    Source(
        "rds.cluster_snapshots",
        cluster_snapshots,
        required=(DESCRIBE_CLUSTER_SNAPSHOTS,),
        details=(DESCRIBE_CLUSTER_ATTRIBUTES,),
    ),
)
