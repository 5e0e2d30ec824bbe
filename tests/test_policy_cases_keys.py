"""What is known of a request without being told: of its principal, of how that calls, of its resource and region."""

from __future__ import annotations

import msgspec
import pytest

from policy import Document, PolicySet, Principal, Request, Truth, lets_tag, principal_answers
from policy.decision.context import Circumstances
from tests.policy_strategies import ACCOUNT, OTHER_ACCOUNT, ROLE, bound, policy
from tests.test_policy_decide import LAMBDA, ROOT, SESSION, USER, allow, ask

FAY = Principal(f"arn:aws:sts::{ACCOUNT}:federated-user/fay", ACCOUNT, "federated_user")
GITHUB = Principal(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com", ACCOUNT, "federated")
ANYONE = Principal("", "", "anonymous")


def trusting(action: str) -> dict:
    return {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": action}


def values(key: str, principal: Principal = ROLE, action: str = "s3:GetObject", resource: str = "*") -> object:
    return Circumstances(Request(principal, action, resource, ACCOUNT)).values(key)


@pytest.mark.parametrize(
    ("key", "principal", "expected"),
    [
        ("aws:username", USER, ("ann",)),
        ("aws:username", ROLE, ()),
        ("aws:principalarn", USER, (USER.arn,)),
        ("aws:principalarn", SESSION, None),  # its role's, with a path that its own lacks
        ("aws:principalarn", LAMBDA, ()),
        ("aws:principalarn", ANYONE, ()),
        ("aws:principalaccount", USER, (ACCOUNT,)),
        ("aws:principalaccount", LAMBDA, ()),
        ("aws:principalaccount", ANYONE, ("anonymous",)),
        ("kms:calleraccount", ANYONE, ()),
        ("kms:calleraccount", USER, (ACCOUNT,)),
        ("aws:principaltype", USER, ("User",)),
        ("aws:principaltype", SESSION, ("AssumedRole",)),
        ("aws:principaltype", ROOT, ("Account",)),
        ("aws:principaltype", GITHUB, ("FederatedUser",)),
        ("aws:principaltype", ANYONE, ("Anonymous",)),
        ("aws:principaltype", LAMBDA, ()),
        ("aws:principalisawsservice", LAMBDA, ("true",)),
        ("aws:principalisawsservice", ROLE, ("false",)),
        ("aws:principalisawsservice", GITHUB, ("false",)),
        ("aws:principalisawsservice", ANYONE, ()),
        ("aws:principalservicename", LAMBDA, (LAMBDA.arn,)),
        ("aws:principalservicename", ROLE, ()),
        ("aws:sourcearn", LAMBDA, None),
        ("aws:sourceaccount", ROLE, ()),
        ("aws:userid", ROLE, None),
        ("aws:principalorgid", ROLE, ()),
        ("aws:principaltag/team", ROLE, ("1",)),
        ("aws:principaltag/other", ROLE, ()),
        ("aws:principaltag/a/b:c", ROLE, ()),  # a tag may be called so
        ("test:never", ROLE, None),
    ],
)
def test_facts_of_the_principal(key, principal, expected):
    assert values(key, principal) == expected


def test_a_fact_that_is_said_to_be_unknown_is_not_taken_for_absent():
    for name, key in (("aws:principalorgid", "aws:principalorgid"), ("aws:principaltag/b", "aws:principaltag/b"),
                      ("aws:principaltag/*", "aws:principaltag/b")):  # fmt: skip
        unsure = msgspec.structs.replace(ROLE, unknown=frozenset({name}))
        assert values(key, unsure) is None
        assert values("aws:principaltag/team", unsure) == ("1",)  # which it has


FACTOR, AGE, ISSUED, PROVIDER = (
    "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime", "aws:federatedprovider",
)  # fmt: skip
ON_COMPUTE, ADDRESS = "ec2:sourceinstancearn", "aws:sourceip"


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("", {}),
        ("console", {ON_COMPUTE: ()}),
        ("access_key", {FACTOR: (), AGE: (), ISSUED: (), PROVIDER: (), ON_COMPUTE: ()}),
        ("ci", {FACTOR: (), AGE: (), ISSUED: (), PROVIDER: (), ON_COMPUTE: ()}),
        ("compute", {FACTOR: ("false",), AGE: (), PROVIDER: ()}),
        ("service", {FACTOR: (), AGE: (), ISSUED: (), PROVIDER: (), ON_COMPUTE: (), ADDRESS: ()}),
    ],
)
def test_what_a_request_carries_by_how_it_is_made(caller, expected):
    calling = msgspec.structs.replace(ROLE, caller=caller)
    found = {key: values(key, calling) for key in (FACTOR, AGE, ISSUED, PROVIDER, ON_COMPUTE, ADDRESS)}
    assert {key: value for key, value in found.items() if value is not None} == expected


