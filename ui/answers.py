"""The answers of the Paths page: what the queries say of the promoted graph, each computed once for all sessions."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from graph.model import JOINTS, WALKED, Edge, Graph
from graph.options import Zone
from graph.reach import access_graph
from queries import paths as ways
from queries.chokepoints import ChokePoints
from queries.chokepoints import chokepoints as choke
from queries.chokepoints.edits import Editable
from queries.paths import Answer, Blast, Exposure, Hop, endpoints
from queries.paths.rights import PEOPLE
from ui import data
from ui.asking import Question
from ui.drawing import verb
from ui.words import STEP_KINDS

LISTED = 200  # paths in a table
KIND_OF = {  # of a step by its relationship without the verdict; becoming a role by sign-in is told by who does it
    "ASSUME": "assume",
    "ESCALATE": "escalate",
    "ACCESS": "access",
    "CONNECT": "network",
    "EXPOSES": "network",
    "SENDS_AS": "network",
    "RUNS_AS": "compute",
}


def zones() -> tuple[Zone, ...]:
    """Those that the settings declare."""
    return data.in_use().build_options().zones


def paths(estate: data.Estate, question: Question) -> Answer:
    """The ranked paths, at most LISTED. Raises Unresolved."""
    return _paths(estate.graph.id, question, LISTED, estate)


def blast(estate: data.Estate, source: str, max_hops: int) -> Blast:
    """What one node reaches."""
    return _blast(estate.graph.id, source, max_hops, estate)


def exposure(estate: data.Estate) -> Exposure:
    """Who reaches administrator rights or a crown jewel, by first avoidable steps."""
    return _exposure(estate.graph.id, estate)


def chokepoints(estate: data.Estate, source: str, target: str, budget: int) -> ChokePoints:
    """The edits that close most ways. Raises Unresolved."""
    return _chokepoints(estate.graph.id, source, target, budget, estate)


def closing(estate: data.Estate, hop: Hop) -> list[str]:
    """What can be edited to end a step, each alone; none for how things are wired, and for what is somebody's right."""
    access = access_graph(estate.graph)
    edge = edge_of(estate.graph, hop)
    editable = _editable(estate.graph.id, estate)
    if edge is None or edge.source not in access.index:
        return []
    arcs = access.parallel.get((access.index[edge.source], access.index[edge.target]), [])
    return [editable.text(group) for arc in arcs if access.edges[arc] == edge for group in editable.of(arc)]


def edge_of(graph: Graph, hop: Hop) -> Edge | None:
    """The edge that a hop is: of a set that its source holds, or to a class that delivers to its target."""
    starts = [hop.source, *(joint.target for joint in graph.out(hop.source, "HOLDS"))]
    for edge in (edge for start in starts for edge in graph.out(start, hop.type) if edge.key == hop.key):
        if hop.target in (edge.target, *(joint.target for joint in graph.out(edge.target, "DELIVERS_TO"))):
            return edge
    return None


def narrowed(graph: Graph, kinds: tuple[str, ...]) -> Graph:
    """The graph with the steps of some kinds alone. Being administrator is no step that a filter takes away."""
    signed_in = {edge.target for edge in graph.edges_of("HOLDS") if graph.nodes[edge.source].label in PEOPLE}

    def stays(edge: Edge) -> bool:
        if edge.type in JOINTS or edge.type not in WALKED or edge.key == "administrator":
            return True
        by_sign_in = edge.source in signed_in and verb(edge) == "ASSUME"
        return ("sso" if by_sign_in else KIND_OF[verb(edge)]) in kinds

    return replace(graph, edges=[edge for edge in graph.edges if stays(edge)], kept={})


@st.cache_resource(max_entries=8, show_spinner=False)
def _narrowed(graph_id: str, kinds: tuple[str, ...], _graph: Graph) -> Graph:
    return narrowed(_graph, kinds)


@st.cache_resource(max_entries=64, show_spinner="Searching …")
def _paths(graph_id: str, question: Question, limit: int, _estate: data.Estate) -> Answer:
    graph = _estate.graph
    ends = [endpoints(graph, text, zones()) for text in (question.source, question.target)]
    all_kinds = not question.kinds or len(question.kinds) == len(STEP_KINDS)
    walked = graph if all_kinds else _narrowed(graph.id, question.kinds, graph)
    asked = ways.Question(*ends, limit=limit, max_hops=question.max_hops, certain_only=question.certain_only)
    return ways.ranked_paths(walked, asked)


@st.cache_resource(max_entries=32, show_spinner="Searching …")
def _blast(graph_id: str, source: str, max_hops: int, _estate: data.Estate) -> Blast:
    return ways.blast(_estate.graph, source, max_hops)


@st.cache_resource(max_entries=4, show_spinner="Searching …")
def _exposure(graph_id: str, _estate: data.Estate) -> Exposure:
    return ways.exposure(_estate.graph)


@st.cache_resource(max_entries=16, show_spinner="Trying each edit by searching again without what it takes away …")
def _chokepoints(graph_id: str, source: str, target: str, budget: int, _estate: data.Estate) -> ChokePoints:
    graph = _estate.graph
    return choke(graph, endpoints(graph, source, zones()), endpoints(graph, target, zones()), budget)


@st.cache_resource(max_entries=4, show_spinner=False)
def _editable(graph_id: str, _estate: data.Estate) -> Editable:
    return Editable(_estate.graph, access_graph(_estate.graph))
