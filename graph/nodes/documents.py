"""Policy documents to statements: equal statements stand once, however often and in whatever order they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from graph.builder import Builder
from ingest.snapshot import Reason, State, Unseen
from policy import Condition, Malformed, Statement, longest, parse

NAMED, MORE = 5, "; and more"
SOURCE = "policy documents"  # beside the collectors' names: text that was read and is no policy


def add_document(builder: Builder, owner: str, relationship: str, document: str | Unseen | None) -> None:
    """Joins a policy, or a role by its trust policy, to its statements.

    A document that was not seen or that AWS would refuse gives no statements; its owner says `unseen`, and the
    coverage of its account that there is one that could not be read.
    """
    found = read_document(document, longest(owner))
    if isinstance(found, Malformed):
        _add_unreadable(builder, owner, found)
    if not isinstance(found, tuple):
        builder.node(builder.nodes[owner][0], owner, unseen=True)
        return
    for position, statement in enumerate(found):
        builder.edge(
            owner, relationship, _statement(builder, statement), key=str(position), sid=statement.sid, position=position
        )


@lru_cache(maxsize=65_536)
def read_document(document: str | Unseen | None, longest: int) -> tuple[Statement, ...] | Malformed | None:
    """The statements of a policy text; None where it was not seen, the error where AWS would refuse it."""
    if document is None or isinstance(document, Unseen):
        return None
    try:
        return parse(document, longest).statements
    except Malformed as error:
        return error.with_traceback(None)


def _add_unreadable(builder: Builder, owner: str, error: Malformed) -> None:
    """Says in the coverage of an account that what a document of it allows is unknown."""
    properties = builder.nodes[owner][1]
    account, name = str(properties.get("account_id", "")), properties.get("name", owner)
    row = f"coverage:{account}::{SOURCE}"
    before = str(builder.nodes[row][1]["detail"]) if builder.has(row) else ""
    builder.node(
        "Coverage",
        row,
        name=f"{SOURCE} of {account}",
        account_id=account,
        source=SOURCE,
        state=State.PARTIAL.value,
        reason=Reason.MALFORMED.value,
        detail=_detail(before, f"`{name}` {error}"),
        at=builder.snapshot.taken_at,
    )
    if builder.has(account):
        builder.edge(row, "COVERAGE_OF", account)


def _detail(before: str, unreadable: str) -> str:
    if not before:
        return f"what these allow is unknown: {unreadable}"
    return before if before.endswith(MORE) else before + (f"; {unreadable}" if before.count("; ") < NAMED - 1 else MORE)


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
