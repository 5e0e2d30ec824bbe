"""Reader roles: exactly what collecting asks for, in every notation; contents and secrets never."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
import typer
import yaml
from cfnlint import api as cfn_lint
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from policy_sentry.querying.all import get_all_actions
from typer.testing import CliRunner

from benchmarks.aws.wire import Request as WireRequest
from benchmarks.aws.wire import access_key
from cli import access
from cli.collectors import render
from cli.costs import costs
from cli.exits import Verbs
from ingest.aws.asking import Asker
from ingest.aws.collect import Collection
from ingest.aws.estate import DESCRIBE_REGIONS, Access, Organization
from ingest.aws.meter import Meter
from ingest.aws.pace import Pace
from ingest.aws.partitions import PARTITIONS
from ingest.aws.role_files import Notation, role_file
from ingest.aws.roles import (
    ENTER,
    NEEDS_NO_PERMISSION,
    POLICY_SIZE,
    Kind,
    Reader,
    RoleError,
    actions_for,
    denied,
    permissions,
)
from ingest.aws.sessions import Sessions, client_config
from ingest.aws.unfinished import Unfinished
from ingest.sources.table import SOURCES
from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, Truth, parse
from tests.aws_harborline import MANAGEMENT, PAYMENTS, REGION, Harborline
from tests.aws_server import AwsServer
from tests.conftest import ROOT

ROLE, ORGANIZATION = "TrustdriftReader", "o-a1b2c3d4e5"
READER = Reader(ROLE, MANAGEMENT, "trust-drift:1", ORGANIZATION)
READING = (Kind.MEMBER, Kind.MANAGEMENT)
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ME = Principal(f"arn:aws:iam::{MANAGEMENT}:role/{ROLE}", MANAGEMENT, "role", {"aws:principalorgid": (ORGANIZATION,)})
MEMBER_ROLE = f"arn:aws:iam::222222222222:role/{ROLE}"

Documents = list[dict[str, Any]]


def aws(tail: str) -> str:
    return f"arn:aws:{tail}"


def substituted(value: Any) -> Any:
    """What CloudFormation makes of a template's values in the commercial partition."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"}:
            return value["Fn::Sub"].replace("${AWS::Partition}", "aws")
        return {key: substituted(item) for key, item in value.items()}
    return [substituted(item) for item in value] if isinstance(value, list) else value


def of_cloudformation(text: str) -> tuple[dict[str, Any], Documents]:
    resources = substituted(yaml.safe_load(text)["Resources"])
    role = resources.pop("Reader")["Properties"]
    assert {arn["Ref"] for arn in role["ManagedPolicyArns"]} == set(resources)
    return role["AssumeRolePolicyDocument"], [one["Properties"]["PolicyDocument"] for one in resources.values()]


def of_terraform(text: str) -> tuple[dict[str, Any], Documents]:
    plain = text.replace("${data.aws_partition.current.partition}", "aws").replace("$${", "${")
    trusting, *documents = [json.loads(found) for found in re.findall(r"jsonencode\((\{.*?\n  \})\)", plain, re.DOTALL)]
    assert len(documents) == len(re.findall(r'resource "aws_iam_role_policy_attachment"', text))
    return trusting, documents


def of_json(text: str) -> tuple[dict[str, Any], Documents]:
    role = json.loads(text)
    return role["AssumeRolePolicyDocument"], [one["PolicyDocument"] for one in role["Policies"]]


READ_BACK = {
    Notation.JSON: of_json,
    Notation.CLOUDFORMATION: of_cloudformation,
    Notation.TERRAFORM: of_terraform,
}


def policies(documents: Documents) -> PolicySet:
    return PolicySet([Policy(str(i), str(i), parse(json.dumps(d))) for i, d in enumerate(documents)])


def truth(of: PolicySet, action: str, resource: str = "*", account: str = MANAGEMENT, **context: str) -> Truth:
    known = {key.replace("_", ":"): (value,) for key, value in context.items()}
    return of.decide(Request(ME, action, resource, account, known, complete=True)).truth


@cache
def every_action() -> tuple[str, ...]:
    return tuple(get_all_actions())


