"""Promotion, on every engine: readers see the old graph or the new one, however it is written."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graph.model import Edge, Graph, Node
from graph.store import StoreError
from graph.store.rows import Change
from graph.store.store import Store
from tests.engines import Engine
from tests.graph_samples import organization, week_later
from tests.require import repetitions
from tests.store_samples import COUNTS, counts, estate

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
HELD = "MATCH (n) WHERE NOT n:Promotion RETURN count(n) AS n"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> Iterator[Store]:
    with engine.open(clock) as opened:
        yield opened


def test_a_store_that_holds_nothing(store):
    assert store.current() is None
    assert store.read("MATCH (n:AWSRole) RETURN n") == []
    store.ensure_schema()
    assert store.read(HELD) == [{"n": 0}]


def test_full_difference_and_unchanged(store):
    red, blue = estate("red", 30), estate("blue", 40)
    first, second, third = store.promote(red), store.promote(blue, red), store.promote(blue, red)
    assert (first.kind, first.nodes_added, first.edges_added) == ("full", 31, 30)
    assert (second.kind, second.nodes_added, second.nodes_changed, second.edges_added) == ("difference", 10, 30, 10)
    assert third.kind == "unchanged"
    assert store.read(COUNTS) == [counts(blue)]
    held = store.current()
    assert held is not None
    assert (held.graph_id, held.snapshot_id, held.at) == ("graph-blue-40", "snapshot-blue-40", "2026-11-20T06:00:00Z")


@pytest.mark.parametrize("previous", [None, "another"])
def test_without_the_artefact_it_holds_a_store_is_loaded_in_full(store, previous):
    red, blue = estate("red", 3), estate("blue", 4)
    store.promote(red)
    assert store.promote(blue, estate(previous, 3) if previous else None).kind == "full"
    assert store.read(COUNTS) == [counts(blue)]


def test_a_node_whose_labels_change_keeps_its_relationships(store):
    red = estate("red", 3)
    nodes = red.nodes | {"set:0": Node("set:0", ("AWSGroup", "AWSPrincipal"), {"name": "s0"})}
    relabelled = Graph("relabelled", "s", "t", nodes, red.edges)
    store.promote(red)
    assert store.promote(relabelled, red).kind == "difference"
    assert store.read("MATCH (:AWSRole)-[r:HOLDS]->(g:AWSGroup) RETURN count(r) AS n, labels(g) AS labels") == [
        {"n": 3, "labels": ["AWSGroup", "AWSPrincipal"]}
    ]
    assert store.read("MATCH (n:AccessSet) RETURN n") == []


@pytest.mark.parametrize("limit", [0, 1_000])
def test_dates_are_kept_by_what_did_not_change(engine, clock, limit):
    """By a difference (limit 1,000) and by a full load (limit 0) alike."""
    red = estate("red", 3)
    changed = Node("role:00001", ("AWSRole", "AWSPrincipal"), {"name": "r1", "team": "blue"})
    added = Node("role:00009", ("AWSRole", "AWSPrincipal"), {"name": "r9"})
    edges = [Edge("role:00001", "HOLDS", "set:0"), red.edges[2], Edge("role:00009", "HOLDS", "set:0")]
    later = Graph("later", "s", "t", red.nodes | {n.id: n for n in (changed, added)}, edges)
    with engine.open(clock, difference_limit=limit) as store:
        store.promote(red)
        clock.now = NOW + timedelta(hours=1)
        assert store.promote(later, red).kind == ("difference" if limit else "full")
        rows = store.read(
            "MATCH (n) WHERE NOT n:Promotion RETURN n.id AS id, n.firstseen AS first, n.lastupdated AS last"
        )
        dates = {row["id"]: (row["first"][11:13], row["last"][11:13]) for row in rows}
        assert dates == {
            "role:00000": ("06", "06"),
            "role:00001": ("06", "07"),
            "role:00002": ("06", "06"),
            "role:00009": ("07", "07"),
            "set:0": ("06", "06"),
        }
        held = {e.source: e.properties["firstseen"][11:13] for e in store.export_edges(["HOLDS"])}
        assert held == {"role:00001": "06", "role:00002": "06", "role:00009": "07"}


def test_readers_see_one_graph_or_the_other(engine):
    """Three readers count without a pause while estates of two teams take turns by difference and by full load.

    On a server a reader that comes in the middle of a load is told so.
    """
    red, blue = estate("red", 3_000), estate("blue", 2_000)
    seen: list[dict[str, object]] = []
    told: list[str] = []
    done = threading.Event()

    def watch() -> None:
        with engine.open() as reader:
            while not done.is_set():
                try:
                    seen.extend(reader.read(COUNTS))
                except StoreError as error:
                    told.append(str(error))

    with engine.open() as store:
        store.promote(red)
        watchers = [threading.Thread(target=watch) for _ in range(3)]
        for watcher in watchers:
            watcher.start()
        for turn in range(repetitions(3)):
            store.promote(blue, red if turn % 2 else None)
            store.promote(red, blue)
        done.set()
        for watcher in watchers:
            watcher.join()
    assert {json.dumps(row) for row in seen} == {json.dumps(counts(red)), json.dumps(counts(blue))}
    assert len(seen) > 20
    assert not told or (not engine.embedded and all("is being loaded: ask again" in sentence for sentence in told))


class TooMuch(Exception):
    """What a hook raises that will not have a change."""


def test_a_difference_can_be_held_before_anything_is_written(store):
    red, blue = estate("red", 30), estate("blue", 10)
    shown: list[Change] = []

    def hold(change: Change) -> None:
        shown.append(change)
        raise TooMuch

    store.promote(red, hold=hold)  # over nothing: there is no difference to show
    before = store.read("MATCH (n:AWSRole) RETURN n ORDER BY n.id")
    with pytest.raises(TooMuch):
        store.promote(blue, red, hold=hold)
    store.promote(red, red, hold=hold)
    assert [(len(c.nodes_removed), len(c.edges_removed)) for c in shown] == [(20, 20)]
    assert store.read("MATCH (n:AWSRole) RETURN n ORDER BY n.id") == before
    held = store.current()
    assert held is not None
    assert held.graph_id == red.id
    assert store.promote(blue, red, hold=shown.append).kind == "difference"
    assert store.read(COUNTS) == [counts(blue)]


GOOD = Node("a", ("AWSRole", "AWSPrincipal"), {})


@pytest.mark.parametrize(
    ("nodes", "edges", "says"),
    [
        ([Node("a", ("Nonsense",), {})], [], "declare them in graph/schema/labels.py"),
        ([Node("a", ("AWSRole", "X) DETACH DELETE (n"), {})], [], "declare them in graph/schema/labels.py"),
        ([GOOD], [Edge("a", "NONSENSE", "a")], "declare it in graph/schema/relationships.py"),
        ([GOOD], [Edge("a", "HOLDS", "b")], "has an end that is no node"),
        ([GOOD], [Edge("a", "HOLDS", "a"), Edge("a", "HOLDS", "a", "", {"x": 1})], "is there twice"),
    ],
)
def test_a_graph_that_the_schema_does_not_describe(store, nodes, edges, says):
    with pytest.raises(StoreError, match=says):
        store.promote(Graph("bad", "s", "t", {n.id: n for n in nodes}, edges))
    assert store.current() is None


def test_wipe(store):
    store.promote(estate("red", 3))
    store.wipe()
    assert store.current() is None
    assert store.read(HELD) == [{"n": 0}]


def test_loads_that_nobody_reads_follow_each_other(store):
    """A database that no reader opened is replaced like any other."""
    red, blue = estate("red", 3), estate("blue", 4)
    for _ in range(2):
        store.bulk_load(red)
        store.promote(blue, red)
        store.bulk_load(blue)
        store.bulk_load(red)
    assert store.read(COUNTS) == [counts(red)]


def test_a_store_tells_the_graph_that_it_holds(store, clock):
    """So that a load is a difference, and its dates are kept, where the artefact of what is held is gone."""
    red, blue = organization().graph(), week_later().graph("graph-2", "snapshot-2")
    assert store.graph() is None
    store.promote(red)
    assert store.graph() == replace(red, taken_at="2026-11-20T06:00:00Z")
    clock.now += timedelta(days=7)
    assert store.promote(blue, store.graph()).kind == "difference"
    assert store.graph() == replace(blue, taken_at="2026-11-27T06:00:00Z")
    assert {edge.properties["firstseen"] for edge in store.export_edges()} == {
        "2026-11-20T06:00:00Z",
        "2026-11-27T06:00:00Z",
    }


def test_what_stands_beside_the_graph(store):
    """Rows written straight into the current graph are there for readers, and for the next difference."""
    red, blue = estate("red", 3), estate("blue", 3)
    store.promote(red)
    jewel = {"id": "tier:0", "name": "tier 0", "tier": 0}
    store.upsert_nodes("CrownJewel", [jewel])
    store.upsert_nodes("CrownJewel", [jewel | {"tier": 1}])
    link = {"source": "role:00001", "target": "tier:0", "key": "", "properties": {"proof": "p"}}
    store.upsert_relationships("IS_JEWEL", "AWSRole", "CrownJewel", [link])
    store.upsert_relationships("IS_JEWEL", "AWSRole", "CrownJewel", [link | {"properties": {"proof": "q"}}])
    store.promote(blue, red)
    assert store.read("MATCH (r)-[j:IS_JEWEL]->(t) RETURN r.team AS team, j.proof AS proof, t.tier AS tier") == [
        {"team": "blue", "proof": "q", "tier": 1}
    ]
    with pytest.raises(StoreError):
        store.retire_nodes("CrownJewel", ["tier:0"])  # its relationship is still there
    store.retire_relationships("IS_JEWEL", "AWSRole", "CrownJewel", [link])
    store.retire_nodes("CrownJewel", ["tier:0"])
    assert store.read("MATCH (t:CrownJewel) RETURN t") == []
