"""The comparison of two graphs: what changed against what was approved, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from drift.access import compare_access
from drift.answers import compare_coverage, compare_findings
from drift.grants import Grants
from drift.items import Drift, DriftItem, Proof, Side, order
from drift.routes import compare_routes
from drift.rules import compare_rules
from drift.sight import Sight
from drift.words import named
from graph.model import Graph, Node
from queries.checks import Finding
from queries.picture import coverage_rows


def compare(old: Graph, old_findings: Sequence[Finding], new: Graph, new_findings: Sequence[Finding]) -> Drift:
    """Everything that differs between the approved graph and the new one, worst first.

    Nothing is called removed or fixed whose sources were not seen whole in the new graph: that is `unseen`. Facts that
    were carried over from an earlier snapshot count as unchanged.
    """
    sight = Sight(old, new)
    before, after = Grants(old), Grants(new)
    items = sorted(
        chain(
            compare_routes(before, after, sight),
            compare_access(before, after, sight),
            compare_rules(old, new, sight),
            compare_findings(old_findings, new_findings, sight),
            compare_coverage(sight),
        ),
        key=order,
    )
    return Drift(
        baseline=Side.of(old),
        current=Side.of(new),
        items=items,
        coverage=coverage_rows(new),
        names=_names(items, new, old),
        proofs=_proofs(items, new, old),
    )


def _names(items: Iterable[DriftItem], *graphs: Graph) -> dict[str, str]:
    """The name of every node that an item speaks of."""
    wanted = {i for item in items for i in (item.subject, item.target, *item.members, *item.targets)}
    wanted |= {end for item in items for hop in item.path for end in (hop.source, hop.target)}
    return {i: named(g, i) for i in sorted(wanted) for g in graphs[::-1] if i in g.nodes}


def _proofs(items: Iterable[DriftItem], *graphs: Graph) -> dict[str, Proof]:
    """Every proof that an item refers to."""
    wanted = sorted({proof for item in items for proof in item.evidence})
    return {i: _proof(g.nodes[i]) for i in wanted for g in graphs[::-1] if i in g.nodes}


def _proof(node: Node) -> Proof:
    have = node.properties
    layers, statements = (
        [str(v) for v in value] if isinstance(value := have.get(k), list) else [] for k in ("layers", "statements")
    )
    return Proof(
        text=str(have.get("text") or ""),
        technique=str(have.get("technique") or ""),
        layers=layers,
        statements=statements,
    )
