"""Trust policies read once: whom each role names, and whether the answer depends on who exactly asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import ingest.snapshot as facts
from policy import Document, Policy, ResourcePolicies, Statement

if TYPE_CHECKING:
    from graph.estate import Estate, Holder

ACCOUNT = re.compile(r"^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$")
ARN_OF_PRINCIPAL = re.compile(r"^arn:[^:]+:(?:iam|sts)::(\d{12}):(?:user|role|assumed-role|federated-user)/")


@dataclass(frozen=True)
class Named:
    """Whom the Allows of a policy name: accounts as a whole, services, sources of identity, and ARNs one by one;
    `anyone` is `*`."""

    accounts: frozenset[str]
    arns: frozenset[str]
    services: frozenset[str]
    federated: frozenset[str]
    anyone: bool
    personal: bool  # conditions or Denies that single principals out


@dataclass(frozen=True)
class Trust:
    """One role's trust policy. A trust policy that was not seen, or cannot be read, has no document."""

    estate: Estate
    role: Holder
    policy: Policy
    named: Named
    accounts: frozenset[str]
    arns: frozenset[str]
    personal: bool  # conditions or Denies, those of the organization too, that single principals out

    @cached_property
    def door(self) -> ResourcePolicies:
        """All that decides at the role."""
        return self.estate.door_of(self.role)

    @cached_property
    def said(self) -> tuple[object, ...]:
        """What the trust policy, and the account it stands in, say to whoever comes: equal for roles alike."""
        document = self.policy.document
        reads_tags = document is not None and any(one.reads_tags for one in document.statements)
        tags = tuple(sorted(self.role.as_resource.items())) if reads_tags else ()
        is_guarded = self.role.chain.levels is not None  # the organization's policies leave service-linked roles alone
        return (self.role.account_id, is_guarded, document, tags)

    @property
    def federated(self) -> frozenset[str]:
        return self.named.federated

    @property
    def anyone(self) -> bool:
        return self.named.anyone

    @property
    def services(self) -> frozenset[str]:
        """The services that Allows name; `*` where any may be let in."""
        is_open = self.policy.document is None or self.anyone
        return self.named.services | {"*"} if is_open else self.named.services


class Trusts:
    """The trusts of an estate's roles by ARN, each read when first asked for, and what a document says but once."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._named: dict[Document | None, Named] = {}
        self._of: dict[str, Trust] = {}
        self._singling: dict[str, bool] = {}

    def __iter__(self) -> Iterator[Trust]:
        """The trust of every role, in order of ARN."""
        for arn in sorted(self.estate.holders):
            holder = self.estate.holders[arn]
            if isinstance(holder.record, facts.Role):
                yield self.of(holder)

    def of(self, role: Holder) -> Trust:
        """The trust of a role."""
        found = self._of.get(role.arn)
        if found is None:
            found = self._of[role.arn] = self._read(role)
        return found

    def _read(self, role: Holder) -> Trust:
        """Who takes a role chooses its session's name: a session is its role."""
        policy = self.estate.trust_of(role)
        named = self._named.get(policy.document)
        if named is None:
            named = self._named[policy.document] = named_by(policy.document)
        # A trust that cannot be read may let in its own account at least.
        accounts = named.accounts if policy.document else named.accounts | {role.account_id}
        arns = frozenset(self.estate.role_of_session(arn) or arn for arn in named.arns)
        personal = named.personal or self._organization_singles_out(role.account_id)
        return Trust(self.estate, role, policy, named, accounts, arns, personal)

    def _organization_singles_out(self, account: str) -> bool:
        if account not in self._singling:
            levels = self.estate.organizations.rcps(account) or ()
            self._singling[account] = any(singles_out(one.document) for level in levels for one in level)
        return self._singling[account]


def named_by(document: Document | None) -> Named:
    """Whom the Allows of a document name."""
    named: dict[str, set[str]] = {"AWS": set(), "Federated": set(), "Service": set()}
    for statement in document.statements if document else ():
        if statement.effect == "Allow":
            for kind, values in (statement.principals or {}).items():
                named.setdefault(kind, set()).update(values)
            if statement.not_principals is not None:
                named["AWS"].add("*")
    return Named(
        frozenset(m[1] for value in named["AWS"] if (m := ACCOUNT.match(value))),
        frozenset(value for value in named["AWS"] if ARN_OF_PRINCIPAL.match(value)),
        frozenset(named["Service"]),
        frozenset(named["Federated"]),
        "*" in named["AWS"],
        singles_out(document),
    )


# Facts that all principals of an account share.
OF_THE_ACCOUNT = frozenset({"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "kms:calleraccount"})


def singles_out(document: Document | None) -> bool:
    """Whether a policy may answer two principals of one account differently, beyond naming one in an Allow."""
    return any(map(_singles_out, document.statements if document else ()))


def _singles_out(statement: Statement) -> bool:
    if statement.principal_keys - OF_THE_ACCOUNT or statement.not_principals is not None:
        return True
    return statement.effect == "Deny" and _names_principals(statement.principals)


def names_principals(document: Document | None) -> bool:
    """Whether an Allow names single principals."""
    allows = [s for s in (document.statements if document else ()) if s.effect == "Allow"]
    return any(_names_principals(s.principals) for s in allows)


def _names_principals(principals: dict[str, tuple[str, ...]] | None) -> bool:
    return any(ARN_OF_PRINCIPAL.match(v) for v in (principals or {}).get("AWS", ()))
