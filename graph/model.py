"""Nodes, edges and the Graph: what `build` makes and every later stage reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import msgspec

K = TypeVar("K")
V = TypeVar("V")

Scalar = str | int | float | bool | None
Value = Scalar | list[str]
Properties = dict[str, Value]

# Relationships an attacker walks, certain and possible. All point the way the attack goes.
CERTAIN_STEPS = ("CAN_ASSUME", "CAN_ESCALATE", "CAN_ACCESS", "CAN_CONNECT")
POSSIBLE_STEPS = ("MAY_ASSUME", "MAY_ESCALATE", "MAY_ACCESS", "MAY_CONNECT")
STRUCTURAL_STEPS = ("EXPOSES", "SENDS_AS", "RUNS_AS")
JOINTS = ("HOLDS", "DELIVERS_TO", "IS_JEWEL")  # walked, but not counted as a hop
WALKED = CERTAIN_STEPS + POSSIBLE_STEPS + STRUCTURAL_STEPS + JOINTS


class Node(msgspec.Struct, frozen=True, gc=False):
    """A node. `labels[0]` is the label it is keyed by; `id` is the ARN where AWS has one."""

    id: str
    labels: tuple[str, ...]
    properties: Properties

    @property
    def label(self) -> str:
        return self.labels[0]

    @property
    def name(self) -> str:
        return str(self.properties.get("name") or self.id)


class Edge(msgspec.Struct, frozen=True, gc=False):
    """A relationship. Its identity is source, type, target and `key` (a technique, a level, a port range; or empty)."""

    source: str
    type: str
    target: str
    key: str = ""
    properties: Properties = {}

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return (self.source, self.type, self.target, self.key)

    @property
    def certain(self) -> bool:
        """Whether it holds without conditions, by facts that were seen this time."""
        return self.type[:4] != "MAY_" and "stale" not in self.properties

    @property
    def conditions(self) -> list[str]:
        value = self.properties.get("conditions")
        return value if isinstance(value, list) else []


@dataclass(frozen=True)
class Graph:
    """An artefact: `id` is its content address, `snapshot_id` what it was built from.

    `nodes` is ordered by id, `edges` by identity, so that equal content has equal bytes.
    """

    id: str
    snapshot_id: str
    taken_at: str
    nodes: dict[str, Node]
    edges: list[Edge] = field(repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # what was computed from it once

    def of(self, label: str) -> list[Node]:
        """The nodes that carry a label."""
        return self._by_label.get(label, [])

    def edges_of(self, *types: str) -> Iterator[Edge]:
        return (e for t in types for e in self._by_type.get(t, ()))

    def out(self, node_id: str, *types: str) -> list[Edge]:
        return _pick(self._out.get(node_id, []), types)

    def into(self, node_id: str, *types: str) -> list[Edge]:
        return _pick(self._into.get(node_id, []), types)

    def name(self, node_id: str) -> str:
        node = self.nodes.get(node_id)
        return node.name if node else node_id

    @cached_property
    def _by_label(self) -> dict[str, list[Node]]:
        return _group((label, node) for node in self.nodes.values() for label in node.labels)

    @cached_property
    def _by_type(self) -> dict[str, list[Edge]]:
        return _group((edge.type, edge) for edge in self.edges)

    @cached_property
    def _out(self) -> dict[str, list[Edge]]:
        return _group((edge.source, edge) for edge in self.edges)

    @cached_property
    def _into(self) -> dict[str, list[Edge]]:
        return _group((edge.target, edge) for edge in self.edges)


def _group(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    out: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        out[key].append(value)
    return dict(out)


def _pick(edges: list[Edge], types: tuple[str, ...]) -> list[Edge]:
    return [e for e in edges if e.type in types] if types else edges
