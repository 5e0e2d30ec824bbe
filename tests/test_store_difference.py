"""A law: a store that was brought up to date by differences holds what a full load of the same graph holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model import Edge, Graph, Node, Value
from graph.store.rows import difference, renamed
from graph.store.store import Store
from tests.engines import Engine
from tests.require import repetitions

KINDS = {"u": ("AWSUser", "AWSPrincipal"), "r": ("AWSRole", "AWSPrincipal"), "s": ("AccessSet",), "b": ("S3Bucket",)}
STEPS = {
    ("u", "s"): ("HOLDS",),
    ("r", "s"): ("HOLDS",),
    ("s", "r"): ("CAN_ASSUME", "MAY_ASSUME"),
    ("s", "b"): ("CAN_ACCESS", "MAY_ACCESS"),
}
serials = count()  # no two graphs of one store have the same id
IDS = [f"{kind}{i}" for kind in KINDS for i in range(3)]
PLACES = [(a, kind, b) for a in IDS for b in IDS for kind in STEPS.get((a[0], b[0]), ())]
# What an engine might take for something else: times, record ids, JSON, other spellings of null.
LOOKALIKES = ("2026-01-01", "2026-01-01T00:00:00Z", "12:00:00", "P3D", "#1:0", "{}", "[1]", "null", "true", "1.0", "")
texts = st.one_of(st.sampled_from(LOOKALIKES), st.text(max_size=8))
numbers = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
values = st.one_of(st.none(), numbers, texts, st.lists(texts, max_size=2))
anything = {"team": values, "tags": values, "odd name": values, "type": values}
# A node's name is indexed, and an index takes one type: the schema says text.
node_properties = st.fixed_dictionaries({}, optional={"name": st.one_of(st.none(), texts), **anything})
properties = st.fixed_dictionaries({}, optional={"name": values, **anything})


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Node], list[Edge]]:
    """Nodes, some under labels that are not their usual ones, and relationships between those that are there."""
    nodes = {
        i: Node(i, KINDS[draw(st.sampled_from([i[0], i[0], i[0], "b"]))], draw(node_properties))
        for i in draw(st.sets(st.sampled_from(IDS)))
    }
    places = draw(st.sets(st.tuples(st.sampled_from(PLACES), st.sampled_from(["", "read", "write"]))))
    edges = [Edge(a, kind, b, key, draw(properties)) for (a, kind, b), key in places if a in nodes and b in nodes]
    return dict(sorted(nodes.items())), sorted(edges, key=lambda e: e.identity)


def named(number: int, content: tuple[dict[str, Node], list[Edge]]) -> Graph:
    return Graph(f"graph-{number}", f"snapshot-{number}", "t", *content)


def plain(held: dict[str, Value]) -> str:
    """Properties but for the store's dates and what is absent, as text: 1, 1.0 and True are not the same."""
    return repr(sorted((k, v) for k, v in held.items() if v is not None and k not in ("firstseen", "lastupdated")))


def export(store: Store) -> tuple[list[object], list[object]]:
    """Everything a store holds."""
    nodes = [row["n"] for row in store.read("MATCH (n) WHERE NOT n:Promotion RETURN n ORDER BY n.id")]
    edges = sorted(store.export_edges(), key=lambda e: e.identity)
    return [(n["labels"], plain(n["properties"])) for n in nodes], [(e.identity, plain(e.properties)) for e in edges]


def meant(graph: Graph) -> tuple[list[object], list[object]]:
    """What a store should hold."""
    nodes = [(sorted(n.labels), plain(n.properties | {"id": n.id})) for n in graph.nodes.values()]
    return nodes, [(e.identity, plain(e.properties)) for e in graph.edges]


@pytest.fixture(scope="module")
def store(module_engine: Engine) -> Iterator[Store]:
    with module_engine.open() as opened:
        yield opened


@settings(max_examples=repetitions(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(graphs(), min_size=2, max_size=3))
def test_difference_equals_full_load(store, contents):
    steps = [named(next(serials), content) for content in contents]
    store.bulk_load(steps[0])
    for old, new in pairwise(steps):
        assert store.promote(new, old).kind == "difference"
    updated = export(store)
    store.bulk_load(steps[-1])
    assert updated == export(store) == meant(steps[-1])


@given(graphs(), graphs())
def test_a_difference_is_what_is_between_two_graphs(left, right):
    old, new = named(1, left), named(2, right)
    change = difference(old, new)
    names = change.nodes_renamed
    nodes = {i: n for i, n in old.nodes.items() if n not in change.nodes_removed and i not in names}
    nodes |= {n.id: n for n in [*change.nodes_added, *change.nodes_changed]}
    edges = {renamed(e.identity, names): e.properties for e in old.edges}
    edges = {i: properties for i, properties in edges.items() if i not in {e.identity for e in change.edges_removed}}
    edges |= {e.identity: e.properties for e in [*change.edges_added, *change.edges_changed]}
    assert nodes == new.nodes
    assert edges == {e.identity: e.properties for e in new.edges}
    assert {n.id for n in change.nodes_added}.isdisjoint(nodes.keys() - new.nodes.keys())


@given(graphs())
def test_no_difference_to_itself(content):
    assert len(difference(named(1, content), named(2, content))) == 0


def test_a_set_with_another_id_and_the_same_holders_is_renamed(store):
    """One edited policy at the root gives every set another id; what few of them lost is all that is written."""
    old, new = (_sets(generation, serial=next(serials)) for generation in ("old", "new"))
    change = difference(old, new)
    assert change.nodes_renamed == {f"s-old-{i}": f"s-new-{i}" for i in range(3)}
    assert (change.nodes_removed, change.nodes_added, change.edges_added) == ([], [], [])
    assert [e.identity for e in change.edges_removed] == [("s-new-0", "CAN_ACCESS", "b0", "write")]
    store.bulk_load(old)
    assert store.promote(new, old).kind == "difference"
    assert export(store) == meant(new)


def _sets(generation: str, *, serial: int) -> Graph:
    """Three sets, each held by one user; those of the new generation go by other ids, and one lost a right."""
    nodes = [Node("b0", KINDS["b"], {})]
    edges = []
    for i in range(3):
        nodes += [Node(f"u{i}", KINDS["u"], {}), Node(f"s-{generation}-{i}", KINDS["s"], {})]
        levels = ["read"] if (generation, i) == ("new", 0) else ["read", "write"]
        edges.append(Edge(f"u{i}", "HOLDS", f"s-{generation}-{i}"))
        edges += [Edge(f"s-{generation}-{i}", "CAN_ACCESS", "b0", level) for level in levels]
    return named(
        serial, ({n.id: n for n in sorted(nodes, key=lambda n: n.id)}, sorted(edges, key=lambda e: e.identity))
    )
