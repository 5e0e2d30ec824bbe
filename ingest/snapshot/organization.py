"""Facts of AWS Organizations: the tree, its accounts and the policies attached to it."""

from __future__ import annotations

from ingest.snapshot.record import Record, SeenTags, Unseen


class Organization(Record, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    arn: str
    management_account_id: str

    @property
    def key(self) -> str:
        return self.id


class OrganizationalUnit(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An organizational unit, or the root (which has no parent)."""

    id: str
    arn: str
    name: str
    parent_id: str | None = None

    @property
    def key(self) -> str:
        return self.id


class Account(Record, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    arn: str
    name: str
    status: str = "ACTIVE"
    parent_id: str | Unseen | None = Unseen()
    tags: SeenTags = None

    @property
    def key(self) -> str:
        return self.id


class OrganizationPolicy(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A service control policy or a resource control policy; `document` is canonical JSON text."""

    id: str
    arn: str
    name: str
    kind: str  # "scp" | "rcp"
    document: str | Unseen = Unseen()
    aws_managed: bool = False

    @property
    def key(self) -> str:
        return self.id


class PolicyTarget(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All policies of one kind attached to one root, OU or account: an empty tuple was seen to be empty."""

    target_id: str
    kind: str  # "scp" | "rcp"
    policy_ids: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.target_id} {self.kind}"


class DelegatedAdministrator(Record, frozen=True, kw_only=True, omit_defaults=True):
    account_id: str
    services: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.account_id
