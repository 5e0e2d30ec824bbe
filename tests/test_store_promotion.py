"""Promotion: readers see the old graph or the new one, however it is written and whenever the writer dies."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from graph.model import Edge, Graph, Node
from graph.store import StoreError, open_store, stop_owner
from graph.store.attach import ROOT
from graph.store.state import read_state
from graph.store.store import Store
from tests.require import repetitions

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
COUNTS = (
    "MATCH (n:AWSRole) WITH count(n) AS roles, count(DISTINCT n.team) AS teams, min(n.team) AS team "
    "OPTIONAL MATCH ()-[r:HOLDS]->() RETURN roles, teams, team, count(r) AS holds"
)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    yield f"embedded://{tmp_path}"
    stop_owner(f"embedded://{tmp_path}")


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    with open_store(url, clock) as opened:
        yield opened


def estate(team: str, roles: int, *, each: int = 1) -> Graph:
    """Roles of one team, each holding `each` sets. Two estates that differ in team or size differ in every role."""
    nodes = {
        f"role:{i:05}": Node(f"role:{i:05}", ("AWSRole", "AWSPrincipal"), {"name": f"r{i}", "team": team})
        for i in range(roles)
    }
    nodes |= {f"set:{i}": Node(f"set:{i}", ("AccessSet",), {"name": f"s{i}"}) for i in range(each)}
    edges = [Edge(role, "HOLDS", f"set:{i}") for role in sorted(nodes) if role.startswith("role") for i in range(each)]
    return Graph(f"graph-{team}-{roles}", f"snapshot-{team}-{roles}", "t", nodes, edges)


def counts(graph: Graph) -> dict[str, object]:
    teams = {n.properties["team"] for n in graph.of("AWSRole")}
    return {"roles": len(graph.of("AWSRole")), "teams": len(teams), "team": min(teams), "holds": len(graph.edges)}


def test_a_store_that_holds_nothing(store):
    assert store.current() is None
    assert store.read("MATCH (n:AWSRole) RETURN n") == []
    store.ensure_schema()
    assert store.read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


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
def test_dates_are_kept_by_what_did_not_change(url, clock, limit):
    """By a difference (limit 1,000) and by a full load (limit 0) alike."""
    red = estate("red", 3)
    changed = Node("role:00001", ("AWSRole", "AWSPrincipal"), {"name": "r1", "team": "blue"})
    added = Node("role:00009", ("AWSRole", "AWSPrincipal"), {"name": "r9"})
    edges = [Edge("role:00001", "HOLDS", "set:0"), red.edges[2], Edge("role:00009", "HOLDS", "set:0")]
    later = Graph("later", "s", "t", red.nodes | {n.id: n for n in (changed, added)}, edges)
    with open_store(url, clock, difference_limit=limit) as store:
        store.promote(red)
        clock.now = NOW + timedelta(hours=1)
        assert store.promote(later, red).kind == ("difference" if limit else "full")
        rows = store.read(
            "MATCH (n) WHERE n.id <> 'current' RETURN n.id AS id, n.firstseen AS first, n.lastupdated AS last"
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


def test_readers_see_one_graph_or_the_other(url):
    """Three readers count without a pause while estates of two teams take turns by difference and by full load."""
    red, blue = estate("red", 3_000), estate("blue", 2_000)
    seen: list[dict[str, object]] = []
    done = threading.Event()

    def watch() -> None:
        with open_store(url) as reader:
            while not done.is_set():
                seen.extend(reader.read(COUNTS))

    with open_store(url) as store:
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


PROMOTE = """
import sys
from pathlib import Path
from graph.store import open_store
from tests.test_store_promotion import estate
old, new = estate("red", 500), estate("blue", 400)
with open_store(sys.argv[1]) as store:
    held = store.current().graph_id
    if held == old.id:
        old, new = new, old
    print("ready", flush=True)
    store.promote(old, new if sys.argv[2] == "difference" else None)
