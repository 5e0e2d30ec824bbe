"""The layers beside identity policies: sessions, resource control policies, endpoints, public access, grants."""

from __future__ import annotations

import pytest

from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, Truth, kms_grant
from tests.policy_strategies import ACCOUNT, FULL, OTHER_ACCOUNT, ROLE, bound, policy

ANN = Principal(f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT, "user")
EVE = Principal(f"arn:aws:iam::{OTHER_ACCOUNT}:user/eve", OTHER_ACCOUNT, "user")
SESSION = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run", ACCOUNT, "role")
FAY = Principal(f"arn:aws:sts::{ACCOUNT}:federated-user/fay", ACCOUNT, "federated_user")
ANYONE = Principal("", "", "anonymous")
OBJECT, QUEUE = "arn:aws:s3:::ledger/x", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ON_EC2 = policy([{**EVERYTHING, "Action": "ec2:*"}], "OnlyEC2")


def ask(action: str, resource: str, principal: Principal, **context: str) -> Request:
    return Request(principal, action, resource, ACCOUNT, {k.replace("__", ":"): (v,) for k, v in context.items()})


def naming(*arns: str, **others: object) -> Policy:
    return policy([{**EVERYTHING, "Principal": {"AWS": list(arns)}, **others}], "bucket policy")


@pytest.mark.parametrize(
    ("principal", "named", "truth"),
    [
        (SESSION, SESSION.arn, Truth.YES),  # granted to the session itself
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/app", Truth.NO),
        (FAY, FAY.arn, Truth.YES),
        (FAY, f"arn:aws:iam::{ACCOUNT}:root", Truth.NO),
    ],
)
def test_a_session_policy_limits_what_is_not_granted_to_the_session(principal, named, truth):
    limited = PolicySet([FULL], session=ON_EC2)
    verdict = limited.decide(ask("sqs:SendMessage", QUEUE, principal), ResourcePolicies(naming(named)))
    assert verdict.truth is truth
    assert verdict.blocked_by == (() if truth is Truth.YES else ("session",))
    assert limited.decide(ask("ec2:StopInstances", "*", principal)).truth is Truth.YES


PERIMETER = policy(
    [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}],
    "Perimeter",
)  # fmt: skip


@pytest.mark.parametrize(
    ("action", "resource", "principal", "blocked_by"),
    [
        ("s3:GetObject", OBJECT, EVE, ("rcp",)),
        ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f", EVE, ()),  # not a listed service
        ("kms:RetireGrant", KEY, EVE, ()),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/target", Principal("ec2.amazonaws.com", "", "service"), ()),
        ("s3:GetObject", OBJECT, Principal(f"arn:aws:iam::{OTHER_ACCOUNT}:role/aws-service-role/x/y", OTHER_ACCOUNT,
                                           "role"), ()),
    ],
)  # fmt: skip
def test_resource_control_policies_bind_listed_services(action, resource, principal, blocked_by):
    anyone = policy([{**EVERYTHING, "Principal": {"AWS": "*", "Service": "ec2.amazonaws.com"}}])
    guarded = ResourcePolicies(anyone, rcps=[[PERIMETER], []])
    verdict = PolicySet([FULL]).decide(ask(action, resource, principal), guarded)
    assert verdict.blocked_by == blocked_by
    assert verdict.explicit_deny == bool(blocked_by)


def test_an_unseen_resource_control_policy_may_deny():
    verdict = PolicySet([FULL]).decide(
        ask("s3:GetObject", OBJECT, ANN), ResourcePolicies(rcps=[[Policy("p", "Perimeter", None)]])
    )
    assert (verdict.truth, verdict.conditions) == (
        Truth.MAYBE,
        ("policy `Perimeter`, which was not seen, agrees",),
    )


def test_an_endpoint_lets_through_what_its_policy_allows():
    only = ResourcePolicies(endpoint=[policy([{**EVERYTHING, "Resource": "arn:aws:s3:::ledger/*"}], "endpoint")])
    through = [PolicySet([FULL]).decide(ask("s3:GetObject", one, ANN), only) for one in (OBJECT, "arn:aws:s3:::b/x")]
    assert [(one.truth, one.blocked_by) for one in through] == [(Truth.YES, ()), (Truth.NO, ("vpce",))]


