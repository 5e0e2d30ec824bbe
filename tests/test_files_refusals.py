"""What was denied is denied, never empty: the CLI's error messages become the coverage of their shard."""

import json

import pytest

from ingest.files import collect_files
from ingest.snapshot import COLLECTORS, Reason, Scope, State
from ingest.sources.table import SOURCES

A, REGION = "111111111111", "eu-west-1"
CALLER = f"User: arn:aws:sts::{A}:assumed-role/TrustdriftReader/run is not authorized to perform: "
GAAD = "iam:GetAccountAuthorizationDetails on resource: * "


def said(code: str, operation: str, message: str) -> str:
    return f"\nAn error occurred ({code}) when calling the {operation} operation: {message}\n"


def pascal(operation: str) -> str:
    names = {"db": "DB", "saml": "SAML", "open-id": "OpenID", "mfa": "MFA"}
    for word, name in names.items():
        operation = operation.replace(word, name)
    return "".join(part[:1].upper() + part[1:] for part in operation.split("-"))


CASES = [
    ("AccessDenied", CALLER + GAAD + "because no identity-based policy allows the action", State.DENIED, Reason.DENIED),
    (
        "AccessDenied",
        CALLER + GAAD + "with an explicit deny in a service control policy: arn:aws:organizations::1:p",
        State.DENIED,
        Reason.SCP_DENIED,
    ),
    ("AccessDeniedException", "because no service control policy allows the x action", State.DENIED, Reason.SCP_DENIED),
    ("AccessDenied", "with an explicit deny in an identity-based policy", State.DENIED, Reason.DENIED),
    ("UnauthorizedOperation", "You are not authorized to perform this operation.", State.DENIED, Reason.DENIED),
    ("Client.UnauthorizedOperation", "You are not authorized", State.DENIED, Reason.DENIED),
    ("Throttling", "Rate exceeded", State.FAILED, Reason.THROTTLED),
    ("RequestLimitExceeded", "Request limit exceeded.", State.FAILED, Reason.THROTTLED),
    ("ExpiredToken", "The security token included in the request is expired", State.FAILED, Reason.ERROR),
    ("RequestTimeout", "timed out", State.FAILED, Reason.TIMEOUT),
    ("OptInRequired", "You are not subscribed to this service", State.SKIPPED, Reason.NOT_OPTED_IN),
    ("InternalFailure", "", State.FAILED, Reason.ERROR),
    ("SomethingNew", "of next year", State.FAILED, Reason.ERROR),
]


@pytest.mark.parametrize("code, message, state, reason", CASES)
@pytest.mark.parametrize("prefix", ["", "\n", "\ufeff\r\n", "aws: [ERROR]: "])
def test_each_message_has_its_state_and_reason(tmp_path, code, message, state, reason, prefix):
    text = prefix + said(code, "GetAccountAuthorizationDetails", message).strip()
    path = tmp_path / A / "out.json"
    path.parent.mkdir()
    path.write_text(text)
    found = collect_files(tmp_path)
    shard = found.shards[Scope(A, "", "iam.authorization")]
    assert (shard.state, shard.reason, shard.records) == (state, reason, ())
    assert code.removeprefix("Client.") in shard.detail
    assert "\n" not in shard.detail
    assert found.problems == []


