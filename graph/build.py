"""Builds the graph of a snapshot: facts, then what follows from them, each rule in its place."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from graph.artefact import artefact_id
from graph.builder import Builder
from graph.edges.access import add_access
from graph.edges.assume import add_assume
from graph.edges.escalate import add_escalation
from graph.edges.federate import add_federation
from graph.edges.network import add_network
from graph.edges.people import add_people
from graph.edges.protect import add_protection
from graph.edges.resource_grants import add_resource_grants
from graph.estate import Estate
from graph.jewels import add_jewels
from graph.model import Edge, Graph, Node, Properties
from graph.nodes import add_facts
from graph.options import BuildOptions
from graph.reach import AccessGraph
from graph.sets import Sets
from ingest.snapshot import Snapshot

# In this order: edges may only join nodes that are there, and jewels may be outcomes.
BY_IDENTITY = (add_escalation, add_assume, add_federation, add_people)  # how principals become others
DERIVATIONS = (*BY_IDENTITY, add_access, add_resource_grants, add_protection)
MEASURED = frozenset(("AWSPrincipal", "AWSSSOUser", "AWSSSOGroup"))


def build(snapshot: Snapshot, options: BuildOptions) -> Graph:
    """The graph of a snapshot. The same snapshot and options give the same graph."""
    with _collector_paused():
        builder = Builder(snapshot, options)
        add_facts(builder)
        add_network(builder)
        estate = Estate(snapshot)
        sets = Sets(estate, builder)
        sets.write_shared()
        for derive in DERIVATIONS:
            derive(builder, estate, sets)
        add_jewels(builder)
        nodes, edges = builder.finish()
        nodes = with_hops(nodes, edges)
    return Graph(artefact_id(snapshot, options), snapshot.id, snapshot.taken_at, nodes, edges)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Building only allocates; walking the growing heap again and again would cost several times the work itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def with_hops(nodes: dict[str, Node], edges: list[Edge]) -> dict[str, Node]:
    """The nodes, principals among them with their distance to an administrator and to a crown jewel."""
    goals = {
        "admin": [n.id for n in nodes.values() if n.label == "Outcome"],
        "jewel": [n.id for n in nodes.values() if n.label == "CrownJewel"],
    }
    measured = [n for n in nodes.values() if not MEASURED.isdisjoint(n.labels)]
    hops: dict[str, Properties] = {n.id: {} for n in measured}
    access = AccessGraph.of(nodes, edges)
    for prefix, network in (("hops", access.certain), ("may_hops", access.possible)):
        for goal, targets in goals.items():
            reach = network.search(targets)
            for node in measured:
                if (distance := reach.hops(node.id)) is not None:
                    hops[node.id][f"{prefix}_to_{goal}"] = distance
    closer = {n.id: Node(n.id, n.labels, dict(sorted({**n.properties, **hops[n.id]}.items()))) for n in measured}
    return {i: closer.get(i, node) for i, node in nodes.items()}
