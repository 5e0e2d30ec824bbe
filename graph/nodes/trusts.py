"""Whom the trust policies of roles name, as facts: what AWS would answer them is for the edges to say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.builder import Builder
from graph.nodes.documents import read_document
from graph.nodes.identity import named_principal
from graph.nodes.organization import external_account
from graph.nodes.ownership import partition_of, resource
from ingest.snapshot import Role
from policy import longest

ACCOUNT = re.compile(r"(?:arn:[^:]+:iam::)?(?P<account>\d{12})(?::root)?")
NAMED = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):(?P<kind>user|role)/.+")
LABELS = {"user": "AWSUser", "role": "AWSRole"}
ANYONE = "external:anyone"


def add_trusts(builder: Builder) -> None:
    """Joins each role to the users, roles, accounts and services that an Allow of its trust policy names."""
    for role in builder.snapshot.all(Role):
        stale = builder.snapshot.stale_since(role)
        for principal in _trusted(builder, role):
            builder.edge(role.arn, "TRUSTS_AWS_PRINCIPAL", principal, stale=stale)
            if builder.label_of(principal) in LABELS.values():
                builder.edge(principal, "STS_ASSUMEROLE_ALLOW", role.arn, stale=stale)


def _trusted(builder: Builder, role: Role) -> Iterator[str]:
    statements = read_document(role.trust, longest(role.arn))
    for statement in statements if isinstance(statements, tuple) else ():
        if statement.effect == "Allow":
            named = statement.principals or {}
            yield from (_service(builder, name) for name in named.get("Service", ()))
            yield from filter(None, (_principal(builder, role, value) for value in named.get("AWS", ())))


def _service(builder: Builder, name: str) -> str:
    return builder.node("AWSServicePrincipal", name, name=name, arn=name)


def _principal(builder: Builder, role: Role, value: str) -> str | None:
    """The node of a principal of AWS; None for what IAM leaves where the one that was named is deleted."""
    if value == "*":
        return anyone(builder)
    if account := ACCOUNT.fullmatch(value):
        return root_principal(builder, account["account"], partition_of(role.arn))
    if named := NAMED.fullmatch(value):
        external_account(builder, named["account"])
        return named_principal(builder, LABELS[named["kind"]], value)
    return None


def anyone(builder: Builder) -> str:
    """The node of whoever has an account of AWS."""
    return builder.node("AWSExternalPrincipal", ANYONE, name="anyone with an AWS account")


def root_principal(builder: Builder, account: str, partition: str) -> str:
    """The root user of an account, which in a trust policy stands for all of the account."""
    arn = f"arn:{partition}:iam::{account}:root"
    external_account(builder, account)
    if not builder.has(arn):
        builder.node("AWSRootPrincipal", arn, name=f"account {account}", arn=arn, account_id=account)
        resource(builder, account, arn)
    return arn
