"""Escalation against published cases and planted chains: every declared technique is found, no decoy is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest.snapshot as facts
from benchmarks.estate import Params, generate
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.reach import Network, networks
from graph.techniques import techniques
from ingest.files import collect_files
from ingest.snapshot import Shard, Snapshot
from tests.conformance import is_ruled
from tests.escalation import Case, answer, within_reach

# What each kind of planted chain needs; kinds that are not here use techniques that are not declared yet.
KINDS = {
    "assume-two-hops": "sts-001",
    "cross-account": "sts-001",
    "github-any-repository": "sts-001",
    "passrole-lambda": "lambda-001",
    "sso-passrole": "lambda-001",
    "passrole-ec2": "ec2-001",
    "policy-version": "iam-001",
    "access-key": "iam-002",
    "login-profile": "iam-004",
    "put-role-policy-wildcard": "iam-005",
    "notaction": "iam-005",
    "attach-role-policy": "iam-009",
    "update-trust": "iam-012",
    "add-user-to-group": "iam-013",
}


def cases(file: Path) -> Iterator[Case]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def test_published_techniques_are_found_and_near_misses_are_not(cases_dir: Path, tmp_path: Path) -> None:
    scored = [
        c
        for c in cases(cases_dir / "escalation.jsonl")
        if c["expect"]["reachable"] is False or (c["expect"]["reachable"] and within_reach(c))
    ]
    wrong, unnamed = [], []
    for i, case in enumerate(scored):
        got = answer(case, tmp_path / str(i))
        if got["reachable"] != case["expect"]["reachable"]:
            wrong += [] if is_ruled(case, {"decision": got["verdict"]}) else [case["id"]]
        elif case["expect"]["technique_present"] and not set(case["expect"]["technique"]) & set(got["techniques"]):
            unnamed.append(case["id"])
    assert len([c for c in scored if c["expect"]["reachable"]]) >= 60
    assert not wrong
    assert not unnamed


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Graph]:
    out = tmp_path_factory.mktemp("planted") / "estate"
    manifest = generate(Params(accounts=3, roles=60, users=6, sgs=6, instances=4, lambdas=4, buckets=2, chains=26), out)
    shards = {s: Shard(facts.Coverage(s, i.state, i.reason), i.records) for s, i in collect_files(out).shards.items()}
    return manifest, build(Snapshot("estate", "2026-01-01T00:00:00Z", shards), BuildOptions())


def start_of(chain: dict, graph: Graph) -> str:
    if not chain["source"].startswith("oidc:"):
        return chain["source"]
    anyone = [n for n in graph.of("AWSFederatedPrincipal") if n.properties["subject"] == "*"]
    return next(n.id for n in anyone if n.properties["account_id"] == chain["account"])


def goal_of(chain: dict) -> str:
    return f"outcome:admin:{chain['account']}" if chain["source"] == chain["target"] else chain["target"]


def reaches(network: Network, chain: dict, graph: Graph) -> bool:
    return network.search([goal_of(chain)]).hops(start_of(chain, graph)) is not None


def test_every_planted_chain_of_a_declared_technique_is_found(planted: tuple[dict, Graph]) -> None:
    manifest, graph = planted
    assert set(KINDS.values()) == set(techniques()) - {"administrator"}
    chains = [c for c in manifest["chains"] if c["reachable"] and c["kind"] in KINDS]
    assert {c["kind"] for c in chains} == set(KINDS)
    _, possible = networks(graph)
    assert [c["id"] for c in chains if not reaches(possible, c, graph)] == []


def test_no_decoy_is_reported(planted: tuple[dict, Graph]) -> None:
    manifest, graph = planted
    decoys = [c for c in manifest["chains"] if not c["reachable"]]
    assert len(decoys) >= 15
    _, possible = networks(graph)
    assert [c["id"] for c in decoys if reaches(possible, c, graph)] == []
