"""Why a hop is there: its proof, the deciding statements and the policies they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from graph.model import Edge, Graph, Node
from queries.paths import Hop
from queries.where import full_name
from ui import words
from ui.drawing import ports, verb
from ui.text import code

SOURCES = 4  # places named for a statement that stands in many
SPELLED = {"sid": "Sid", "effect": "Effect"}
LISTED = {"action": "Action", "notaction": "NotAction", "resource": "Resource", "notresource": "NotResource"}


@dataclass(frozen=True)
class Statement:
    """A deciding statement as IAM spells it, and where it is written."""

    document: str
    sources: list[str]


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of one hop."""

    text: str = ""
    layers: list[tuple[str, str]] = field(default_factory=list)  # (layer, truth)
    conditions: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    stale: str = ""


def sentence(graph: Graph, hop: Hop) -> str:
    """The hop in words, as Markdown in which names are code."""
    can = "can" if hop.certain else "may"
    level = words.LEVELS.get(hop.key, hop.key)
    source, target = code(full_name(graph, hop.source)), code(full_name(graph, hop.target))
    template = words.STEPS.get(verb(hop), "{source} leads to {target}")
    return template.format(source=source, target=target, can=can, level=level, key=code(ports(hop.key) or "all ports"))


def evidence(graph: Graph, hop: Hop) -> Evidence:
    """The evidence of a hop; a structural hop has none but its sentence."""
    proof = graph.nodes.get(hop.proof)
    if proof is None:
        return Evidence(conditions=hop.conditions, stale=hop.stale)
    layers = [tuple(layer.partition("=")[::2]) for layer in _list(proof, "layers")]
    statements = [graph.nodes[i] for i in _list(proof, "statements") if i in graph.nodes]
    return Evidence(
        text=str(proof.properties.get("text") or ""),
        layers=[(layer, truth) for layer, truth in layers],
        conditions=hop.conditions or _list(proof, "conditions"),
        choices=_list(proof, "choices"),
        statements=[Statement(_document(s), _written_in(graph, s.id, hop)) for s in statements],
        stale=hop.stale,
    )


def _list(node: Node, name: str) -> list[str]:
    value = node.properties.get(name)
    return [str(v) for v in value] if isinstance(value, list) else []


def _document(statement: Node) -> str:
    """The statement as IAM JSON."""
    have = statement.properties
    body: dict[str, Any] = {spelled: have[name] for name, spelled in SPELLED.items() if have.get(name)}
    body |= orjson.loads(str(have.get("principal") or "{}"))  # {"Principal": …} or {"NotPrincipal": …}
    body |= {spelled: _one_or_all(_list(statement, name)) for name, spelled in LISTED.items() if have.get(name)}
    if have.get("condition"):
        body["Condition"] = _condition(orjson.loads(str(have["condition"])))
    written: str = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    return written


def _condition(conditions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The conditions as IAM writes them: by operator, then by key."""
    block: dict[str, dict[str, Any]] = {}
    for one in conditions:
        block.setdefault(one["operator"], {})[one["key"]] = _one_or_all(one["values"])
    return block


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _written_in(graph: Graph, statement_id: str, hop: Hop) -> list[str]:
    """Where a statement stands: equal statements are one node, so those of the hop's own ends come first."""
    ends = {e.target for e in graph.out(hop.source, "POLICY", "MEMBER_AWS_GROUP")} | {hop.source, hop.target}
    ends |= {e.target for end in list(ends) for e in graph.out(end, "POLICY")}
    policies = graph.into(statement_id, "STATEMENT", "TRUSTS_STATEMENT")
    ranked = sorted(policies, key=lambda e: (e.source not in ends, e.source))
    own = [e for e in ranked if e.source in ends]
    shown = own or ranked[:SOURCES]
    more = [f"and {len(ranked) - SOURCES} more"] if not own and len(ranked) > SOURCES else []
    return [_called(graph, e) for e in shown] + more


def _called(graph: Graph, edge: Edge) -> str:
    name = code(full_name(graph, edge.source))
    return f"trust policy of {name}" if edge.type == "TRUSTS_STATEMENT" else f"policy {name}"
