"""What lies between a permission and the request: endpoints, organizations, public access, grants, AWS itself."""

from __future__ import annotations

import pytest

from policy import (
    Policy,
    PolicySet,
    Principal,
    Request,
    ResourcePolicies,
    Truth,
    kms_grant,
)
from tests.policy_strategies import ACCOUNT, FULL, OTHER_ACCOUNT, ROLE, bound, policy
from tests.test_policy_decide import KEY, LAMBDA, ROOT, SESSION, STRANGER, TARGET, USER, allow, ask, deny
from tests.test_policy_layers import ANN, EVE, OBJECT, ON_EC2, QUEUE, naming

LEDGER = "arn:aws:s3:::ledger/*"
NOTHING = PolicySet([])


@pytest.mark.parametrize(
    ("statement", "principal", "truth"),
    [
        ({}, ANN, Truth.YES),  # an endpoint's policy need not name anyone
        ({"Principal": "*"}, EVE, Truth.YES),
        ({"Principal": {"AWS": EVE.arn}}, ANN, Truth.NO),
        ({"NotPrincipal": {"AWS": EVE.arn}}, ANN, Truth.YES),
        ({"NotPrincipal": {"AWS": ANN.arn}}, ANN, Truth.NO),
        ({"Effect": "Deny"}, ANN, Truth.NO),
    ],
)
def test_an_endpoint_asks_who_comes_only_where_it_says_so(statement, principal, truth):
    let_through = policy([{**allow(), **statement}], "endpoint")
    found = ResourcePolicies(naming("*"), endpoint=[let_through])
    assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, principal), found).truth is truth


def test_an_endpoint_without_a_policy_lets_nothing_through():
    verdict = PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, ANN), ResourcePolicies(endpoint=[]))
    assert (verdict.truth, verdict.blocked_by) == (Truth.NO, ("vpce",))


def test_a_deny_of_an_endpoint_is_one():
    closed = ResourcePolicies(endpoint=[policy([allow(), deny("s3:Get*")])])
    verdict = PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, ANN), closed)
    assert (verdict.explicit_deny, verdict.blocked_by) == (True, ("vpce",))


def test_a_resource_policy_does_not_open_what_an_organization_withholds():
    withheld = policy([{**deny(), "Principal": "*", "Resource": LEDGER}])
    named = naming(ROLE.arn)
    for levels in ([[withheld]], [[], [withheld]], [[withheld], []]):
        verdict = NOTHING.decide(ask("s3:GetObject", OBJECT), ResourcePolicies(named, rcps=levels))
        assert (verdict.explicit_deny, verdict.blocked_by) == (True, ("rcp",))
    elsewhere = ask("s3:GetObject", "arn:aws:s3:::other/x")
    assert NOTHING.decide(elsewhere, ResourcePolicies(named, rcps=[[withheld]])).truth is Truth.YES


@pytest.mark.parametrize(
    ("block", "is_closed"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-?"]}}, True),  # as S3 reads it
        ({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True),
        ({"StringLike": {"aws:SourceVpce": "vpce-?"}}, True),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:SourceArn}"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-2"}}, True),
        ({"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"Null": {"aws:SourceVpce": "false"}}, True),
        ({"StringEquals": {"aws:SourceVpce": []}}, True),
        ({"StringAlmost": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringEquals": {"aws:UserAgent": "a"}}, True),  # a key that does not keep anyone out
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({"IpAddress": {"aws:SourceIp": "::/0"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"StringEquals": {"aws:UserAgent": "a", "aws:SourceVpce": "vpce-1"}}, False),
    ],
)
def test_what_makes_a_bucket_policy_public(block, is_closed):
    request = Request(EVE, "s3:GetObject", OBJECT, ACCOUNT)
    found = naming("*", Condition=block) if block else naming("*")
    one, other = (
        PolicySet([FULL]).decide(request, ResourcePolicies(found, restricts_public=blocked))
        for blocked in (False, True)
    )
    assert other.truth is (Truth.NO if is_closed else one.truth)


@pytest.mark.parametrize(
    ("who", "principal", "truth"),
    [
        ({"Principal": "*"}, EVE, Truth.NO),
        ({"NotPrincipal": {"AWS": ANN.arn}}, EVE, Truth.NO),
        ({"Principal": {"AWS": [OTHER_ACCOUNT]}}, EVE, Truth.YES),
        ({"Principal": {"AWS": "*", "Service": LAMBDA.arn}}, LAMBDA, Truth.YES),
        ({"Principal": "*"}, ANN, Truth.YES),
    ],
)
def test_whom_the_block_of_public_access_keeps_out(who, principal, truth):
    found = ResourcePolicies(policy([{**allow(), **who}]), restricts_public=True)
    assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, principal), found).truth is truth


def test_the_block_of_public_access_is_of_s3_and_of_allows_alone():
    queue = ResourcePolicies(naming("*"), restricts_public=True)
    assert PolicySet([FULL]).decide(ask("sqs:SendMessage", QUEUE, EVE), queue).truth is Truth.YES
    refusing = policy([{**allow(), "Principal": {"AWS": EVE.arn}}, {**deny("s3:Put*"), "Principal": "*"}])
    closed = ResourcePolicies(refusing, restricts_public=True)
    assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, EVE), closed).truth is Truth.YES
    none = ResourcePolicies(None, restricts_public=True)
    assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, ANN), none).truth is Truth.YES


