"""The protect surface: what holds data, keys, secrets, backups and evidence, and what runs with a role."""

from __future__ import annotations

from graph.builder import Builder
from graph.model import Properties, Value
from graph.nodes.identity import named_principal, runs_as
from graph.nodes.network import join_network
from graph.nodes.ownership import owned, partitions, resource
from graph.public_access import all_blocked
from ingest.snapshot import (
    AccountAccessBlock,
    BackupVault,
    Bucket,
    DatabaseCluster,
    DatabaseInstance,
    Function,
    Key,
    RecoveryPoint,
    Secret,
    Trail,
    Unseen,
)
from ingest.snapshot.resources import Located

RESTORABLE = ("RDSInstance", "RDSCluster", "S3Bucket", "EC2Instance")


def add_resources(builder: Builder) -> None:
    """Adds every resource with what is particular to its kind."""
    _add_buckets_and_trails(builder)
    _add_databases(builder)
    _add_backups(builder)
    _add_keys_and_secrets(builder)
    _add_functions(builder)


def add_resource(builder: Builder, label: str, record: Located, **properties: Value) -> None:
    """Adds a resource, owned by its account."""
    builder.fact(
        record,
        label,
        record.arn,
        name=record.name,
        arn=record.arn,
        region=record.region,
        **owned(builder, record.account_id, record.tags),
        **properties,
    )
    resource(builder, record.account_id, record.arn)


def policy_of(policy: str | Unseen | None) -> Properties:
    """A resource policy: its text, nothing where there is none, and a mark where nobody knows."""
    return {"policy_unseen": True} if isinstance(policy, Unseen) else {"policy": policy}


def _add_buckets_and_trails(builder: Builder) -> None:
    account_wide = {block.account_id: block.block for block in builder.snapshot.all(AccountAccessBlock)}
    for bucket in builder.snapshot.all(Bucket):
        of_account = account_wide.get(bucket.account_id, Unseen())
        add_resource(
            builder,
            "S3Bucket",
            bucket,
            public_blocked=all_blocked(bucket.public_access_block, of_account),
            **policy_of(bucket.policy),
        )
    partition = partitions(builder.snapshot)
    for trail in builder.snapshot.all(Trail):
        add_resource(
            builder, "CloudTrailTrail", trail, bucket=trail.bucket, organization_trail=trail.is_organization_trail
        )
        arn = f"arn:{partition.get(trail.account_id) or partition['']}:s3:::{trail.bucket}"
        if builder.has(arn):
            builder.edge(trail.arn, "LOGS_TO", arn, stale=builder.snapshot.stale_since(trail))


def _add_databases(builder: Builder) -> None:
    for instance in builder.snapshot.all(DatabaseInstance):
        add_resource(
            builder,
            "RDSInstance",
            instance,
            engine=instance.engine,
            deletion_protection=instance.deletion_protection,
            publicly_accessible=instance.publicly_accessible,
            backup_retention_days=instance.backup_retention_days,
        )
        join_network(builder, instance.arn, groups=instance.groups)
    for cluster in builder.snapshot.all(DatabaseCluster):
        add_resource(
            builder,
            "RDSCluster",
            cluster,
            engine=cluster.engine,
            deletion_protection=cluster.deletion_protection,
            backup_retention_days=cluster.backup_retention_days,
        )
        join_network(builder, cluster.arn, groups=cluster.groups)


def _add_backups(builder: Builder) -> None:
    for vault in builder.snapshot.all(BackupVault):
        add_resource(builder, "BackupVault", vault, locked=vault.locked, **policy_of(vault.policy))
    for point in builder.snapshot.all(RecoveryPoint):
        add_resource(builder, "RecoveryPoint", point, vault_arn=point.vault_arn, resource_arn=point.resource_arn)
        if builder.has(point.resource_arn):
            restored = builder.nodes[point.resource_arn][1]["name"]
            builder.node("RecoveryPoint", point.arn, name=f"backup of {restored} ({point.name})")
        stale = builder.snapshot.stale_since(point)
        if builder.has(point.vault_arn):
            builder.edge(point.arn, "KEPT_IN", point.vault_arn, stale=stale)
        if builder.label_of(point.resource_arn) in RESTORABLE:
            builder.edge(point.resource_arn, "BACKED_UP_BY", point.arn, stale=stale)


def _add_keys_and_secrets(builder: Builder) -> None:
    for key in builder.snapshot.all(Key):
        add_resource(builder, "KMSKey", key, manager=key.manager, state=key.state, **policy_of(key.policy))
    for secret in builder.snapshot.all(Secret):
        add_resource(
            builder,
            "SecretsManagerSecret",
            secret,
            rotation_enabled=secret.rotation_enabled,
            **policy_of(secret.policy),
        )


def _add_functions(builder: Builder) -> None:
    for function in builder.snapshot.all(Function):
        add_resource(builder, "AWSLambda", function, runtime=function.runtime)
        join_network(builder, function.arn, groups=function.groups)
        role = named_principal(builder, "AWSRole", function.role_arn)
        if role:
            runs_as(builder, function, role)
