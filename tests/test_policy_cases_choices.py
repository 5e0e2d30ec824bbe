"""What a caller may choose, key by key: which values are tried, and where trying does not settle the answer."""

from __future__ import annotations

import json

import pytest

from policy import Policy, PolicySet, Truth, parse
from tests.policy_strategies import bound
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
        ({"StringLike": {AGENT: "*ab"}, "StringLikeIfExists": {AGENT: "*cb"}}, Truth.NO),
        ({"StringLike": {AGENT: "a?*"}, "StringLikeIfExists": {AGENT: "?b*"}}, Truth.MAYBE),  # `ab` is like both
        ({"StringLike": {AGENT: "a?"}, "StringLikeIfExists": {AGENT: "?b"}}, Truth.MAYBE),
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


def test_the_tags_of_a_request_are_listed_among_its_keys():
    team = allow(Condition={"StringEquals": {"aws:RequestTag/team": "a"}, "Null": {TAGS: "false"}})
    assert answer(team, action=TAGGING) == (Truth.YES, (("aws:RequestTag/team", "a"), (TAGS, "team")))
    both = allow(Condition={"StringEquals": {"aws:RequestTag/team": "a", "aws:RequestTag/Env": "b"},
                            "ForAnyValue:StringEquals": {TAGS: "team"}})  # fmt: skip
    truth, choices = answer(both, action=TAGGING)
    assert truth is Truth.YES
    assert choices[-1] == (TAGS, "team and env")


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
    opposed = {"StringEquals": keys, "StringNotEquals": {"aws:RequestTag/t0": "a"}}
    assert answer(allow(Condition=opposed), action=TAGGING)[0] is Truth.NO
    for count, truth in ((255, Truth.NO), (256, Truth.MAYBE)):  # and one value that none of them is
        regions = [f"r{number}" for number in range(count)]
        block = {"StringEquals": {"aws:RequestedRegion": regions}, "StringNotLike": {"aws:RequestedRegion": regions}}
        assert answer(allow(Condition=block))[0] is truth
