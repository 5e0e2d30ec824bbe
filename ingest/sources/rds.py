"""RDS and Aurora databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import DatabaseCluster, DatabaseInstance
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Tag, account_in, region_in, tags_of


class Endpoint(Shape, frozen=True):
    port: int | None = None


class SubnetOfGroup(Shape, frozen=True):
    subnet_identifier: str


class SubnetGroup(Shape, frozen=True):
    vpc_id: str = ""
    subnets: list[SubnetOfGroup] = []


class GroupMembership(Shape, frozen=True):
    vpc_security_group_id: str


class DatabaseShape(Shape, frozen=True, kw_only=True):
    engine: str = ""
    kms_key_id: str | None = None
    deletion_protection: bool = False
    backup_retention_period: int = 0
    vpc_security_groups: list[GroupMembership] = []
    tag_list: list[Tag] | None = None


class InstanceShape(DatabaseShape, frozen=True, kw_only=True):
    arn: str = msgspec.field(name="DBInstanceArn")
    identifier: str = msgspec.field(name="DBInstanceIdentifier")
    cluster: str | None = msgspec.field(name="DBClusterIdentifier", default=None)
    subnet_group: SubnetGroup = msgspec.field(name="DBSubnetGroup", default=SubnetGroup())
    endpoint: Endpoint = Endpoint()
    publicly_accessible: bool = False


class Instances(Response, frozen=True):
    instances: list[InstanceShape] = msgspec.field(name="DBInstances")

    def told(self) -> Iterable[str]:
        return (instance.arn for instance in self.instances)


class ClusterMember(Shape, frozen=True):
    identifier: str = msgspec.field(name="DBInstanceIdentifier")


class ClusterShape(DatabaseShape, frozen=True, kw_only=True):
    arn: str = msgspec.field(name="DBClusterArn")
    identifier: str = msgspec.field(name="DBClusterIdentifier")
    members: list[ClusterMember] = msgspec.field(name="DBClusterMembers", default_factory=list)
    port: int | None = None
    http_endpoint_enabled: bool = False


class Clusters(Response, frozen=True):
    clusters: list[ClusterShape] = msgspec.field(name="DBClusters")

    def told(self) -> Iterable[str]:
        return (cluster.arn for cluster in self.clusters)


DESCRIBE_INSTANCES = Call("rds", "describe-db-instances", Instances)
DESCRIBE_CLUSTERS = Call("rds", "describe-db-clusters", Clusters)


def instances(answers: Answers) -> Iterator[DatabaseInstance]:
    for one in (i for page in answers.all(DESCRIBE_INSTANCES) for i in page.instances):
        yield DatabaseInstance(
            arn=one.arn,
            name=one.identifier,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            tags=_tags(one),
            engine=one.engine,
            cluster_id=one.cluster,
            port=one.endpoint.port,
            publicly_accessible=one.publicly_accessible,
            vpc_id=one.subnet_group.vpc_id,
            subnet_ids=tuple(sorted(s.subnet_identifier for s in one.subnet_group.subnets)),
            groups=_groups(one),
            kms_key=one.kms_key_id,
            deletion_protection=one.deletion_protection,
            backup_retention_days=one.backup_retention_period,
        )


def clusters(answers: Answers) -> Iterator[DatabaseCluster]:
    for one in (c for page in answers.all(DESCRIBE_CLUSTERS) for c in page.clusters):
        yield DatabaseCluster(
            arn=one.arn,
            name=one.identifier,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            tags=_tags(one),
            engine=one.engine,
            port=one.port,
            member_ids=tuple(sorted(member.identifier for member in one.members)),
            groups=_groups(one),
            kms_key=one.kms_key_id,
            deletion_protection=one.deletion_protection,
            backup_retention_days=one.backup_retention_period,
            data_api_enabled=one.http_endpoint_enabled,
        )


def _tags(database: DatabaseShape) -> dict[str, str] | None:
    return None if database.tag_list is None else tags_of(database.tag_list)


def _groups(database: DatabaseShape) -> tuple[str, ...]:
    return tuple(sorted(group.vpc_security_group_id for group in database.vpc_security_groups))


SOURCES = (
    Source("rds.instances", instances, required=(DESCRIBE_INSTANCES,)),
    Source("rds.clusters", clusters, required=(DESCRIBE_CLUSTERS,)),
)