@pytest.mark.parametrize(
    "text, reason",
    [
        ('Read timeout on endpoint URL: "https://iam.amazonaws.com/"', Reason.TIMEOUT),
        ('Connect timeout on endpoint URL: "https://iam.amazonaws.com/"', Reason.TIMEOUT),
        ('Could not connect to the endpoint URL: "https://iam.amazonaws.com/"', Reason.ERROR),
        ('Unable to locate credentials. You can configure credentials by running "aws configure".', Reason.ERROR),
        ("Error when retrieving token from sso: Token has expired and refresh failed", Reason.ERROR),
        (
            said("Throttling", "GetAccountAuthorizationDetails (reached max retries: 4)", "x").replace(
                "(reached max retries: 4) operation", "operation (reached max retries: 4)"
            ),
            Reason.THROTTLED,
        ),
    ],
)
def test_messages_that_name_no_operation_take_it_from_the_path(tmp_path, text, reason):
    path = tmp_path / A / "get-account-authorization-details.json"
    path.parent.mkdir()
    path.write_text(text)
    shard = collect_files(tmp_path).shards[Scope(A, "", "iam.authorization")]
    assert (shard.state, shard.reason) == (State.FAILED, reason)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.collector)
def test_every_source_can_be_denied_and_nothing_of_it_is_seen(tmp_path, source):
    """Each call that a shard cannot do without, refused as the CLI says it, under a name that says nothing."""
    for number, call in enumerate(source.required):
        path = tmp_path / A / REGION / call.service / f"{number}.out"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said("AccessDeniedException", pascal(call.operation), CALLER + call.action))
    found = collect_files(tmp_path)
    region = REGION if COLLECTORS[source.collector].scope == "region" else ""
    shard = found.shards[Scope(A, region, source.collector)]
    assert (shard.state, shard.reason, shard.records) == (State.DENIED, Reason.DENIED, ())


def test_the_account_is_the_callers_where_the_path_names_none(tmp_path):
    (tmp_path / "gaad.json").write_text(said("AccessDenied", "GetAccountAuthorizationDetails", CALLER + GAAD))
    assert Scope(A, "", "iam.authorization") in collect_files(tmp_path).shards


def test_a_denied_detail_leaves_what_is_listed_and_says_that_it_is_not_all(tmp_path):
    folder = tmp_path / A / "s3"
    folder.mkdir(parents=True)
    (folder / "list-buckets.json").write_text(json.dumps({"Buckets": [{"Name": "one"}]}))
    (folder / "get-bucket-policy.json").write_text(said("AccessDenied", "GetBucketPolicy", "no"))
    shard = collect_files(tmp_path).shards[Scope(A, "", "s3.buckets")]
    assert (shard.state, shard.reason) == (State.PARTIAL, Reason.DENIED)
    assert [b.policy.reason for b in shard.records] == ["denied"]


@pytest.mark.parametrize(("service", "expected"), [("identitystore", True), ("iam", False)])
def test_a_denied_list_of_an_operation_that_two_services_have(tmp_path, service, expected):
    folder = tmp_path / A / "x"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(said("AccessDeniedException", "ListUsers", CALLER + f"{service}:ListUsers"))
    assert (Scope(A, "", "sso.directory") in collect_files(tmp_path).shards) is expected


def test_an_account_without_an_organization_has_seen_that_there_is_none(tmp_path):
    (tmp_path / A).mkdir()
    (tmp_path / A / "describe-organization.json").write_text(
        said("AWSOrganizationsNotInUseException", "DescribeOrganization", "Not a member of an organization.")
    )
    shard = collect_files(tmp_path).shards[Scope(A, "", "organizations.tree")]
    assert shard.records == ()


def test_the_message_is_one_printable_line(tmp_path):
    (tmp_path / A).mkdir()
    hostile = "\x1b[31m=cmd|' /C calc'!A0\u202e\n<script>" + "x" * 5000
    (tmp_path / A / "gaad.json").write_text(said("AccessDenied", "GetAccountAuthorizationDetails", hostile))
    detail = collect_files(tmp_path).shards[Scope(A, "", "iam.authorization")].detail
    assert detail.isprintable()
    assert len(detail) <= 300


def test_an_operation_that_nobody_needs_is_a_warning(tmp_path):
    (tmp_path / "x.txt").write_text(said("AccessDenied", "ListBananas", "no"))
    found = collect_files(tmp_path)
    assert (found.shards, [p.warning for p in found.problems]) == ({}, [True])
