"""A path and its steps as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec

from graph.model import JOINTS, Edge
from queries.paths.joint import simplified_conditions

CERTAIN, POSSIBLE = "certain", "possible"
UNCHECKED = "whether all of these can hold at once was not checked: more than enough ways contradict themselves"


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step as people see it: joints are folded in, so the source is a principal and never its access set."""

    source: str
    target: str
    type: str
    key: str = ""
    verdict: str = CERTAIN
    conditions: list[str] = []
    proof: str = ""
    stale: str = ""
    change: str = ""  # set where two graphs are compared: added, removed, changed, unseen or same

    @property
    def certain(self) -> bool:
        return self.verdict == CERTAIN


@dataclass(frozen=True)
class Path:
    """A way from a source to a target; `edges` are those of the graph, joints included.

    `is_checked` says whether its open conditions were found to go together.
    """

    source: str
    target: str
    edges: tuple[Edge, ...]
    is_checked: bool = True

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """The steps without joints: HOLDS starts at its principal, DELIVERS_TO ends at its interface."""
        hops: list[Hop] = []
        at = self.source
        for edge in self.edges:
            if edge.type not in JOINTS:
                hops.append(hop_of(edge, at))
            elif edge.type == "DELIVERS_TO" and hops:
                hops[-1] = msgspec.structs.replace(hops[-1], target=edge.target)
            if edge.type not in ("HOLDS", "IS_JEWEL"):
                at = edge.target
        return tuple(hops)

    @property
    def verdict(self) -> str:
        return CERTAIN if all(edge.certain for edge in self.edges) else POSSIBLE

    @cached_property
    def conditions(self) -> list[str]:
        """What must hold besides, all of it, each condition once and nothing that another one says already."""
        found = simplified_conditions(self.edges)
        return found if self.is_checked else [*found, UNCHECKED]

    @property
    def stale(self) -> str | None:
        """When the oldest of the facts it rests on was last seen; None where all were seen this time."""
        return min((hop.stale for hop in self.hops if hop.stale), default=None)

    @property
    def identity(self) -> tuple[tuple[str, str, str, str], ...]:
        return tuple(edge.identity for edge in self.edges)

    @property
    def way(self) -> tuple[str, ...]:
        """The nodes that people see on it, ends included."""
        return (self.source, *(hop.target for hop in self.hops))

    @property
    def rank(self) -> tuple[bool, int, str, str, tuple[tuple[str, str, str, str], ...]]:
        """Certain before possible, short before long."""
        return (self.verdict != CERTAIN, len(self.hops), self.source, self.target, self.identity)


def hop_of(edge: Edge, source: str) -> Hop:
    """The step of an edge, taken by the principal that holds its set."""
    return Hop(
        source=source,
        target=edge.target,
        type=edge.type,
        key=edge.key,
        verdict=CERTAIN if edge.certain else POSSIBLE,
        conditions=edge.conditions,
        proof=str(edge.properties.get("proof") or ""),
        stale=str(edge.properties.get("stale") or ""),
    )