def test_a_closed_bucket_says_what_closes_it():
    closed = ResourcePolicies(naming("*"), restricts_public=True)
    verdict = PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, EVE), closed)
    assert (verdict.truth, verdict.blocked_by, verdict.explicit_deny) == (Truth.NO, ("s3-bpa",), True)
    unseen = ResourcePolicies(Policy("b", "bucket policy", None), restricts_public=True)
    verdict = PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, EVE), unseen)
    assert "not (policy `bucket policy`, which was not seen, is public)" in verdict.conditions


@pytest.mark.parametrize(
    ("constraint", "context", "truth"),
    [
        ({}, {}, Truth.YES),
        ({"within": {"a": "1"}}, {"a": "1"}, Truth.YES),
        ({"within": {"a": "1"}}, {"a": "1", "b": "2"}, Truth.YES),
        ({"within": {"a": "1"}}, {"a": "2"}, Truth.NO),
        ({"exactly": {"a": "1"}}, {"a": "1"}, Truth.YES),
        ({"exactly": {"a": "1"}}, {"a": "1", "b": "2"}, Truth.NO),
        ({"exactly": {"a": "1", "b": "2"}}, {"a": "1", "b": "2"}, Truth.YES),
        ({"exactly": {"a": "1", "b": "2"}}, {"a": "1"}, Truth.NO),
    ],
)
@pytest.mark.parametrize("grantee", [ANN, LAMBDA])
def test_a_grant_with_a_constraint_holds_for_that_encryption_context(grantee, constraint, context, truth):
    key = ResourcePolicies(grants=[kms_grant("g1", grantee.arn, ["Decrypt"], **constraint)])
    given = {f"kms:encryptioncontext:{name}": (value,) for name, value in context.items()}
    given["kms:encryptioncontextkeys"] = tuple(context)
    verdict = NOTHING.decide(Request(grantee, "kms:Decrypt", KEY, ACCOUNT, given, complete=True), key)
    assert verdict.truth is truth
    if truth is Truth.YES:
        (found,) = verdict.statements
        assert (found.policy, found.policy_id) == ("grant g1", "g1")


@pytest.mark.parametrize(
    ("action", "resource", "truth"),
    [
        ("iam:DeleteRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y", Truth.NO),
        ("iam:DeleteServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y", Truth.YES),
        ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y", Truth.YES),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y", Truth.YES),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/x/y", Truth.NO),
        ("iam:DeleteRole", f"arn:aws:iam::{ACCOUNT}:role/mine", Truth.YES),
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess", Truth.NO),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/Mine", Truth.YES),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", Truth.YES),
        ("kms:UpdateAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3", Truth.NO),
        ("kms:UpdateAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/mine", Truth.YES),
    ],
)
def test_what_aws_keeps_to_itself(action, resource, truth):
    assert bound([allow()]).decide(ask(action, resource)).truth is truth
    assert bound([allow()]).truth(ask(action, resource)) is truth


