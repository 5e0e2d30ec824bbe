"""An organization's principals with all that binds them, read straight from its dumps: no snapshot and no graph."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.measurements.policy_documents import DUMPS, PolicyVersion
from ingest.snapshot.codec import garbage_collector_off
from policy import Policy, PolicySet, Principal, ResourcePolicies
from policy.language.document import Library

Levels = tuple[tuple[Policy, ...], ...]


class Attached(msgspec.Struct, rename="pascal"):
    policy_arn: str


class Inline(msgspec.Struct, rename="pascal"):
    policy_name: str
    policy_document: msgspec.Raw


class Boundary(msgspec.Struct, rename="pascal"):
    permissions_boundary_arn: str


class Tag(msgspec.Struct, rename="pascal"):
    key: str
    value: str


class Entity(msgspec.Struct, rename="pascal", kw_only=True):
    arn: str
    attached_managed_policies: list[Attached]
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class Group(Entity, rename="pascal", kw_only=True):
    group_name: str
    group_policy_list: list[Inline] = []


class User(Entity, rename="pascal", kw_only=True):
    group_list: list[str] = []
    user_policy_list: list[Inline] = []


class Role(Entity, rename="pascal", kw_only=True):
    assume_role_policy_document: msgspec.Raw
    role_policy_list: list[Inline] = []


class Managed(msgspec.Struct, rename="pascal"):
    arn: str
    policy_version_list: list[PolicyVersion]


class Dump(msgspec.Struct, rename="pascal"):
    """`aws iam get-account-authorization-details`, its documents left as text."""

    user_detail_list: list[User]
    group_detail_list: list[Group]
    role_detail_list: list[Role]
    policies: list[Managed]


class Held(NamedTuple):
    """A user, role or group, and what binds it; `trust` is a role's trust policy."""

    principal: Principal
    policies: PolicySet
    trust: Policy | None = None

    @property
    def door(self) -> ResourcePolicies:
        """What decides at a role beside its caller's policies."""
        return ResourcePolicies(self.trust)

    @property
    def identity(self) -> tuple[Policy, ...]:
        return self.policies.sources[0][2]


def powers(estate: Path) -> list[Held]:
    """Everyone of an estate. Equal texts are one document, and equal bundles of policies one PolicySet."""
    reader = _Reader(Organization(estate / "organizations"))
    decoder = msgspec.json.Decoder(Dump)
    with garbage_collector_off():
        dumps = ((file.parts[-3], decoder.decode(file.read_bytes())) for file in sorted(estate.glob(DUMPS)))
        return [held for account, dump in dumps for held in reader.read(account, dump)]


class Organization:
    """The SCPs of an organization as `aws organizations` prints them, and the path to each account."""

    def __init__(self, folder: Path) -> None:
        def read(operation: str) -> Mapping[str, Any]:
            return dict(msgspec.json.decode((folder / f"{operation}.json").read_bytes()))

        self.id = read("describe-organization")["Organization"]["Id"]
        self._management = read("describe-organization")["Organization"]["MasterAccountId"]
        texts = {name: found["Policy"]["Content"] for name, found in read("describe-policy").items()}
        self._policies = {name: Policy(name, name, Library().document(text)) for name, text in texts.items()}
        self._attached = read("list-policies-for-target")
        self._parents = {
            child["Id"]: parent
            for operation, kind in (
                ("list-accounts-for-parent", "Accounts"),
                ("list-organizational-units-for-parent", "OrganizationalUnits"),
            )
            for parent, found in read(operation).items()
            for child in found[kind]
        }

    def path(self, account: str) -> list[str]:
        """The ids from the root down to the unit that holds the account."""
        above = self._parents.get(account)
        return [*self.path(above), above] if above else []

    def levels(self, account: str) -> Levels | None:
        """The SCPs level by level, root first; None bind the management account."""
        if account == self._management:
            return None
        return tuple(
            tuple(self._policies[one["Id"]] for one in self._attached[target]["Policies"])
            for target in (*self.path(account), account)
        )


@dataclass
class _Reader:
    organization: Organization
    _library: Library = field(default_factory=Library)
    _policies: dict[tuple[str, bytes], Policy] = field(default_factory=dict)
    _bundles: dict[tuple[object, ...], PolicySet] = field(default_factory=dict)

    def read(self, account: str, dump: Dump) -> Iterator[Held]:
        """Everyone of one account, whose policies have its number in them."""
        managed = {one.arn: self._managed(one) for one in dump.policies}
        groups = {one.group_name: self._identity(one, one.group_policy_list, managed) for one in dump.group_detail_list}
        levels = self.organization.levels(account)
        path = "/".join([self.organization.id, *self.organization.path(account), ""])
        shared = {"aws:principalorgid": (self.organization.id,), "aws:principalorgpaths": (path,)}

        def held(one: Entity, kind: str, identity: list[Policy], trust: Policy | None = None) -> Held:
            boundary = managed[one.permissions_boundary.permissions_boundary_arn] if one.permissions_boundary else None
            context = shared | {f"aws:principaltag/{tag.key.lower()}": (tag.value,) for tag in one.tags}
            return Held(Principal(one.arn, account, kind, context), self._bundle(identity, boundary, levels), trust)

        for user in dump.user_detail_list:
            of_groups = [policy for name in user.group_list for policy in groups[name]]
            yield held(user, "user", [*self._identity(user, user.user_policy_list, managed), *of_groups])
        for group in dump.group_detail_list:
            yield held(group, "user", groups[group.group_name])
        for role in dump.role_detail_list:
            trust = self._policy("trust policy", role.assume_role_policy_document)
            yield held(role, "role", self._identity(role, role.role_policy_list, managed), trust)

    def _identity(self, one: Entity, inline: Iterable[Inline], managed: Mapping[str, Policy]) -> list[Policy]:
        own = [self._policy(policy.policy_name, policy.policy_document) for policy in inline]
        return [*own, *(managed[attached.policy_arn] for attached in one.attached_managed_policies)]

    def _managed(self, one: Managed) -> Policy:
        version = next(version for version in one.policy_version_list if version.is_default_version)
        return self._policy(one.arn, version.document)

    def _policy(self, name: str, document: msgspec.Raw) -> Policy:
        text = bytes(document)
        found = self._policies.get((name, text))
        if found is None:
            found = self._policies[name, text] = Policy(name, name, self._library.document(text))
        return found

    def _bundle(self, identity: list[Policy], boundary: Policy | None, levels: Levels | None) -> PolicySet:
        key = (*identity, boundary, levels)
        found = self._bundles.get(key)
        if found is None:
            found = self._bundles[key] = PolicySet(identity, boundary, levels)
        return found


def sample(found: list[Held], number: int, name: str) -> list[Held]:
    """So many users and roles, the same in every run."""
    stream = random.Random(name)  # noqa: S311  # it chooses whom to ask, no secrets
    return stream.choices([one for one in found if ":group/" not in one.principal.arn], k=number)
