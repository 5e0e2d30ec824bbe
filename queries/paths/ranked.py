"""The ranked ways between places: certain before possible, short before long, checked for conditions that exclude
each other, and never more than a budget of looking for them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from graph.model import Graph
from graph.reach import AccessGraph, Network, Reach, access_graph
from queries.paths.alternatives import Arcs, Budget, alternatives
from queries.paths.joint import can_hold_together
from queries.paths.pairs import Pair, best_pairs
from queries.paths.path import CERTAIN, Path

TRIED = 32  # ways of a pair whose conditions exclude each other, before the first is shown without that check
STATES = 200_000  # arcs looked at in one question


@dataclass(frozen=True)
class Question:
    """From where to where. `k` is how many ways each pair of a source and a target may have, None for all; `limit`
    how many are answered altogether, `max_hops` how many steps a way may have, `states` how many arcs are looked at
    beyond the best ways."""

    sources: Sequence[str]
    targets: Sequence[str]
    k: int | None = 4
    limit: int = 20
    max_hops: int = 12
    certain_only: bool = False
    states: int = STATES


@dataclass(frozen=True)
class Answer:
    """Ranked paths; `has_more` where the limit left some out, `cut` a sentence where the search was ended early."""

    paths: list[Path]
    has_more: bool = False
    cut: str = ""


def find_paths(
    graph: Graph,
    sources: Iterable[str],
    targets: Iterable[str],
    limit: int = 20,
    max_hops: int = 12,
    certain_only: bool = False,
) -> list[Path]:
    """The paths of `ranked_paths` with the usual number of alternatives."""
    asked = Question(list(sources), list(targets), limit=limit, max_hops=max_hops, certain_only=certain_only)
    return ranked_paths(graph, asked).paths


def ranked_paths(graph: Graph, question: Question) -> Answer:
    """At most `limit` paths, certain ones first, then the shortest.

    Each pair of source and target gives its best certain path and, where a shorter one exists that some open condition
    allows, that too. Where room is left, alternatives of these pairs follow.
    """
    search = _Search(access_graph(graph), question)
    best = search.best_pairs()
    found: dict[tuple[bool, tuple[str, ...]], Path] = {}
    for path in search.ways(best):
        found.setdefault((path.verdict == CERTAIN, path.way), path)
        if len(found) > question.limit:
            break
    ranked = sorted(found.values(), key=lambda path: path.rank)
    cut = f"the search ended after {question.states:,} steps: name fewer places, or fewer hops" * search.budget.is_spent
    return Answer(ranked[: question.limit], len(ranked) > question.limit, cut)


class _Search:
    """One question being answered: its networks, its budget and the ways of each pair."""

    def __init__(self, graph: AccessGraph, question: Question) -> None:
        self.graph, self.question = graph, question
        self.networks = (graph.certain,) if question.certain_only else (graph.certain, graph.possible)
        self.budget = Budget(question.states)
        self.reaches: dict[tuple[Network, str], Reach] = {}

    def best_pairs(self) -> list[Pair]:
        asked = self.question
        pairs = (p for p in best_pairs(self.networks, asked.sources, asked.targets) if p.hops <= asked.max_hops)
        return heapq.nsmallest(asked.limit + 1, pairs, key=lambda pair: pair.rank)

    def ways(self, pairs: Sequence[Pair]) -> Iterator[Path]:
        """The best ways of every pair, then alternatives of each source and target, certain ones first."""
        streams = {(pair.source, pair.target): self._possible(pair) for pair in pairs}
        for pair in pairs:
            yield from (pair.path(),) if pair.certain else islice(streams[pair.source, pair.target], 1)
        if self.question.k == 1:
            return
        for (source, target), stream in streams.items():
            yield from islice(self._certain(source, target), self.question.k)
            if not self.question.certain_only:
                yield from islice(stream, self.question.k)

    def _certain(self, source: str, target: str) -> Iterator[Path]:
        for arcs in self._alternatives(self.graph.certain, source, target):
            yield self._path(source, target, arcs)

    def _possible(self, pair: Pair) -> Iterator[Path]:
        """The ways of a pair on which something is open and may be so.

        Where TRIED of them, or as many as the budget allowed, may not, the first is shown without that check.
        """
        best = None if pair.certain else pair.path()
        refused = 0
        for arcs in self._alternatives(self.graph.possible, pair.source, pair.target):
            if self.graph.is_certain[list(arcs)].all():
                continue
            path = self._together(pair, arcs, TRIED - refused)
            best = None if path else best
            refused += path is None
            if path:
                yield path
            if refused == TRIED:
                break
        if best and (refused == TRIED or self.budget.is_spent):
            yield replace(best, is_checked=can_hold_together(best.edges))

    def _alternatives(self, network: Network, source: str, target: str) -> Iterator[Arcs]:
        key = (network, target)
        if key not in self.reaches:
            self.reaches[key] = network.search([target])
        return alternatives(self.reaches[key], source, self.question.max_hops, self.budget)

    def _together(self, pair: Pair, arcs: Arcs, tries: int) -> Path | None:
        """The way by the best edges between its nodes whose conditions can hold together."""
        ends = zip(self.graph.sources[list(arcs)].tolist(), self.graph.targets[list(arcs)].tolist(), strict=True)
        for chosen in islice(product(*(self.graph.parallel[nodes] for nodes in ends)), tries):
            path = self._path(pair.source, pair.target, chosen)
            if can_hold_together(path.edges):
                return path
        return None

    def _path(self, source: str, target: str, arcs: Arcs) -> Path:
        return Path(source, target, tuple(self.graph.edges[arc] for arc in arcs))