def test_what_is_denied_anyway_is_not_said_to_be_kept_by_aws():
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/x/y"
    assert bound([]).decide(ask("iam:DeleteRole", reserved)).blocked_by == ("identity",)
    kept = bound([allow()]).decide(ask("iam:DeleteRole", reserved))
    assert (kept.blocked_by, kept.explicit_deny, kept.layers) == (("service",), False, {})


def test_whoever_one_is_may_be_asked_in_spite_of_every_deny():
    denied = PolicySet([policy([deny()])], None, [[policy([deny()])]])
    assert denied.decide(ask("sts:GetCallerIdentity", "*")).truth is Truth.YES
    assert denied.truth(ask("STS:getcalleridentity", "*")) is Truth.YES
    assert denied.decide(ask("sts:GetCallerIdentity", "*")).summary == "allowed by AWS"


def test_without_guardrails_all_else_stays():
    whole = PolicySet([FULL], FULL, [[policy([deny("s3:*")])]], ON_EC2)
    free = whole.without_guardrails()
    assert [(name, layer) for name, layer, _ in free.sources] == [
        ("identity", "identity"), ("boundary", "boundary"), ("session", "session"),
    ]  # fmt: skip
    assert free.sources == whole.sources[:3]
    assert free.decide(ask("s3:GetObject", OBJECT, SESSION)).blocked_by == ("session",)
    assert whole.without_guardrails() is free
    bare = PolicySet([FULL], None, [[FULL], [policy([deny("s3:*")])]])
    assert [name for name, _, _ in bare.sources] == ["identity", "scp 0", "scp 1"]
    assert bare.without_guardrails().truth(ask("s3:GetObject", OBJECT)) is Truth.YES


@pytest.mark.parametrize(
    ("principal", "action", "resource", "blocked_by"),
    [
        (USER, "s3:GetObject", OBJECT, ()),
        (USER, "sts:AssumeRole", TARGET, ("resource",)),
        (USER, "sts:GetSessionToken", "*", ()),
        (USER, "iam:GetRole", TARGET, ()),
        (USER, "kms:Decrypt", KEY, ("resource",)),
        (USER, "kms:ListKeys", "*", ()),
        (STRANGER, "s3:GetObject", OBJECT, ("resource",)),
        (LAMBDA, "s3:GetObject", OBJECT, ("resource",)),
    ],
)
def test_who_needs_the_consent_of_a_resource_without_a_policy(principal, action, resource, blocked_by):
    verdict = bound([allow()]).decide(ask(action, resource, principal))
    assert verdict.blocked_by == blocked_by
    assert bound([allow()]).truth(ask(action, resource, principal)) is verdict.truth


def test_the_root_user_needs_no_policy_and_obeys_guardrails():
    request = ask("s3:GetObject", OBJECT, ROOT)
    assert NOTHING.decide(request).truth is Truth.YES
    assert NOTHING.truth(request) is Truth.YES
    assert PolicySet([], None, [[policy([deny("s3:*")])]]).decide(request).blocked_by == ("scp",)
    assert NOTHING.decide(ask("s3:GetObject", OBJECT, Principal(STRANGER.arn, OTHER_ACCOUNT, "root"))).truth is Truth.NO


def test_nothing_that_would_be_attached_to_the_root_user_binds_it():
    attached = PolicySet([policy([deny()])], ON_EC2, [[FULL]])
    verdict = attached.decide(ask("s3:GetObject", OBJECT, ROOT))
    assert (verdict.truth, verdict.summary) == (
        Truth.YES, "allowed by the rights of the root user, service control policies"
    )  # fmt: skip
    assert attached.truth(ask("s3:GetObject", OBJECT, ROOT)) is Truth.YES
    assert attached.decide(ask("s3:GetObject", OBJECT, USER)).blocked_by == ("identity", "boundary")
    spared = {**deny(), "NotPrincipal": {"AWS": ROOT.arn}}
    door = ResourcePolicies(policy([{**allow(), "Principal": "*"}, spared]))
    assert attached.decide(ask("s3:GetObject", OBJECT, ROOT), door).truth is Truth.YES  # it has no boundary
    assert PolicySet([], None, None, ON_EC2).decide(ask("s3:GetObject", OBJECT, ROOT)).blocked_by == ("session",)