@pytest.mark.parametrize(
    ("found", "principal", "truth"),
    [
        (naming("*"), ANYONE, Truth.NO),
        (naming("*"), EVE, Truth.NO),
        (naming("*"), ANN, Truth.YES),
        (naming(EVE.arn), EVE, Truth.YES),
        (naming("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}), EVE, Truth.YES),
        (naming("*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}), EVE, Truth.NO),
        (Policy("b", "bucket policy", None), EVE, Truth.MAYBE),
    ],
)
def test_a_public_bucket_is_closed_to_outsiders_where_public_access_is_blocked(found, principal, truth):
    closed = ResourcePolicies(found, restricts_public=True)
    request = ask("s3:GetObject", OBJECT, principal, aws__principalorgid="o-ours")
    assert PolicySet([FULL]).decide(request, closed).truth is truth


def test_a_block_that_takes_nothing_away_is_not_named():
    other = naming("*", Action="s3:PutObject")
    verdict = PolicySet([]).decide(ask("s3:GetObject", OBJECT, ANYONE), ResourcePolicies(other, restricts_public=True))
    assert (verdict.blocked_by, verdict.explicit_deny) == (("resource",), False)


def test_a_grant_opens_a_key_to_its_grantee_alone():
    own = policy([{**EVERYTHING, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}], "key policy")
    grant = kms_grant("g1", ANN.arn, ["Decrypt"], exactly={"team": "a"})
    key, nobody = ResourcePolicies(own, grants=[grant]), PolicySet([])
    context = {"kms:encryptioncontext:team": ("a",), "kms:encryptioncontextkeys": ("team",)}
    asked = [
        Request(who, action, KEY, ACCOUNT, context) for who in (ANN, ROLE) for action in ("kms:Decrypt", "kms:Sign")
    ]
    assert [nobody.decide(one, key).truth for one in asked] == [Truth.YES, Truth.NO, Truth.NO, Truth.NO]
    other = Request(ANN, "kms:Decrypt", KEY, ACCOUNT, {**context, "kms:encryptioncontext:team": ("b",)})
    assert nobody.decide(other, key).truth is Truth.NO
    assert nobody.decide(Request(ANN, "kms:Decrypt", KEY, ACCOUNT), key).truth is Truth.MAYBE


@pytest.mark.parametrize(
    ("caller", "truth"),
    [("", Truth.MAYBE), ("console", Truth.MAYBE), ("access_key", Truth.NO), ("compute", Truth.NO), ("ci", Truth.NO)],
)
def test_how_a_principal_calls_settles_what_its_request_carries(caller, truth):
    strong = bound([{**EVERYTHING, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}])
    known = Principal(ROLE.arn, ACCOUNT, "role", caller=caller)
    assert strong.decide(ask("s3:GetObject", OBJECT, known)).truth is truth


def test_a_verdict_says_where_each_deciding_statement_stands():
    statements = [{**EVERYTHING, "Action": "ec2:*"}, {**EVERYTHING, "Sid": "Read", "Action": "s3:Get*"}]
    managed = Policy("arn:aws:iam::aws:policy/Reader", "Reader", policy(statements).document, "v3")
    verdict = PolicySet([managed], scps=[[FULL]]).decide(ask("s3:GetObject", OBJECT, ANN))
    (found,) = verdict.statements
    assert (found.policy, found.version, found.sid, found.position) == ("Reader", "v3", "Read", 1)
    assert verdict.text.splitlines() == [
        "allowed by identity policies, service control policies",
        "  identity policies: allow",
        "    Allow `Read` of `Reader` (v3)",
        "  service control policies: allow",
        "    Allow statement 1 of `FullAWSAccess`",
    ]


def test_every_layer_that_stops_a_request_is_named():
    denied = PolicySet([FULL], ON_EC2, [[FULL], [policy([{**EVERYTHING, "Effect": "Deny"}])]], ON_EC2)
    verdict = denied.decide(ask("s3:GetObject", OBJECT, SESSION))
    assert (verdict.explicit_deny, set(verdict.blocked_by)) == (True, {"scp", "boundary", "session"})


@pytest.mark.parametrize(("service", "truth"), [("sso", Truth.YES), ("sns", Truth.NO)])
def test_identity_center_keeps_the_roles_it_made(service, truth):
    name = f"aws-service-role/{service}.amazonaws.com/AWSServiceRoleFor{service.upper()}"
    keeper = Principal(f"arn:aws:iam::{ACCOUNT}:role/{name}", ACCOUNT, "role")
    made = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    assert PolicySet([FULL]).decide(ask("iam:PutRolePolicy", made, keeper)).truth is truth


def test_nobody_reaches_into_another_partition():
    verdict = PolicySet([FULL]).decide(ask("sqs:SendMessage", QUEUE.replace("arn:aws:", "arn:aws-cn:"), ANN))
    assert (verdict.truth, verdict.blocked_by) == (Truth.NO, ("service",))


@pytest.mark.parametrize(
    ("action", "key", "truth"),
    [
        ("iam:PassRole", "iam:PassedToService", Truth.YES),
        ("iam:CreateUser", "iam:PassedToService", Truth.NO),  # its requests do not carry the key
        ("s3:ListBucket", "s3:prefix", Truth.YES),
        ("s3:GetObject", "s3:prefix", Truth.NO),
        ("ec2:RunInstances", "ec2:InstanceType", Truth.YES),
        ("ec2:TerminateInstances", "ec2:InstanceType", Truth.MAYBE),  # a fact of the instance
        ("ec2:TerminateInstances", "aws:RequestTag/team", Truth.NO),
        ("new:Action", "aws:RequestTag/team", Truth.YES),  # not in the catalogue
    ],
)
def test_a_key_is_chosen_on_actions_that_carry_it(action, key, truth):
    value = "lambda.amazonaws.com" if key == "iam:PassedToService" else "a"
    tied = bound([{**EVERYTHING, "Condition": {"StringEquals": {key: value}}}])
    assert tied.decide(ask(action, "*", ANN)).truth is truth


@pytest.mark.parametrize("effects", [("Allow", "Deny"), ("Deny", "Allow")])
def test_what_a_variable_leaves_open_of_not_resource_is_the_other_way_round(effects):
    here, elsewhere = effects
    home = "arn:aws:s3:::b/${aws:SourceVpc}/*"
    found = [EVERYTHING, {**EVERYTHING, "Effect": here, "Resource": home}]
    rest = {key: value for key, value in EVERYTHING.items() if key != "Resource"}
    verdict = bound([*found, {**rest, "Effect": elsewhere, "NotResource": home}]).decide(
        ask("s3:GetObject", "arn:aws:s3:::b/1/k", ANN)
    )
    says = "covers it" if elsewhere == "Deny" else ")"
    assert verdict.truth is Truth.MAYBE
    assert verdict.conditions[0].endswith(says)


def test_a_block_that_was_not_seen_is_open():
    asked = ask("s3:GetObject", OBJECT, EVE)
    verdict = PolicySet([FULL]).decide(asked, ResourcePolicies(naming("*"), restricts_public=None))
    assert (verdict.truth, verdict.conditions) == (Truth.MAYBE, ("not (public access to it is blocked)",))
    assert PolicySet([FULL]).decide(asked, ResourcePolicies(naming(EVE.arn), restricts_public=None)).truth is Truth.YES


@pytest.mark.parametrize(("account", "truth"), [("111122223333", Truth.YES), ("*", Truth.NO)])
def test_an_access_point_of_a_fixed_account_may_have_any_name(account, truth):
    point = f"arn:aws:s3:eu-west-1:{account}:accesspoint/*"
    found = naming("*", Condition={"StringLike": {"s3:DataAccessPointArn": point}})
    request = ask("s3:GetObject", OBJECT, EVE, s3__dataaccesspointarn=point.replace("*", "1"))
    assert PolicySet([FULL]).decide(request, ResourcePolicies(found, restricts_public=True)).truth is truth


def test_tags_that_are_given_are_among_the_tag_keys():
    tied = bound([{**EVERYTHING, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}}}])
    assert tied.decide(ask("sqs:CreateQueue", "*", ANN)).truth is Truth.YES
    given = Request(ANN, "sqs:CreateQueue", "*", ACCOUNT, {"aws:requesttag/team": ("x",)})
    assert tied.decide(given).truth is not Truth.YES
