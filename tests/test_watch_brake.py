"""The mass-delete brake: whatever would take away much of one type is held, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Edge, Graph, Node
from graph.store.rows import difference
from watch.brake import Held, hold_mass_removal

NOW = datetime(2026, 11, 24, tzinfo=UTC).isoformat()
LABELS = {"role": ("AWSRole", "AWSPrincipal"), "user": ("AWSUser", "AWSPrincipal"), "set": ("AccessSet",)}


def graph(nodes: dict[str, str], edges: list[Edge] | None = None) -> Graph:
    """A graph of nodes by id and kind."""
    return Graph("g", "s", NOW, {i: Node(i, LABELS[kind], {"name": i}) for i, kind in nodes.items()}, edges or [])


def held(old: Graph, new: Graph, percent: float = 20.0) -> str:
    """The sentence by which the change is held; "" where it passes."""
    try:
        hold_mass_removal(difference(old, new), old, percent)
    except Held as sentence:
        return str(sentence)
    return ""


@given(
    st.integers(0, 300), st.integers(0, 300), st.integers(0, 60), st.floats(0, 100), st.sampled_from(["role", "user"])
)
def test_held_exactly_where_more_than_the_limit_of_a_type_goes(had, lost, new, percent, kind):
    """New ones do not make up for what went, and neither do those of another type that stay."""
    lost = min(had, lost)
    other = "user" if kind == "role" else "role"
    stay = {f"other:{i}": other for i in range(50)}
    old = graph({f"{i}": kind for i in range(had)} | stay)
    after = graph({f"{i}": kind for i in range(lost, had)} | {f"new:{i}": kind for i in range(new)} | stay)
    sentence = held(old, after, percent)
    assert bool(sentence) == (lost > max(20, had * percent / 100))
    if sentence:
        assert f"{lost} of {had} `{LABELS[kind][0]}`" in sentence
        assert "--confirm" in sentence


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0, 100))
def test_relationships_count_by_their_type(had, lost, percent):
    lost = min(had, lost)
    nodes = {f"{i}": "role" for i in range(max(had, 1))} | {"group": "user"}
    edges = [Edge(f"{i}", "TRUSTS_AWS_PRINCIPAL", "group") for i in range(had)]
    sentence = held(graph(nodes, edges), graph(nodes, edges[lost:]), percent)
    assert bool(sentence) == (lost > max(20, had * percent / 100))
    assert not sentence or "`TRUSTS_AWS_PRINCIPAL`" in sentence


def test_what_follows_from_facts_is_never_held():
    """A guardrail that leaves the root takes every protection with it: that must be seen, not wait."""
    roles = {f"{i}": "role" for i in range(50)}
    old = graph(
        roles | {f"set:{i}": "set" for i in range(50)},
        [Edge(f"{i}", "HOLDS", f"set:{i}") for i in range(50)]
        + [Edge(f"set:{i}", "CAN_ASSUME", f"{i}") for i in range(50)],
    )
    assert held(old, graph(roles)) == ""


def test_a_node_with_other_labels_keeps_its_relationships():
    """It is removed and written anew; what it loses is its old label."""
    edges = [Edge("hub", "TRUSTS_AWS_PRINCIPAL", f"{i}") for i in range(100)]
    roles = {f"{i}": "role" for i in range(100)}
    assert held(graph(roles | {"hub": "role"}, edges), graph(roles | {"hub": "user"}, edges)) == ""
    assert "`AWSRole`" in held(graph(roles), graph(dict.fromkeys(roles, "user")))


def test_the_sentence_names_the_worst_and_counts_the_rest():
    old = graph({f"r{i}": "role" for i in range(100)} | {f"u{i}": "user" for i in range(50)})
    sentence = held(old, graph({f"r{i}": "role" for i in range(70)}))
    assert re.match(
        r"this load would remove 50 of 50 `AWSUser` \(100%\), and much of 1 other type: see .* --confirm$", sentence
    )


@pytest.mark.parametrize("percent", [0.0, 20.0, 100.0])
def test_an_equal_graph_always_passes(percent):
    old = graph({f"{i}": "role" for i in range(50)})
    assert held(old, old, percent) == ""
    assert Counter(n.label for n in old.nodes.values()) == {"AWSRole": 50}
