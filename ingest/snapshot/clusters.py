"""Facts of EKS clusters: their nodes, the roles of their pods, and the principals that they let in."""

from __future__ import annotations

import msgspec

from ingest.snapshot.record import Record, SeenTags, Unseen
from ingest.snapshot.resources import Located


class EksCluster(Located, frozen=True, kw_only=True, omit_defaults=True):
    """`role_arn` is the control plane's. `public_access` are the address ranges that reach it from the internet."""

    role_arn: str | Unseen | None = Unseen()
    authentication_mode: str | Unseen | None = Unseen()
    public_access: tuple[str, ...] | Unseen | None = Unseen()


class OfCluster(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Something in a cluster whose ARN ends in a number that only a call of its own tells."""

    cluster_arn: str
    account_id: str
    region: str

    @property
    def id(self) -> str:
        raise NotImplementedError

    @property
    def key(self) -> str:
        return self.id


class Nodegroup(OfCluster, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    role_arn: str | Unseen | None = Unseen()
    tags: SeenTags = None

    @property
    def id(self) -> str:
        return f"{self.cluster_arn}/nodegroup/{self.name}"


class AccessPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """An access policy that is associated with an entry; without `namespaces` for the whole cluster."""

    arn: str
    namespaces: tuple[str, ...] = ()


class AccessEntry(OfCluster, frozen=True, kw_only=True, omit_defaults=True):
    """A principal that a cluster lets in. `kind` is STANDARD for people and workloads, else a kind of node."""

    principal_arn: str
    kind: str | Unseen | None = Unseen()
    groups: tuple[str, ...] | Unseen = Unseen()
    policies: tuple[AccessPolicy, ...] | Unseen = Unseen()

    @property
    def id(self) -> str:
        return f"{self.cluster_arn}/access-entry/{self.principal_arn}"


class PodIdentity(Located, frozen=True, kw_only=True, omit_defaults=True):
    """The role that pods of one service account have; `name` is `namespace/service account`."""

    cluster_arn: str
    role_arn: str | Unseen | None = Unseen()
