"""The mass-delete brake: a load that would take away much of one type waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from graph.model import Edge, Graph, Node
from graph.schema import RELATIONSHIPS
from graph.store.rows import Change

ALWAYS_ALLOWED = 20  # items of one type
# What follows from facts moves as a whole when one policy changes, and that is drift to be shown, not held back.
DERIVED = frozenset({"AccessSet", "Coverage", "CrownJewel", "NetworkClass", "Outcome", "Proof"})
DERIVED_TYPES = frozenset({"PROTECTED_BY"}) | {
    name
    for name, kind in RELATIONSHIPS.items()
    if kind.role != "fact" or any(DERIVED.intersection(ends) for ends in kind.ends)
}


class Held(Exception):
    """A load that waits; the sentence names the type that would lose most, and how to let it through."""


def hold_mass_removal(change: Change, old: Graph, percent: float) -> None:
    """Raise Held where `change` takes more than 20 items and more than `percent` of one label or relationship type,
    of those that hold collected facts.

    `old` is the graph that the change starts from. What is removed to be written anew with other labels is no loss.
    """
    had = _types([*old.nodes.values(), *old.edges])
    lost = losses(change)
    over = {kind: n for kind, n in lost.items() if n > max(ALWAYS_ALLOWED, had[kind] * percent / 100)}
    if not over:
        return
    worst = max(over, key=lambda kind: (over[kind] / had[kind], kind))
    rest = len(over) - 1
    others = f", and much of {rest} other type{'s' if rest > 1 else ''}" if rest else ""
    raise Held(
        f"this load would remove {over[worst]:,} of {had[worst]:,} `{worst}` ({over[worst] / had[worst]:.0%}){others}: "
        "see whether they are really gone, then run again with --confirm"
    )


def losses(change: Change) -> Counter[str]:
    """How many items of each label and relationship type of facts go for good."""
    removed, again = _types([*change.nodes_removed, *change.edges_removed]), _types(_rewritten(change))
    return Counter({kind: n - again[kind] for kind, n in removed.items() if kind not in DERIVED | DERIVED_TYPES})


def _rewritten(change: Change) -> list[Node | Edge]:
    """What is removed and added under the same type and identity: a relabelled node's relationships."""
    nodes = {(node.id, node.label) for node in change.nodes_added}
    edges = {edge.identity for edge in change.edges_added}
    return [
        *(node for node in change.nodes_removed if (node.id, node.label) in nodes),
        *(edge for edge in change.edges_removed if edge.identity in edges),
    ]


def _types(items: Iterable[Node | Edge]) -> Counter[str]:
    return Counter(item.label if isinstance(item, Node) else item.type for item in items)