"""


@pytest.mark.parametrize("kind", ["full", "difference"])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(url, kind):
    red, blue = estate("red", 500), estate("blue", 400)
    moments = random.Random(7)
    left: list[str] = []
    with open_store(url) as store:
        store.promote(red)
        for _ in range(repetitions(5)):
            writer = subprocess.Popen([sys.executable, "-c", PROMOTE, url, kind], cwd=ROOT, stdout=subprocess.PIPE)
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.9))
            writer.kill()
            writer.wait()
            writer.stdout.close()
            held = store.current()
            assert held is not None
            assert store.read(COUNTS) == [counts({red.id: red, blue.id: blue}[held.graph_id])]
            left.append(held.graph_id)
        store.promote(red)
        assert store.read(COUNTS) == [counts(red)]
    assert left


def test_a_kill_of_the_engine_loses_nothing_that_was_promoted(url, tmp_path):
    red, blue = estate("red", 300), estate("blue", 200)
    with open_store(url) as store:
        store.promote(red)
        store.promote(blue, red)
        state = read_state(tmp_path)
        assert state is not None
        os.kill(state.pid, 9)
        with pytest.raises(StoreError, match="does not answer: run the command again"):
            store.read(COUNTS)
        with pytest.raises(StoreError, match="run the command again"):
            store.promote(red, blue)
    with open_store(url) as store:
        assert store.started_owner
        assert store.read(COUNTS) == [counts(blue)]
        assert store.promote(red, blue).kind == "difference"


def test_a_second_writer_is_told_who_writes(store, tmp_path):
    store.promote(estate("red", 3))
    with (
        FileLock(tmp_path / "writer.lock"),
        pytest.raises(StoreError, match=rf"process {os.getpid()} is writing to the store .* wait for it to end"),
    ):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(estate("red", 3))]


def test_a_writer_that_was_overtaken_does_not_promote(store, tmp_path, monkeypatch):
    """The other one takes over while this one builds: its lock file was removed under it."""
    from graph.store import bulk

    red = estate("red", 3)
    store.promote(red)
    build = bulk.build

    def overtaken(*arguments: object) -> None:
        build(*arguments)
        (tmp_path / "writer.json").write_text('{"token": 99, "pid": 1}')

    monkeypatch.setattr(bulk, "build", overtaken)
    with pytest.raises(StoreError, match="another process has taken over writing"):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(red)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the machine has no /dev/full")
def test_a_disk_that_takes_no_more(store, tmp_path, monkeypatch):
    """The copy of the current database meets a full disk."""
    import shutil

    def full(*_: object, **__: object) -> None:
        Path("/dev/full").write_bytes(b"x")

    red = estate("red", 3)
    store.promote(red)
    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\): make room"):
        store.promote(estate("blue", 3), red)
    assert store.read(COUNTS) == [counts(red)]


def test_a_loader_that_fails_says_why(store, tmp_path):
    red = estate("red", 3)
    store.promote(red)
    (tmp_path / "engine" / "building").write_text("in the way")
    with pytest.raises(StoreError, match=r"could not be loaded .* then load again"):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(red)]


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
    assert store.read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


def test_loads_that_nobody_reads_follow_each_other(store):
    """A database that no reader opened is replaced like any other."""
    red, blue = estate("red", 3), estate("blue", 4)
    for _ in range(2):
        store.bulk_load(red)
        store.promote(blue, red)
        store.bulk_load(blue)
        store.bulk_load(red)
    assert store.read(COUNTS) == [counts(red)]


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


def test_a_server_address_works_in_principle(store, url, tmp_path, clock):
    """The home of a server, in front of the engine that is at hand: in place, one transaction a difference."""
    store.promote(estate("green", 1))
    state = read_state(tmp_path)
    assert state is not None
    address, auth = f"bolt://127.0.0.1:{state.bolt_port}/graph_a", ("writer", state.writer_password)
    red, blue = estate("red", 30), estate("blue", 40)
    with open_store(address, clock, auth=auth) as server, open_store(address, clock, auth=auth) as late:
        assert [server.promote(red).kind, server.promote(blue, red).kind] == ["full", "difference"]
        assert server.read(COUNTS) == [counts(blue)]
        with late._home.writing() as guard:
            assert server.promote(red, blue).kind == "difference"
            with pytest.raises(StoreError, match="another process has taken over writing"):
                late._home.replace((), guard)
        assert server.read(COUNTS) == [counts(red)]
