"""What is particular to a store on a server: one writer in place, readers beside it, and what a server can suffer."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.model import Graph, Node
from graph.store import StoreError, open_store
from graph.store.attach import ROOT
from graph.store.errors import GraphLoading
from graph.store.explain import explained
from graph.store.rows import Rows, all_rows
from graph.store.server import COMMIT
from graph.store.store import Store
from tests.neo4j_server import LONG_TERM, Neo4jServer, serving
from tests.require import repetitions
from tests.store_samples import COUNTS, counts, estate

AT = "2026-11-20T06:00:00Z"
RED, BLUE, GREEN = estate("red", 30), estate("blue", 40), estate("green", 20)
LOADING = "the graph is being loaded: ask again in a moment"
OVERTAKEN = "another process has taken over writing to .* run again to promote"


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server that only this module has: it may be killed, and started with other settings."""
    with serving(tmp_path_factory.mktemp("fragile") / "home") as found:
        yield found


def opened(server: Neo4jServer, **options: Any) -> Store:
    return open_store(server.url, auth=server.auth, **options)


@pytest.fixture
def server(neo4j_server: Neo4jServer) -> Neo4jServer:
    return neo4j_server


@pytest.fixture
def store(server: Neo4jServer) -> Iterator[Store]:
    with opened(server) as found:
        yield found


@pytest.fixture
def other(server: Neo4jServer) -> Iterator[Store]:
    with opened(server) as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.store.store.PATIENCE_SECONDS", 0.1)


def interrupted(graph: Graph, by: Any) -> Iterator[Rows]:
    """The rows of a graph; `by` is called when the nodes have been written and no relationship yet."""
    called = False
    for group in all_rows(graph, AT, {}):
        if group.__class__.__name__ == "EdgeRows" and not called:
            called = True
            by()
        yield group


# One writer


def test_a_writer_that_was_overtaken_is_refused_whatever_it_does(store, other):
    store.promote(RED)
    writes = {
        "replace": lambda guard: store._home.replace((), guard),
        "amend": lambda guard: store._home.amend(lambda writer: writer.clear(), guard),
        "patch": lambda guard: store._home.patch(lambda writer: writer.clear(), guard),
    }
    for write in writes.values():
        with store._home.writing() as guard:
            other.ensure_schema()  # takes the lease
            with pytest.raises(StoreError, match=OVERTAKEN):
                write(guard)
    assert store.read(COUNTS) == [counts(RED)]


def test_a_load_that_is_overtaken_in_the_middle_leaves_what_the_other_loaded(store, other):
    with store._home.writing() as guard, pytest.raises(StoreError, match=OVERTAKEN):
        store._home.replace(interrupted(RED, lambda: other.promote(BLUE)), guard)
    assert store.read(COUNTS) == [counts(BLUE)]
    held = store.current()
    assert held is not None
    assert held.graph_id == BLUE.id


def test_a_database_of_another_tool_is_left_alone(store, server):
    with server.driver() as driver:
        driver.execute_query("CREATE (:AWSUser {id: 'theirs'})-[:KNOWS]->(:Thing)", database_="neo4j")
        with pytest.raises(StoreError, match=r"holds nodes of another tool .* a database of its own"):
            store.promote(RED)
        with pytest.raises(StoreError, match="another tool"):
            store.wipe()
        assert driver.execute_query("MATCH (n) RETURN count(n)", database_="neo4j").records[0][0] == 2


# Readers beside a writer


@pytest.mark.usefixtures("impatient")
def test_readers_are_told_of_a_load_and_of_one_that_was_broken_off(store, other):
    store.promote(RED)

    def look() -> None:
        assert other.current() is None
        for ask in (other.read, other.adhoc):
            with pytest.raises(StoreError, match=LOADING):
                ask("MATCH (n:AWSRole) RETURN count(n) AS n")
        with pytest.raises(StoreError, match=LOADING):
            other.export_edges()
        raise KeyboardInterrupt

    with store._home.writing() as guard, pytest.raises(KeyboardInterrupt):
        store._home.replace(interrupted(BLUE, look), guard)
    with pytest.raises(StoreError, match=LOADING):
        other.read(COUNTS)
    assert store.promote(BLUE, RED).kind == "full"
    assert other.read(COUNTS) == [counts(BLUE)]


