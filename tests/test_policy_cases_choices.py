"""What a caller may choose, key by key: which values are tried, and where trying does not settle the answer."""

from __future__ import annotations

import json

import pytest

from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, Truth, parse
from tests.policy_strategies import ACCOUNT, OTHER_ACCOUNT, bound
from tests.test_policy_decide import allow, ask, deny

AGENT, SIZE, TAGS = "aws:UserAgent", "s3:max-keys", "aws:TagKeys"
TAGGING = "ec2:CreateTags"


def answer(*statements: dict, action: str = "s3:ListBucket") -> tuple[Truth, tuple]:
    verdict = bound(list(statements)).decide(ask(action, "*"))
    return verdict.truth, verdict.choices


@pytest.mark.parametrize(
    ("operator", "key", "value", "chosen"),
    [
        ("StringEquals", AGENT, "a", "a"),
        ("StringEquals", AGENT, "a*", "a*"),  # not a wildcard here
        ("StringNotEquals", AGENT, "a", None),
        ("StringNotEqualsIfExists", AGENT, "a", None),
        ("StringLike", AGENT, "a*c", "a*c"),
        ("StringLike", AGENT, "a${*}", "a*"),
        ("NumericLessThan", SIZE, "10", "9"),
        ("NumericLessThanEquals", SIZE, "10", "10"),
        ("NumericGreaterThan", SIZE, "10", "11"),
        ("Null", AGENT, "true", None),
        ("Null", AGENT, "false", "any other value"),
        ("ForAnyValue:StringEquals", TAGS, "team", "team"),
        ("ForAllValues:StringEquals", TAGS, "team", None),
        ("StringEquals", AGENT, "${aws:PrincipalTag/team}", "1"),
    ],
)
def test_one_value_that_brings_the_answer_about_is_found(operator, key, value, chosen):
    expected = ((key, chosen),) if chosen else ()
    action = TAGGING if key == TAGS else "s3:ListBucket"
    assert answer(allow(Condition={operator: {key: value}}), action=action) == (Truth.YES, expected)


@pytest.mark.parametrize(
    ("block", "truth"),
    [
        ({"NumericLessThan": {SIZE: "10"}, "NumericGreaterThan": {SIZE: "8"}}, Truth.YES),
        ({"NumericLessThan": {SIZE: "10"}, "NumericGreaterThan": {SIZE: "10"}}, Truth.NO),
        ({"NumericLessThan": {SIZE: "10"}, "NumericGreaterThanEquals": {SIZE: "10"}}, Truth.NO),
        ({"NumericLessThanEquals": {SIZE: "10"}, "NumericGreaterThan": {SIZE: "10"}}, Truth.NO),
        ({"NumericEquals": {SIZE: "10"}, "NumericNotEquals": {SIZE: "10"}}, Truth.NO),
        ({"NumericLessThan": {SIZE: "many"}}, Truth.NO),
        ({"BinaryEquals": {AGENT: "a"}, "StringNotLike": {AGENT: "a"}}, Truth.NO),
        ({"StringLike": {AGENT: "a?c"}}, Truth.YES),
        ({"StringLike": {AGENT: "a*"}, "StringNotLike": {AGENT: "a?*"}}, Truth.YES),  # `a` itself
        ({"StringLike": {AGENT: "a*"}, "StringNotEquals": {AGENT: ["a*", "a"]}}, Truth.YES),
        ({"StringEquals": {AGENT: "a"}, "StringNotEquals": {AGENT: "a"}}, Truth.NO),
        ({"StringEquals": {AGENT: "a"}, "Null": {AGENT: "true"}}, Truth.NO),
        ({"StringLike": {AGENT: "ab*"}, "StringNotLike": {AGENT: "a*"}}, Truth.NO),  # one covers the other
        ({"StringLike": {AGENT: "a*"}, "StringNotLike": {AGENT: "ab*"}}, Truth.YES),
        ({"StringLike": {AGENT: "a*"}, "StringLikeIfExists": {AGENT: "b*"}}, Truth.NO),  # the heads differ
        ({"StringLike": {AGENT: "*a"}, "StringLikeIfExists": {AGENT: "*b"}}, Truth.NO),  # the tails differ
        ({"StringLike": {AGENT: "a"}, "StringLikeIfExists": {AGENT: "a*a"}}, Truth.NO),  # one value is no pattern
        ({"StringLike": {AGENT: "a" * 300 + "*"}}, Truth.YES),
        ({"StringLike": {AGENT: "*ab"}, "StringLikeIfExists": {AGENT: "*cb"}}, Truth.NO),
        ({"StringLike": {AGENT: "a?*"}, "StringLikeIfExists": {AGENT: "?b*"}}, Truth.YES),  # `ab` is like both
        ({"StringLike": {AGENT: "a?"}, "StringLikeIfExists": {AGENT: "?b"}}, Truth.YES),
        (
            {"StringLike": {AGENT: "a*"}, "StringNotLike": {AGENT: "*b*"}, "StringLikeIfExists": {AGENT: "*c"}},
            Truth.YES,
        ),
        (
            {"StringLike": {AGENT: [f"{one}*" for one in "acdefg"]}, "StringLikeIfExists": {AGENT: "*b"}},
            Truth.MAYBE,
        ),  # too many to look at what each two share
        ({"StringLike": {AGENT: "a*"}, "StringNotLike": {AGENT: ["a?", "a"]}}, Truth.MAYBE),  # `abc` is neither
        ({"StringLike": {AGENT: "a*"}, "DateGreaterThan": {AGENT: "2020-01-01"}}, Truth.MAYBE),  # dates are not tried
        ({"StringEquals": {AGENT: "${aws:SourceIp}"}, "StringNotEquals": {AGENT: "a"}}, Truth.MAYBE),
        ({"StringEquals": {"aws:RequestedRegion": "a"}, "Null": {"aws:RequestedRegion": "true"}}, Truth.NO),
        ({"Null": {"aws:RequestedRegion": "true"}}, Truth.NO),  # every request has a region
        ({"Bool": {"aws:SecureTransport": "maybe"}}, Truth.NO),  # there are two values, and no other
        ({"StringNotEquals": {"aws:SecureTransport": ["true", "false"]}}, Truth.NO),
    ],
)
def test_what_no_single_value_brings_about_is_refused_where_all_were_tried(block, truth):
    assert answer(allow(Condition=block))[0] is truth


