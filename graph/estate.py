"""The snapshot as the edge rules ask for it: principals with their policies, chains of SCPs, roles by account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import ingest.snapshot as facts
from graph.organizations import Chain, Organizations, oldest
from graph.trusts import Trusts
from ingest.snapshot import Snapshot, Unseen
from policy import Document, Library, Malformed, Policy, PolicySet, Principal, ResourcePolicies, lets_tag, longest

Record = facts.User | facts.Role | facts.Group
SERVICE_LINKED = "/aws-service-role/"
RESERVED = "/aws-reserved/"


class Powers(Protocol):
    """Whatever has rights: a principal, or a set that several hold alike."""

    @property
    def account_id(self) -> str: ...

    @property
    def identity(self) -> tuple[Policy, ...]: ...

    @property
    def policies(self) -> PolicySet: ...

    @property
    def principal(self) -> Principal: ...

    @property
    def stale(self) -> str | None: ...

    def is_only(self, arn: str) -> bool:
        """Whether this principal, and no other, has these powers."""
        ...


@dataclass(frozen=True)
class Holder:
    """A user, group or role with everything that decides what it may do.

    `stale` is set when the principal or the SCPs above it were last seen before this time.
    """

    record: Record
    principal: Principal
    identity: tuple[Policy, ...]
    boundary: Policy | None
    chain: Chain
    stale: str | None
    owner: dict[str, tuple[str, ...]]  # what a request on it says of its account

    @property
    def arn(self) -> str:
        return self.record.arn

    @property
    def account_id(self) -> str:
        return self.record.account_id

    def is_only(self, arn: str) -> bool:
        return arn == self.arn

    @cached_property
    def as_resource(self) -> dict[str, tuple[str, ...]]:
        """The keys that a request on it carries; `aws:resourcetags` says that all its tags are known."""
        tags = {} if isinstance(self.record, facts.Group) else self.record.tags
        known = {f"aws:resourcetag/{k.lower()}": (v,) for k, v in tags.items()}
        return {**self.owner, "aws:resourcetags": (), **known}

    @cached_property
    def policies(self) -> PolicySet:
        """Everything that decides for this principal, what belongs to it alone included."""
        return PolicySet(self.identity, self.boundary, self.chain.levels)


def partition(arn: str) -> str:
    """The partition of an ARN: `aws`, `aws-us-gov`, `aws-cn`, …"""
    return arn.split(":", 2)[1]


class Estate:
    """One index over one snapshot. Policies are parsed once per distinct text."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._library = Library()
        self._seen_in: dict[tuple[str, str], Policy] = {}  # managed policies as an account sees them
        self._parsed: dict[tuple[str, str, str], Policy] = {}
        self.organizations = Organizations(snapshot, self.policy)
        self.accounts = self.organizations.accounts
        self.trusts = Trusts(self)

    # -- policies
    def policy(self, policy_id: str, name: str, text: str | Unseen | None, version: str = "") -> Policy:
        """A policy by its text; one that was not seen, or is malformed, has no document and applies as MAYBE."""
        if text is None or isinstance(text, Unseen):
            return Policy(policy_id, name, None)
        key = (policy_id, name, text)
        found = self._parsed.get(key)
        if found is None:
            found = self._parsed[key] = Policy(policy_id, name, self._document(policy_id, text), version)
        return found

    def _document(self, policy_id: str, text: str) -> Document | None:
        try:
            return self._library.document(text, longest(policy_id))
        except Malformed:
            return None  # a grant that cannot be read is possible, never absent

    @cached_property
    def _managed(self) -> dict[tuple[str, str], facts.ManagedPolicy]:
        return {(p.account_id, p.arn): p for p in self.snapshot.all(facts.ManagedPolicy)}

    @cached_property
    def _aws_managed(self) -> dict[str, facts.ManagedPolicy]:
        return {p.arn: p for p in self.snapshot.all(facts.ManagedPolicy) if ":iam::aws:" in p.arn}

    def _managed_record(self, account_id: str, arn: str) -> facts.ManagedPolicy | None:
        return self._managed.get((account_id, arn)) or self._aws_managed.get(arn)

    def managed(self, account_id: str, arn: str) -> Policy:
        """A managed policy as an account sees it; AWS's own are the same in every account."""
        found = self._seen_in.get((account_id, arn))
        if found is None:
            record, name = self._managed_record(account_id, arn), arn.rsplit("/", 1)[-1]
            found = self.policy(arn, name, record.document if record else None, record.version if record else "")
            self._seen_in[account_id, arn] = found
        return found

    def inline(self, holder_arn: str, policy: facts.InlinePolicy) -> Policy:
        return self.policy(f"{holder_arn}/{policy.name}", policy.name, policy.document)

    def trust_of(self, role: Holder) -> Policy:
        """The trust policy of a role."""
        assert isinstance(role.record, facts.Role)
        return self._trust(role.record)

    def _trust(self, record: facts.Role) -> Policy:
        return self.policy(f"{record.arn}/trust", "trust policy", record.trust)

    def door_of(self, role: Holder) -> ResourcePolicies:
        """What decides at a role: its trust policy, and the resource control policies unless it is a service's."""
        is_free = role.record.path.startswith(SERVICE_LINKED)
        return ResourcePolicies(self.trust_of(role), rcps=None if is_free else self.organizations.rcps(role.account_id))

    # -- principals
    @cached_property
    def groups(self) -> dict[tuple[str, str], facts.Group]:
        return {(g.account_id, g.name): g for g in self.snapshot.all(facts.Group)}

    @cached_property
    def holders(self) -> dict[str, Holder]:
        """Users, roles and groups by ARN."""
        records: list[Record] = [
            *self.snapshot.all(facts.User),
            *self.snapshot.all(facts.Role),
            *self.snapshot.all(facts.Group),
        ]
        return {r.arn: self._holder(r) for r in records}

    def _holder(self, record: Record) -> Holder:
        boundary = None if isinstance(record, facts.Group) else record.boundary
        exempt = record.path.startswith(SERVICE_LINKED)
        chain = Chain(None) if exempt else self.organizations.chain(record.account_id)
        return Holder(
            record,
            self._principal(record),
            tuple(self._identity(record)),
            self.managed(record.account_id, boundary) if boundary else None,
            chain,
            oldest(*map(self.snapshot.stale_since, self._rests_on(record)), chain.stale),
            self.organizations.resource_context(record.account_id),
        )

    def _rests_on(self, record: Record) -> Iterator[facts.Record]:
        """The records that say what a principal may do: itself, its groups, its managed policies and boundary."""
        yield record
        boundary = None if isinstance(record, facts.Group) else record.boundary
        for arn in (*record.attached, *([boundary] if boundary else [])):
            if found := self._managed_record(record.account_id, arn):
                yield found
        for name in record.groups if isinstance(record, facts.User) else ():
            if group := self.groups.get((record.account_id, name)):
                yield from self._rests_on(group)

    def _identity(self, record: Record) -> Iterator[Policy]:
        yield from (self.inline(record.arn, p) for p in record.inline)
        yield from (self.managed(record.account_id, arn) for arn in record.attached)
        if isinstance(record, facts.User):
            for name in record.groups:
                group = self.groups.get((record.account_id, name))
                if group is None:
                    yield Policy(f"{record.account_id} group {name}", f"group {name}", None)
                else:
                    yield from self._identity(group)

    def _principal(self, record: Record) -> Principal:
        """What is known of a principal whatever it asks.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        context = self.organizations.context(record.account_id)
        unknown = self.organizations.unknown(record.account_id)
        context["aws:principalarn"] = (record.arn,)
        if isinstance(record, facts.Group):
            return Principal(record.arn, record.account_id, "user", context, unknown)
        context |= {f"aws:principaltag/{k.lower()}": (v,) for k, v in record.tags.items()}
        if isinstance(record, facts.User):
            context |= {
                "aws:username": (record.name,),
                "aws:userid": (record.unique_id,),
                "aws:principaltype": ("User",),
            }
            return Principal(record.arn, record.account_id, "user", context, unknown)
        context["aws:principaltype"] = ("AssumedRole",)
        tagged = lets_tag(self._trust(record).document)
        return Principal(record.arn, record.account_id, "role", context, unknown, may_be_tagged=tagged)

    # -- by account
    @cached_property
    def roles(self) -> Mapping[str, Sequence[Holder]]:
        return self._by_account(facts.Role)

    @cached_property
    def users(self) -> Mapping[str, Sequence[Holder]]:
        return self._by_account(facts.User)

    def _by_account(self, kind: type) -> Mapping[str, Sequence[Holder]]:
        out: dict[str, list[Holder]] = defaultdict(list)
        for holder in self.holders.values():
            if isinstance(holder.record, kind):
                out[holder.account_id].append(holder)
        return out

    def is_gone(self, arn: str) -> bool:
        """Whether a user or role was deleted: all of its account were seen, and it is not among them."""
        return ":iam::" in arn and self.snapshot.state(arn.split(":")[4], "iam.authorization").complete

    def role_of_session(self, arn: str) -> str | None:
        """The ARN of the role whose session an ARN names, if the role was seen: sessions drop the role's path."""
        fields = arn.split(":", 5)
        if not fields[5].startswith("assumed-role/"):
            return None
        name = fields[5].split("/")[1]
        return next((r.arn for r in self.roles.get(fields[4], ()) if r.record.name == name), None)

    @cached_property
    def providers(self) -> set[str]:
        """ARNs of the identity providers that were seen, this time or before."""
        return {p.arn for p in self.snapshot.all(facts.IdentityProvider)}

    @cached_property
    def _keys(self) -> dict[str, facts.Key]:
        return {name: k for k in self.snapshot.all(facts.Key) for name in (k.arn, k.arn.rsplit("/", 1)[-1])}

    def key(self, name: str) -> facts.Key | None:
        """The key that a resource names by ARN or id, if it was seen."""
        return self._keys.get(name)

    @cached_property
    def vaults(self) -> dict[str, facts.BackupVault]:
        return {v.arn: v for v in self.snapshot.all(facts.BackupVault)}

    @cached_property
    def access_blocks(self) -> dict[str, facts.PublicAccessBlock | None]:
        """What each account blocks of public access to all of its buckets, as far as that was seen."""
        return {found.account_id: found.block for found in self.snapshot.all(facts.AccountAccessBlock)}

    @cached_property
    def _log_policies(self) -> dict[tuple[str, str], list[Policy]]:
        found: dict[tuple[str, str], list[Policy]] = defaultdict(list)
        for record in self.snapshot.all(facts.LogPolicy):
            found[record.account_id, record.region].append(self.policy(record.key, record.name, record.policy))
        return found

    def log_policies(self, account_id: str, region: str) -> list[Policy]:
        """The resource policies of CloudWatch Logs in a region of an account; one that may be there if unseen."""
        found = self._log_policies.get((account_id, region), [])
        if found or self.snapshot.state(account_id, "logs.policies", region).complete:
            return found
        return [Policy("logs", "resource policies of CloudWatch Logs", None)]

    @cached_property
    def identity_accounts(self) -> set[str]:
        """Accounts whose principals are known, from this time or before."""
        return {h.account_id for h in self.holders.values()}

    def partition_of(self, account_id: str) -> str:
        account = self.accounts.get(account_id)
        if account:
            return partition(account.arn)
        first = next((h for h in self.holders.values() if h.account_id == account_id), None)
        return partition(first.arn) if first else self._partition

    @cached_property
    def _partition(self) -> str:
        arn = next(iter(self.holders), None) or next((a.arn for a in self.accounts.values()), "arn:aws:")
        return partition(arn)
