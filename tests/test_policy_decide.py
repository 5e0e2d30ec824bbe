"""What the evaluator says of requests that are only partly known: choices, open conditions, evidence."""

from __future__ import annotations

import msgspec
import pytest

from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, Truth, matches_principal
from tests.policy_strategies import ACCOUNT, FULL, OTHER_ACCOUNT, ROLE, bound, policy

USER = Principal(f"arn:aws:iam::{ACCOUNT}:user/ops/ann", ACCOUNT, "user", {})
STRANGER = Principal(f"arn:aws:iam::{OTHER_ACCOUNT}:user/eve", OTHER_ACCOUNT, "user", {})
SESSION = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run", ACCOUNT, "role", {})
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root", {})
LAMBDA = Principal("lambda.amazonaws.com", "", "service", {})
TARGET = f"arn:aws:iam::{ACCOUNT}:role/target"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


def allow(action: str = "*", resource: str = "*", **others: object) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


def deny(action: str = "*", resource: str = "*", **others: object) -> dict:
    return allow(action, resource, **others) | {"Effect": "Deny"}


def trust(*names: str, kind: str = "AWS", **others: object) -> Policy:
    return policy([{"Effect": "Allow", "Principal": {kind: list(names)}, "Action": "sts:AssumeRole", **others}])


def ask(action: str, resource: str, principal: Principal = ROLE, **context: str) -> Request:
    known = {key.replace("__", ":").replace("_", "/"): (value,) for key, value in context.items()}
    return Request(principal, action, resource, ACCOUNT, known)


REGION_GUARD = policy(
    [{"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": {
        "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}}], "Regions"
)  # fmt: skip


@pytest.mark.parametrize(
    ("action", "resource", "truth", "choices"),
    [
        ("s3:GetObject", "arn:aws:s3:::ledger/x", Truth.YES, (("aws:RequestedRegion", "eu-west-1"),)),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", Truth.YES, ()),
        ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", Truth.NO, ()),
        ("iam:CreateUser", "*", Truth.YES, ()),
    ],
)
def test_a_region_guardrail_makes_no_maybe(action, resource, truth, choices):
    verdict = bound([allow()], scps=[[FULL, REGION_GUARD]]).decide(ask(action, resource))
    assert (verdict.truth, verdict.choices, verdict.conditions) == (truth, choices, ())


def test_a_global_service_is_asked_in_its_home_region():
    guard = policy([deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})])
    policies = bound([allow()], scps=[[FULL, guard]])
    assert policies.decide(ask("iam:CreateUser", "*")).blocked_by == ("scp",)
    assert policies.decide(ask("iam:PassRole", TARGET)).truth is Truth.YES


def test_one_choice_must_satisfy_every_statement():
    passing = allow("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "lambda.*"}})
    refusing = deny("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": ["lambda.*", "ec2.*"]}})
    sent = (("iam:PassedToService", "lambda.amazonaws.com"),)
    assert bound([passing]).decide(ask("iam:PassRole", TARGET)).choices == sent
    assert bound([passing, refusing]).decide(ask("iam:PassRole", TARGET)).truth is Truth.NO
    known = ask("iam:PassRole", TARGET, iam__passedtoservice="ec2.amazonaws.com")
    assert bound([passing]).decide(known).truth is Truth.NO


def test_a_value_that_only_two_patterns_together_describe_is_found():
    found = allow(Condition={"StringLike": {"aws:UserAgent": "a*"}, "StringLikeIfExists": {"aws:UserAgent": "*b"}})
    assert bound([found]).decide(ask("s3:GetObject", "*")).choices == (("aws:UserAgent", "a*b"),)
    apart = allow(Condition={"StringLike": {"aws:UserAgent": "a*"}, "StringLikeIfExists": {"aws:UserAgent": "b*"}})
    assert bound([apart]).decide(ask("s3:GetObject", "*")).truth is Truth.NO


def test_a_list_that_holds_a_named_and_another_value_is_found():
    both = {f"ForAnyValue:{operator}": {"aws:TagKeys": "a"} for operator in ("StringEquals", "StringNotEquals")}
    verdict = bound([allow(Condition=both)]).decide(ask("ec2:CreateTags", "*"))
    assert (verdict.truth, verdict.choices) == (Truth.YES, (("aws:TagKeys", "a and any other value"),))


