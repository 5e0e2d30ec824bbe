"""Who asks: a principal by ARN or name, with all policies that bind it and what of these was not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

import ingest.snapshot as facts
from graph.estate import SERVICE_LINKED, Estate, Holder
from graph.organizations import Chain
from policy import Policy, PolicySet, Principal
from policy.decision.keys import PRINCIPAL_TAGS
from policy.request import WEB_IDENTITIES
from queries.permissions.names import account_id, account_of, full_name, is_arn, named, nearest
from queries.where import Unresolved

ANYONE = "anyone"  # whoever calls without credentials
IDENTITIES = "iam.authorization"
PREFIX = "account:"
SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
PRINCIPAL = re.compile(
    r"arn:aws[a-z-]*:(iam|sts)::\d{12}:"
    r"(root$|(user|role|assumed-role|federated-user|oidc-provider|saml-provider)/.)"
)
KINDS = {
    "user": "user",
    "role": "role",
    "assumed-role": "role",
    "federated-user": "federated_user",
    "oidc-provider": "federated",
    "saml-provider": "federated",
}


@dataclass(frozen=True, eq=False)
class Subject:
    """Who asks, with what decides for it. `unseen` says what of that is not known, `stale` when it was last seen,
    `stands_for` that it is no single principal: an `account`."""

    arn: str
    name: str
    principal: Principal
    policies: PolicySet
    unseen: str = ""
    stale: str | None = None
    stands_for: str = ""

    @property
    def kind(self) -> str:
        return self.stands_for or self.principal.kind

    @property
    def account_id(self) -> str:
        return self.principal.account_id


def subject(estate: Estate, text: str) -> Subject:
    """The principal that a text names: an ARN (of a user, role, session, root user or identity provider), a unique
    name, `ACCOUNT/NAME`, `account:ID` for the root user, a service's name, or `anyone`.

    A principal whose account was not seen may have any rights. Raises Unresolved.
    """
    if text == ANYONE:
        return anyone()
    if text.startswith(PREFIX):
        return root(estate, account_id(estate.accounts, text.removeprefix(PREFIX)))
    if is_arn(text):
        return by_arn(estate, text)
    if text in WEB_IDENTITIES:
        return provider(text)
    if SERVICE.fullmatch(text):
        return service(text)
    records = [holder.record for holder in estate.holders.values()]
    return of_holder(estate, estate.holders[named(records, estate.accounts, text, "user or role").arn])


def subjects(estate: Estate) -> Iterator[Subject]:
    """Every user and role that was seen, and the root user of every account."""
    for holder in estate.holders.values():
        if not isinstance(holder.record, facts.Group):
            yield of_holder(estate, holder)
    for account in sorted(estate.accounts.keys() | estate.identity_accounts):
        yield root(estate, account)


def by_arn(estate: Estate, arn: str) -> Subject:
    """The principal of an ARN. Raises Unresolved where it names none, or one that is known not to be there."""
    if arn in estate.holders:
        return of_holder(estate, estate.holders[arn])
    if arn.endswith(":root"):
        return root(estate, account_of(arn))
    if not is_principal(arn):
        raise Unresolved(f"`{arn}` is no principal: name a user, a role or its session, a provider, or `account:ID`")
    kind = _kind(arn)
    if kind == "federated":
        return Subject(arn, arn, Principal(arn, account_of(arn), kind), PolicySet(()))
    role = estate.role_of_session(arn)
    if role is not None:
        return _session(of_holder(estate, estate.holders[role]), arn)
    return _unseen(estate, arn, kind)


def is_principal(arn: str) -> bool:
    """Whether a text is the ARN of something that makes requests."""
    return PRINCIPAL.match(arn) is not None


def _kind(arn: str) -> str:
    return KINDS[arn.split(":", 5)[5].partition("/")[0]]


def of_holder(estate: Estate, holder: Holder) -> Subject:
    """A user or role that was seen. Raises Unresolved for a group, which makes no requests."""
    if isinstance(holder.record, facts.Group):
        raise Unresolved(f"`{holder.arn}` is a group, which asks for nothing: name one of its users")
    name = full_name(holder.record, estate.accounts)
    return Subject(holder.arn, name, holder.principal, holder.policies, stale=holder.stale)


def root(estate: Estate, account: str) -> Subject:
    """The root user of an account, whom only SCPs limit."""
    chain = estate.organizations.chain(account)
    arn = f"arn:{estate.partition_of(account)}:iam::{account}:root"
    known, unknown = estate.organizations.context(account), estate.organizations.unknown(account)
    owner = estate.accounts.get(account)
    name = f"{owner.name if owner else account}/root user"
    principal = Principal(arn, account, "root", known, unknown)
    if owner is None and account not in estate.identity_accounts:
        guard = Policy(f"{arn}/scps", f"service control policies of account {account}", None)
        unseen = f"account {account} is not in the snapshot: what binds its root user was not seen"
        return Subject(arn, name, principal, PolicySet((), None, ((guard,),)), unseen)
    return Subject(arn, name, principal, PolicySet((), None, chain.levels), stale=chain.stale)


def service(name: str) -> Subject:
    """A service of AWS that acts by itself."""
    return Subject(name, name, Principal(name, "", "service"), PolicySet(()))


def provider(name: str) -> Subject:
    """Whoever one of the providers that AWS knows by name vouches for."""
    return Subject(name, name, Principal(name, "", "federated"), PolicySet(()))


def anyone() -> Subject:
    """Whoever calls without credentials."""
    return Subject("", ANYONE, Principal("", "", "anonymous"), PolicySet(()))


def _session(role: Subject, arn: str) -> Subject:
    """A role as one of its sessions: a resource policy may name the session."""
    session = arn.rpartition("/")[2]
    principal = msgspec.structs.replace(role.principal, arn=arn)
    return Subject(arn, f"{role.name}, session {session}", principal, role.policies, stale=role.stale)


def _unseen(estate: Estate, arn: str, kind: str) -> Subject:
    """A principal that the snapshot does not have: what it may do is open, as far as SCPs leave it open."""
    account, name = account_of(arn), arn.rpartition("/")[2]
    if kind == "federated_user":
        unseen = f"who made the federated user `{name}`, and with which session policy, is not known"
    elif estate.snapshot.state(account, IDENTITIES).complete:
        close = nearest(arn, (a for a, h in estate.holders.items() if h.account_id == account))
        meant = f": did you mean `{close[0]}`?" if close else ": look for it with `trustdrift whocan`"
        raise Unresolved(f"`{arn}` is not in account {account}, whose identities were seen whole{meant}")
    else:
        unseen = f"the identities of account {account} were not seen"
    chain = Chain(None) if SERVICE_LINKED in arn else estate.organizations.chain(account)
    known, unknown = estate.organizations.context(account), estate.organizations.unknown(account) | {PRINCIPAL_TAGS}
    granted = Policy(arn, f"identity policies of {name}", None)
    principal = Principal(arn, account, kind, known, unknown)
    return Subject(arn, arn, principal, PolicySet((granted,), None, chain.levels), unseen, chain.stale)
