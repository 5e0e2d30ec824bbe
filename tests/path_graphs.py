"""Small graphs of any shape for the search for paths, and the plain ways to read them."""

from __future__ import annotations

import networkx as nx
from hypothesis import strategies as st

from graph.model import JOINTS, Edge, Graph, Node, Value

NODES = tuple(f"arn:aws:iam::111111111111:role/{name}" for name in "abcde")
CONDITIONS = (
    [],
    ["a stack exists"],
    ["not (a stack exists)"],
    ["`aws:SourceIp` in 10.0.0.0/8"],
    ["`aws:SourceIp` in 192.0.2.0/24"],
    ["`aws:MultiFactorAuthPresent` is true"],
)
Drawn = tuple[int, int, str, list[str]]


def graph_of(edges: list[Edge], label: str = "AWSRole") -> Graph:
    """A graph of these edges; every end is a node of one label, others where their ids say so."""
    nodes: dict[str, Node] = {}
    for edge in edges:
        for end in (edge.source, edge.target):
            nodes[end] = node(end, label)
    ordered = sorted({edge.identity: edge for edge in edges}.values(), key=lambda edge: edge.identity)
    return Graph("graph", "snapshot", "2026-11-16T06:00:00Z", dict(sorted(nodes.items())), ordered)


def node(node_id: str, label: str) -> Node:
    if node_id.startswith("set:"):
        return Node(node_id, ("AccessSet",), {"name": node_id})
    if node_id.startswith("outcome:"):
        kind, _, account = node_id.removeprefix("outcome:").partition(":")
        return Node(node_id, ("Outcome",), {"name": node_id, "kind": kind, "account_id": account})
    return Node(node_id, (label, "AWSPrincipal"), {"name": node_id.rsplit("/")[-1], "account_id": "111111111111"})


def step(source: str, type_: str, target: str, key: str = "", **properties: Value) -> Edge:
    return Edge(source, type_, target, key, properties)


@st.composite
def tangles(draw: st.DrawFn, most: int = 14) -> Graph:
    """Certain and possible steps and joints, in any direction, some of them beside each other."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(NODES),
                st.sampled_from(NODES),
                st.sampled_from(("CAN_ASSUME", "MAY_ASSUME", "MAY_ASSUME", "RUNS_AS", "HOLDS")),
                st.sampled_from(CONDITIONS),
            ),
            min_size=most - 4,
            max_size=most,
        )
    )
    edges = [step(NODES[0], "MAY_ASSUME", NODES[2]), step(NODES[2], "MAY_ASSUME", NODES[1])]
    for source, target, type_, conditions in drawn:
        open_ = {"conditions": conditions} if type_.startswith("MAY_") and conditions else {}
        edges.append(step(source, type_, target, **open_))
    return graph_of([edge for edge in edges if edge.source != edge.target])


def walked(graph: Graph, certain: bool = False) -> nx.MultiDiGraph:
    """The graph as networkx has it."""
    found = nx.MultiDiGraph()
    found.add_nodes_from(graph.nodes)
    for edge in graph.edges:
        if edge.certain or not certain:
            found.add_edge(edge.source, edge.target, edge=edge, weight=int(edge.type not in JOINTS))
    return found