def test_tag_keys_and_request_tags_are_one_choice():
    tagged = allow("ec2:CreateTags", Condition={"StringEquals": {"aws:RequestTag/team": "a"}})
    untagged = deny("ec2:CreateTags", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}})
    request = ask("ec2:CreateTags", "*")
    assert bound([tagged]).decide(request).choices == (("aws:RequestTag/team", "a"),)
    assert bound([tagged, untagged]).decide(request).truth is not Truth.YES


def test_more_choices_than_can_be_tried_are_a_maybe():
    keys = {f"aws:RequestTag/t{number}": ["a", "b"] for number in range(6)}
    verdict = bound([allow("ec2:CreateTags", Condition={"StringEquals": keys})]).decide(ask("ec2:CreateTags", "*"))
    assert verdict.truth is Truth.MAYBE
    assert verdict.conditions == tuple(f"`aws:RequestTag/t{number}` is a or b" for number in range(6))


def test_open_conditions_are_kept_in_words():
    found = [
        allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        deny("s3:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
    ]
    verdict = bound(found).decide(ask("s3:GetObject", "arn:aws:s3:::a/x"))
    assert verdict.truth is Truth.MAYBE
    assert verdict.conditions == (
        "`aws:SourceIp` in 203.0.113.0/24",
        "`aws:MultiFactorAuthPresent` is not false",
    )
    assert verdict.summary == f"possible if {' and '.join(verdict.conditions)}"
    assert [one.position for one in verdict.statements] == [0, 1]


def test_a_certain_permission_hides_no_behind_a_possible_one():
    found = [allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), allow("s3:GetObject")]
    verdict = bound(found).decide(ask("s3:GetObject", "arn:aws:s3:::a/x"))
    assert (verdict.truth, verdict.conditions) == (Truth.YES, ())
    assert [one.position for one in verdict.statements] == [1]


@pytest.mark.parametrize(
    ("context", "truth"),
    [
        ({}, Truth.MAYBE),
        ({"aws__resourcetag_team": "1"}, Truth.YES),
        ({"aws__resourcetag_other": "1"}, Truth.NO),
        ({"aws__resourcetags": ""}, Truth.NO),
    ],
)
@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "ec2:ResourceTag/team"])
def test_tags_of_a_resource_are_known_all_or_none(key, context, truth):
    found = allow("ec2:*", Condition={"StringEquals": {key: "${aws:PrincipalTag/team}"}})
    assert bound([found]).decide(ask("ec2:StopInstances", "*", **context)).truth is truth


def test_facts_of_the_principal_that_are_not_given_are_absent():
    found = allow(Condition={"StringNotEquals": {"aws:PrincipalTag/banned": "yes"}, "Null": {"aws:username": "true"}})
    assert bound([found]).decide(ask("s3:GetObject", "*")).truth is Truth.YES
    assert bound([found]).decide(ask("s3:GetObject", "*", USER)).truth is Truth.NO
    own = allow(resource="arn:aws:iam::*:user/*/${aws:username}")
    assert bound([own]).decide(ask("iam:CreateAccessKey", USER.arn, USER)).truth is Truth.YES
    assert bound([own]).decide(ask("iam:CreateAccessKey", USER.arn)).truth is Truth.NO


def test_a_role_is_known_by_its_arn_and_its_user_id_is_not():
    arn = allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}})
    identifier = allow(Condition={"StringLike": {"aws:userId": "AROA1:*"}})
    assert bound([arn]).decide(ask("s3:GetObject", "*")).truth is Truth.YES
    assert bound([arn]).decide(ask("s3:GetObject", "*", SESSION)).truth is Truth.MAYBE  # its ARN lacks the role's path
    assert bound([identifier]).decide(ask("s3:GetObject", "*")).truth is Truth.MAYBE
    known = msgspec.structs.replace(ROLE, context={"aws:userid": ("AROA1:run",)})
    assert bound([identifier]).decide(ask("s3:GetObject", "*", known)).truth is Truth.YES


