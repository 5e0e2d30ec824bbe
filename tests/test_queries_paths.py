"""Paths: against an enumeration of all of them, and as people ask for them."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings

from graph.model import JOINTS, Graph
from graph.reach import CERTAIN, POSSIBLE
from queries.paths import find_paths, reaching
from queries.picture import paths_document, subgraph
from queries.where import Unresolved, entries, exposed, full_name, places, resolve
from tests.graph_samples import (
    ADMIN_OF_PROD,
    CI_DEPLOY,
    DEV,
    JENKINS,
    LEDGER,
    LEDGER_ADMIN,
    MAIN,
    MAYA,
    PROD,
    STRANGER,
    SUPPORT,
    VENDOR,
    Sketch,
    estates,
    organization,
)


def shortest(graph: Graph, source: str, target: str, types: frozenset[str]) -> int | None:
    """The fewest hops by networkx, joints free."""
    walk = nx.DiGraph()
    walk.add_nodes_from(graph.nodes)
    for edge in graph.edges:
        if edge.type in types:
            weight = 0 if edge.type in JOINTS else 1
            have = walk.get_edge_data(edge.source, edge.target, {"weight": weight})
            walk.add_edge(edge.source, edge.target, weight=min(weight, have["weight"]))
    lengths = nx.single_source_dijkstra_path_length(walk, source)
    return lengths.get(target)


@settings(deadline=None)
@given(estates())
def test_the_best_certain_and_the_best_possible_path_of_each_pair_are_found(sketch: Sketch) -> None:
    graph = sketch.graph()
    starts, goals = exposed(graph), [*resolve(graph, "jewels"), *resolve(graph, "admin")]
    found = find_paths(graph, starts, goals, limit=1000, max_hops=50)
    for source in starts:
        for target in goals:
            paths = [p for p in found if (p.source, p.target) == (source, target)]
            certain = [len(p.hops) for p in paths if p.verdict == "certain"]
            assert min(certain, default=None) == shortest(graph, source, target, CERTAIN)
            assert min((len(p.hops) for p in paths), default=None) == shortest(graph, source, target, POSSIBLE)


@settings(deadline=None)
@given(estates())
def test_every_path_is_a_walk_of_the_graph_and_says_what_it_needs(sketch: Sketch) -> None:
    graph = sketch.graph()
    found = find_paths(graph, exposed(graph), resolve(graph, "jewels"))
    assert found == sorted(found, key=lambda p: p.rank)
    for path in found:
        assert (path.edges[0].source, path.edges[-1].target) == (path.source, path.target)
        assert all(a.target == b.source for a, b in pairwise(path.edges))
        assert all(a.target == b.source for a, b in pairwise(path.hops))
        assert len({e.source for e in path.edges}) == len(path.edges)
        assert set(path.conditions) == {c for e in path.edges for c in e.conditions}
        assert (path.verdict == "certain") == all(h.certain for h in path.hops)
        assert not any(hop.source.startswith("set:") for hop in path.hops)


@settings(deadline=None)
@given(estates())
def test_paths_from_few_sources_and_from_many_are_the_same(sketch: Sketch) -> None:
    graph = sketch.graph()
    goals = [*resolve(graph, "jewels"), *resolve(graph, "admin"), *sorted(n.id for n in graph.of("AWSRole"))]
    starts = exposed(graph)
    alone = [path for start in starts for path in find_paths(graph, [start], goals, limit=1000)]
    crowd = [p for p in find_paths(graph, [*starts, *goals], goals, limit=5000) if p.source in starts]
    one_by_one, together = ({(p.source, p.target, p.verdict, len(p.hops)) for p in some} for some in (alone, crowd))
    assert one_by_one == together


@settings(deadline=None)
@given(estates())
def test_distances_of_all_principals_are_those_of_their_paths(sketch: Sketch) -> None:
    graph = sketch.graph()
    goals = resolve(graph, "admin")
    rows = {row.id: row for row in reaching(graph, goals)}
    for principal in [n.id for n in graph.of("AWSPrincipal")]:
        certain = [h for g in goals if (h := shortest(graph, principal, g, CERTAIN)) is not None]
        row = rows.get(principal)
        assert (row.certain if row else None) == min(certain, default=None)


def test_a_longer_certain_path_is_named_beside_a_shorter_possible_one() -> None:
    b = organization()
    b.step("set:main", "MAY_ESCALATE", ADMIN_OF_PROD, "iam-005", conditions=["a condition"])
    b.step("set:ci-deploy", "CAN_ESCALATE", ADMIN_OF_PROD, "iam-009")
    found = find_paths(b.graph(), [MAIN], [ADMIN_OF_PROD])
    assert [(p.verdict, len(p.hops)) for p in found] == [("certain", 2), ("possible", 1)]
    assert [(p.verdict, len(p.hops)) for p in find_paths(b.graph(), [MAIN], [ADMIN_OF_PROD], certain_only=True)] == [
        ("certain", 2)
    ]


def test_alternatives_follow_where_room_is_left_and_the_limits_hold() -> None:
    b = organization()
    b.step("set:main", "CAN_ASSUME", SUPPORT)
    b.step("set:support-prod", "CAN_ASSUME", LEDGER_ADMIN)
    b.step("set:ci-deploy", "CAN_ASSUME", LEDGER_ADMIN)
    graph = b.graph()
    assert len(find_paths(graph, [MAIN], [LEDGER])) >= 3
    assert len(find_paths(graph, [MAIN], [LEDGER], limit=1)) == 1
    assert find_paths(graph, [MAIN], [LEDGER], max_hops=1) == []
    assert find_paths(graph, [LEDGER], [LEDGER]) == []
    assert find_paths(graph, [], [LEDGER]) == []
    assert find_paths(graph, [MAIN], []) == []


def test_a_path_over_stale_facts_says_since_when() -> None:
    b = organization()
    b.step("set:maya", "MAY_ASSUME", LEDGER_ADMIN, stale="2026-11-01T00:00:00Z", conditions=["as last seen"])
    assert find_paths(b.graph(), [MAYA], [LEDGER_ADMIN])[0].stale == "2026-11-01T00:00:00Z"


def test_the_document_has_hops_between_principals_and_no_joints() -> None:
    graph = organization().graph()
    document = paths_document(graph, find_paths(graph, ["internet"], [LEDGER], limit=1))
    assert document.keys() == {"snapshot", "coverage", "paths"}
    (path,) = document["paths"]
    assert path.keys() == {"source", "target", "verdict", "conditions", "hops"}
    assert [(hop["from"].rsplit("/")[-1], hop["kind"], hop["to"].rsplit("/")[-1]) for hop in path["hops"]] == [
        ("internet", "CAN_CONNECT", "class:web"),
        ("class:web", "CAN_CONNECT", "db"),
        ("db", "EXPOSES", LEDGER),
    ]
    escalation = paths_document(graph, find_paths(graph, [JENKINS], [ADMIN_OF_PROD]))["paths"][0]["hops"][0]
    assert escalation == {
        "from": JENKINS,
        "to": ADMIN_OF_PROD,
        "kind": "CAN_ESCALATE",
        "technique": "administrator",
        "verdict": "certain",
        "conditions": [],
        "proof": "proof:CAN_ESCALATE:administrator",
    }


def test_a_picture_holds_whole_paths_and_counts_what_did_not_fit() -> None:
    graph = organization().graph()
    paths = find_paths(graph, exposed(graph), [LEDGER, ADMIN_OF_PROD])
    picture = subgraph(graph, paths)
    assert picture.hidden == 0
    assert {end for hop in picture.hops for end in (hop.source, hop.target)} == {n.id for n in picture.nodes}
    small = subgraph(graph, paths, limit=3)
    assert len(small.nodes) <= 3
    assert small.hidden == len(picture.nodes) - len(small.nodes)


def test_entry_points_come_outsiders_first_and_a_user_without_credentials_is_none() -> None:
    b = organization()
    kinds = [entry.kind for entry in entries(b.graph())]
    assert kinds == ["internet", "anyone", "pipeline", "foreign account", "foreign account", "person", "user"]
    b.nodes[JENKINS][1]["active_keys"] = 0
    assert JENKINS not in exposed(b.graph())
    del b.nodes[JENKINS][1]["active_keys"]
    assert JENKINS in exposed(b.graph()), "credentials that were not seen count as there"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (LEDGER, [LEDGER]),
        ("ledger", [LEDGER]),
        ("LEDGER", [LEDGER]),
        ("payments-prod/support", [SUPPORT]),
        (f"{PROD}/support", [SUPPORT]),
        ("internet", ["internet"]),
        ("ci", [MAIN]),
        ("admin", [ADMIN_OF_PROD]),
        ("jewels", [LEDGER]),
        ("external", ["external:anyone", f"arn:aws:iam::{VENDOR}:root", f"arn:aws:iam::{STRANGER}:root"]),
        ("account:dev", [f"arn:aws:iam::{DEV}:role/builder", f"arn:aws:iam::{DEV}:role/support"]),
        (f"account:{DEV}", [f"arn:aws:iam::{DEV}:role/builder", f"arn:aws:iam::{DEV}:role/support"]),
    ],
)
def test_names_resolve(text: str, ids: list[str]) -> None:
    assert resolve(organization().graph(), text) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ledgr", "did you mean `ledger`"),
        ("support", "names 2 nodes"),
        ("dev", "write `account:dev`"),
        ("account:deev", "did you mean `dev`"),
        ("zone:prod", "cannot be asked for yet"),
        ("edg", "did you mean `ledger"),
        ("", "use an ARN"),
        ("' OR 1=1 //", "use an ARN"),
    ],
)
def test_what_names_nothing_says_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(Unresolved, match=said):
        resolve(organization().graph(), text)


def test_full_names_are_account_and_name() -> None:
    graph = organization().graph()
    assert [full_name(graph, i) for i in (CI_DEPLOY, ADMIN_OF_PROD, MAYA, PROD, "nobody")] == [
        "payments-prod/ci-deploy", "payments-prod/administrator", "management/Maya Lindqvist", "payments-prod", "nobody"
    ]  # fmt: skip


def test_a_class_without_members_is_empty_and_exposed_is_every_entry_point() -> None:
    graph = organization().graph()
    assert resolve(graph, "org-admin") == []
    assert places(graph, "exposed") == exposed(graph) != []
    assert places(graph, "ci") == resolve(graph, "ci")
    with pytest.raises(Unresolved, match="did you mean `Maya Lindqvist`"):
        places(graph, "maya")