@pytest.mark.parametrize(
    ("action", "resource", "region"),
    [
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", ("eu-west-1",)),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:x", ("us-east-1",)),
        ("s3:GetObject", "arn:aws:s3:::ledger/x", None),
        ("s3:GetObject", "*", None),
        ("ec2:RunInstances", f"arn:aws:ec2:*:{ACCOUNT}:instance/*", None),  # has yet to be named
        ("iam:GetRole", "*", ("us-east-1",)),
        ("IAM:GetRole", f"arn:aws:iam::{ACCOUNT}:role/x", ("us-east-1",)),
        ("iam:GetRole", f"arn:aws-cn:iam::{ACCOUNT}:role/x", ("cn-north-1",)),
        ("iam:GetRole", f"arn:aws-us-gov:iam::{ACCOUNT}:role/x", ("us-gov-west-1",)),
        ("iam:GetRole", f"arn:aws-iso:iam::{ACCOUNT}:role/x", None),  # a partition that is not in the table
        ("route53:ListHostedZones", "*", ("us-east-1",)),
        ("organizations:ListAccounts", "*", ("us-east-1",)),
        ("cloudfront:ListDistributions", "*", ("us-east-1",)),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/x", None),  # happens where the service is called
    ],
)
def test_the_region_of_a_request(action, resource, region):
    assert values("aws:requestedregion", ROLE, action, resource) == region
    assert values("ec2:region", ROLE, action, resource) == region


@pytest.mark.parametrize("key", ["aws:resourceaccount", "s3:resourceaccount"])
def test_the_account_of_a_resource_is_known_where_the_resource_is(key):
    assert values(key) == (ACCOUNT,)
    assert Circumstances(Request(ROLE, "s3:GetObject", "*", "")).values(key) is None


def test_what_a_request_says_goes_before_what_is_derived():
    said = {"aws:requestedregion": ("eu-north-1",), "aws:resourcetag/team": ("a",)}
    known = Circumstances(Request(ROLE, "iam:GetRole", "*", ACCOUNT, said))
    assert known.values("aws:requestedregion") == ("eu-north-1",)
    assert known.values("s3:resourcetag/team") == known.values("aws:resourcetag/team") == ("a",)
    assert known.values("ec2:resourcetag/other") == ()
    by_its_own_name = Request(ROLE, "iam:GetRole", "*", ACCOUNT, {"ec2:resourcetag/a": ("1",), "ec2:region": ("x",)})
    assert [Circumstances(by_its_own_name).values(key) for key in by_its_own_name.context] == [("1",), ("x",)]
    assert known.values("ec2:resourcetag/a/b:c") == ()
    assert Circumstances(Request(ROLE, "iam:GetRole", "*", ACCOUNT, said, complete=True)).values("aws:useragent") == ()


def test_a_request_tells_before_its_principal_does():
    twice = Request(ROLE, "s3:GetObject", "*", ACCOUNT, {"aws:principaltag/team": ("2",)})
    assert Circumstances(twice).values("aws:principaltag/team") == ("2",)


def test_keys_that_a_service_repeats_are_its_own_but_for_tags():
    tagged = ask("s3:GetObject", "*", aws__resourcetag_team="1")
    foreign = allow(Condition={"StringEquals": {"aws:ResourceTag/team": "1", "s3:ExistingObjectTag/team": "1"}})
    assert bound([foreign]).decide(tagged).conditions == ("`s3:ExistingObjectTag/team` is 1",)