def test_a_reader_waits_a_moment_for_a_commit_to_end(store, server):
    store.promote(RED)
    with server.driver() as driver:
        driver.execute_query(COMMIT, state="begun", database_="neo4j")
        end = threading.Timer(0.4, driver.execute_query, [COMMIT], {"state": "ended", "database_": "neo4j"})
        end.start()
        assert store.read(COUNTS) == [counts(RED)]
        assert end.finished.is_set()
        end.join()


def test_an_answer_that_straddles_a_promotion_is_asked_again(store, other):
    store.promote(RED)
    asked = 0

    def teams(read: Any) -> list[str]:
        nonlocal asked
        asked += 1
        first = read("MATCH (n:AWSRole) RETURN min(n.team) AS team", {})
        if asked == 1:
            other.promote(BLUE, RED)
        return [row["team"] for row in (*first, *read("MATCH (n:AWSRole) RETURN max(n.team) AS team", {}))]

    assert store._whole(teams) == ["blue", "blue"]
    assert asked == 2


@pytest.mark.usefixtures("impatient")
def test_a_commit_that_was_broken_off_is_over_for_the_next_writer(store, server):
    store.promote(RED)
    with server.driver() as driver:
        driver.execute_query(COMMIT, state="begun", database_="neo4j")
    with pytest.raises(StoreError, match=LOADING):
        store.read(COUNTS)
    assert store.promote(RED, RED).kind == "unchanged"
    assert store.read(COUNTS) == [counts(RED)]


def test_a_query_that_was_left_does_not_go_on_at_the_server(store, server):
    store.promote(estate("red", 2_000))
    slow = "MATCH (a:AWSRole), (b:AWSRole), (c:AWSRole) WHERE a.name + b.name = c.name + 'left' RETURN count(*) AS n"
    with pytest.raises(StoreError, match=r"the query ran longer than 0\.3 s and was left"):
        store.adhoc(slow, timeout=0.3)
    running = "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery ENDS WITH 'AS n' RETURN currentQuery"
    deadline = time.monotonic() + 20
    with server.driver() as driver:
        while driver.execute_query(running, database_="neo4j").records:
            assert time.monotonic() < deadline
            time.sleep(0.2)


# Kills

PROMOTE = """
import sys
from graph.store import open_store
from tests.store_samples import estate
old, new = estate("red", 500), estate("blue", 400)
url, password, kind = sys.argv[1:]
with open_store(url, auth=("neo4j", password)) as store:
    held = store.current()
    if held is not None and held.graph_id == new.id:
        old, new = new, old
    print("ready", flush=True)
    store.promote(new, old if kind == "difference" else None)
"""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", ["full", "difference"])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_or_loading(server, store, kind):
    graphs = {graph.id: graph for graph in (estate("red", 500), estate("blue", 400))}
    red, blue = graphs.values()
    moments = random.Random(7)
    store.promote(red)
    for _ in range(repetitions(5)):
        command = [sys.executable, "-c", PROMOTE, server.url, server.password, kind]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(moments.uniform(0, 0.8))
        writer.kill()
        writer.communicate()
        held = store.current()
        if held is None or broken_off(store):
            # The server may yet commit what the killed writer sent last.
            assert store.promote(red).kind in ("full", "unchanged")
            held = store.current()
        assert held is not None
        assert store.read(COUNTS) == [counts(graphs[held.graph_id])]
    store.promote(blue)
    assert store.read(COUNTS) == [counts(blue)]


