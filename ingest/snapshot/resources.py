"""Facts of the protect surface: what holds data, keys, secrets, backups and evidence, and what runs with a role.

A field that AWS returns from a call of its own (a bucket's policy, a vault's policy) is a value, None, or `Unseen`.
"""

from __future__ import annotations

import msgspec

from ingest.snapshot.record import ArnRecord, Record, SeenTags, Unseen


class Located(ArnRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A resource with an ARN, in one account and region."""

    region: str
    tags: SeenTags = None


class PublicAccessBlock(msgspec.Struct, frozen=True, tag="block"):
    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


class AccountAccessBlock(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What an account blocks of public access to all of its buckets; None where it blocks nothing."""

    account_id: str
    block: PublicAccessBlock | None

    @property
    def key(self) -> str:
        return self.account_id


class Bucket(Located, frozen=True, kw_only=True, omit_defaults=True):
    policy: str | Unseen | None = Unseen()
    public_access_block: PublicAccessBlock | Unseen | None = Unseen()


class DatabaseInstance(Located, frozen=True, kw_only=True, omit_defaults=True):
    engine: str = ""
    cluster_id: str | None = None
    port: int | None = None
    publicly_accessible: bool = False
    vpc_id: str = ""
    subnet_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kms_key: str | None = None
    deletion_protection: bool = False
    backup_retention_days: int = 0


class DatabaseCluster(Located, frozen=True, kw_only=True, omit_defaults=True):
    engine: str = ""
    port: int | None = None
    member_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kms_key: str | None = None
    deletion_protection: bool = False
    backup_retention_days: int = 0
    data_api_enabled: bool = False


class BackupVault(Located, frozen=True, kw_only=True, omit_defaults=True):
    policy: str | Unseen | None = Unseen()
    locked: bool = False
    kms_key: str | None = None


class RecoveryPoint(Located, frozen=True, kw_only=True, omit_defaults=True):
    vault_arn: str
    resource_arn: str
    status: str = "COMPLETED"


class KeyGrant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grant on a KMS key: `operations` for the ARN `grantee`, where its constraints hold.

    `within` and `exactly` are the encryption context that a request must contain, or have and no more.
    """

    id: str
    grantee: str
    operations: tuple[str, ...]
    within: dict[str, str] = {}
    exactly: dict[str, str] = {}


class Key(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A KMS key; `name` is its first alias without `alias/`, or its id."""

    manager: str = "CUSTOMER"
    state: str = "Enabled"
    policy: str | Unseen = Unseen()
    aliases: tuple[str, ...] | Unseen = Unseen()
    grants: tuple[KeyGrant, ...] | Unseen = Unseen()


class Secret(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A secret's description; never its value."""

    policy: str | Unseen | None = Unseen()
    kms_key: str | None = None
    rotation_enabled: bool = False


class Function(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A Lambda function; environment values are never kept."""

    role_arn: str
    runtime: str = ""
    policy: str | Unseen | None = Unseen()
    vpc_id: str = ""
    subnet_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Trail(Located, frozen=True, kw_only=True, omit_defaults=True):
    bucket: str
    is_organization_trail: bool = False
    is_multi_region: bool = False


class Queue(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An SQS queue."""

    policy: str | Unseen | None = Unseen()
    kms_key: str | Unseen | None = Unseen()


class Topic(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An SNS topic."""

    policy: str | Unseen | None = Unseen()
    kms_key: str | Unseen | None = Unseen()


class Repository(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A repository of container images."""

    policy: str | Unseen | None = Unseen()
    kms_key: str | None = None


class Table(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A DynamoDB table."""

    policy: str | Unseen | None = Unseen()
    kms_key: str | Unseen | None = Unseen()
    deletion_protection: bool | Unseen = Unseen()
    restorable_to_any_point: bool | Unseen = Unseen()


class LogGroup(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A log group; `retention_days` is None where it keeps everything."""

    kms_key: str | None = None
    retention_days: int | None = None
    deletion_protection: bool = False


class LogPolicy(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A resource policy of CloudWatch Logs: it covers the log groups that its statements name."""

    account_id: str
    region: str
    name: str
    policy: str | Unseen

    @property
    def key(self) -> str:
        return f"{self.account_id} {self.region} {self.name}"


class DatabaseSnapshot(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A manual snapshot of a database instance; `shared_with` are account ids, or `all` for everyone."""

    source: str = ""
    kms_key: str | None = None
    shared_with: tuple[str, ...] | Unseen = Unseen()


class ClusterSnapshot(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A manual snapshot of a database cluster; `shared_with` are account ids, or `all` for everyone."""

    source: str = ""
    kms_key: str | None = None
    shared_with: tuple[str, ...] | Unseen = Unseen()