def test_an_unseen_policy_may_allow_and_may_deny():
    unseen = Policy("x", "Legacy", None)
    request = ask("s3:GetObject", "*")
    text = ("policy `Legacy`, which was not seen, agrees",)
    for policies in (PolicySet([unseen]), PolicySet([FULL, unseen]), PolicySet([FULL], unseen),
                     PolicySet([FULL], None, [[unseen]])):  # fmt: skip
        verdict = policies.decide(request)
        assert (verdict.truth, verdict.conditions) == (Truth.MAYBE, text)
    assert PolicySet([unseen]).allows_action("s3:GetObject")
    assert PolicySet([FULL]).decide(request, ResourcePolicies(unseen)).truth is Truth.MAYBE
    assert PolicySet([policy([deny()]), unseen]).decide(request).truth is Truth.NO


def test_layers_answer_for_themselves():
    levels = [[FULL], [policy([allow("ec2:*")])], [FULL]]
    named = policy([allow(Principal="*"), deny("s3:*", Principal={"AWS": OTHER_ACCOUNT})])
    layers = bound([], boundary=FULL, scps=levels).decide(ask("s3:GetObject", "*"), ResourcePolicies(named)).layers
    assert {name: layer.truth for name, layer in layers.items()} == {
        "identity": Truth.NO,
        "boundary": Truth.YES,
        "scp": Truth.NO,
        "resource": Truth.YES,
    }


def test_an_empty_level_of_scps_denies_and_none_exempts():
    request = ask("s3:GetObject", "*")
    assert bound([allow()], scps=[[FULL], []]).decide(request).blocked_by == ("scp",)
    assert bound([allow()], scps=None).decide(request).truth is Truth.YES


@pytest.mark.parametrize(
    ("principal", "identity", "named", "truth"),
    [
        (USER, [], [USER.arn], Truth.YES),
        (USER, [], [ACCOUNT], Truth.NO),
        (USER, [allow()], [ACCOUNT], Truth.YES),
        (USER, [allow()], [ROLE.arn], Truth.NO),
        (ROLE, [], [f"arn:aws:iam::{ACCOUNT}:role/app"], Truth.YES),
        (ROLE, [], [SESSION.arn], Truth.YES),
        (ROLE, [], [SESSION.arn.replace("/app/", "/application/")], Truth.NO),
        (SESSION, [], ["arn:aws:iam::111111111111:role/path/app"], Truth.YES),
        (STRANGER, [], [STRANGER.arn], Truth.NO),
        (STRANGER, [allow()], [STRANGER.arn], Truth.YES),
        (STRANGER, [allow()], [f"arn:aws:iam::{OTHER_ACCOUNT}:root"], Truth.YES),
        (STRANGER, [allow()], ["*"], Truth.YES),
        (STRANGER, [allow()], [ACCOUNT], Truth.NO),
        (ROOT, [], [ACCOUNT], Truth.YES),
    ],
)
def test_a_trust_policy_names_or_delegates(principal, identity, named, truth):
    request = ask("sts:AssumeRole", TARGET, principal)
    assert bound(identity).decide(request, ResourcePolicies(trust(*named))).truth is truth
    key_policy = policy([{"Effect": "Allow", "Principal": {"AWS": named}, "Action": "kms:*", "Resource": "*"}])
    assert bound(identity).decide(ask("kms:Decrypt", KEY, principal), ResourcePolicies(key_policy)).truth is truth


def test_a_role_without_a_trust_policy_trusts_nobody():
    verdict = bound([allow()]).decide(ask("sts:AssumeRole", TARGET))
    assert (verdict.truth, verdict.blocked_by) == (Truth.NO, ("resource",))


def test_a_session_may_take_the_name_it_is_trusted_by():
    verdict = PolicySet([]).decide(ask("sts:AssumeRole", TARGET), ResourcePolicies(trust(SESSION.arn)))
    assert verdict.choices == (("session name", "run"),)


