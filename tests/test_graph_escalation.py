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
from tests.escalation import Case, answer, is_named, within_reach
from tests.fact_samples import PROD, document, iam, role, snapshot_of

# What each kind of planted chain needs; kinds that are not here use techniques that are not declared yet.
KINDS = {
    "assume-two-hops": "sts-001",
    "cross-account": "sts-001",
    "github-any-repository": "sts-001",
    "passrole-lambda": "lambda-001",
    "sso-passrole": "lambda-001",
    "passrole-ec2": "ec2-001",
    "passrole-cloudformation": "cloudformation-001",
    "lambda-code": "lambda-003",
    "ssm-command": "ssm-002",
    "ssm-session": "ssm-001",
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
        elif got["reachable"] and not is_named(case, got):
            unnamed.append(case["id"])
    assert len([c for c in scored if c["expect"]["reachable"]]) >= 220
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
    assert set(KINDS.values()) <= set(techniques())
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


# -- limits that a role can take away
def may(*statements: dict) -> tuple[facts.InlinePolicy, ...]:
    return (facts.InlinePolicy(name="p", document=document(*statements)),)


def allow(*actions: str) -> dict:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def managed(name: str, *statements: dict) -> facts.ManagedPolicy:
    return facts.ManagedPolicy(arn=iam("policy", name), name=name, account_id=PROD, document=document(*statements))


def deny_all_but(*actions: str) -> dict:
    return {"Effect": "Deny", "NotAction": list(actions), "Resource": "*"}


DETACH, UNBOUND, WRITE = "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePolicy"
# What the role's own policy allows, what another policy of its does not deny, what its boundary allows; what is found.
LIMITED = [
    pytest.param([WRITE], [WRITE, DETACH], None, {"iam-005"}, id="the Deny is detached once all is allowed"),
    pytest.param([WRITE], [WRITE], None, set(), id="the Deny stays"),
    pytest.param(["*"], [DETACH], None, {"iam-detach-role-deny"}, id="the Deny is detached"),
    pytest.param(["*"], [DETACH, UNBOUND], [DETACH, UNBOUND], {"iam-detach-role-deny", "iam-delete-role-boundary"},
                 id="both limits go"),
    pytest.param(["*"], [DETACH], [DETACH], set(), id="the boundary stays"),
    pytest.param([WRITE, DETACH], [DETACH], None, {"iam-detach-role-deny"}, id="written when the Deny is gone"),
]  # fmt: skip


@pytest.mark.parametrize(("allowed", "spared", "bound", "expected"), LIMITED)
def test_limits_hold_unless_they_let_themselves_be_taken_away(
    allowed: list[str], spared: list[str], bound: list[str] | None, expected: set[str]
) -> None:
    records = [managed("no", deny_all_but(*spared)), managed("limit", allow(*bound or ["*"]))]
    limit = {"boundary": iam("policy", "limit")} if bound else {}
    start = role("start", inline=may(allow(*allowed)), attached=(iam("policy", "no"),), **limit)
    found = build(snapshot_of([*records, start]), BuildOptions())
    steps = found.into(f"outcome:admin:{PROD}", "CAN_ESCALATE")
    assert {s.key for s in steps if start.arn in s.source} == expected


def test_an_administrator_gains_each_principal_once() -> None:
    served = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    boss, worker = role("boss", inline=may(allow("*"))), role("worker", trust=document(served))
    found = build(snapshot_of([boss, worker]), BuildOptions())
    mine = {e.target for e in found.out(boss.arn, "HOLDS")}
    assert [e.key for e in found.into(worker.arn, "CAN_ESCALATE") if e.source in mine] == ["iam-012"]
