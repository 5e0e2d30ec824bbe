"""Security group rules made ready for matching: what each lets through, to or from whom, and how certain that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from graph.edges.network_classes import NetworkClass
from graph.edges.network_ranges import network
from graph.nodes.permissions import ALL_TRAFFIC, Permission, Ports, permissions
from graph.proof import Step
from ingest.snapshot import PrefixList, SecurityGroup, Snapshot
from policy.truth import Truth


@dataclass(frozen=True, eq=False)
class Allowance:
    """Traffic that a group lets through. `step` says how certain the rule itself is; `anyone` that its peer is unknown.

    `rule` is the id of the rule's node, empty where a group was not seen and might hold any rule.
    """

    rule: str
    ports: Ports
    step: Step
    group: str = ""
    ranges: frozenset[str] = frozenset()
    anyone: bool = False

    def admits(self, peer: NetworkClass) -> Step | None:
        """Whether the class is among the rule's peers; None when it is not."""
        if self.anyone:
            return self.step
        if self.group:
            return self.step if self.group in peer.groups else None
        found = [(peer.membership[r], r) for r in peer.membership.keys() & self.ranges]
        if not found:
            return None
        truth, text = max(found)
        return self.step if truth is Truth.YES else self.step & _maybe(f"the address of {peer.text} lies in {text}")


def _maybe(condition: str) -> Step:
    return Step(Truth.MAYBE, conditions=(condition,))


class Rules:
    """The rules of all groups in both directions, by group id."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.groups = {group.id: group for group in snapshot.all(SecurityGroup)}
        self._lists = {prefix_list.id: prefix_list for prefix_list in snapshot.all(PrefixList)}
        self._by_group: dict[tuple[str, bool], list[Allowance]] = {}

    @cached_property
    def ranges(self) -> set[str]:
        """Every range that a rule of the estate names, itself or by a prefix list."""
        named = (a for group in self.groups for way in (True, False) for a in self.of(group, way))
        return {text for allowance in named for text in allowance.ranges}

    def of(self, group: str, ingress: bool) -> list[Allowance]:
        """What a group lets in or out; a group that was not seen may let anything through."""
        key = (group, ingress)
        if key not in self._by_group:
            self._by_group[key] = list(self._allowances(group, ingress))
        return self._by_group[key]

    def name(self, group: str) -> str:
        found = self.groups.get(group)
        return found.name if found and found.name else group

    def _allowances(self, group: str, ingress: bool) -> Iterator[Allowance]:
        record = self.groups.get(group)
        if record is None:
            yield Allowance("", ALL_TRAFFIC, _maybe(f"security group {group} was not seen"), anyone=True)
            return
        for permission in permissions(record, ingress):
            yield self._allowance(record, permission)

    def _allowance(self, group: SecurityGroup, permission: Permission) -> Allowance:
        step = Step(Truth.YES, (self._sentence(group, permission),)).as_seen(self.snapshot.stale_since(group))
        peer = permission.peer
        if peer.kind == "group":
            return Allowance(permission.id, permission.ports, step, group=peer.id)
        if peer.kind == "list":
            return self._of_list(permission, step)
        if network(peer.id) is None:
            return self._of_anyone(permission, step, f"range {peer.id} could not be read")
        return Allowance(permission.id, permission.ports, step, ranges=frozenset({peer.id}))

    def _of_list(self, permission: Permission, step: Step) -> Allowance:
        prefix_list = self._lists.get(permission.peer.id)
        if prefix_list is None:
            return self._of_anyone(permission, step, f"prefix list {permission.peer.id} was not seen")
        step = step.as_seen(self.snapshot.stale_since(prefix_list))
        return Allowance(permission.id, permission.ports, step, ranges=frozenset(prefix_list.cidrs))

    @staticmethod
    def _of_anyone(permission: Permission, step: Step, condition: str) -> Allowance:
        return Allowance(permission.id, permission.ports, step & _maybe(condition), anyone=True)

    def _sentence(self, group: SecurityGroup, permission: Permission) -> str:
        peer = permission.peer
        named = f"`{self.name(peer.id)}`" if peer.kind == "group" else peer.id
        way = ("in", "from") if permission.ingress else ("out", "to")
        return f"Group `{self.name(group.id)}` lets {permission.ports.text} {way[0]} {way[1]} {named}."
