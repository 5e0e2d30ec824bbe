"""Policies and their statements as IAM writes them, and on which lines of its policy a statement stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

from graph.model import Edge, Graph, Node

SPELLED = {"sid": "Sid", "effect": "Effect"}
LISTED = {"action": "Action", "notaction": "NotAction", "resource": "Resource", "notresource": "NotResource"}
LONGEST = 300  # statements of a policy that are written out
INDENT = 2


@dataclass(frozen=True)
class Written:
    """A policy written out; the statement is the `number`-th, from 1, and stands on the lines `first` to `last`."""

    text: str
    number: int
    sid: str
    first: int
    last: int


def statement(node: Node, sid: str = "") -> dict[str, Any]:
    """A statement as IAM JSON; its Sid belongs to the policy that it stands in."""
    have = node.properties
    body: dict[str, Any] = {"Sid": sid} if sid else {}
    body |= {spelled: have[name] for name, spelled in SPELLED.items() if have.get(name)}
    body |= orjson.loads(str(have.get("principal") or "{}"))  # {"Principal": …} or {"NotPrincipal": …}
    body |= {spelled: _one_or_all(texts(node, name)) for name, spelled in LISTED.items() if have.get(name)}
    if have.get("condition"):
        body["Condition"] = _condition(orjson.loads(str(have["condition"])))
    return body


def as_text(body: object) -> str:
    """JSON on lines, characters of every script as they are."""
    return json.dumps(body, indent=INDENT, ensure_ascii=False)


def written(graph: Graph, wanted: Edge) -> Written | None:
    """The policy in which a statement stands, by the edge from the one to the other; None for a policy too long."""
    edges = sorted(graph.out(wanted.source, wanted.type), key=_position)
    if len(edges) > LONGEST:
        return None
    parts = [as_text(statement(graph.nodes[edge.target], str(edge.properties.get("sid") or ""))) for edge in edges]
    place = next(i for i, edge in enumerate(edges) if edge.identity == wanted.identity)
    before = sum(part.count("\n") + 1 for part in parts[:place]) + 3  # the lines that open the document
    body = as_text({"Statement": [json.loads(part) for part in parts]})
    lines = parts[place].count("\n")
    return Written(body, place + 1, str(wanted.properties.get("sid") or ""), before, before + lines)


def _position(edge: Edge) -> int:
    return int(str(edge.properties.get("position") or 0))


def texts(node: Node, name: str) -> list[str]:
    """A property that is a list of texts; empty where the node has none."""
    value = node.properties.get(name)
    return [str(v) for v in value] if isinstance(value, list) else []


def _condition(conditions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The conditions as IAM writes them: by operator, then by key."""
    block: dict[str, dict[str, Any]] = {}
    for one in conditions:
        block.setdefault(one["operator"], {})[one["key"]] = _one_or_all(one["values"])
    return block


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