def broken_off(store: Store) -> bool:
    """Whether a reader is told that no whole graph is there."""
    try:
        store.read("RETURN 1 AS one")
    except GraphLoading:
        return True
    return False


@pytest.mark.usefixtures("impatient")
def test_a_server_that_dies_in_the_middle_of_a_load(fragile, monkeypatch):
    monkeypatch.setattr("graph.store.server.WRITE_RETRY_SECONDS", 0.5)
    with opened(fragile) as store:
        store.promote(RED)
        with (
            pytest.raises(StoreError, match=r"does not answer: start it|went away while it wrote"),
            store._home.writing() as guard,
        ):
            load_and_explain(store, interrupted(BLUE, fragile.kill), guard)
        fragile.start()
        assert store.current() is None
        with pytest.raises(StoreError, match=LOADING):
            store.read(COUNTS)
        assert store.promote(BLUE, RED).kind == "full"
        assert store.read(COUNTS) == [counts(BLUE)]


def load_and_explain(store: Store, rows: Iterator[Rows], guard: Any) -> None:
    with explained(store._home.address):
        store._home.replace(rows, guard)


@pytest.mark.usefixtures("impatient")
def test_a_disk_that_takes_no_more(fragile, monkeypatch):
    monkeypatch.setattr("graph.store.server.WRITE_RETRY_SECONDS", 0.5)
    big = estate("big", 8_000, each=3)
    with opened(fragile) as store:
        store.promote(RED)
        fragile.kill()
        fragile.start(file_blocks="10240")
        for _ in range(2):  # the second time the server has noticed
            with pytest.raises(StoreError, match="could not write to its disk: make room there and restart it, then"):
                store.promote(big)
        fragile.kill()
        fragile.start()
        assert broken_off(store) or store.read(COUNTS) == [counts(RED)]
        store.promote(BLUE)
        assert store.read(COUNTS) == [counts(BLUE)]


# Settings that a server may have


def test_a_server_that_only_reads(fragile):
    fragile.kill()
    fragile.start(server__databases__default_to_read_only="true")
    with opened(fragile) as store:
        assert store.adhoc("MATCH (n) RETURN count(n) AS n").rows
        with pytest.raises(StoreError, match=r"takes no writes: give the address of one that does"):
            store.promote(GREEN)
    fragile.kill()
    fragile.start()


def test_little_memory_makes_batches_small_and_a_difference_a_load(fragile):
    fragile.kill()
    fragile.start(db__memory__transaction__max="2m")
    fragile.wipe()
    red, blue = estate("red", 3_000), estate("blue", 3_000)
    with opened(fragile) as store:
        assert store.promote(red).kind == "full"
        first = store.read("MATCH (n:AWSRole) RETURN min(n.firstseen) AS first")
        time.sleep(1.1)  # the dates count seconds
        result = store.promote(blue, red)
        assert (result.kind, result.nodes_changed) == ("full", 3_000)
        assert store.read(COUNTS) == [counts(blue)]
        assert store.read("MATCH (n:AWSRole) RETURN max(n.firstseen) AS first") == first
        with pytest.raises(StoreError, match=r"raise `db\.memory\.transaction\.max` there, or narrow"):
            store.adhoc("UNWIND range(1, 1000000) AS i RETURN size(collect(toString(i) + 'xxxxxxxxxxxx')) AS n")
        huge = Node("role:huge", ("AWSRole", "AWSPrincipal"), {"name": "x" * 3_000_000})
        with pytest.raises(StoreError, match=r"a transaction needs more memory .* raise `db\.memory"):
            store.promote(Graph("huge", "s", "t", {huge.id: huge}, []))


def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path):
    """However that one ends: here it is killed."""
    import psutil

    program = (
        "import sys, time; from pathlib import Path; from tests.neo4j_server import Neo4jServer\n"
        f"server = Neo4jServer(Path(sys.argv[1]), {LONG_TERM!r}); server.start()\n"
        "print(server._process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
