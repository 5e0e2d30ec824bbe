"""Who reaches administrator rights or a crown jewel, by which first avoidable step, and who holds them by right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.model import Edge, Graph
from graph.reach import Reach, access_graph
from queries.paths.path import CERTAIN, Hop, Path, hop_of
from queries.paths.rights import WIRED, Rights

ACTORS = ("AWSPrincipal", "AWSSSOUser", "Internet")
NO_ACTORS = ("AWSGroup", "AWSSSOGroup")  # their members act
ROOT = "the root user of its account"


@dataclass(frozen=True)
class Gate:
    """A first avoidable step: `hop` as one of those who take it does, and whose best way goes through it."""

    hop: Hop
    certain: list[str] = field(default_factory=list)
    possible: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    ways: dict[str, Path] = field(default_factory=dict, repr=False)

    @property
    def rank(self) -> tuple[bool, int, str, str, str]:
        """Certain ones before possible ones, those of many before those of few."""
        many = len(self.certain) or len(self.possible)
        return (not self.certain, -many, self.hop.source, self.hop.target, self.hop.key)

    def path(self, principal: str) -> Path:
        """The way of one of those who go through it."""
        return self.ways[principal]


@dataclass(frozen=True)
class Administrator:
    """Who is administrator by right: of what (ids of outcomes), and why that is expected, empty where it is not."""

    id: str
    outcomes: list[str]
    reason: str


@dataclass(frozen=True)
class Exposure:
    """The gates, worst first, and the administrators, those that nobody expects first."""

    gates: list[Gate]
    administrators: list[Administrator]


class _Turn(NamedTuple):
    """Where a way, read from its target, first takes a step that is nobody's right: who takes it, by which edge."""

    actor: str
    edge: Edge


def exposure(graph: Graph) -> Exposure:
    """Everyone with a way to administrator rights or to a crown jewel, grouped by the first avoidable step.

    Read a best way from its target backwards. A step is its actor's right where the actor is administrator of the
    account that the step leads into, or of the organization: an administrator may do anything there, and narrowing one
    step of it closes nothing. So is every step of a role that `[[expect]]` of the settings names, and a person's step
    into a role that Identity Center assigns. That a workload lies behind its interface is a fact. The first step, so
    read, that is none of these is the first avoidable one: the last at which somebody gains what is not theirs, so that
    those who share the mistake share the step. Who has no such step is administrator by right.

    Administrators are those who hold a set that allows everything themselves, are assigned such a role, or are expected
    and reach an outcome. One is expected where `[[expect]]` names the role, or where it is a root user.
    """
    rights = Rights.of(graph)
    held = dict(rights.held)
    outcomes = [node.id for node in graph.of("Outcome")]
    jewels = sorted({e.source for e in graph.edges_of("IS_JEWEL")} - set(outcomes))
    gates: dict[tuple[str, str, str, str], Gate] = {}
    access = access_graph(graph)
    for goals in (outcomes, jewels):
        reaches = (access.certain.search(goals), access.possible.search(goals))
        for actor in _actors(graph):
            path = _best(actor, reaches)
            turn = _turn(graph, path, rights) if path else None
            if path and turn:
                _pass(gates.setdefault(turn.edge.identity, Gate(hop_of(turn.edge, turn.actor))), path)
            elif path and goals is outcomes and graph.nodes[actor].properties.get("expected"):
                held.setdefault(actor, {path.target})
    return Exposure(sorted(gates.values(), key=lambda gate: gate.rank), _administrators(graph, held))


def _actors(graph: Graph) -> Iterator[str]:
    for label in ACTORS:
        yield from (node.id for node in graph.of(label) if node.label not in NO_ACTORS)


def _best(source: str, reaches: Iterable[Reach]) -> Path | None:
    for reach in reaches:
        if edges := reach.path(source):
            return Path(source, edges[-1].target, tuple(edges))
    return None


def _turn(graph: Graph, path: Path, rights: Rights) -> _Turn | None:
    actor, turn = path.source, None
    for edge in path.edges:
        if edge.type == "HOLDS":
            actor = edge.source
        elif edge.type not in WIRED:
            who = actor if graph.nodes[edge.source].label == "AccessSet" else edge.source
            if not rights.cover(who, edge):
                turn = _Turn(who, edge)
    return turn


def _pass(gate: Gate, path: Path) -> None:
    kind = gate.certain if path.verdict == CERTAIN else gate.possible
    if path.source not in gate.ways:
        kind.append(path.source)
        gate.ways[path.source] = path
    if path.target not in gate.targets:
        gate.targets.append(path.target)


def _administrators(graph: Graph, held: dict[str, set[str]]) -> list[Administrator]:
    found = [
        Administrator(who, sorted(outcomes), _reason(graph, who))
        for who, outcomes in held.items()
        if graph.nodes[who].label not in (*NO_ACTORS, "Outcome")
    ]
    return sorted(found, key=lambda one: (bool(one.reason), one.id))


def _reason(graph: Graph, who: str) -> str:
    node = graph.nodes[who]
    return ROOT if node.label == "AWSRootPrincipal" else str(node.properties.get("expected") or "")