@pytest.mark.parametrize(
    ("key", "action", "is_chosen"),
    [
        ("aws:referer", "s3:GetObject", True),
        ("aws:useragent", "s3:GetObject", False),  # the request tells it
        ("aws:requestedregion", "iam:GetRole", False),  # there is one
        ("aws:requestedregion", "s3:GetObject", True),
        ("aws:requesttag/team", "ec2:CreateTags", True),
        ("id.example.com:aud", "sts:AssumeRoleWithWebIdentity", True),
        ("iam:passedtoservice", "iam:PassRole", True),
        ("aws:sourceip", "s3:GetObject", False),
        ("test:x", "s3:GetObject", False),
    ],
)
def test_only_what_nobody_has_settled_is_chosen(key, action, is_chosen):
    request = Request(ROLE, action, "*", OTHER_ACCOUNT, {"aws:useragent": ("a",)})
    assert Circumstances(request).is_chosen(key) is is_chosen


def test_a_request_without_an_account_is_no_fact_of_one():
    named = allow(Condition={"StringNotEquals": {"aws:PrincipalAccount": ""}, "Null": {"aws:PrincipalAccount": "true"}})
    assert bound([named]).decide(ask("s3:GetObject", "*", USER)).truth is Truth.NO


TAG = "aws:principaltag/team"


def test_a_session_tag_may_say_otherwise_than_the_role():
    tagged = msgspec.structs.replace(ROLE, may_be_tagged=True)
    assert [values(key, tagged) for key in (TAG, "aws:principaltag/other")] == [None, None]
    assert values("aws:principalaccount", tagged) == (ACCOUNT,)
    said = Request(tagged, "s3:GetObject", "*", ACCOUNT, {TAG: ("2",)})
    assert [Circumstances(said).values(key) for key in (TAG, "aws:principaltag/other")] == [("2",), None]
    whole = Request(tagged, "s3:GetObject", "*", ACCOUNT, complete=True)
    assert [Circumstances(whole).values(key) for key in (TAG, "aws:principaltag/other")] == [("1",), ()]


def test_what_hangs_on_a_tag_is_open_where_sessions_are_tagged():
    tagged = msgspec.structs.replace(ROLE, may_be_tagged=True)
    asking = policy([allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "2"}})])
    for who, truth, text in ((ROLE, Truth.NO, ()), (tagged, Truth.MAYBE, ("`aws:PrincipalTag/team` is 2",))):
        verdict = PolicySet([asking]).decide(ask("s3:GetObject", "*", who))
        assert (verdict.truth, verdict.conditions) == (truth, text)
    statements = asking.document.statements
    assert principal_answers(statements, ROLE) != principal_answers(statements, tagged)


@pytest.mark.parametrize(
    ("statements", "lets"),
    [
        ([trusting("sts:AssumeRole")], False),
        ([trusting("sts:AssumeRole"), trusting("sts:TagSession")], True),
        ([trusting("sts:*")], True),
        ([trusting("sts:*"), {**trusting("sts:TagSession"), "Effect": "Deny", "Principal": "*"}], False),
        ([trusting("sts:*"), {**trusting("sts:TagSession"), "Effect": "Deny"}], True),  # someone else may
        ([trusting("sts:*"), {**trusting("sts:TagSession"), "Effect": "Deny", "NotPrincipal": {"AWS": "*"}}], True),
        ([trusting("sts:*"), {**trusting("sts:TagSession"), "Effect": "Deny", "Principal": "*",
                              "Condition": {"Null": {"aws:RequestTag/a": "true"}}}], True),
    ],
)  # fmt: skip
def test_whose_trust_policy_lets_sessions_be_tagged(statements, lets):
    for one in statements:
        if "NotPrincipal" in one:
            one.pop("Principal")
    found = policy(statements).document
    assert isinstance(found, Document)
    assert lets_tag(found) is lets
    assert lets_tag(None)
