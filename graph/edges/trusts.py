"""Trust policies read once: whom each role names, and whether the answer depends on who exactly asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import ingest.snapshot as facts
from graph.estate import Estate, Holder
from policy import Document, Policy, ResourcePolicies, Statement

ACCOUNT = re.compile(r"^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$")
ARN_OF_PRINCIPAL = re.compile(r"^arn:[^:]+:(?:iam|sts)::(\d{12}):(?:user|role|assumed-role|federated-user)/")


@dataclass(frozen=True)
class Trust:
    """One role's trust policy. `accounts` are named as a whole, `arns` one by one; `anyone` is `*`."""

    role: Holder
    policy: Policy
    door: ResourcePolicies
    accounts: frozenset[str]
    arns: frozenset[str]
    federated: frozenset[str]
    anyone: bool
    personal: bool  # conditions or Denies that single principals out


def trusts(estate: Estate) -> Iterator[Trust]:
    """The trust of every role, in order of ARN."""
    for arn in sorted(estate.holders):
        holder = estate.holders[arn]
        if isinstance(holder.record, facts.Role):
            yield read_trust(estate, holder)


def read_trust(estate: Estate, role: Holder) -> Trust:
    """Whom the Allows of a trust policy name. Who takes a role chooses its session's name: a session is its role."""
    policy = estate.trust_of(role)
    rcps = estate.organizations.rcps(role.account_id) or ()
    deciding = [policy, *(one for level in rcps for one in level)]
    named: dict[str, set[str]] = {"AWS": set(), "Federated": set()}
    for statement in policy.document.statements if policy.document else ():
        if statement.effect == "Allow":
            for kind, values in (statement.principals or {}).items():
                named.setdefault(kind, set()).update(values)
            if statement.not_principals is not None:
                named["AWS"].add("*")
    accounts = {m[1] for value in named["AWS"] if (m := ACCOUNT.match(value))}
    if policy.document is None:
        accounts.add(role.account_id)  # a trust that cannot be read may let in its own account at least
    return Trust(
        role,
        policy,
        estate.door_of(role),
        frozenset(accounts),
        frozenset(estate.role_of_session(v) or v for v in named["AWS"] if ARN_OF_PRINCIPAL.match(v)),
        frozenset(named["Federated"]),
        "*" in named["AWS"],
        any(singles_out(one.document) for one in deciding),
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
