"""Policy documents to statements: equal statements stand once, however often and in whatever order they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from graph.builder import Builder
from ingest.snapshot import Unseen
from policy import Condition, Malformed, Statement, longest, parse


def add_document(builder: Builder, owner: str, relationship: str, document: str | Unseen | None) -> None:
    """Joins a policy, or a role by its trust policy, to its statements.

    A document that was not seen or that AWS would refuse gives no statements; its owner says `unseen`.
    """
    statements = _statements(document, longest(owner))
    if statements is None:
        builder.node(builder.nodes[owner][0], owner, unseen=True)
    for position, statement in enumerate(statements or ()):
        builder.edge(
            owner, relationship, _statement(builder, statement), key=str(position), sid=statement.sid, position=position
        )


@lru_cache(maxsize=65_536)
def _statements(document: str | Unseen | None, longest: int) -> Sequence[Statement] | None:
    if document is None or isinstance(document, Unseen):
        return None
    try:
        return parse(document, longest).statements
    except Malformed:
        return None


def _statement(builder: Builder, statement: Statement) -> str:
    if builder.has(statement.id):
        return statement.id
    actions = statement.actions or statement.not_actions
    return builder.node(
        "AWSPolicyStatement",
        statement.id,
        name=statement.sid or f"{statement.effect} {', '.join(actions[:2])}",
        effect=statement.effect,
        action=list(statement.actions),
        notaction=list(statement.not_actions),
        resource=list(statement.resources),
        notresource=list(statement.not_resources),
        principal=_principals(statement),
        condition=_conditions(statement.conditions),
        sid=statement.sid,
    )


def _principals(statement: Statement) -> str | None:
    if statement.principals is not None:
        return _json({"Principal": statement.principals})
    return None if statement.not_principals is None else _json({"NotPrincipal": statement.not_principals})


def _conditions(conditions: Sequence[Condition]) -> str | None:
    listed = [{"operator": c.operator, "key": c.key, "values": c.values} for c in conditions]
    return _json(listed) if listed else None


def _json(value: Mapping[str, object] | Sequence[object]) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
