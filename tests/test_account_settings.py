"""Facts of an account as a whole, from the answers of IAM to the graph: what was not seen stays unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import ingest.snapshot as facts
from graph.model import Graph
from graph.store import open_store, stop_owner
from graph.store.store import Store
from ingest.snapshot import AccountSummary, CredentialReportRow, PasswordPolicy, Reason, Record, Scope, State
from queries.catalog import checks
from queries.checks import Finding, run_check
from tests.dumps import DENIED, SEEN, A, imported, records, state
from tests.fact_samples import BEFORE, NOW, PROD, graph_of, role, snapshot_of

SUMMARY = {"Users": 3, "UsersQuota": 5000, "Groups": 1, "Roles": 9, "Policies": 2, "Providers": 1, "MFADevices": 2,
           "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1}  # fmt: skip
POLICY = {"MinimumPasswordLength": 14, "RequireSymbols": True, "RequireNumbers": False, "ExpirePasswords": True,
          "MaxPasswordAge": 90, "AllowUsersToChangePassword": True}  # fmt: skip
NONE = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: cannot be found."
ROOT = f"arn:aws:iam::{PROD}:root"


# -- from the answers
def test_the_summary_tells_of_root_and_counts(tmp_path):
    found = imported(tmp_path, {f"{A}/get-account-summary.json": {"SummaryMap": SUMMARY}})
    assert records(found, AccountSummary) == [
        AccountSummary(account_id=A, root_mfa=True, root_access_key=False, root_password=True, users=3, groups=1,
                       roles=9, policies=2, providers=1, mfa_devices=2)
    ]  # fmt: skip
    assert state(found, "iam.account_summary") == SEEN


def test_a_password_policy(tmp_path):
    found = imported(tmp_path, {f"{A}/policy.json": {"PasswordPolicy": POLICY}})
    assert records(found, PasswordPolicy) == [
        PasswordPolicy(account_id=A, exists=True, minimum_length=14, symbols=True, numbers=False,
                       users_may_change=True, maximum_age=90)
    ]  # fmt: skip
    assert state(found, "iam.password_policy") == SEEN


@pytest.mark.parametrize("file", [NONE, {"Error": {"Code": "NoSuchEntity", "Message": "none"}}], ids=["cli", "json"])
def test_that_there_is_no_password_policy_is_an_answer(tmp_path, file):
    found = imported(tmp_path, {f"{A}/get-account-password-policy.json": file})
    assert records(found, PasswordPolicy) == [PasswordPolicy(account_id=A, exists=False)]
    assert state(found, "iam.password_policy") == SEEN


@pytest.mark.parametrize(
    "collector, operation, answer, expected",
    [
        ("iam.account_summary", "get-account-summary", DENIED, (State.DENIED, Reason.DENIED)),
        ("iam.account_summary", "get-account-summary", {"SummaryMap": {"Users": 3}}, (State.FAILED, Reason.MALFORMED)),
        (
            "iam.account_summary",
            "get-account-summary",
            {"SummaryMap": {**SUMMARY, "AccountMFAEnabled": "yes"}},
            (State.FAILED, Reason.MALFORMED),
        ),
        ("iam.password_policy", "get-account-password-policy", DENIED, (State.DENIED, Reason.DENIED)),
        (
            "iam.password_policy",
            "get-account-password-policy",
            {"PasswordPolicy": {"MinimumPasswordLength": "14"}},
            (State.FAILED, Reason.MALFORMED),
        ),
    ],
)
def test_what_is_no_answer_states_nothing(tmp_path, collector: str, operation: str, answer: Any, expected: Any):
    found = imported(tmp_path, {f"{A}/{operation}.json": answer})
    assert state(found, collector) == expected
    assert not found.shards[Scope(A, "", collector)].records


# -- to the graph
def built(*fresh: Record, carried: tuple[Record, ...] = ()) -> Graph:
    return graph_of(snapshot_of([role("web"), *fresh], carried=carried))


def properties(graph: Graph, node_id: str) -> dict[str, Any]:
    wanted = ("root_", "password", "mfa", "access_keys", "stale")
    return {k: v for k, v in graph.nodes[node_id].properties.items() if k.startswith(wanted)}


def summary(**fields: bool) -> AccountSummary:
    return AccountSummary(account_id=PROD, **{"root_mfa": True, "root_access_key": False, **fields})


def row(**fields: Any) -> CredentialReportRow:
    return CredentialReportRow(account_id=PROD, user_arn=ROOT, **fields)


def test_an_account_bears_what_was_seen_of_it():
    policy = PasswordPolicy(account_id=PROD, exists=True, minimum_length=8, symbols=False)
    assert properties(built(summary(), policy), PROD) == {
        "root_mfa": True, "root_access_key": False, "password_policy": True, "password_minimum_length": 8,
        "password_symbols": False,
    }  # fmt: skip
    assert properties(built(PasswordPolicy(account_id=PROD, exists=False)), PROD) == {"password_policy": False}


def test_what_was_not_seen_is_absent_and_makes_nothing_else_stale():
    assert properties(built(), PROD) == {}
    carried = (summary(root_mfa=False), PasswordPolicy(account_id=PROD, exists=False))
    assert properties(built(carried=carried), PROD) == {}


@pytest.mark.parametrize(
    "fresh, carried, expected",
    [
        ([], [], {}),
        ([summary()], [], {"mfa": True, "access_keys": False}),
        ([summary(root_password=False)], [], {"mfa": True, "access_keys": False, "password": False}),
        ([row(mfa_active=True)], [], {"mfa": True, "access_keys": False}),
        ([row(key_1_rotated=BEFORE)], [], {"mfa": False, "access_keys": True}),
        # the summary is newer than the report, and knows
        ([summary(), row(key_1_active=True)], [], {"mfa": True, "access_keys": False}),
        ([row(mfa_active=True)], [summary(root_mfa=False)], {"mfa": True, "access_keys": False}),
        ([summary()], [row()], {"mfa": True, "access_keys": False}),
        ([], [summary(), row()], {"mfa": True, "access_keys": False, "stale": BEFORE}),
    ],
)
def test_root_by_what_was_seen_last(fresh: list[Record], carried: list[Record], expected: dict[str, Any]):
    assert properties(built(*fresh, carried=tuple(carried)), ROOT) == expected


def test_a_key_that_the_summary_knows_to_be_gone_is_no_node():
    there = built(summary(root_access_key=True), row(key_1_active=True, key_1_rotated=BEFORE))
    gone = built(summary(), row(key_1_active=True, key_1_rotated=BEFORE))
    assert [len(graph.of("AccountAccessKey")) for graph in (there, gone)] == [1, 0]


def test_both_collectors_have_one_record_type_each():
    assert {facts.COLLECTOR_OF[AccountSummary], facts.COLLECTOR_OF[PasswordPolicy]} == {
        "iam.account_summary",
        "iam.password_policy",
    }


# -- to the checks
class Loaded:
    """A store, and the graph that it holds: the next one is loaded by difference."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._held: Graph | None = None

    def check(self, graph: Graph) -> list[Finding]:
        self.store.promote(graph, self._held)
        self._held = graph
        return [
            f for name in ("missing-mfa", "root-access-key") for f in run_check(checks()[name], self.store, graph, NOW)
        ]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    url = f"embedded://{tmp_path_factory.mktemp('store')}/graph"
    try:
        with open_store(url) as store:
            yield Loaded(store)
    finally:
        stop_owner(url)


@pytest.mark.parametrize(
    "record, expected",
    [
        (summary(), {}),
        (summary(root_mfa=False), {"missing-mfa": "open"}),
        (summary(root_mfa=False, root_password=False), {}),  # nobody can sign in
        (summary(root_access_key=True), {"root-access-key": "open"}),
        (row(key_1_rotated=BEFORE, mfa_active=True), {"root-access-key": "open"}),
    ],
)
def test_checks_of_root_need_only_one_of_its_sources(loaded: Loaded, record: Record, expected: dict[str, str]):
    found = loaded.check(replace(built(record), id=f"graph-{record!r}"))
    assert {f.rule: f.state for f in found if f.subject == ROOT} == expected
    assert {f.subject for f in found if f.state == "unknown"} <= {PROD}


def test_of_a_root_that_was_only_seen_before_the_check_is_unknown(loaded: Loaded):
    found = loaded.check(built(carried=(summary(root_access_key=True),)))
    assert {(f.rule, f.subject, f.state) for f in found} == {
        ("missing-mfa", PROD, "unknown"), ("root-access-key", PROD, "unknown"), ("root-access-key", ROOT, "unknown"),
    }  # fmt: skip
