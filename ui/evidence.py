"""Why a hop is there: its proof, the deciding statements and the policies they come from."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.model import Edge, Graph, Node
from queries.paths import Hop
from queries.where import full_name
from ui import words
from ui.documents import Written, as_text, statement, texts, written
from ui.drawing import ports, verb
from ui.text import code

SOURCES = 4  # places named for a statement that stands in many
USES = {"AWSRole": ("last_used",), "AWSUser": ("passwordlastused",)}
KEY_USE = "lastuseddate"


@dataclass(frozen=True)
class Statement:
    """A deciding statement as IAM spells it, and where it is written; `policy` is the first of these places, written
    out."""

    document: str
    sources: list[str]
    policy: Written | None = None


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
    usual = words.STEPS.get(verb(hop), "{source} leads to {target}")
    template = words.ADMINISTRATOR if hop.key == "administrator" else usual
    return template.format(source=source, target=target, can=can, level=level, key=code(ports(hop.key) or "all ports"))


def evidence(graph: Graph, hop: Hop) -> Evidence:
    """The evidence of a hop; a structural hop has none but its sentence."""
    proof = graph.nodes.get(hop.proof)
    if proof is None:
        return Evidence(conditions=hop.conditions, stale=hop.stale)
    layers = [tuple(layer.partition("=")[::2]) for layer in texts(proof, "layers")]
    statements = [graph.nodes[i] for i in texts(proof, "statements") if i in graph.nodes]
    return Evidence(
        text=str(proof.properties.get("text") or ""),
        layers=[(layer, truth) for layer, truth in layers],
        conditions=hop.conditions or texts(proof, "conditions"),
        choices=texts(proof, "choices"),
        statements=[_statement(graph, s, hop) for s in statements],
        stale=hop.stale,
    )


def last_use(graph: Graph, node_id: str) -> str | None:
    """When a role or user was last used, as far as IAM knows; empty where no use is known, None for anything else."""
    node = graph.nodes.get(node_id)
    if node is None or node.label not in USES:
        return None
    keys = [graph.nodes[edge.target].properties.get(KEY_USE) for edge in graph.out(node_id, "AWS_ACCESS_KEY")]
    times = [*(node.properties.get(name) for name in USES[node.label]), *keys]
    return max((str(time) for time in times if time and str(time)[0].isdigit()), default="")


def _statement(graph: Graph, node: Node, hop: Hop) -> Statement:
    own, others = _places(graph, node.id, hop)
    shown = own or others[:SOURCES]
    more = [f"and {len(others) - SOURCES} more"] if not own and len(others) > SOURCES else []
    policy = written(graph, shown[0]) if shown else None
    return Statement(as_text(statement(node)), [_called(graph, edge) for edge in shown] + more, policy)


def _places(graph: Graph, statement_id: str, hop: Hop) -> tuple[list[Edge], list[Edge]]:
    """Where a statement stands, at the hop's own ends and elsewhere: equal statements are one node."""
    ends = {e.target for e in graph.out(hop.source, "POLICY", "MEMBER_AWS_GROUP")} | {hop.source, hop.target}
    ends |= {e.target for end in list(ends) for e in graph.out(end, "POLICY")}
    policies = graph.into(statement_id, "STATEMENT", "TRUSTS_STATEMENT")
    ranked = sorted(policies, key=lambda e: (e.source not in ends, e.source))
    return [e for e in ranked if e.source in ends], [e for e in ranked if e.source not in ends]


def _called(graph: Graph, edge: Edge) -> str:
    name = code(full_name(graph, edge.source))
    return f"trust policy of {name}" if edge.type == "TRUSTS_STATEMENT" else f"policy {name}"
