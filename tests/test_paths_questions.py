"""Blast radius, exposure, the ends of a question, and words: on graphs made by hand and on a generated estate."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings

from benchmarks.estate import Params, generate
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions, Match, Zone
from ingest.files import collect_files
from ingest.snapshot.repository import Repository
from queries.paths import Hop, Question, blast, endpoints, exposure, ranked_paths, sentence
from queries.where import Unresolved, resolve
from tests.graph_samples import (
    ADMIN_OF_PROD,
    CI_DEPLOY,
    JENKINS,
    LEDGER,
    LEDGER_ADMIN,
    MAIN,
    PROD,
    organization,
)
from tests.path_graphs import NODES, graph_of, step, tangles, walked
from tests.require import repetitions

ZONES = (Zone("prod", Match(account_tag={"env": "prod"})), Zone("ledgers", Match(type="RDSCluster")))


# -- blast
@settings(max_examples=repetitions(60), deadline=None)
@given(tangles())
def test_the_blast_is_all_that_can_be_reached_and_no_more(graph: Graph) -> None:
    found = blast(graph, NODES[0], max_hops=50)
    for certain in (True, False):
        plain = walked(graph, certain)
        steps = nx.single_source_dijkstra_path_length(plain, NODES[0])
        rows = {row.id: row.certain if certain else row.possible for row in found.rows}
        del steps[NODES[0]]
        assert {node: count for node, count in rows.items() if count is not None} == steps
    for row in found.rows:
        path = found.path(row)
        assert (path.verdict == "certain") == (row.certain is not None)
        assert len(path.hops) == (row.possible if row.certain is None else row.certain)
        assert (path.edges[0].source, path.edges[-1].target) == (NODES[0], row.id)
        assert all(one.target == next_.source for one, next_ in zip(path.edges, path.edges[1:], strict=False))


def test_the_blast_is_grouped_by_kind_and_level_worst_first() -> None:
    b = organization()
    b.step("set:ci-deploy", "CAN_ESCALATE", LEDGER_ADMIN, "lambda-001")
    rows = blast(b.graph(), CI_DEPLOY).rows
    assert rows == sorted(rows, key=lambda row: row.rank)
    jewels = [(row.level, row.tier, row.certain) for row in rows if row.id == LEDGER]
    assert jewels
    assert all(tier == 0 for _, tier, _ in jewels)
    assert {row.group for row in rows} <= {"administrator", "jewel", "data", "principal", "workload", "network"}
    assert not any(row.id.startswith(("set:", "jewel:")) for row in rows)
    assert next(row.group for row in blast(b.graph(), JENKINS).rows) == "administrator"


def test_the_blast_ends_at_the_most_hops_and_of_nobody_is_nothing() -> None:
    roles = [f"arn:aws:iam::111111111111:role/{i}" for i in range(9)]
    graph = graph_of([step(a, "CAN_ASSUME", b) for a, b in itertools.pairwise(roles)])
    assert [row.id for row in blast(graph, roles[0], max_hops=3).rows] == roles[1:4]
    assert blast(graph, roles[-1]).rows == []
    assert blast(graph, "nobody").rows == []


# -- exposure
ACCOUNT = "111111111111"
ADMIN = f"outcome:admin:{ACCOUNT}"
BOSS, MIDDLE, ANN, BEN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("boss", "middle", "ann", "ben"))


def company(**expected: str) -> Graph:
    """Ann and Ben may take `middle`, which may become `boss`, who is administrator; boss may also take ann."""
    edges = [
        *(step(who, "HOLDS", f"set:{who[-3:]}") for who in (ANN, BEN)),
        step("set:ann", "CAN_ASSUME", MIDDLE),
        step("set:ben", "CAN_ASSUME", MIDDLE),
        step(MIDDLE, "HOLDS", "set:middle"),
        step("set:middle", "CAN_ESCALATE", BOSS, "lambda-001"),
        step(BOSS, "HOLDS", "set:boss"),
        step("set:boss", "CAN_ESCALATE", ADMIN, "administrator"),
        step("set:boss", "CAN_ASSUME", ANN),
    ]
    graph = graph_of(edges)
    for name, reason in expected.items():
        graph.nodes[f"arn:aws:iam::{ACCOUNT}:role/{name}"].properties["expected"] = reason
    return graph


def test_those_who_share_a_mistake_share_the_step() -> None:
    found = exposure(company())
    (gate,) = found.gates
    assert (gate.hop.source, gate.hop.target, gate.hop.key) == (MIDDLE, BOSS, "lambda-001")
    assert gate.certain == [ANN, BEN, MIDDLE]
    assert (gate.possible, gate.targets) == ([], [ADMIN])
    assert gate.path(ANN).way == (ANN, MIDDLE, BOSS, ADMIN)
    assert [(a.id, a.outcomes, a.reason) for a in found.administrators] == [(BOSS, [ADMIN], "")]


def test_expected_administrators_come_with_their_reason_and_who_enters_them_is_shown() -> None:
    found = exposure(company(boss="Control Tower", middle="stack sets"))
    assert [(a.id, a.reason) for a in found.administrators] == [(BOSS, "Control Tower"), (MIDDLE, "stack sets")]
    assert sorted((g.hop.source, g.hop.target, g.certain[0]) for g in found.gates) == [
        (ANN, MIDDLE, ANN),
        (BEN, MIDDLE, BEN),
    ]


def test_an_administrator_of_one_account_has_no_right_to_another() -> None:
    graph = company()
    other = f"arn:aws:iam::{PROD}:role/over-there"
    more = [step("set:boss", "CAN_ASSUME", other), step(other, "HOLDS", "set:o")]
    more.append(step("set:o", "CAN_ESCALATE", f"outcome:admin:{PROD}", "administrator"))
    wider = graph_of([*(e for e in graph.edges if e.target != ADMIN), *more])
    wider.nodes[other].properties["account_id"] = PROD
    (gate,) = exposure(wider).gates
    assert (gate.hop.source, gate.hop.target) == (BOSS, other)


def test_everyone_who_reaches_is_behind_a_gate_or_administrator_by_right() -> None:
    graph = organization().graph()
    found = exposure(graph)
    shown = {who for gate in found.gates for who in gate.certain + gate.possible}
    shown |= {one.id for one in found.administrators}
    goals = [*resolve(graph, "admin"), *resolve(graph, "jewels")]
    sources = [n.id for label in ("AWSPrincipal", "AWSSSOUser", "Internet") for n in graph.of(label)]
    paths = ranked_paths(graph, Question(sources, goals, k=1, limit=1_000)).paths
    assert {p.source for p in paths if graph.nodes[p.source].label != "AWSGroup"} == shown != set()
    assert exposure(Graph("", "", "", {}, [])).gates == []


# -- the ends of a question, and words
def test_zones_are_what_the_settings_say() -> None:
    graph = organization().graph()
    b = organization()
    b.nodes[PROD][1]["tags"] = ["env=prod"]
    assert LEDGER in endpoints(b.graph(), "zone:prod", ZONES)
    assert endpoints(graph, "zone:ledgers", ZONES) == [LEDGER]
    assert endpoints(graph, "zone:prod", ZONES) == []
    assert endpoints(graph, "ci", ZONES) == [MAIN]
    with pytest.raises(Unresolved, match="no zone is called `prd`: use `zone:prod`"):
        endpoints(graph, "zone:prd", ZONES)
    with pytest.raises(Unresolved, match="declare it in the settings"):
        endpoints(graph, "zone:prod")
    with pytest.raises(Unresolved, match="did you mean"):
        endpoints(graph, "ledgr", ZONES)


@pytest.mark.parametrize(
    ("type_", "key", "words"),
    [
        ("CAN_ASSUME", "", "payments-prod/ci-deploy can take the role payments-prod/ledger-admin"),
        ("MAY_ASSUME", "", "may take the role"),
        ("CAN_ESCALATE", "lambda-001", "pass a role to a new function and invoke it (lambda-001)"),
        ("MAY_ESCALATE", "of-tomorrow", "may gain the rights of payments-prod/ledger-admin (of-tomorrow)"),
        ("CAN_ACCESS", "permissions", "can change the permissions of"),
        ("CAN_CONNECT", "tcp/443-443", "on tcp/443"),
        ("CAN_CONNECT", "", "on all ports"),
        ("EXPOSES", "", "what runs behind"),
        ("SENDS_AS", "", "leaves through"),
        ("RUNS_AS", "", "has the credentials of"),
    ],
)
def test_every_step_has_words(type_: str, key: str, words: str) -> None:
    verdict = "possible" if type_.startswith("MAY") else "certain"
    hop = Hop(source=CI_DEPLOY, target=LEDGER_ADMIN, type=type_, key=key, verdict=verdict)
    assert words in sentence(organization().graph(), hop)


def test_administrators_are_said_to_be_so() -> None:
    hop = Hop(source=JENKINS, target=ADMIN_OF_PROD, type="CAN_ESCALATE", key="administrator")
    assert sentence(organization().graph(), hop).endswith("can do anything: it is payments-prod/administrator")


# -- a generated estate
def test_planted_chains_are_named_and_decoys_are_not(tmp_path: Path) -> None:
    planted = Params(accounts=1, roles=12, users=3, sgs=4, instances=2, lambdas=2, buckets=2, regions=1, chains=26)
    manifest = generate(planted, tmp_path / "estate")
    snapshot = Repository(f"file://{tmp_path}/snapshots").commit(
        collect_files(tmp_path / "estate").shards, "2026-01-01T00:00:00+00:00", "estate"
    )
    graph = build(snapshot, BuildOptions())
    chains = [chain for chain in manifest["chains"] if chain["source"].startswith("arn:aws:iam:")]
    assert {chain["reachable"] for chain in chains} == {True, False}
    for chain in chains:
        target = chain["target"] if chain["target"] != chain["source"] else f"outcome:admin:{chain['account']}"
        found = ranked_paths(graph, Question([chain["source"]], [target], k=1)).paths
        assert bool(found) == chain["reachable"], chain
        assert all(path.is_checked for path in found)
