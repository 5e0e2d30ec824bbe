"""Which edits close most: each alone, the best few together, and how far from the best possible that can be.

References: greedy maximisation and its data-dependent bound, Nemhauser, Wolsey and Fisher 1978.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.model import Graph
from graph.reach import Ints, access_graph
from queries.chokepoints.edits import Edit, Editable, Place
from queries.chokepoints.flow import minimum_cut
from queries.chokepoints.part import Part
from queries.paths.path import Hop, Path, hop_of

Places = tuple[Place, ...]
TRIED = 1_000  # edits that are searched again, those that most best ways go through first
SHOWN = 10
PAIRS = 300_000  # arcs x targets up to which each pair of source and target is a demand of its own


@dataclass(frozen=True)
class ChokePoints:
    """What closes most of the `demands`: pairs of a source and a target with a way, or sources where `unit` says so.

    `by_right` more have a way that consists of administrators' rights alone, which no edit here ends: narrow who is
    administrator. `edits` are ranked by what each closes alone; `plan` is greedy, each edit counted after those before
    it. The plan closes `closed`, and no plan of as many edits closes more than `bound`. `cut` names the fewest steps
    that end every way of those sources that have none by right.
    """

    unit: str
    demands: int
    by_right: int
    edits: list[Edit]
    plan: list[Edit]
    closed: int
    bound: int
    cut: list[Hop]


def chokepoints(graph: Graph, sources: Iterable[str], targets: Iterable[str], budget: int = 5) -> ChokePoints:
    """The edits that end most ways from some sources to some targets, possible ways too."""
    access = access_graph(graph)
    part = Part.between(access, access.numbers(sources), access.numbers(targets))
    is_small = len(part.arcs) * len(part.targets) <= PAIRS
    goals = [part.targets[i : i + 1] for i in range(len(part.targets))] if is_small else [part.targets]
    ranking = _Ranking(Editable(graph, access), goals, part)
    demands = ranking.demands(part)
    edits = ranking.ranked(part, demands)
    plan, remaining = ranking.plan(part, demands, budget)
    closed = len(demands) - remaining
    return ChokePoints(
        "pairs of source and target" if is_small else "sources",
        len(demands),
        sum(map(len, ranking.by_right)),
        edits,
        plan,
        closed,
        ranking.bound(demands, len(plan)),
        [_hop(ranking.editable, arc) for arc in ranking.cut(part)],
    )


@dataclass(frozen=True)
class _Demand:
    """A source that reaches a goal, and the arcs of its best way."""

    source: int
    goal: int
    arcs: tuple[int, ...]


class _Ranking:
    """The edits of a graph, measured by the demands that they close; each of `goals` is a set of targets.

    `by_right` holds for each goal the sources that reach it over steps that cannot be edited.
    """

    def __init__(self, editable: Editable, goals: Sequence[Ints], part: Part) -> None:
        self.editable, self.goals = editable, goals
        self.can_be_cut = np.fromiter((bool(editable.of(arc)) for arc in part.arcs.tolist()), np.bool_, len(part.arcs))
        given = part.without(part.arcs[self.can_be_cut])
        self.by_right = [set(given.reaching(goal).tolist()) for goal in goals]

    def demands(self, part: Part) -> list[_Demand]:
        found = []
        for goal, targets in enumerate(self.goals):
            reach = part.search(targets)
            for source in part.reaching(targets).tolist():
                if source not in self.by_right[goal]:
                    found.append(_Demand(source, goal, tuple(reach.walk(source))))
        return found

    def places(self, demand: _Demand) -> set[Places]:
        return {places for arc in demand.arcs for places in self.editable.of(arc)}

    def ways(self, demands: Sequence[_Demand]) -> Counter[Places]:
        """How many best ways each edit is on: an edit closes no demand whose best way it is not on."""
        return Counter(places for demand in demands for places in self.places(demand))

    def ranked(self, part: Part, demands: Sequence[_Demand]) -> list[Edit]:
        """The edits on most best ways, those first that close most when they are made alone."""
        ways = self.ways(demands)
        tried = sorted(ways, key=lambda places: (-ways[places], places))[:TRIED]
        arcs = self.arcs(part, tried)
        closes = self.closed(part, demands, [np.array(arcs[places], dtype=np.int32) for places in tried])
        edits = [
            Edit(places, "", tuple(arcs[places]), count, ways[places])
            for places, count in zip(tried, closes, strict=True)
        ]
        edits.sort(key=lambda edit: (-edit.closes, -edit.ways, edit.places))
        return [replace(edit, text=self.editable.text(edit.places)) for edit in edits[:SHOWN]]

    def arcs(self, part: Part, tried: Sequence[Places]) -> dict[Places, list[int]]:
        """All arcs that an edit takes away, also those that no best way needs."""
        wanted = set(tried)
        found: dict[Places, list[int]] = defaultdict(list)
        for arc in part.arcs.tolist():
            for places in self.editable.of(arc):
                if places in wanted:
                    found[places].append(arc)
        return found

    def closed(self, part: Part, demands: Sequence[_Demand], cuts: Sequence[Ints]) -> list[int]:
        """For each cut how many demands it closes."""
        row = {source: i for i, source in enumerate(part.sources.tolist())}
        closes = np.zeros(len(cuts), dtype=np.int64)
        for goal, targets in enumerate(self.goals):
            rows = [row[demand.source] for demand in demands if demand.goal == goal]
            if rows and cuts:
                closes += (~part.survivors(cuts, targets)[rows]).sum(axis=0)
        counts: list[int] = closes.tolist()
        return counts

    def plan(self, part: Part, demands: Sequence[_Demand], budget: int) -> tuple[list[Edit], int]:
        """The best edit, then the best after it, and so on; and how many demands remain."""
        plan: list[Edit] = []
        while demands and len(plan) < budget:
            ranked = self.ranked(part, demands)
            if not ranked:
                break
            plan.append(ranked[0])
            part = part.without(np.array(ranked[0].arcs, dtype=np.int32))
            demands = self.demands(part)
        return plan, len(demands)

    def cut(self, part: Part) -> list[int]:
        """The fewest arcs that end every way of the sources that have none by right."""
        by_right = np.array(sorted(set().union(*self.by_right)), dtype=np.int32)
        sources = np.setdiff1d(part.sources, by_right)
        arcs = minimum_cut(Part(part.graph, part.arcs, sources, part.targets), self.can_be_cut)
        assert arcs is not None, "a source without a way of given steps alone can be cut off"
        found: list[int] = arcs.tolist()
        return found

    def bound(self, demands: Sequence[_Demand], budget: int) -> int:
        """What no plan of `budget` edits exceeds: it has to hit the best way of every demand that it closes.

        Hitting is submodular, so that what is hit by any edits plus the most that others add, each alone, bounds it.
        """
        open_, best, hit = list(demands), len(demands), 0
        for _ in range(budget + 1):
            ways = self.ways(open_)
            best = min(best, hit + sum(count for _, count in ways.most_common(budget)))
            if not ways:
                break
            chosen = min(ways, key=lambda places: (-ways[places], places))
            open_ = [demand for demand in open_ if chosen not in self.places(demand)]
            hit = len(demands) - len(open_)
        return best


def _hop(editable: Editable, arc: int) -> Hop:
    """The step of an arc, taken by the first of those who hold its set."""
    edge = editable.access.edges[arc]
    return hop_of(edge, min(editable.holders(edge.source), default=edge.source))


def dominators(graph: Graph, source: str, targets: Iterable[str]) -> list[Hop]:
    """The steps that every way from a source to any of the targets takes, in their order."""
    access = access_graph(graph)
    part = Part.between(access, access.numbers([source]), access.numbers(targets))
    if not part.sources.size:
        return []
    arcs = list(part.search(part.targets).walk(int(part.sources[0])))
    way = Path(source, access.edges[arcs[-1]].target, tuple(access.edges[arc] for arc in arcs))
    cuts = [np.array(_all_between(part, arc), dtype=np.int32) for arc in arcs if not access.is_joint[arc]]
    survives = part.survivors(cuts, part.targets)[0]
    return [hop for hop, survived in zip(way.hops, survives, strict=True) if not survived]


def _all_between(part: Part, arc: int) -> list[int]:
    access = part.graph
    return access.parallel[int(access.sources[arc]), int(access.targets[arc])]
