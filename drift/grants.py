"""What each principal may do in one step, read through access sets and never by their identity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graph.model import Edge, Graph
from policy.language.match import glob
from queries.paths import CERTAIN, POSSIBLE

VERBS = ("ACCESS", "ASSUME", "ESCALATE")
STEPS = tuple(f"{prefix}_{verb}" for verb in VERBS for prefix in ("CAN", "MAY"))
Key = tuple[str, str, str]  # verb, target, level or technique


@dataclass(frozen=True)
class Grant:
    """One right of a principal. `ways` are the conditions of each way to use it that is not certain."""

    verdict: str
    ways: frozenset[tuple[str, ...]]
    stale: bool
    edge: Edge

    def same(self, other: Grant) -> bool:
        """Equal in effect; what was not seen this time counts as it was."""
        return self.stale or other.stale or (self.verdict, self.ways) == (other.verdict, other.ways)


class Grants:
    """The rights of all principals of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._of_set: dict[str, dict[Key, Grant]] = {}
        self._of_sets: dict[tuple[str, ...], dict[Key, Grant]] = {(): {}}

    @cached_property
    def holdings(self) -> dict[str, tuple[str, ...]]:
        """The sets that each principal holds, sorted."""
        held: dict[str, list[str]] = defaultdict(list)
        for edge in self.graph.edges_of("HOLDS"):
            held[edge.source].append(edge.target)
        return {principal: tuple(sorted(sets)) for principal, sets in held.items()}

    def of(self, principal: str) -> dict[Key, Grant]:
        return self.of_sets(self.holdings.get(principal, ()))

    def of_sets(self, sets: tuple[str, ...]) -> dict[Key, Grant]:
        """The rights that some sets give together; the most certain way to each."""
        if sets not in self._of_sets:
            merged: dict[Key, Grant] = {}
            for grants in map(self._set, sets):
                merged = {**merged, **grants, **{k: _either(merged[k], grants[k]) for k in merged.keys() & grants}}
            self._of_sets[sets] = merged
        return self._of_sets[sets]

    def _set(self, set_id: str) -> dict[Key, Grant]:
        if set_id not in self._of_set:
            found: dict[Key, Grant] = {}
            for edge in self.graph.out(set_id, *STEPS):
                key, grant = (edge.type.split("_")[1], edge.target, edge.key), _grant(edge)
                found[key] = _either(found[key], grant) if key in found else grant
            self._of_set[set_id] = found
        return self._of_set[set_id]


def principals(*grants: Grants) -> list[str]:
    """Everyone who holds a set in one of the graphs; outcomes are no principals."""
    return sorted({p for g in grants for p in g.holdings if g.graph.nodes[p].label != "Outcome"})


def successors(old: Graph, new: Graph) -> dict[str, str]:
    """Federated principals that are gone because a trust now accepts more subjects: old id to the wider one."""
    wide = [n for n in new.of("AWSFederatedPrincipal") if n.id not in old.nodes]
    gone = [n for n in old.of("AWSFederatedPrincipal") if n.id not in new.nodes]
    return {
        before.id: after.id
        for before in gone
        for after in wide
        if before.properties.get("provider") == after.properties.get("provider")
        and glob(str(after.properties.get("subject")))(str(before.properties.get("subject")))
    }


def _grant(edge: Edge) -> Grant:
    ways = frozenset() if edge.certain else frozenset({tuple(sorted(edge.conditions))})
    return Grant(CERTAIN if edge.certain else POSSIBLE, ways, bool(edge.properties.get("stale")), edge)


def _either(a: Grant, b: Grant) -> Grant:
    """Two ways to one right: a certain one decides, two possible ones stand side by side."""
    if a.verdict != b.verdict:
        return a if a.verdict == CERTAIN else b
    first = min(a, b, key=lambda g: g.edge.identity)
    return first if a.verdict == CERTAIN else Grant(POSSIBLE, a.ways | b.ways, a.stale and b.stale, first.edge)


def evidence(grants: Iterable[Grant]) -> list[str]:
    """The proofs of some grants, each once."""
    return list(dict.fromkeys(str(g.edge.properties["proof"]) for g in grants if g.edge.properties.get("proof")))
