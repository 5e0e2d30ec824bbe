"""Nodes that are alike stand as one counted node, until somebody opens it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from graph.model import Graph
from graph.techniques import techniques
from queries.paths import Hop
from ui import words
from ui.drawing import DRAWN, Drawing, DrawnEdge, DrawnNode, drawn_edge, drawn_node, hop_id, label, safe_id, verb

FEWEST = 3  # nodes that are worth a group
CROWD = 30  # nodes and groups, more cannot be read
JEWEL = words.KINDS["CrownJewel"]
WORDY = 16  # lines whose labels may be long
NAMED = 2  # labels written on a line that stands for several steps


@dataclass(frozen=True)
class Group:
    """Nodes (ids) that stand as one; `account` is theirs where they share one."""

    id: str
    members: tuple[str, ...]
    kind: words.Kind
    account: str

    @property
    def name(self) -> str:
        return words.counted(len(self.members), self.kind)


def groups(graph: Graph, hops: Sequence[Hop]) -> list[Group]:
    """The nodes of one kind whose steps lead from and to the same places, the largest group first.

    Where that leaves more than CROWD, the nodes of one kind and account, and all crown jewels of an account: a line
    between two such groups says that some of the ones reach some of the others.
    """
    shown = {end: drawn_node(graph, end) for hop in hops for end in (hop.source, hop.target)}
    steps = _steps(hops)
    alike = _split(shown, lambda node: (node.kind, steps[node.node_id]))
    if len(alike) > CROWD:
        alike = _split(shown, lambda node: (JEWEL if node.jewel else node.kind, node.place))
    found = [_group([shown[member] for member in sorted(members)]) for members in alike if len(members) >= FEWEST]
    return sorted(found, key=lambda group: (-len(group.members), group.id))


def _steps(hops: Sequence[Hop]) -> dict[str, frozenset[tuple[str, str, bool, bool]]]:
    """Where the steps of each node lead from and to."""
    found: dict[str, set[tuple[str, str, bool, bool]]] = defaultdict(set)
    for hop in hops:
        found[hop.source].add((hop.target, verb(hop), hop.certain, True))
        found[hop.target].add((hop.source, verb(hop), hop.certain, False))
    return {node_id: frozenset(steps) for node_id, steps in found.items()}


def _split(shown: dict[str, DrawnNode], sign: Callable[[DrawnNode], object]) -> list[list[str]]:
    """The nodes that look alike and have the same sign."""
    alike: dict[object, list[str]] = defaultdict(list)
    for node_id, node in shown.items():
        alike[node.jewel, node.stale, node.state, sign(node)].append(node_id)
    return list(alike.values())


def _group(members: Sequence[DrawnNode]) -> Group:
    places = list(dict.fromkeys(node.place for node in members))
    place = places[0] if len(places) == 1 else words.plural(len(places), "account")
    ids = tuple(node.node_id for node in members)
    kinds = {node.kind for node in members}
    return Group(safe_id("g", *ids), ids, kinds.pop() if len(kinds) == 1 else JEWEL, place)


def grouped(graph: Graph, hops: Sequence[Hop], folded: Collection[Group] = ()) -> Drawing:
    """The drawing of some hops, the first ones first, in which each group is one node and the steps of one kind and
    verdict between two nodes are one line. At most DRAWN nodes."""
    stands = {member: group for group in folded for member in group.members}
    nodes: dict[str, DrawnNode] = {}
    keys: dict[str, str] = {}
    for node_id in (end for hop in hops for end in (hop.source, hop.target)):
        if node_id not in keys:
            node = _drawn(graph, node_id, stands.get(node_id))
            keys[node_id] = node.id
            nodes.setdefault(node.id, node)
    shown = dict(list(nodes.items())[:DRAWN])
    return Drawing(tuple(shown.values()), tuple(_lines(hops, keys, shown)), len(nodes) - len(shown))


def _drawn(graph: Graph, node_id: str, group: Group | None) -> DrawnNode:
    node = drawn_node(graph, node_id)
    if group is None:
        return node
    return replace(node, id=group.id, name=group.name, place=group.account, kind=group.kind, members=group.members)


def _lines(hops: Sequence[Hop], keys: dict[str, str], shown: Collection[str]) -> Iterable[DrawnEdge]:
    between: dict[tuple[str, str, str, bool, str], dict[str, Hop]] = defaultdict(dict)
    for hop in hops:
        ends = keys[hop.source], keys[hop.target]
        if ends[0] in shown and ends[1] in shown:
            between[(*ends, verb(hop), hop.certain, hop.change)][hop_id(hop)] = hop
    say = label if len(between) <= WORDY else brief
    for (source, target, *_), merged in between.items():
        first_id, first = next(iter(merged.items()))
        edge = drawn_edge(first_id, first)
        text = _label(list(dict.fromkeys(say(hop) for hop in merged.values())))
        yield replace(edge, source=source, target=target, label=text, hops=tuple(merged.values()))


def brief(hop: Hop) -> str:
    """The label of a hop where there is little room: a technique by its id alone."""
    return hop.key if hop.key in techniques() and hop.key != "administrator" else label(hop)


def _label(said: Sequence[str]) -> str:
    if len(said) == 1:
        return said[0]
    return ", ".join(said) if len(said) <= NAMED and len(", ".join(said)) < 30 else words.plural(len(said), "way")
