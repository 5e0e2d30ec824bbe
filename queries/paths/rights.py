"""Whose right a step is: administrators by right, those whom the settings expect, and people with an assignment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import JOINTS, Edge, Graph

PEOPLE = ("AWSSSOUser", "AWSSSOGroup")
WIRED = ("EXPOSES", "SENDS_AS", *JOINTS)  # how things are connected, which nobody decides to allow


@dataclass(frozen=True)
class Rights:
    """The outcomes (ids) that principals have by their own policies, and people by an assignment."""

    graph: Graph
    held: dict[str, set[str]]

    @classmethod
    def of(cls, graph: Graph) -> Rights:
        held: dict[str, set[str]] = defaultdict(set)
        for edge in graph.edges_of("CAN_ESCALATE"):
            if edge.key == "administrator":
                for holder in graph.into(edge.source, "HOLDS"):
                    held[holder.source].add(edge.target)
        for label in PEOPLE:
            for person in graph.of(label):
                if outcomes := {o for role in _assigned(graph, person.id) for o in held.get(role, ())}:
                    held[person.id] = outcomes
        return cls(graph, dict(held))

    def cover(self, actor: str, edge: Edge) -> bool:
        """Whether a step is its actor's right; a person's is to become the role that Identity Center assigns."""
        if self.graph.nodes[actor].label in PEOPLE:
            return edge.type.endswith("_ASSUME")
        return self.administers(actor, edge)

    def administers(self, actor: str, edge: Edge) -> bool:
        """Whether the actor is administrator of the account that a step leads into, or is expected to be one."""
        node = self.graph.nodes[actor]
        if node.label == "Outcome" or node.properties.get("expected"):
            return True
        account = self.graph.nodes[edge.target].properties.get("account_id")
        outcomes = [self.graph.nodes[outcome].properties for outcome in self.held.get(actor, ())]
        return any(one.get("kind") == "org_admin" or one.get("account_id") == account for one in outcomes)


def _assigned(graph: Graph, person: str) -> Iterator[str]:
    for joint in graph.out(person, "HOLDS"):
        yield from (edge.target for edge in graph.out(joint.target, "CAN_ASSUME"))