def test_a_boundary_holds_a_role_and_not_a_user_that_is_named():
    nothing = policy([allow("ec2:*")])
    for principal, truth in ((ROLE, Truth.NO), (USER, Truth.YES), (SESSION, Truth.NO)):
        named = policy([allow("s3:GetObject", Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:role/app", USER.arn]})])
        verdict = bound([], boundary=nothing).decide(ask("s3:GetObject", "*", principal), ResourcePolicies(named))
        assert verdict.truth is truth
        assert verdict.blocked_by == (() if truth is Truth.YES else ("boundary",))


def test_a_session_is_spared_where_it_is_named_and_not_only_its_role():
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    for spared, truth in (([role, SESSION.arn], Truth.YES), ([role], Truth.NO)):
        named = policy([{"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "*", "Resource": "*"}])
        assert bound([allow()]).decide(ask("s3:GetObject", "*", SESSION), ResourcePolicies(named)).truth is truth
        for_role = bound([allow()]).decide(ask("s3:GetObject", "*"), ResourcePolicies(named))
        assert (for_role.truth, for_role.choices) == (truth, (("session name", "run"),) if truth is Truth.YES else ())


def test_services_and_web_identities_need_the_trust_policy_alone():
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    github = Principal(provider, ACCOUNT, "federated", {})
    condition = {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                 "StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo/*"}}  # fmt: skip
    action = "sts:AssumeRoleWithWebIdentity"
    web = trust(provider, kind="Federated", Condition=condition, Action=action)
    nobody = PolicySet([])
    for service, truth in ((LAMBDA.arn, Truth.YES), ("ec2.amazonaws.com", Truth.NO)):
        trusting = ResourcePolicies(trust(service, kind="Service"))
        assert nobody.decide(ask("sts:AssumeRole", TARGET, LAMBDA), trusting).truth is truth
    verdict = nobody.decide(ask(action, TARGET, github), ResourcePolicies(web))
    assert verdict.conditions == ("`token.actions.githubusercontent.com:sub` is like repo:octo/*",)
    assert verdict.choices == (("token.actions.githubusercontent.com:aud", "sts.amazonaws.com"),)


def test_what_belongs_to_aws_cannot_be_changed():
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    verdict = bound([allow()]).decide(ask("iam:UpdateAssumeRolePolicy", reserved))
    assert (verdict.truth, verdict.blocked_by) == (Truth.NO, ("service",))
    assert verdict.summary == "not allowed by AWS itself, whatever the policies say"
    assert bound([allow()]).decide(ask("iam:GetRole", reserved)).truth is Truth.YES


@pytest.mark.parametrize(
    ("found", "text", "blocked_by"),
    [
        ([], "not allowed by identity policies", ("identity",)),
        ([allow(), deny("s3:*")], "denied by identity policies", ("identity",)),
        ([allow()], "allowed by identity policies, service control policies", ()),
    ],
)
def test_a_verdict_reads_as_a_sentence(found, text, blocked_by):
    verdict = bound(found, scps=[[FULL]]).decide(ask("s3:GetObject", "*"))
    assert (verdict.summary, verdict.blocked_by) == (text, blocked_by)
    assert verdict.explicit_deny == text.startswith("denied")


@pytest.mark.parametrize(
    ("element", "principal", "expected"),
    [
        ({"Principal": "*"}, USER, "direct"),
        ({"Principal": {"AWS": USER.arn}}, USER, "direct"),
        ({"Principal": {"AWS": ACCOUNT}}, USER, "account"),
        ({"Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", USER.arn]}}, USER, "direct"),
        ({"Principal": {"AWS": OTHER_ACCOUNT}}, USER, None),
        ({"Principal": {"AWS": SESSION.arn}}, ROLE, "direct"),
        ({"Principal": {"Service": LAMBDA.arn}}, LAMBDA, "direct"),
        ({"Principal": {"AWS": "AROADELETEDROLEID"}}, ROLE, None),
        ({"NotPrincipal": {"AWS": USER.arn}}, USER, None),
        ({"NotPrincipal": {"AWS": USER.arn}}, ROLE, "direct"),
        ({}, USER, None),
    ],
)
def test_whom_a_statement_names(element, principal, expected):
    statement = policy([{"Effect": "Allow", "Action": "sts:AssumeRole", **element}]).document.statements[0]
    assert matches_principal(statement, principal) == expected


def test_allows_action_looks_at_identity_policies_alone():
    policies = bound([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "x"}, deny("s3:*")], scps=[[]])
    assert policies.allows_action("S3:GetObject")
    assert not policies.allows_action("iam:CreateUser")
