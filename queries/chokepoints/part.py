"""The part of an access graph that lies between some sources and some targets, and what remains of it after cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.reach import UNREACHED, AccessGraph, Flags, Ints, Network, Reach, Rows

WORD = 64  # cuts that are tried at once, one per bit
Masks = NDArray[np.uint64]  # nodes or arcs x words


@dataclass(frozen=True, eq=False)
class Part:
    """Arcs that lie on a walk from a source to a target, as indices into the arcs of `graph`, in rising order."""

    graph: AccessGraph
    arcs: Ints
    sources: Ints
    targets: Ints

    @classmethod
    def between(cls, graph: AccessGraph, sources: Ints, targets: Ints) -> Part:
        """Sources that are targets themselves need no way and are left out."""
        sources = np.setdiff1d(sources, targets)
        ids = graph.ids
        onward = graph.possible.reversed.search(ids[i] for i in sources.tolist()).distance != UNREACHED
        back = graph.possible.search(ids[i] for i in targets.tolist()).distance != UNREACHED
        inside = onward & back
        arcs = np.flatnonzero(inside[graph.sources] & inside[graph.targets]).astype(np.int32)
        return cls(graph, arcs, sources[inside[sources]], targets[inside[targets]])

    def without(self, arcs: Ints) -> Part:
        return Part(self.graph, np.setdiff1d(self.arcs, arcs), self.sources, self.targets)

    @cached_property
    def network(self) -> Network:
        return Network.over(self.graph, self.arcs)

    def search(self, targets: Ints) -> Reach:
        """Who still reaches some targets, and how."""
        return self.network.search(self.graph.ids[i] for i in targets.tolist())

    def reaching(self, targets: Ints) -> Ints:
        """The sources that reach some targets, other than these themselves."""
        distance = self.search(targets).distance[self.sources]
        found: Ints = self.sources[(distance != UNREACHED) & ~np.isin(self.sources, targets)]
        return found

    @cached_property
    def _into(self) -> Rows:
        return Rows.of(self.graph.targets, self.arcs, len(self.graph.ids))

    def survivors(self, cuts: Sequence[Ints], targets: Ints) -> Flags:
        """Sources x cuts: whether a source still reaches a target where the arcs of a cut are taken away.

        All cuts are searched at once, one bit for each: a node has the bits with which an arc of it leads to a node
        that has them, and the search goes on from nodes that gained one.
        """
        words = -(-len(cuts) // WORD)
        kept = self._kept(cuts, words)
        alive: Masks = np.zeros((len(self.graph.ids), words), dtype=np.uint64)
        alive[targets] = ~np.uint64(0)
        changed = targets
        while changed.size:
            arcs = self._into.leaving(changed)
            changed = self._spread(arcs[np.argsort(self.graph.sources[arcs], kind="stable")], kept, alive)
        bits = np.unpackbits(alive[self.sources].view(np.uint8), axis=1, bitorder="little")
        survived: Flags = bits[:, : len(cuts)].astype(np.bool_)
        return survived

    def _kept(self, cuts: Sequence[Ints], words: int) -> dict[int, Masks]:
        """For each arc that is in a cut: the bits of the cuts that leave it."""
        kept: dict[int, Masks] = {}
        for number, cut in enumerate(cuts):
            for arc in cut.tolist():
                mask = kept.setdefault(arc, np.full(words, ~np.uint64(0), dtype=np.uint64))
                mask[number // WORD] &= ~(np.uint64(1) << np.uint64(number % WORD))
        return kept

    def _spread(self, arcs: Ints, kept: dict[int, Masks], alive: Masks) -> Ints:
        """Hands the bits of the arcs' ends to their beginnings, which come in groups; returns those that gained."""
        if not arcs.size:
            return arcs
        passed = alive[self.graph.targets[arcs]]
        for i in np.flatnonzero(np.isin(arcs, list(kept))).tolist():
            passed[i] &= kept[int(arcs[i])]
        starts = self.graph.sources[arcs]
        groups = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
        nodes = starts[groups]
        gained = np.bitwise_or.reduceat(passed, groups, axis=0) & ~alive[nodes]
        alive[nodes] |= gained
        fresh: Ints = nodes[gained.any(axis=1)]
        return fresh
