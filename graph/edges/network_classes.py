"""Network classes: interfaces that no rule can tell apart are one node, so that edges grow with distinct powers."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from graph.edges.network_interfaces import Interface
from graph.edges.network_ranges import Ranges
from policy.truth import Truth

Mark = tuple[str, int | str]  # a range and its truth, or when the interface was last seen
STALE = "stale"


@dataclass(frozen=True, eq=False)
class NetworkClass:
    """Interfaces of one account and VPC with the same groups, the same public addressing, in the same ranges that rules
    name, and last seen at the same time. `membership` holds the ranges that are not a plain NO.

    It is two nodes of the graph, one that sends and one that receives: were it one, who sends as the class would reach
    everyone in it without any rule.
    """

    digest: str
    members: tuple[Interface, ...]
    membership: Mapping[str, Truth]

    @property
    def sends(self) -> str:
        return f"class:sends:{self.digest}"

    @property
    def receives(self) -> str:
        return f"class:receives:{self.digest}"

    @property
    def has_senders(self) -> bool:
        return any(member.senders for member in self.members)

    @property
    def text(self) -> str:
        """What people call it, by its members."""
        others = len(self.members) - 1
        return f"{self.first.name} and {others} more" if others else self.first.name

    @property
    def first(self) -> Interface:
        return self.members[0]

    @property
    def vpc_id(self) -> str:
        return self.first.vpc_id

    @property
    def groups(self) -> frozenset[str]:
        return self.first.groups

    @property
    def public(self) -> frozenset[int]:
        return self.first.public

    @property
    def stale(self) -> str | None:
        return self.first.stale


def network_classes(interfaces: Iterable[Interface], ranges: Ranges) -> list[NetworkClass]:
    """The partition of all interfaces that have security groups.

    Those without any (NAT gateways, attachments of transit gateways) run nothing and have no class.
    """
    kinds: dict[tuple[object, ...], list[Interface]] = defaultdict(list)
    for interface in interfaces:
        if interface.groups:
            kinds[_kind(interface)].append(interface)
    return sorted((c for kind, members in kinds.items() for c in _cells(kind, members, ranges)), key=lambda c: c.digest)


def _kind(interface: Interface) -> tuple[object, ...]:
    return (interface.account_id, interface.vpc_id, tuple(sorted(interface.groups)), tuple(sorted(interface.public)))


def _cells(kind: tuple[object, ...], members: list[Interface], ranges: Ranges) -> list[NetworkClass]:
    """The classes of one kind. Ranges in which all of the kind lie alike are no part of an id, so that a rule about
    everyone re-keys nobody."""
    cells: dict[tuple[frozenset[tuple[str, Truth]], str | None], list[Interface]] = defaultdict(list)
    for interface in members:
        cells[(ranges.of(interface.addresses, interface.within), interface.stale)].append(interface)
    marks: dict[object, frozenset[Mark]] = {cell: cell[0] | {(STALE, cell[1] or "")} for cell in cells}
    shared = frozenset.intersection(*marks.values())
    return [
        NetworkClass(_digest(kind, marks[cell] - shared), tuple(sorted(alike, key=lambda i: i.id)), dict(cell[0]))
        for cell, alike in cells.items()
    ]


def _digest(kind: tuple[object, ...], marks: Iterable[Mark]) -> str:
    body = msgspec.json.encode((kind, sorted(marks)))
    return hashlib.sha256(body).hexdigest()[:20]
