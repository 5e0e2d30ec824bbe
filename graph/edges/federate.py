"""CAN_ASSUME for those whom an identity provider vouches for: pipelines by OpenID Connect, people by SAML.

A trust policy narrows the provider's subjects by a condition on `<host>:sub`. Each subject pattern that a role accepts
is a principal of its own; a role that asks for no subject accepts every one, written `*`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

from __future__ import annotations

from collections.abc import Iterator

from graph.builder import Builder
from graph.estate import RESERVED, Estate
from graph.proof import add_step, asked
from graph.sets import Sets
from graph.trusts import Trust
from policy import Condition, PolicySet, Principal, Request, Statement

CI_HOSTS = (
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "agent.buildkite.com",
    "app.terraform.io",
    "api.bitbucket.org",
    "oidc.circleci.com",
)
SUBJECT_OPERATORS = ("stringequals", "stringlike", "stringequalsignorecase")
NO_POLICIES = PolicySet(())  # whom a provider vouches for has none before it takes a role
ACTIONS = {"oidc": "sts:AssumeRoleWithWebIdentity", "saml": "sts:AssumeRoleWithSAML"}


def add_federation(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes federated principals and what they may assume. Identity Center's own roles belong to its people."""
    for trust in estate.trusts:
        if not trust.role.record.path.startswith(RESERVED):
            for provider in sorted(p for p in trust.federated if _is_there(estate, p, trust.role.account_id)):
                _add_provider(builder, sets, trust, provider)


def _is_there(estate: Estate, provider: str, account_id: str) -> bool:
    """Whether a provider can vouch: one with an ARN must stand in the role's account, if those were seen.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """
    seen = estate.snapshot.state(account_id, "iam.providers").complete
    return not provider.startswith("arn:") or not seen or provider in estate.providers


def _add_provider(builder: Builder, sets: Sets, trust: Trust, provider: str) -> None:
    host, kind = _told(provider)
    for subject in _subjects(trust, provider, f"{host}:sub"):
        node_id = federated_principal(builder, provider, subject, trust.role.account_id, trust.role.stale)
        context = {f"{host}:sub": (subject,)} if kind == "oidc" else {}
        account = provider.split(":")[4] if provider.startswith("arn:") else ""
        principal = Principal(
            provider,
            account,
            "federated",
            {k.lower(): v for k, v in context.items()},
            caller="ci" if kind == "oidc" else "",
        )
        role = trust.role
        request = Request(principal, ACTIONS[kind], role.arn, role.account_id)
        sentence = f"{ACTIONS[kind]} on {role.record.name} with subject {subject}."
        step = asked(NO_POLICIES, request, trust.door, sentence).as_seen(role.stale)
        add_step(builder, sets.own(node_id, account, subject), "ASSUME", role.arn, step)


def federated_principal(builder: Builder, provider: str, subject: str, account_id: str, stale: str | None) -> str:
    """The node of those whom a provider vouches for by a subject; `*` stands for every one."""
    host, kind = _told(provider)
    return builder.node(
        "AWSFederatedPrincipal",
        f"{provider}#{subject}",
        name=f"{host} {subject}" if subject != "*" else f"anyone whom {host} vouches for",
        arn=provider,
        account_id=account_id,
        provider=provider,
        kind=kind,
        subject=subject,
        ci=any(host == ci or host.startswith(f"{ci}/") for ci in CI_HOSTS),
        stale=stale,
    )


def _told(provider: str) -> tuple[str, str]:
    """Host and kind of a provider."""
    host = provider.split(":oidc-provider/")[-1].split(":saml-provider/")[-1]
    return host, "saml" if ":saml-provider/" in provider else "oidc"


def _subjects(trust: Trust, provider: str, key: str) -> list[str]:
    """The subject patterns worth asking for: those that an Allow names, and those that a Deny spares."""
    document = trust.policy.document
    allows = {s for st in _statements(trust, provider) for s in _subjects_of(st, key)}
    spared = {s for st in (document.statements if document else ()) if st.effect == "Deny" for s in _spared_by(st, key)}
    return sorted(allows | spared)


def _statements(trust: Trust, provider: str) -> Iterator[Statement]:
    document = trust.policy.document
    for statement in document.statements if document else ():
        if statement.effect == "Allow" and provider in (statement.principals or {}).get("Federated", ()):
            yield statement


def _subjects_of(statement: Statement, key: str) -> list[str]:
    conditions = [c for c in statement.conditions if c.key.lower() == key.lower()]
    values = [v for c in conditions if _reads(c) in SUBJECT_OPERATORS for v in c.values if _can_be(v, c)]
    return values if any(_reads(c) in SUBJECT_OPERATORS for c in conditions) else ["*"]


def _spared_by(statement: Statement, key: str) -> list[str]:
    found = [c for c in statement.conditions if c.key.lower() == key.lower() and "not" in _reads(c)]
    return [v for c in found for v in c.values if _can_be(v, c)]


def _reads(condition: Condition) -> str:
    return condition.operator.lower().split(":")[-1].removesuffix("ifexists")


def _can_be(value: str, condition: Condition) -> bool:
    """Whether a subject can match: no provider issues one with a literal wildcard, which StringEquals asks for."""
    return "like" in _reads(condition) or not set("*?") & set(value)
