"""Into the store and out of it, on either engine: loads, differences, and questions in plain Cypher."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import psutil

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements.load import owner_of, promotion
from benchmarks.measurements.store_changes import access_layer, account_changed, root_policy_changed
from cli.terminal import note
from graph.model import Graph
from graph.store import open_store, stop_owner
from graph.store.rows import difference
from graph.store.store import Store
from queries.catalog import questions

REPEAT = 10  # the first answer of an engine includes its plan
WITHIN_STEPS = 4
WAYS = ("HOLDS", "CAN_ASSUME", "CAN_ESCALATE")
SHORTEST = (
    "MATCH (p:AWSPrincipal {id: $principal}), (o:Outcome {id: $outcome}) "
    f"MATCH path = shortestPath((p)-[:{'|'.join(WAYS)}*1..24]->(o)) RETURN length(path) AS steps"
)


def embedded(bench: Bench) -> Iterator[Figure]:
    """The engine that comes with the program."""
    directory = bench.scratch / "store"
    url = f"embedded://{directory}"
    try:
        with open_store(url) as store:
            yield from _measured(bench, "store.embedded", store, owner_of(directory))
    finally:
        stop_owner(url)


def neo4j(bench: Bench) -> Iterator[Figure]:
    """A Neo4j server as the tests put it together; nothing, and a note, where this machine cannot."""
    import pytest

    from tests.neo4j_server import serving

    with ExitStack() as running:
        try:
            server = running.enter_context(serving(bench.scratch / "neo4j"))
        except pytest.skip.Exception as missing:
            note(f"store.neo4j: {missing}")
            return
        with open_store(server.url, auth=server.auth) as store:
            yield from _measured(bench, "store.neo4j", store, _listener(server.port))


def _listener(port: int) -> psutil.Process:
    found = (c for c in psutil.net_connections("tcp") if c.laddr.port == port and c.status == psutil.CONN_LISTEN)
    return psutil.Process(next(c.pid for c in found if c.pid))


def _measured(bench: Bench, name: str, store: Store, engine: psutil.Process) -> Iterator[Figure]:
    base = bench.base_graph()
    for layer, graph in (("access", access_layer(base)), ("whole", base)):
        yield Figure(f"{name}.{layer}.nodes", len(graph.nodes), "nodes")
        yield Figure(f"{name}.{layer}.relationships", len(graph.edges), "relationships")
        yield from promotion(f"{name}.{layer}", engine, lambda: store.bulk_load(graph))  # noqa: B023  # called at once
    yield from _questions(name, store, base)
    for change, after in (("account", account_changed(bench)), ("root_policy", root_policy_changed(bench))):
        yield Figure(f"{name}.{change}.rows", len(difference(base, after)), "rows")
        yield from promotion(f"{name}.{change}", engine, lambda: store.promote(after, previous=base))  # noqa: B023
        store.promote(base, previous=after)


def _questions(name: str, store: Store, graph: Graph) -> Iterator[Figure]:
    way = _farthest(graph)
    assert store.read(SHORTEST, way), "the longest way is one"
    near = questions()["who-is-near-administrator"]
    yield _asked(f"{name}.shortest_path", store, SHORTEST, way)
    yield _asked(f"{name}.who_is_near", store, near.body, {"max_steps": WITHIN_STEPS})


def _farthest(graph: Graph) -> Mapping[str, Any]:
    """An administrator outcome and the principal with the longest certain way to it."""
    import networkx

    ways = networkx.DiGraph((edge.target, edge.source) for edge in graph.edges_of(*WAYS))
    principals = {node.id for node in graph.of("AWSPrincipal")}
    found = [
        (steps, principal, outcome.id)
        for outcome in graph.of("Outcome")
        if outcome.id in ways
        for principal, steps in networkx.single_source_shortest_path_length(ways, outcome.id).items()
        if principal in principals
    ]
    _, principal, outcome = max(found)
    return {"principal": principal, "outcome": outcome}


def _asked(name: str, store: Store, query: str, params: Mapping[str, Any]) -> Figure:
    """Seconds until the rows of a query are here: the best of several."""
    best = float("inf")
    for _ in range(REPEAT):
        began = time.perf_counter()
        store.read(query, params)
        best = min(best, time.perf_counter() - began)
    return Figure(name, best, "s")
