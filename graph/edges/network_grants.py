"""What several rules together let through between two classes: disjoint port ranges, each with its best reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.nodes.permissions import Ports
from graph.proof import Step


@dataclass(frozen=True)
class Grant:
    """Traffic that gets through by these rules."""

    ports: Ports
    step: Step
    rules: frozenset[str]

    @property
    def rank(self) -> tuple[int, bool, int, tuple[str, ...]]:
        """Certain before possible, fresh before stale, few conditions before many."""
        return (-self.step.truth, self.step.stale is not None, len(self.step.conditions), self.step.conditions)


def merged(grants: Iterable[Grant]) -> Iterator[Grant]:
    """Grants that overlap nowhere within a protocol, in order of ports.

    Of several for the same ports the best stands. A protocol of its own says nothing where `all` says as much.
    """
    by_protocol: dict[str, list[Grant]] = defaultdict(list)
    for grant in sorted(set(grants), key=_order):
        by_protocol[grant.ports.protocol].append(grant)
    everything = by_protocol.pop("all", [])[:1]
    yield from everything
    for protocol in sorted(by_protocol):
        better = [g for g in by_protocol[protocol] if not everything or g.rank < everything[0].rank]
        yield from _disjoint(better)


def _order(grant: Grant) -> tuple[object, ...]:
    return (*grant.rank, grant.ports, sorted(grant.rules))


def _disjoint(grants: Sequence[Grant]) -> Iterator[Grant]:
    """Sweeps over the ports where something begins or ends; `grants` come best first."""
    edges = sorted({edge for g in grants for edge in (g.ports.first, g.ports.last + 1)})
    held: Grant | None = None
    for first, end in pairwise(edges):
        best = next((g for g in grants if g.ports.first <= first and end - 1 <= g.ports.last), None)
        if held and not (best and _alike(held, best)):
            yield held
            held = None
        if best:
            held = _extended(held, best, first, end - 1)
    if held:
        yield held


def _alike(one: Grant, other: Grant) -> bool:
    return one.rank == other.rank and one.step.stale == other.step.stale


def _extended(held: Grant | None, best: Grant, first: int, last: int) -> Grant:
    if held is None:
        return Grant(best.ports._replace(first=first, last=last), best.step, best.rules)
    step = held.step if held.rules == best.rules else held.step & best.step
    return Grant(held.ports._replace(last=last), step, held.rules | best.rules)