def test_a_value_that_looks_like_a_variable_is_text_in_the_old_version():
    statement = allow(Condition={"StringEquals": {AGENT: "${aws:username}"}})
    old = Policy("p", "p", parse(json.dumps({"Version": "2008-10-17", "Statement": statement})))
    verdict = PolicySet([old]).decide(ask("s3:ListBucket", "*"))
    assert (verdict.truth, verdict.choices) == (Truth.YES, ((AGENT, "${aws:username}"),))


def test_a_list_of_tags_is_chosen_as_a_whole():
    every = allow(Condition={"ForAllValues:StringEquals": {TAGS: ["a", "b"]}, "Null": {TAGS: "false"}})
    single = deny(Condition={"StringEquals": {TAGS: ["a", "b"]}})
    assert answer(every, action=TAGGING) == (Truth.YES, ((TAGS, "a"),))
    assert answer(every, single, action=TAGGING)[0] is not Truth.YES
    together = {"ForAnyValue:StringEquals": {TAGS: "a"}, "ForAnyValue:StringLike": {TAGS: "b"}}
    assert answer(allow(Condition=together), action=TAGGING) == (Truth.YES, ((TAGS, "a and b"),))


@pytest.mark.parametrize(
    ("names", "truth", "chosen"),
    [
        ("bc", Truth.YES, "a and b"),
        ("bcd", Truth.YES, "a and b"),
        ("bcde", Truth.MAYBE, ""),
    ],  # of more than a few not every list is tried
)
def test_every_list_of_a_few_values_is_tried(names, truth, chosen):
    both = allow(Condition={"ForAnyValue:StringEquals": {TAGS: "a"}, "ForAnyValue:StringLike": {TAGS: "b"}})
    others = deny(Condition={"ForAnyValue:StringEquals": {TAGS: list(names[1:])}})
    found = answer(both, others, action=TAGGING)
    assert (found[0], [value for _, value in found[1]]) == (truth, [chosen] if chosen else [])
    rest = {"ForAnyValue:StringEquals": {TAGS: list("abcdef")}, "ForAnyValue:StringNotEquals": {TAGS: list("abcdef")}}
    assert answer(allow(Condition=rest), action=TAGGING)[0] is Truth.YES  # all that are named, and another
    every = {"ForAllValues:StringEquals": {TAGS: list("abcdef")}, "ForAnyValue:StringEquals": {TAGS: "a"}}
    found = answer(allow(Condition={**every, "ForAnyValue:StringLike": {TAGS: "b"}}), action=TAGGING)
    assert found == (Truth.YES, ((TAGS, "a and b and c and d and e and f"),))  # all that are named, and no other