@pytest.mark.parametrize("notation", Notation)
@pytest.mark.parametrize("kind", READING)
def test_every_notation_says_the_same(kind, notation):
    trusting, documents = READ_BACK[notation](role_file(kind, READER, notation))
    assert documents == permissions(kind, ROLE, aws)
    (statement,) = trusting["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}
    assert statement["Action"] == ENTER
    assert statement["Condition"] == {
        "StringEquals": {"sts:ExternalId": "trust-drift:1", "aws:PrincipalOrgID": ORGANIZATION}
    }


@pytest.mark.parametrize("notation", Notation)
@pytest.mark.parametrize("kind", READING)
def test_a_role_may_do_what_is_declared_and_nothing_else(kind, notation):
    """As our own policy engine reads a role's file; no wildcard grants what nobody thought of."""
    documents = READ_BACK[notation](role_file(kind, READER, notation))[1]
    allowing = [s for document in documents for s in document["Statement"] if s["Effect"] == "Allow"]
    entering = {ENTER} if kind is Kind.MANAGEMENT else set()
    assert {action for s in allowing for action in s["Action"]} == set(actions_for(kind)) | entering
    assert not [action for s in allowing for action in s["Action"] if re.search(r"[*?]", action)]
    assert {a for a in actions_for(kind) if truth(policies(documents), a) is not Truth.YES} == set()


@pytest.mark.parametrize("kind", READING)
def test_contents_stay_out_of_reach_whatever_else_an_account_grants(kind):
    role = policies([*permissions(kind, ROLE, aws), ADMINISTRATOR])
    for row in denied():
        for pattern in row.actions:
            matching = [a for a in every_action() if re.fullmatch(pattern.replace("*", ".*"), a, re.IGNORECASE)]
            assert matching, f"{pattern} is no action of AWS"
            assert {a for a in matching if truth(role, a) is not Truth.NO} == set()
        assert row.reason
    assert {action for action in actions_for(kind) if truth(role, action) is not Truth.YES} == set()


def test_a_directory_under_a_customer_managed_key_can_still_be_read():
    """https://docs.aws.amazon.com/singlesignon/latest/userguide/baseline-KMS-key-policy.html"""
    role = policies([*permissions(Kind.MANAGEMENT, ROLE, aws), ADMINISTRATOR])
    assert truth(role, "kms:Decrypt", kms_viaservice="identitystore.eu-west-1.amazonaws.com") is Truth.YES
    assert truth(role, "kms:Decrypt", kms_viaservice="s3.eu-west-1.amazonaws.com") is Truth.NO


def test_the_management_role_enters_reader_roles_of_its_organization_alone():
    role = policies(permissions(Kind.MANAGEMENT, ROLE, aws))
    trusting = Policy("trust", "trust", parse(role_trust()))

    def enters(arn: str, organization: str) -> Truth:
        request = Request(ME, ENTER, arn, "222222222222", {"aws:resourceorgid": (organization,)}, complete=True)
        return role.decide(request, ResourcePolicies(trusting)).truth

    assert enters(MEMBER_ROLE, ORGANIZATION) is Truth.YES
    assert enters(MEMBER_ROLE, "o-zzzzzzzzzz") is Truth.NO
    assert enters("arn:aws:iam::222222222222:role/Administrator", ORGANIZATION) is Truth.NO
    assert not policies(permissions(Kind.MEMBER, ROLE, aws)).allows_action(ENTER)


def role_trust() -> str:
    """The trust policy of a member's role without an external id, which the engine leaves open."""
    return json.dumps(of_json(role_file(Kind.MEMBER, Reader(ROLE, MANAGEMENT), Notation.JSON))[0])


def test_a_healthy_collection_asks_for_exactly_what_the_roles_allow(tmp_path, monkeypatch):
    """Whoever reads the organization needs all of its role, and members all of theirs, together."""
    server = AwsServer(OfTwo())
    for name, value in (("ACCESS_KEY_ID", access_key(MANAGEMENT)), ("SECRET_ACCESS_KEY", "none")):
        monkeypatch.setenv(f"AWS_{name}", value)
    sessions = Sessions("", "roles", client_config(1), server.inside)
    now = datetime(2026, 11, 9, tzinfo=UTC)
    collection = Collection(Asker(Pace({}), Meter()), Unfinished(tmp_path, "", now), Silent())
    collection.collect([Organization.of("", sessions, Access(role_name=ROLE, regions=(REGION,)))])
    used = defaultdict(set)
    for request in server.requests:
        kind = Kind.MANAGEMENT if request.account == MANAGEMENT else Kind.MEMBER
        used[kind].add(action_of(request.service, request.operation))
    free = {NEEDS_NO_PERMISSION}
    assert used[Kind.MANAGEMENT] - free <= {*actions_for(Kind.MANAGEMENT), ENTER}
    assert used[Kind.MEMBER] - free == set(actions_for(Kind.MEMBER))
    assert (used[Kind.MANAGEMENT] | used[Kind.MEMBER]) - free == {*actions_for(Kind.MANAGEMENT), ENTER}


class OfTwo(Harborline):
    """Two accounts have something of everything."""

    def _ListAccounts(self, request: WireRequest) -> dict[str, Any]:  # noqa: N802
        accounts = self._filed(request)["Accounts"]
        return {"Accounts": [account for account in accounts if account["Id"] in (MANAGEMENT, PAYMENTS)]}


class Silent:
    def organization(self, *_: object) -> None: ...

    def place(self, *_: object) -> None: ...

    def account(self, *_: object) -> None: ...


def action_of(service: str, operation: str) -> str:
    """The IAM action of a request; the declarations know it where its name is another."""
    if service == "sts":
        return f"sts:{operation}"
    calls = {c for source in SOURCES for call in source.calls for c in (call, call.until and call.until.call) if c}
    (found,) = {
        call.action
        for call in calls | {DESCRIBE_REGIONS}
        if call.client == service and call.operation.replace("-", "") == operation.lower()
    }
    return found


@given(size=st.integers(600, POLICY_SIZE), kind=st.sampled_from(READING))
def test_policies_are_cut_to_their_size_and_lose_nothing(size, kind):
    documents, whole = permissions(kind, ROLE, aws, size), permissions(kind, ROLE, aws)
    for document in documents:
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(re.sub(r"\s", "", json.dumps(document))) <= size
        assert len(sids) == len(set(sids))
    assert granted(documents) == granted(whole)


def granted(documents: Documents) -> set[str]:
    return {
        json.dumps([{**statement, "Sid": "", "Action": action}])
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
    }


@pytest.mark.parametrize("kind", READING)
def test_cloudformation_takes_the_template(kind):
    found = cfn_lint.lint_all(role_file(kind, READER, Notation.CLOUDFORMATION))
    assert [str(match) for match in found if match.rule.severity != "informational"] == []


@pytest.mark.parametrize("kind", READING)
def test_a_deployed_stack_makes_the_role(kind):
    with mock_aws():
        session = boto3.Session("AKIA", "none", region_name="eu-west-1")
        text = role_file(kind, READER, Notation.CLOUDFORMATION)
        session.client("cloudformation").create_stack(
            StackName="reader", TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        iam = session.client("iam")
        role = iam.get_role(RoleName=ROLE)["Role"]
        made = [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]]
        versions = [iam.get_policy_version(PolicyArn=arn, VersionId="v1") for arn in made]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{MANAGEMENT}:root"
    assert [one["PolicyVersion"]["Document"] for one in versions] == permissions(kind, ROLE, aws)


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_no_arn_leaves_its_partition(partition):
    text = role_file(Kind.MANAGEMENT, READER, Notation.JSON, partition)
    assert set(re.findall(r"arn:([^:]*):", text)) == {partition}


@pytest.mark.parametrize(
    "trusted",
    ["*", "arn:aws:iam::*:root", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:role/a?b", "1234",
     "arn:aws:s3:::bucket", "ec2.amazonaws.com", "111111111111 ", "arn:aws:iam::111111111111:role/a${b}"],
)  # fmt: skip
def test_only_one_account_role_or_user_is_trusted(trusted):
    with pytest.raises(RoleError, match=r"name the account's number or the ARN$"):
        Reader(ROLE, trusted)


@pytest.mark.parametrize("given", [{"organization": "o-*"}, {"external_id": '"}'}, {"external_id": "x"}])
def test_conditions_are_no_place_for_wildcards_and_quotes(given):
    with pytest.raises(RoleError):
        Reader(ROLE, MANAGEMENT, **given)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["log-archive"], "nothing is read from a log archive account yet"),
        (["member", "--trust", "*"], "nobody else may take the role"),
        (["member", "--format", "terraform"], "in --trust"),
        (["member", "--format", "cloudformation", "--trust", MANAGEMENT, "--organization", "x"], "organization's id"),
    ],
)
def test_a_role_that_cannot_be_made_is_a_usage_error(arguments, said, tmp_path):
    done = CliRunner().invoke(application(), arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


def test_the_verb_writes_what_the_settings_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUSTDRIFT_AWS__ROLE_NAME", "Auditor")
    monkeypatch.setenv("TRUSTDRIFT_AWS__EXTERNAL_ID", "from-settings")
    done = CliRunner().invoke(application(), ["member", "--trust", MANAGEMENT, "-o", "role.json"])
    assert done.exit_code == 0, done.output
    role = json.loads((tmp_path / "role.json").read_text())
    assert role["RoleName"] == "Auditor"
    assert "from-settings" in json.dumps(role["AssumeRolePolicyDocument"])


def test_the_verb_offers_all_there_is():
    """Its choices are spelt out, so that `--help` loads nothing of AWS's."""
    assert [*access.RoleKind] == [*Kind]
    assert [*access.RoleForm] == [*Notation]
    assert [*access.PartitionName] == [*PARTITIONS]


def application() -> typer.Typer:
    app = typer.Typer(cls=Verbs)
    app.command()(access.role_policy)
    return app


def test_each_action_has_its_cost():
    assert set(costs()) == set(actions_for(Kind.MANAGEMENT))


def test_the_document_of_the_collectors_is_fresh():
    assert (ROOT / "docs" / "COLLECTORS.md").read_text(encoding="utf-8") == render(), "run `make docs`"
