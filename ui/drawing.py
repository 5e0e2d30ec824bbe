"""What is drawn of a graph: nodes that people know, and the hops between them; sets and classes are folded away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.model import JOINTS, WALKED, Edge, Graph, Node
from graph.techniques import techniques
from queries.paths import Hop, Path
from queries.where import account_name
from ui import words
from ui.text import one_line

DRAWN = 300  # nodes; more is unreadable, and slow
NEIGHBOURS = 40  # hops drawn each way when a node is unfolded
NAME_LENGTH = 28
SECOND_PART = re.compile(r" and | attached to ")  # what follows is left out of a short name
RESERVED_ROLE = re.compile(r"^AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}$")


@dataclass(frozen=True)
class DrawnNode:
    """`id` is safe in selectors; `name` and `place` are written on a canvas, never into a page.

    `state` is a key of words.CHANGES, or empty. `members` are the ids of the nodes that it stands for, none where it
    is one node.
    """

    id: str
    node_id: str
    name: str
    place: str
    kind: words.Kind
    jewel: bool = False
    stale: bool = False
    state: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrawnEdge:
    """`state` is a key of words.CHANGES, or empty; `hops` are the steps that the line stands for."""

    id: str
    source: str
    target: str
    label: str
    certain: bool
    state: str = ""
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """`left_out` nodes are beyond the cap."""

    nodes: tuple[DrawnNode, ...] = ()
    edges: tuple[DrawnEdge, ...] = ()
    left_out: int = 0


def drawing(graph: Graph, hops: Iterable[Hop], past: Graph | None = None, alone: Iterable[str] = ()) -> Drawing:
    """The drawing of some hops, the first ones first, then of nodes that may stand `alone`, at most DRAWN nodes. Given
    the `past` graph it marks nodes that are new or gone."""
    unique = {hop_id(hop): hop for hop in hops}
    node_ids = list(dict.fromkeys([*(n for hop in unique.values() for n in (hop.source, hop.target)), *alone]))
    shown = set(node_ids[:DRAWN])
    return Drawing(
        tuple(drawn_node(graph, n, past) for n in node_ids[:DRAWN]),
        tuple(drawn_edge(i, hop) for i, hop in unique.items() if hop.source in shown and hop.target in shown),
        len(node_ids) - len(shown),
    )


def safe_id(prefix: str, *parts: str) -> str:
    """A short id of letters and digits for anything with a name that strangers chose."""
    return prefix + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def node_key(node_id: str) -> str:
    return safe_id("n", node_id)


def hop_id(hop: Hop) -> str:
    return safe_id("e", hop.source, hop.type, hop.target, hop.key)


def path_id(path: Path) -> str:
    """A short id of a path that stays the same between graphs, for links."""
    return safe_id("p", *(part for edge in path.edges for part in edge.identity))


def neighbours(graph: Graph, node_id: str) -> list[Hop]:
    """The hops that leave a node and that lead to it, at most NEIGHBOURS each way."""
    outward = [hop for e in graph.out(node_id, *WALKED) for hop in _onward(graph, node_id, e)]
    inward = [hop for e in graph.into(node_id, *WALKED) for hop in _origins(graph, node_id, e)]
    return [*outward[:NEIGHBOURS], *inward[:NEIGHBOURS]]


def _onward(graph: Graph, node_id: str, edge: Edge) -> list[Hop]:
    if edge.type == "HOLDS":
        return [_hop(node_id, edge, further) for further in graph.out(edge.target, *WALKED)]
    return [] if edge.type in JOINTS else [_hop(node_id, edge, *graph.out(edge.target, "DELIVERS_TO")[:1])]


def _origins(graph: Graph, node_id: str, edge: Edge) -> list[Hop]:
    if edge.type == "DELIVERS_TO":
        arriving = graph.into(edge.source, "CAN_CONNECT", "MAY_CONNECT")
        return [_hop(further.source, further, edge) for further in arriving]
    if edge.type in JOINTS:
        return []
    holders = graph.into(edge.source, "HOLDS")
    return [_hop(h.source, h, edge) for h in holders] if holders else [_hop(edge.source, edge)]


def _hop(source: str, *edges: Edge) -> Hop:
    return Path(source, edges[-1].target, edges).hops[0]


def shown_name(graph: Graph, node_id: str) -> str:
    """What a node is called in a picture: an outcome by its kind, because its account stands below, and a federated
    identity by the subject that a trust accepts."""
    node = graph.nodes.get(node_id)
    if node is None:
        return short_name(node_id)
    have = node.properties
    subject = "" if have.get("subject") == "*" else have.get("subject")
    return short_name(words.OUTCOMES.get(str(have.get("kind")), str(subject or node.name)))


def short_name(name: str) -> str:
    """A name for a picture: the permission set of a reserved role, the ends of a long name."""
    reserved = RESERVED_ROLE.match(name)
    name = one_line(f"{reserved['set']} (SSO role)" if reserved else name)
    half = NAME_LENGTH // 2
    return name if len(name) <= NAME_LENGTH else f"{name[:half]}…{name[1 - half :]}"


def verb(hop: Hop | Edge) -> str:
    """The relationship without its verdict, such as `ASSUME`."""
    return hop.type.removeprefix("CAN_").removeprefix("MAY_")


def label(hop: Hop) -> str:
    """A few words for an edge, such as `delete`, `tcp/5432` or `pass a role to a new function (lambda-001)`."""
    if verb(hop) == "ESCALATE" and hop.key in techniques():
        name = SECOND_PART.split(techniques()[hop.key].name)[0]
        return name if hop.key in name else f"{name} ({hop.key})"
    return ports(hop.key) or words.LABELS.get(verb(hop), verb(hop).lower())


def ports(key: str) -> str:
    """A key for people: `tcp/443-443` is `tcp/443`, every other key stays as it is."""
    protocol, _, span = key.partition("/")
    first, _, last = span.partition("-")
    return f"{protocol}/{first}" if first and first == last else key


def drawn_edge(edge_id: str, hop: Hop) -> DrawnEdge:
    """The line of one hop."""
    change = words.CHANGES.get(hop.change)
    text = f"{change.symbol} {label(hop)}" if change else label(hop)
    state = hop.change if change else ""
    return DrawnEdge(edge_id, node_key(hop.source), node_key(hop.target), text, hop.certain, state, (hop,))


def drawn_node(graph: Graph, node_id: str, past: Graph | None = None) -> DrawnNode:
    """One node as it is drawn; given the `past` graph it is marked where it is new or gone."""
    home = past if past and node_id not in graph.nodes else graph
    node = home.nodes.get(node_id) or Node(node_id, ("",), {})
    account = str(node.properties.get("account_id") or "")
    return DrawnNode(
        id=node_key(node_id),
        node_id=node_id,
        name=shown_name(home, node_id),
        place=short_name(account_name(home, account)),
        kind=words.kind(node.labels),
        jewel=bool(home.out(node_id, "IS_JEWEL")),
        stale="stale" in node.properties,
        state=_state(graph, past, node_id),
    )


def _state(graph: Graph, past: Graph | None, node_id: str) -> str:
    if past is None or (node_id in graph.nodes) == (node_id in past.nodes):
        return ""
    return "added" if node_id in graph.nodes else "removed"


def hops_of(paths: Sequence[Path]) -> list[Hop]:
    """All hops of some paths, the first path's first."""
    return [hop for path in paths for hop in path.hops]