def test_the_tags_of_a_request_are_listed_among_its_keys():
    team = allow(Condition={"StringEquals": {"aws:RequestTag/team": "a"}, "Null": {TAGS: "false"}})
    assert answer(team, action=TAGGING) == (Truth.YES, (("aws:RequestTag/team", "a"), (TAGS, "team")))
    both = allow(Condition={"StringEquals": {"aws:RequestTag/team": "a", "aws:RequestTag/Env": "b"},
                            "ForAnyValue:StringEquals": {TAGS: "team"}})  # fmt: skip
    truth, choices = answer(both, action=TAGGING)
    assert truth is Truth.YES
    assert choices[-1] == (TAGS, "team and env")


@pytest.mark.parametrize(
    ("denied", "truth", "chosen"),
    [
        (["dev"], Truth.YES, ((AGENT, "DEV"),)),
        (["other"], Truth.YES, ((AGENT, "dev"),)),
        (["dev", "DEV"], Truth.MAYBE, ()),  # `Dev` was not tried
    ],
)
def test_where_letter_case_does_not_matter_a_value_may_be_spelt_otherwise(denied, truth, chosen):
    cased = allow(Condition={"StringEqualsIgnoreCase": {AGENT: "dev"}})
    assert answer(cased, deny(Condition={"StringEquals": {AGENT: denied}})) == (truth, chosen)
    listed = allow(Condition={"StringEqualsIgnoreCase": {"iam:PassedToService": "Lambda.AMAZONAWS.com"}})
    assert answer(listed, action="iam:PassRole") == (Truth.YES, (("iam:PassedToService", "lambda.amazonaws.com"),))


def test_tags_that_are_given_do_not_bear_on_other_choices():
    tagged = ask(TAGGING, "*", aws__requesttag_team="a")
    verdict = bound([allow(Condition={"StringEquals": {AGENT: "b"}})]).decide(tagged)
    assert (verdict.truth, verdict.choices) == (Truth.YES, ((AGENT, "b"),))


def test_a_choice_is_shown_as_the_policy_writes_its_key():
    assert answer(allow(Condition={"StringEquals": {"AWS:useragent": "a"}})) == (Truth.YES, (("AWS:useragent", "a"),))


