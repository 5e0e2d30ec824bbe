"""Principals: policies and statements, credentials as far as they were seen, and the roles of Identity Center."""

from __future__ import annotations

import pytest

import ingest.snapshot as facts
from graph.model import Graph, Properties
from graph.nodes import reserved_role, reserved_roles
from graph.options import BuildOptions, ExpectedRole
from ingest.snapshot import Record, Scope, Unseen
from tests.fact_samples import (
    ALLOW_ALL,
    BEFORE,
    NOW,
    PROD,
    SSO,
    document,
    graph_of,
    iam,
    role,
    snapshot_of,
    user,
)

JENKINS = iam("user", "jenkins")
ROOT = f"arn:aws:iam::{PROD}:root"
KEYS = Scope(PROD, "", "iam.access_keys")


def properties(graph: Graph, node_id: str) -> Properties:
    return graph.nodes[node_id].properties


# -- policies
def test_equal_statements_stand_once_whoever_wrote_them():
    again = document({"Sid": "Other", "Effect": "Allow", "Action": ["*"], "Resource": "*"})
    one = role("one", inline=(facts.InlinePolicy("p", ALLOW_ALL),))
    other = role("other", inline=(facts.InlinePolicy("q", again),))
    graph = graph_of(snapshot_of([one, other]))
    statements = {e.target for e in graph.edges_of("STATEMENT")}
    assert len(statements) == 1
    assert sorted(e.properties["sid"] for e in graph.edges_of("STATEMENT")) == ["All", "Other"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement": 7}', '{"Statement":[],"Statement":[]}', "[" * 9999])
def test_a_malformed_document_has_no_statements_and_says_so(text: str):
    bad = role("bad", trust=text, inline=(facts.InlinePolicy("p", text),))
    graph = graph_of(snapshot_of([bad]))
    assert properties(graph, bad.arn)["unseen"] is True
    assert properties(graph, f"{bad.arn}/inline_policy/p")["unseen"] is True
    assert not list(graph.edges_of("STATEMENT", "TRUSTS_STATEMENT"))


def test_the_newest_version_of_a_policy_of_aws_speaks_for_all_accounts():
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    version = lambda v, account: facts.ManagedPolicy(  # noqa: E731
        arn=arn, name="ReadOnlyAccess", account_id=account, version=v, document=ALLOW_ALL
    )
    graph = graph_of(snapshot_of([version("v10", PROD), version("v9", "210000000099")]))
    assert properties(graph, arn)["version"] == "v10"
    assert "account_id" not in properties(graph, arn)


@pytest.mark.parametrize("attached", ["arn:aws-cn:iam::aws:policy/Gone", iam("policy", "gone")])
def test_a_policy_that_was_not_read_is_shown_as_unseen(attached: str):
    graph = graph_of(snapshot_of([role("r", attached=(attached,))]))
    assert properties(graph, attached)["unseen"] is True


def test_hostile_names_stay_text():
    name = "x'}) DETACH DELETE n //<script>=1+1\n"
    graph = graph_of(snapshot_of([role(name, tags={name: name})]))
    assert properties(graph, iam("role", name))["name"] == name
    assert properties(graph, iam("role", name))["tags"] == [f"{name}={name}"]


def test_no_arn_leaves_its_partition():
    arn = "arn:aws-us-gov:iam::210000000012:role/r"
    graph = graph_of(snapshot_of([facts.Role(arn=arn, name="r", account_id=PROD, trust=ALLOW_ALL)]))
    assert [n.id for n in graph.of("AWSRootPrincipal")] == [f"arn:aws-us-gov:iam::{PROD}:root"]


def test_an_expected_role_says_why():
    options = BuildOptions(expected=(ExpectedRole("stacksets-exec-*", "StackSets"),))
    graph = graph_of(snapshot_of([role("stacksets-exec-1"), role("other")]), options)
    assert properties(graph, iam("role", "stacksets-exec-1"))["expected"] == "StackSets"
    assert "expected" not in properties(graph, iam("role", "other"))


# -- credentials
def key(key_id: str, active: bool = True, created: str = NOW) -> Record:
    return facts.AccessKey(account_id=PROD, user_arn=JENKINS, id=key_id, active=active, created=created)


def row(arn: str = JENKINS, **fields: object) -> Record:
    return facts.CredentialReportRow(account_id=PROD, user_arn=arn, **fields)


def login(exists: bool) -> Record:
    return facts.LoginProfile(account_id=PROD, user_arn=JENKINS, exists=exists)


def devices(*serials: str) -> Record:
    return facts.MfaDevices(account_id=PROD, user_arn=JENKINS, serials=serials)


@pytest.mark.parametrize(
    "records, expected",
    [
        ([], {}),
        ([row(password_enabled=True, mfa_active=True)], {"password": True, "mfa": True, "active_keys": 0}),
        ([row(password_enabled=True), login(False), devices("m")], {"password": False, "mfa": True, "active_keys": 0}),
        ([devices()], {"mfa": False}),
        ([key("A"), key("B", active=False)], {"active_keys": 1}),
        ([row(key_1_active=True, key_2_rotated=BEFORE)], {"mfa": False, "active_keys": 1}),
        ([row(key_1_active=True), key("A", active=False)], {"mfa": False, "active_keys": 0}),
    ],
)
def test_credentials_are_what_was_seen_of_them(records: list[Record], expected: Properties):
    found = properties(graph_of(snapshot_of([user("jenkins"), *records])), JENKINS)
    assert {k: found[k] for k in ("password", "mfa", "active_keys") if k in found} == expected


def test_no_key_in_a_seen_list_is_none_and_in_an_unseen_one_unknown():
    seen = graph_of(snapshot_of([user("jenkins")], seen=[KEYS]))
    denied = graph_of(snapshot_of([user("jenkins")], denied=[KEYS]))
    assert properties(seen, JENKINS)["active_keys"] == 0
    assert "active_keys" not in properties(denied, JENKINS)


def test_the_report_tells_the_use_of_a_listed_key_by_its_creation():
    use = facts.CredentialUse(
        account_id=PROD, user_arn=JENKINS, key_1_last_used="2026-01-01", key_2_last_used="2026-02-02"
    )
    report = row(key_1_active=True, key_1_rotated=NOW, key_2_active=True, key_2_rotated=BEFORE)
    graph = graph_of(snapshot_of([user("jenkins"), key("A", created=BEFORE), key("B", created="2020"), report, use]))
    assert properties(graph, "A")["lastuseddate"] == "2026-02-02"
    assert "lastuseddate" not in properties(graph, "B")


def test_keys_of_the_root_come_from_the_report():
    graph = graph_of(snapshot_of([user("jenkins"), row(ROOT, key_2_active=True, key_2_rotated=BEFORE)], seen=[KEYS]))
    [edge] = graph.edges_of("AWS_ACCESS_KEY")
    assert (edge.source, properties(graph, edge.target)["status"]) == (ROOT, "Active")
    assert properties(graph, ROOT)["access_keys"] is True


def test_a_report_alone_shows_its_users_but_never_revives_a_deleted_one():
    alone = graph_of(snapshot_of([row(password_enabled=True)]))
    deleted = graph_of(snapshot_of([row(password_enabled=True), user("other")]))
    assert properties(alone, JENKINS)["unseen"] is True
    assert JENKINS not in deleted.nodes


# -- Identity Center
RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
SET = facts.PermissionSet(arn=f"{SSO}/ps-1", name="Power_User", instance_arn=SSO, inline=Unseen())


@pytest.mark.parametrize(
    "name, path, found",
    [
        ("AWSReservedSSO_Power_User_0123456789abcdef", RESERVED_PATH, True),
        ("AWSReservedSSO_Power_User_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", True),
        ("AWSReservedSSO_Power_User_0123456789abcdef", "/", False),
        ("AWSReservedSSO_Power_User_0123456789ABCDEF", RESERVED_PATH, False),
        ("AWSReservedSSO_Power_User_0123456789abcdef0", RESERVED_PATH, False),
        ("AWSReservedSSO_User_0123456789abcdef", RESERVED_PATH, False),
    ],
)
def test_reserved_roles_go_by_name_and_path(name: str, path: str, found: bool):
    made = role(name, path=path)
    index = reserved_roles(snapshot_of([made]))
    assert reserved_role(index, PROD, SET) == (made.arn if found else None)
    assert reserved_role(index, "210000000099", SET) is None


def test_of_several_reserved_roles_the_newest_counts():
    old = role("AWSReservedSSO_Power_User_ffffffffffffffff", path=RESERVED_PATH, created=BEFORE)
    new = role("AWSReservedSSO_Power_User_0000000000000000", path=RESERVED_PATH, created=NOW)
    assert reserved_role(reserved_roles(snapshot_of([old, new])), PROD, SET) == new.arn


def test_an_assignment_to_someone_the_directory_did_not_show_is_kept():
    assignment = facts.Assignment(
        account_id=PROD, permission_set_arn=SET.arn, principal_type="USER", principal_id="person-9"
    )
    graph = graph_of(snapshot_of([SET, assignment]))
    assert properties(graph, "person-9")["unseen"] is True
    assert [e.target for e in graph.out("person-9", "HAS_PERMISSION_SET")] == [SET.arn]
