"""The catalogue on every engine: checks and questions over a small organization, with the rows that are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from graph.schema.document import render
from graph.store import StoreError
from graph.store.store import Store
from queries.catalog import Query, bind, checks, questions
from queries.checks import Finding, load_findings, run_checks, save_findings
from tests.engines import Engine
from tests.graph_samples import (
    ADMIN_OF_PROD,
    CI_DEPLOY,
    DEV,
    JENKINS,
    LEDGER,
    LEDGER_ADMIN,
    MAIN,
    MANAGEMENT,
    MAYA,
    NOW,
    PAYMENTS_FN,
    PROD,
    STRANGER,
    SUPPORT,
    VENDOR,
    Sketch,
    organization,
    unsee,
)

WEB = f"arn:aws:ec2:eu-west-1:{PROD}:security-group/sg-web"
ORG_ADMIN = "outcome:org_admin"
SUBJECT = "repo:harborline/payments:ref:refs/heads/main"
MFA, OFFICE = "aws:MultiFactorAuthPresent is true", "aws:SourceIp is in 203.0.113.0/24"
INSTANCE = f"arn:aws:ec2:eu-west-1:{PROD}:instance/i-web"
EXAMPLES = re.findall(
    r"```cypher\n(MATCH \(a:(\w+)\)-\[r:(\w+)\]->\(b:(\w+)\)\n[^`]*)```", render()
)  # the query of each relationship, its source, type and target
HOSTILE = "x'}) MATCH (n) DETACH DELETE n //`=cmd"
GIVEN: dict[str, dict[str, Any]] = {
    "what-does-this-person-reach": {"user_name": "maya.lindqvist"},
    "dev-into-prod": {"from_env": "dev", "to_env": "prod"},
    "who-can-take-this-role": {"role": CI_DEPLOY},
    "why-is-this-allowed": {"principal": LEDGER_ADMIN, "target": LEDGER},
    "how-does-it-become-administrator": {"principal": MAIN},
    "how-might-it-become-administrator": {"principal": f"arn:aws:iam::{STRANGER}:root"},
    "who-uses-this-jewel": {"target": LEDGER},
    "blast-radius": {"principal": MAIN},
}
ANSWERS: dict[str, list[list[Any]]] = {
    "who-can-delete-jewels": [[0, LEDGER, JENKINS, "legacy-jenkins", PROD]],
    "what-does-this-person-reach": [[PROD, LEDGER, "ledger", ["read", "write"]]],
    "dev-into-prod": [[f"arn:aws:iam::{DEV}:role/builder", "CAN_ASSUME", SUPPORT, []]],
    "who-trusts-an-unknown-company": [[PAYMENTS_FN, PROD, STRANGER, "CAN_ASSUME"]],
    "same-name-other-power": [["support", 2, [PROD, DEV]]],
    "what-could-not-be-read": [[DEV, "dev", None, "iam.access_keys", "denied", "denied", "2026-11-09T06:00:00Z"]],
    "which-pipelines-become-administrator": [[
        "repo:harborline/payments:ref:refs/heads/main", PROD, 2,
        ["repo:harborline/payments:ref:refs/heads/main", "ci-deploy", "administrator"],
    ]],
    "exposed-and-runs-with-a-role": [[INSTANCE, ["tcp/443-443"], PAYMENTS_FN, None, True]],
    "old-keys-of-administrators": [[JENKINS, "key:jenkins", "2023-01-01T00:00:00Z", "2026-11-15T00:00:00Z", 1]],
    "which-scps-stand-over-jewels": [
        [LEDGER, PROD, "FullAWSAccess", "Root"],
        [LEDGER, PROD, "ProtectBackups", "Prod"],
    ],
    "databases-without-a-backup": [[LEDGER, PROD, "aurora-postgresql", None]],
    "who-is-nearest-to-a-jewel": [[PAYMENTS_FN, "payments-fn", PROD, 1, None]],
    "who-can-take-this-role": [[MAIN, "repo:harborline/payments:ref:refs/heads/main", "CAN_ASSUME", []]],
    "why-is-this-allowed": [
        ["read", "certain", "The policies allow it.", [], ["statement:ledger"]],
        ["write", "certain", "The policies allow it.", [], []],
    ],
    "who-talks-to-the-databases": [[INSTANCE, LEDGER, "tcp/5432-5432", "CAN_CONNECT"]],
    "how-does-it-become-administrator": [[PROD, "admin", 2, [SUBJECT, "ci-deploy", "administrator"]]],
    "how-might-it-become-administrator": [
        [PROD, "admin", 2, ["account stranger", "payments-fn", "administrator"], [MFA]],
    ],
    "who-is-near-administrator": [
        [CI_DEPLOY, "ci-deploy", PROD, 1], [JENKINS, "legacy-jenkins", PROD, 1], [MAIN, SUBJECT, PROD, 2],
    ],
    "who-uses-this-jewel": [
        [LEDGER_ADMIN, "ledger-admin", PROD, ["read", "write"], True],
        [PAYMENTS_FN, "payments-fn", PROD, ["read"], True],
        [SUPPORT, "support", PROD, ["read"], False],
        [JENKINS, "legacy-jenkins", PROD, ["delete", "read", "write"], True],
    ],
    "blast-radius": [[PROD, "delete", 1], [PROD, "read", 1], [PROD, "write", 1]],
    "techniques-in-use": [
        ["administrator", 2, 2, 1], ["iam-005", 1, 0, 1], ["lambda-001", 1, 1, 1], ["sso-001", 1, 0, 1],
    ],
    "who-has-the-most-techniques": [[CI_DEPLOY, PROD, 1, ["lambda-001"]]],
    "who-crosses-accounts": [
        [MANAGEMENT, PROD, 1, 1], [DEV, PROD, 1, 1], [VENDOR, PROD, 1, 0], [STRANGER, PROD, 1, 1],
    ],
    "which-outsiders-become-administrator": [[f"arn:aws:iam::{STRANGER}:root", STRANGER, "unknown", None, 2]],
    "which-workloads-become-administrator": [[INSTANCE, PROD, PAYMENTS_FN, None, 1]],
    "which-roles-does-nobody-take": [
        [f"arn:aws:iam::{DEV}:role/builder", "builder", DEV, "2026-11-10T00:00:00Z"],
        [f"arn:aws:iam::{DEV}:role/ci-deploy", "ci-deploy", DEV, NOW],
        [f"arn:aws:iam::{DEV}:role/support", "support", DEV, "2026-11-10T00:00:00Z"],
    ],
    "how-many-become-administrator": [[PROD, "payments-prod", 2, 2, 6], [DEV, "dev", 0, 0, 3]],
    "which-rights-make-most-administrators": [
        ["set:admin", PROD, 1, ["administrator"], []], ["set:ci-deploy", PROD, 1, ["administrator"], []],
    ],
    "what-only-a-condition-holds": [
        [PAYMENTS_FN, "iam-005", ADMIN_OF_PROD, [MFA]],
        [SUPPORT, "read", LEDGER, [OFFICE]],
        [MAYA, "sso-001", ORG_ADMIN, [OFFICE]],
    ],
    "which-people-become-administrator": [[MAYA, "Maya Lindqvist", None, 1]],
    "same-rights-other-reach": [["set:ci-deploy", [PROD, DEV], 2]],
    "who-leads-the-organization": [[MAYA, MANAGEMENT, "sso-001", "MAY_ESCALATE", [OFFICE]]],
}  # fmt: skip
FOUND: dict[str, set[tuple[str, str]]] = {  # rule -> subject and state
    "iam-user-outside-identity-center": {(JENKINS, "open"), (DEV, "unknown")},
    "access-key-old-or-unused": {("key:jenkins", "open"), (DEV, "unknown")},
    "missing-mfa": {(f"arn:aws:iam::{PROD}:root", "open")},
    "root-access-key": {(f"arn:aws:iam::{PROD}:root", "open")},
    "administrator": {(JENKINS, "open"), (CI_DEPLOY, "open")},
    "wildcard-trust": {(SUPPORT, "open")},
    "external-trust-without-external-id": {(PAYMENTS_FN, "open")},
    "open-ingress": {(f"{WEB}/IpPermissionInbound/tcp/22-22/0.0.0.0/0", "open")},
    "open-egress": {(f"{WEB}/IpPermissionEgress/tcp/443-443/0.0.0.0/0", "open")},
    "shared-security-group": {(WEB, "open")},
    "unused-role": {(LEDGER_ADMIN, "open")},
    "cross-account-trust": {(SUPPORT, "open")},
}


def sample() -> Sketch:
    b = organization()
    b.step("set:support-prod", "CAN_ASSUME", LEDGER_ADMIN)
    b.step("set:ci-deploy", "CAN_ESCALATE", ADMIN_OF_PROD, "administrator")
    _reaching(b)
    unsee(b, DEV, "iam.access_keys")
    return b


def _reaching(b: Sketch) -> None:
    """Ways to administrator besides, with the distances that a build would measure; a twin of `ci-deploy` without."""
    b.node("Outcome", ORG_ADMIN, name="administrator of the organization", kind="org_admin", account_id=MANAGEMENT)
    b.step("set:ci-deploy", "CAN_ESCALATE", LEDGER_ADMIN, "lambda-001")
    b.step("set:fn", "MAY_ESCALATE", ADMIN_OF_PROD, "iam-005", conditions=[MFA])
    b.step("set:maya", "MAY_ESCALATE", ORG_ADMIN, "sso-001", conditions=[OFFICE])
    twin = b.principal("AWSRole", f"arn:aws:iam::{DEV}:role/ci-deploy", DEV, last_used=NOW)
    b.access_set("set:ci-deploy-dev", twin, shape="set:ci-deploy")
    for principal, steps in ((JENKINS, 1), (CI_DEPLOY, 1), (MAIN, 2)):
        b.nodes[principal][1].update(hops_to_admin=steps, may_hops_to_admin=steps)
    for principal, steps in ((PAYMENTS_FN, 1), (MAYA, 1), (f"arn:aws:iam::{STRANGER}:root", 2)):
        b.nodes[principal][1].update(may_hops_to_admin=steps)


@pytest.fixture(scope="module")
def store(module_engine: Engine) -> Iterator[Store]:
    with module_engine.open() as opened:
        opened.promote(sample().graph())
        yield opened


@pytest.mark.parametrize("question", questions().values(), ids=lambda q: q.id)
def test_a_question_is_answered(store: Store, question: Query) -> None:
    rows = store.read(question.body, bind(question, NOW, GIVEN.get(question.id)))
    assert [list(row.values()) for row in rows] == ANSWERS[question.id]
    assert all(tuple(row) == question.columns for row in rows)


@pytest.mark.parametrize(("query", "source", "kind", "target"), EXAMPLES, ids=[found[2] for found in EXAMPLES])
def test_a_relationship_is_found_as_the_schema_shows(store: Store, query: str, source: str, kind: str, target: str):
    graph = sample().graph()
    ends = [(graph.nodes[e.source].labels, graph.nodes[e.target].labels) for e in graph.edges if e.type == kind]
    there = sum(source in labels and target in others for labels, others in ends)
    assert len(store.read(query)) == min(there, 10)


@pytest.mark.parametrize("check", checks().values(), ids=lambda q: q.id)
def test_a_check_has_its_columns_and_one_row_per_subject(store: Store, check: Query) -> None:
    rows = store.read(check.body, bind(check, NOW))
    assert rows
    assert all(tuple(row) == check.columns for row in rows)
    assert len({row[check.subject] for row in rows}) == len(rows)


@pytest.mark.parametrize("found", [*checks().values(), *questions().values()], ids=lambda q: q.id)
def test_every_query_runs_as_the_read_only_user(store: Store, found: Query) -> None:
    rows = store.read(found.body, bind(found, NOW, GIVEN.get(found.id)))
    assert len(store.adhoc(found.body, bind(found, NOW, GIVEN.get(found.id))).rows) == len(rows)


def test_the_read_only_user_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError):
        store.adhoc("MATCH (n:AWSRole) SET n.name = 'x' RETURN n.name AS name")


@pytest.mark.parametrize("question", [q for q in questions().values() if q.parameters], ids=lambda q: q.id)
def test_a_hostile_parameter_is_a_value(store: Store, question: Query) -> None:
    hostile = {k: HOSTILE for k, v in question.parameters.items() if isinstance(v, str)}
    before = store.read("MATCH (n) RETURN count(n) AS n")
    store.read(question.body, bind(question, NOW, hostile))
    assert store.read("MATCH (n) RETURN count(n) AS n") == before


def test_checks_find_what_is_there_and_say_what_they_cannot_tell(store: Store) -> None:
    found = run_checks(store, sample().graph(), NOW)
    by_rule = {rule: {(f.subject, f.state) for f in found if f.rule == rule} for rule in checks()}
    assert by_rule == FOUND
    unknown = next(f for f in found if f.rule == "access-key-old-or-unused" and f.state == "unknown")
    assert unknown.details == {"unseen": ["iam.access_keys was denied"]}
    assert "iam.access_keys was denied" in unknown.title
    assert len({f.id for f in found}) == len(found)


def test_a_vendor_that_asks_for_an_external_id_is_no_finding(store: Store) -> None:
    check = checks()["external-trust-without-external-id"]
    assert VENDOR not in str(store.read(check.body, bind(check, NOW)))


def test_what_rests_on_unseen_facts_is_unknown_and_never_compliant(store: Store) -> None:
    b = sample()
    for account in (MANAGEMENT, PROD, DEV):
        b.nodes.pop(f"coverage:{account}::iam.last_used")
    b.nodes[SUPPORT][1]["stale"] = "2026-11-01T00:00:00Z"
    del b.nodes[f"coverage:{MANAGEMENT}::organizations.tree"]
    found = run_checks(store, b.graph(), NOW)
    unused = {(f.subject, f.state) for f in found if f.rule == "unused-role"}
    assert unused == {(LEDGER_ADMIN, "unknown"), (MANAGEMENT, "unknown"), (PROD, "unknown"), (DEV, "unknown")}
    assert {(f.subject, f.state) for f in found if f.rule == "cross-account-trust"} == {
        (SUPPORT, "unknown"), (MANAGEMENT, "unknown")
    }  # fmt: skip
    assert {f.state for f in found if f.rule == "wildcard-trust"} == {"unknown"}


def test_findings_come_back_as_they_were_saved(store: Store, tmp_path: Any) -> None:
    found: list[Finding] = run_checks(store, sample().graph(), NOW)
    save_findings(found, tmp_path / "deep" / "findings.json")
    first = (tmp_path / "deep" / "findings.json").read_bytes()
    assert load_findings(tmp_path / "deep" / "findings.json") == found
    save_findings(run_checks(store, sample().graph(), NOW), tmp_path / "deep" / "findings.json")
    assert (tmp_path / "deep" / "findings.json").read_bytes() == first