def test_the_best_choice_is_kept_though_a_worse_one_comes_first():
    unsure = allow(Condition={"StringEquals": {AGENT: "a"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    sure = allow(Condition={"StringEquals": {AGENT: "b"}})
    assert answer(unsure, sure) == (Truth.YES, ((AGENT, "b"),))
    verdict = bound([unsure]).decide(ask("s3:ListBucket", "*"))
    assert (verdict.truth, verdict.choices) == (Truth.MAYBE, ((AGENT, "a"),))
    assert verdict.conditions == ("`aws:SourceIp` in 10.0.0.0/8",)


def test_two_services_names_of_one_region_are_one_choice():
    both = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "StringNotEquals": {"ec2:Region": "eu-west-1"}}
    assert answer(allow(Condition=both))[0] is Truth.NO


def test_as_many_combinations_as_there_may_be_are_all_tried():
    keys = {f"aws:RequestTag/t{number}": "a" for number in range(5)}  # 3 ways each: 243
    assert answer(allow(Condition={"StringEquals": keys}), action=TAGGING)[0] is Truth.YES
    four = {f"aws:RequestTag/t{number}": ["a", "b"] for number in range(4)}  # 4 ways each: 256
    assert answer(allow(Condition={"StringEquals": four}), action=TAGGING)[0] is Truth.YES
    opposed = {"StringEquals": keys, "StringNotEquals": {"aws:RequestTag/t0": "a"}}
    assert answer(allow(Condition=opposed), action=TAGGING)[0] is Truth.NO
    for count, truth in ((127, Truth.NO), (129, Truth.MAYBE)):  # named twice, in either operator
        names = [f"n{number}" for number in range(count)]
        block = {"StringEquals": {AGENT: names}, "StringNotLike": {AGENT: names}}
        assert answer(allow(Condition=block))[0] is truth


REGION, SERVICE, MANAGED, ACL = "aws:RequestedRegion", "iam:PassedToService", "iam:PolicyARN", "s3:x-amz-acl"
TOKENS = "ec2:MetadataHttpTokens"
ACTIONS = {
    TOKENS: "ec2:RunInstances",
    REGION: "s3:GetObject",
    SERVICE: "iam:PassRole",
    MANAGED: "iam:AttachUserPolicy",
    ACL: "s3:PutObject",
}
OWN_POLICIES, AWS_POLICIES = f"arn:aws:iam::{ACCOUNT}:policy/*", "arn:aws:iam::aws:policy/*"
ACLS = ["private", "public-read", "public-read-write", "aws-exec-read", "authenticated-read", "bucket-owner-read",
        "bucket-owner-full-control", "log-delivery-write"]  # fmt: skip


@pytest.mark.parametrize(
    ("partition", "key", "effect", "operator", "value", "chosen"),
    [
        ("aws", REGION, "Allow", "StringLike", "mars-*", None),
        ("aws", REGION, "Allow", "StringEquals", "nowhere-1", None),
        ("aws", REGION, "Allow", "StringEquals", "cn-north-1", None),
        ("aws-cn", REGION, "Allow", "StringEquals", "cn-north-1", "cn-north-1"),
        ("aws-us-gov", REGION, "Allow", "StringLike", "*-east-*", "us-gov-east-1"),
        ("aws-eusc", REGION, "Allow", "StringLike", "*", "eusc-de-east-1"),
        ("aws-iso", REGION, "Allow", "StringLike", "eu-*", None),
        ("aws-new", REGION, "Allow", "StringLike", "x-*", "x-*"),  # a partition that is not in the table
        ("aws", REGION, "Allow", "StringLike", "eu-*", "eu-west-1"),
        ("aws", REGION, "Allow", "StringEquals", "eu-south-9", "eu-south-9"),  # newer than the table
        ("aws", REGION, "Allow", "StringLike", "eu-south-9*", None),
        ("aws", REGION, "Deny", "StringEquals", "us-east-1", "us-east-2"),
        ("aws", REGION, "Deny", "StringNotEquals", "nowhere-1", None),
        ("aws", REGION, "Deny", "StringLike", "??-*-?", None),
        ("aws", SERVICE, "Allow", "StringEquals", "lambda", None),
        ("aws", SERVICE, "Allow", "StringEquals", "lambda.amazonaws.com", "lambda.amazonaws.com"),
        ("aws", SERVICE, "Allow", "StringLike", "*lambda*", "*lambda*.amazonaws.com"),
        ("aws", SERVICE, "Allow", "StringLike", "ec2.amazon?ws.com", "ec2.amazonaws.com"),
        ("aws", SERVICE, "Deny", "StringLike", "*.amazonaws.com", None),
        ("aws", SERVICE, "Deny", "StringLike", "ec2*", "*.amazonaws.com"),
        ("aws-cn", SERVICE, "Deny", "StringLike", "*.amazonaws.com", "*.amazonaws.com.cn"),
        ("aws", MANAGED, "Deny", "ArnLike", "arn:aws:iam::*:policy/*", None),
        ("aws", MANAGED, "Deny", "ArnLike", AWS_POLICIES, OWN_POLICIES),
        ("aws", MANAGED, "Deny", "ArnLike", OWN_POLICIES, AWS_POLICIES),
        ("aws", MANAGED, "Allow", "ArnEquals", f"arn:aws:iam::{OTHER_ACCOUNT}:policy/x", None),
        ("aws", MANAGED, "Allow", "ArnEquals", "arn:aws-cn:iam::aws:policy/x", None),
        ("aws", MANAGED, "Allow", "StringLike", "arn:aws:iam::aws*Admin*", "arn:aws:iam::aws:policy/*Admin*"),
        ("aws", ACL, "Allow", "StringEquals", "open-to-all", None),
        ("aws", ACL, "Allow", "StringLike", "public-*", "public-read"),
        ("aws", ACL, "Deny", "StringEqualsIfExists", ACLS[1:], "private"),
        ("aws", ACL, "Deny", "StringEqualsIfExists", ACLS, None),
        ("aws", "aws:SecureTransport", "Deny", "Bool", "false", "true"),
        ("aws", TOKENS, "Allow", "StringLike", "req*", "required"),
        ("aws", TOKENS, "Allow", "StringEquals", "any", None),
        ("aws", REGION, "Deny", "StringEquals", "${aws:PrincipalTag/home, 'us-east-1'}", "us-east-2"),
    ],
)
def test_a_choice_is_one_that_aws_takes(partition, key, effect, operator, value, chosen):
    caller = Principal(f"arn:{partition}:iam::{ACCOUNT}:user/ann", ACCOUNT, "user")
    decisive = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}}
    request = Request(caller, ACTIONS.get(key, "s3:GetObject"), "*", ACCOUNT)
    verdict = bound([decisive, *([allow()] if effect == "Deny" else [])]).decide(request)
    expected = (Truth.YES, ((key, chosen),)) if chosen else (Truth.NO, ())
    assert (verdict.truth, verdict.choices) == expected


