"""Ad-hoc Cypher is hostile: on every engine it only reads, within its caps, and leaves a line in the audit log."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from graph.model import Edge, Graph, Node
from graph.store import AuditLine, StoreError
from graph.store.store import Store
from tests.engines import Engine
from tests.hostile_queries import HARMLESS, HOSTILE, REASONS

NOW = datetime(2026, 11, 20, tzinfo=UTC)
MAYA, ADMIN = "arn:aws:iam::111111111111:user/maya", "arn:aws:iam::111111111111:role/admin"
HOSTILE_NAME = "\"'`]-() \n=cmd|' /C calc'!A0 <script>alert(1)</script> $x {y} RETURN 1 //"


@pytest.fixture(scope="module")
def audit() -> list[AuditLine]:
    return []


@pytest.fixture(scope="module")
def store(module_engine: Engine, audit: list[AuditLine]) -> Iterator[Store]:
    with module_engine.open(lambda: NOW, audit=audit.append) as opened:
        opened.promote(estate())
        yield opened


def estate() -> Graph:
    nodes = [
        Node(MAYA, ("AWSUser", "AWSPrincipal"), {"name": HOSTILE_NAME, "mfa": True, "tags": ["a=b"]}),
        Node("set:1", ("AccessSet",), {"name": "set"}),
        Node(ADMIN, ("AWSRole", "AWSPrincipal"), {"name": "admin"}),
    ]
    nodes += [Node(f"bucket:{i:04}", ("S3Bucket",), {"name": f"b{i}"}) for i in range(2_000)]
    edges = [Edge(MAYA, "HOLDS", "set:1"), Edge("set:1", "CAN_ASSUME", ADMIN, "", {"proof": "p"})]
    return Graph("graph-1", "snapshot-1", "t", {n.id: n for n in sorted(nodes, key=lambda n: n.id)}, edges)


def content(store: Store) -> list[dict]:
    return store.read(
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) AS nodes, count(r) AS edges, "
        "sum(size(keys(n))) AS properties"
    )


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda h: h.query[:60])
def test_a_hostile_query_is_refused_for_what_it_is(store, module_engine, hostile):
    before = content(store)
    reason = hostile.embedded if module_engine.embedded else hostile.neo4j
    if reason is None:
        store.adhoc(hostile.query)
    else:
        with pytest.raises(StoreError, match="|".join(REASONS[r] for r in reason.split("|"))):
            store.adhoc(hostile.query)
    assert content(store) == before


@pytest.mark.parametrize("query", HARMLESS, ids=lambda q: q[:60])
def test_a_query_that_only_reads_passes(store, query):
    assert store.adhoc(query).truncated is None


def test_a_file_is_not_reached_behind_long_expressions(store):
    """The plan prints expressions whole, however long they are."""
    long = ", ".join(f"'{i}'" for i in range(20_000))
    with pytest.raises(StoreError, match=r"loads? a file"):
        store.adhoc(f"RETURN [x IN [{long}] | COLLECT {{ LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }}] AS y")


@pytest.mark.parametrize("query", [h.query for h in HOSTILE if h.neo4j == h.embedded == "write"][:20:5])
def test_our_own_reads_are_refused_writes_too(store, query):
    with pytest.raises(StoreError, match="queries here only read"):
        store.read(query)


def test_load_csv_calls_nobody(store):
    """Neither another host's address nor this machine's: a server that would answer hears nothing."""
    heard: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            with pytest.raises(StoreError):
                store.adhoc(f"LOAD CSV FROM 'http://{host}:{server.server_port}/x.csv' AS line RETURN line")
        server.shutdown()
    assert heard == []


def test_values_come_as_plain_python(store):
    row = store.adhoc(
        "MATCH p = (u:AWSUser)-[:HOLDS|CAN_ASSUME*1..3]->(r:AWSRole) "
        "RETURN u, p, datetime('2026-01-02T03:04:05Z') AS at, [1, {a: null}] AS list"
    ).rows[0]
    user, path, at, items = row
    assert user["labels"] == ["AWSPrincipal", "AWSUser"]
    assert user["properties"] == {
        "id": MAYA,
        "name": HOSTILE_NAME,
        "mfa": True,
        "tags": ["a=b"],
        "firstseen": "2026-11-20T00:00:00Z",
        "lastupdated": "2026-11-20T00:00:00Z",
    }
    assert [(r["source"], r["type"], r["target"]) for r in path["relationships"]] == [
        (MAYA, "HOLDS", "set:1"),
        ("set:1", "CAN_ASSUME", ADMIN),
    ]
    assert (at, items) == (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), [1, {"a": None}])


def test_a_hostile_value_is_a_parameter(store):
    found = store.adhoc("MATCH (n:AWSUser {name: $name}) RETURN n.id AS id", {"name": HOSTILE_NAME})
    assert (found.columns, found.rows, found.truncated) == (["id"], [[MAYA]], None)


@pytest.mark.parametrize(("cap", "rows"), [(0, 0), (1, 1), (1_999, 1_999), (2_000, 2_000), (2_001, 2_000)])
def test_the_row_cap(store, cap, rows):
    found = store.adhoc("MATCH (n:S3Bucket) RETURN n.id AS id", max_rows=cap)
    assert len(found.rows) == rows
    assert found.truncated == ("rows" if cap < 2_000 else None)


def test_the_row_cap_does_not_wait_for_the_rest(store):
    began = time.monotonic()
    billion = "UNWIND range(1, 100000) AS i UNWIND range(1, 10000) AS j RETURN j"
    assert store.adhoc(billion, max_rows=10).truncated == "rows"
    assert time.monotonic() - began < 5


def test_the_byte_cap(store):
    found = store.adhoc("MATCH (n:S3Bucket) RETURN n.id AS id", max_bytes=1_000, max_rows=5_000)
    assert found.truncated == "bytes"
    assert 50 < len(found.rows) < 100  # `["bucket:0000"]` is 15 bytes


def test_one_value_over_the_byte_cap_is_left_out(store):
    found = store.adhoc("RETURN reduce(s = 'x', i IN range(1, 16) | s + s) AS big", max_bytes=1_000)
    assert (found.rows, found.truncated) == ([], "bytes")


def test_the_timeout(store):
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"the query ran longer than 0.5 s and was left: narrow it"):
        store.adhoc(
            "MATCH (a:S3Bucket), (b:S3Bucket), (c:S3Bucket) WHERE a.name + b.name = c.name + 'x' RETURN count(*) AS n",
            timeout=0.5,
        )
    assert time.monotonic() - began < 4
    assert store.read("MATCH (n:AWSUser) RETURN count(n) AS n") == [{"n": 1}]  # the engine still serves others


@pytest.mark.parametrize(
    "query",
    [
        "RETURN size(range(1, 2000000000)) AS n",
        "UNWIND range(1, 60000000) AS i RETURN size(collect(toString(i) + 'xxxxxxxxxxxxxxxxxxxxxxxx')) AS n",
        "RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s)) AS n",
    ],
)
def test_an_answer_that_fits_no_memory_does_not_end_the_engine(store, query):
    with suppress(StoreError):  # an engine may count without holding what it counts
        store.adhoc(query, timeout=15)
    assert store.read("MATCH (n:AWSUser) RETURN count(n) AS n") == [{"n": 1}]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("MATCH (n RETURN n", "not valid Cypher"),
        ("", "the query is empty"),
        (" \n", "the query is empty"),
        ("MATCH (n) RETURN m", "each variable is defined|quotes and variables"),
        ("RETURN $missing AS x", "names a parameter"),
        ("RETURN 1/0 AS x", "divides by zero"),
        ("CALL foo.bar()", REASONS["unknown"]),
    ],
)
def test_a_mistake_gets_a_sentence(store, query, says):
    with pytest.raises(StoreError, match=says):
        store.adhoc(query)


def test_every_query_leaves_an_audit_line(store, audit):
    audit.clear()
    store.adhoc("MATCH (n:S3Bucket) RETURN n.id AS id", max_rows=3)
    with pytest.raises(StoreError):
        store.adhoc("CREATE (:AWSUser {id: 'x'})")
    answered, refused = audit
    assert (answered.query, answered.rows, answered.truncated, answered.error) == (
        "MATCH (n:S3Bucket) RETURN n.id AS id",
        3,
        "rows",
        "",
    )
    assert (refused.at, refused.rows, refused.error[:24]) == (NOW, 0, "queries here only read, ")
