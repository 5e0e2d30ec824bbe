"""What Harborline is declared with. Everything AWS makes up (ids, dates) follows from names, see `identifiers`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from demo.company.automation import Automation
from demo.company.workloads import Workloads

Document = dict[str, Any]
Tags = dict[str, str]


@dataclass
class Policy:
    """A managed policy: a customer's own, or AWS's (then `path` is below `arn:aws:iam::aws:policy`).

    `updated` is days before the baseline, negative for what was edited after it.
    """

    name: str
    document: Document
    path: str = "/"
    version: int = 1
    updated: int = 400


@dataclass
class Role:
    """`managed` and `boundary` name policies of the account, or else AWS's. `used` is days before the baseline."""

    name: str
    trust: Document
    managed: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)
    path: str = "/"
    boundary: str | None = None
    profile: bool = False
    used: int | None = 1
    tags: Tags = field(default_factory=dict)


@dataclass
class AccessKey:
    """Ages in days before the baseline; a key that was never used has `used` None."""

    age: int
    used: int | None = None
    service: str = "s3"
    active: bool = True


@dataclass
class User:
    """`age` and `password` (the last sign-in; None: no password) in days before the baseline."""

    name: str
    age: int
    managed: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    keys: list[AccessKey] = field(default_factory=list)
    password: int | None = None
    mfa: bool = False
    tags: Tags = field(default_factory=dict)


@dataclass
class Group:
    name: str
    managed: tuple[str, ...]


@dataclass
class RootUser:
    mfa: bool = True
    key: AccessKey | None = None
    password: int | None = None


@dataclass
class Rule:
    """One IpPermission; peers are addresses, names of groups in the same VPC, and names of prefix lists."""

    protocol: str
    port: int | None
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass
class SecurityGroup:
    name: str
    description: str
    ingress: list[Rule] = field(default_factory=list)
    egress: list[Rule] = field(default_factory=list)
    tags: Tags = field(default_factory=dict)


@dataclass
class Instance:
    """`generation` counts replacements by the autoscaling group: it is part of what the id follows from."""

    name: str
    subnet: str
    ip: str
    groups: tuple[str, ...]
    role: str | None = None
    public_ip: str | None = None
    imds_v2: bool = True
    generation: int = 1
    tags: Tags = field(default_factory=dict)


@dataclass
class Vpc:
    """`subnets`: name to address range; the last letter of a name is its availability zone's."""

    name: str
    cidr: str
    subnets: dict[str, str]
    groups: list[SecurityGroup]
    instances: list[Instance] = field(default_factory=list)
    default: bool = False


@dataclass
class PrefixList:
    """`id` is set for AWS's own lists, which have the same id in every account."""

    name: str
    cidrs: tuple[str, ...]
    id: str | None = None


@dataclass
class Peering:
    """Two accounts whose (first) VPCs are joined."""

    name: str
    requester: str
    accepter: str


@dataclass
class Database:
    """A cluster with its instances (`members`: name to address), or a single instance when `cluster` is False."""

    name: str
    members: dict[str, str]
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    key: str
    engine: str = "aurora-postgresql"
    cluster: bool = True
    data_api: bool = False
    tags: Tags = field(default_factory=dict)


@dataclass
class Vault:
    """`points`: what was backed up (an ARN) to the days on which it was."""

    name: str
    key: str
    points: dict[str, tuple[str, ...]]
    policy: Document


@dataclass
class Bucket:
    name: str
    policy: Document | None = None
    blocked: bool = True
    tags: Tags = field(default_factory=dict)


@dataclass
class Key:
    """A KMS key; `statements` come after the one that delegates to IAM."""

    alias: str
    statements: tuple[Document, ...] = ()
    tags: Tags = field(default_factory=dict)


@dataclass
class Secret:
    name: str
    key: str | None = None
    rotated: bool = False
    tags: Tags = field(default_factory=dict)


@dataclass
class Function:
    name: str
    role: str
    runtime: str = "python3.13"
    policy: Document | None = None
    tags: Tags = field(default_factory=dict)


@dataclass
class Queue:
    name: str
    policy: Document | None = None
    tags: Tags = field(default_factory=dict)


@dataclass
class Topic:
    name: str
    policy: Document | None = None
    tags: Tags = field(default_factory=dict)


@dataclass
class Repository:
    name: str
    policy: Document | None = None
    tags: Tags = field(default_factory=dict)


@dataclass
class Table:
    """`protected` against deletion, and restorable to any point in time."""

    name: str
    policy: Document | None = None
    protected: bool = True
    tags: Tags = field(default_factory=dict)


@dataclass
class Snapshot:
    """A manual snapshot of a database or cluster that may be gone, and the accounts that it is shared with."""

    name: str
    source: str
    key: str
    cluster: bool = True
    shared_with: tuple[str, ...] = ()
    tags: Tags = field(default_factory=dict)


@dataclass
class Trail:
    name: str
    bucket: str


@dataclass
class Account:
    id: str
    name: str
    unit: str
    tags: Tags
    root: RootUser = field(default_factory=RootUser)
    roles: list[Role] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    github: bool = False
    vpcs: list[Vpc] = field(default_factory=list)
    prefix_lists: list[PrefixList] = field(default_factory=list)
    databases: list[Database] = field(default_factory=list)
    vaults: list[Vault] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    trails: list[Trail] = field(default_factory=list)
    workloads: Workloads = field(default_factory=Workloads)
    automation: Automation = field(default_factory=Automation)
    queues: list[Queue] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    repositories: list[Repository] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    log_groups: list[str] = field(default_factory=list)
    log_policies: dict[str, Document] = field(default_factory=dict)
    public_access_blocked: bool = False  # for all buckets of the account
    identity_denied: bool = False  # the reader may no longer ask IAM

    def role(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)

    def user(self, name: str) -> User:
        return next(user for user in self.users if user.name == name)

    def policy(self, name: str) -> Policy:
        return next(policy for policy in self.policies if policy.name == name)

    def security_group(self, name: str) -> SecurityGroup:
        return next(group for vpc in self.vpcs for group in vpc.groups if group.name == name)


@dataclass
class ControlPolicy:
    """A service or resource control policy and the names of what it is attached to."""

    name: str
    document: Document
    targets: tuple[str, ...]
    description: str = ""
    kind: str = "SERVICE_CONTROL_POLICY"
    aws_managed: bool = False


@dataclass
class PermissionSet:
    """`assigned`: group to the accounts in which its people may use the set."""

    name: str
    assigned: dict[str, tuple[str, ...]]
    managed: tuple[str, ...] = ()
    inline: Document | None = None
    session: str = "PT8H"

    def accounts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for names in self.assigned.values() for name in names))


@dataclass
class Company:
    accounts: list[Account]
    units: dict[str, str | None]  # name to the name of its parent; the root has none
    control_policies: list[ControlPolicy]
    permission_sets: list[PermissionSet]
    groups: dict[str, tuple[str, ...]]  # of Identity Center: name to names of people
    aws_managed: dict[str, Policy]
    peerings: list[Peering]

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.name == name)

    def permission_set(self, name: str) -> PermissionSet:
        return next(found for found in self.permission_sets if found.name == name)

    def people(self) -> list[str]:
        return sorted({person for members in self.groups.values() for person in members})

    def peerings_of(self, account: Account) -> Iterator[Peering]:
        return (p for p in self.peerings if account.name in (p.requester, p.accepter))