def test_where_the_owner_is_not_known_a_managed_policy_may_be_of_any_account():
    foreign = allow(Condition={"ArnEquals": {MANAGED: f"arn:aws:iam::{OTHER_ACCOUNT}:policy/x"}})
    caller = Principal("arn:aws:iam:::user/ann", "", "user")
    assert bound([foreign]).decide(Request(caller, ACTIONS[MANAGED], "*", "")).truth is Truth.YES


def test_what_is_settled_for_one_account_or_partition_is_not_for_another():
    foreign = bound([allow(Condition={"ArnEquals": {MANAGED: f"arn:aws:iam::{OTHER_ACCOUNT}:policy/x"}})])
    for account, truth in ((OTHER_ACCOUNT, Truth.YES), (ACCOUNT, Truth.NO)):
        caller = Principal(f"arn:aws:iam::{account}:user/ann", account, "user")
        assert foreign.decide(Request(caller, ACTIONS[MANAGED], "*", account)).truth is truth
    chinese = bound([allow(Condition={"StringEquals": {REGION: "cn-north-1"}})])
    for partition, truth in (("aws-cn", Truth.YES), ("aws", Truth.NO)):
        caller = Principal(f"arn:{partition}:iam::{ACCOUNT}:user/ann", ACCOUNT, "user")
        assert chinese.decide(Request(caller, ACTIONS[REGION], "*", ACCOUNT)).truth is truth


def test_a_caller_without_a_partition_is_where_the_resource_is():
    chinese = allow(Condition={"StringEquals": {REGION: "cn-north-1"}}, Principal="*")
    anyone = Principal("", "", "anonymous")
    found = ResourcePolicies(Policy("b", "b", parse(json.dumps({"Statement": [chinese]}))))
    for resource, truth in (("arn:aws-cn:s3:::b/x", Truth.YES), ("arn:aws:s3:::b/x", Truth.NO), ("*", Truth.NO)):
        assert PolicySet([]).decide(Request(anyone, "s3:GetObject", resource, ACCOUNT), found).truth is truth


def test_a_choice_with_which_something_else_is_compared_is_made_for_both():
    local = {"StringEquals": {"aws:ResourceTag/home": "${aws:RequestedRegion}"}, "StringLike": {REGION: "eu-*"}}
    for home, truth in (("eu-west-2", Truth.YES), ("us-east-1", Truth.NO), ("eu-south-9", Truth.NO)):
        verdict = bound([allow(Condition=local)]).decide(ask("s3:GetObject", "*", aws__resourcetag_home=home))
        assert (verdict.truth, verdict.choices) == (truth, ((REGION, home),) if truth is Truth.YES else ())
    free = {"StringEquals": {"aws:ResourceTag/home": "${aws:UserAgent}"}, "StringLike": {AGENT: "a*"}}
    verdict = bound([allow(Condition=free)]).decide(ask("s3:GetObject", "*", aws__resourcetag_home="abc"))
    assert verdict.truth is Truth.MAYBE  # `abc` was not tried
