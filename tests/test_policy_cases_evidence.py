"""What a verdict rests on: deciding statements, layers one by one, open conditions, and the words for them."""

from __future__ import annotations

import json

import pytest

from policy import Policy, PolicySet, ResourcePolicies, Truth, parse
from policy.verdict import Deciding, Layer
from tests.policy_strategies import ACCOUNT, FULL, ROLE, bound, policy
from tests.test_policy_decide import SESSION, STRANGER, USER, allow, ask, deny
from tests.test_policy_layers import OBJECT, ON_EC2, naming

IN = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
OUT = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
STRONG = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
IN_TEXT, STRONG_TEXT = "`aws:SourceIp` in 203.0.113.0/24", "`aws:MultiFactorAuthPresent` is true"
REQUEST = ask("s3:GetObject", OBJECT)


def deciding(found: Policy, position: int = 0) -> Deciding:
    one = found.document.statements[position]
    return Deciding(one.id, one.effect, found.name, found.id, found.version, one.sid, position)


def positions(statements: tuple[Deciding, ...]) -> list[tuple[str, int]]:
    return [(one.policy, one.position) for one in statements]


def test_an_allowed_request_names_what_allows_it_where_it_stands():
    first, second = policy([allow("ec2:*"), allow("s3:*", Sid="S")], "one"), policy([allow()], "two")
    verdict = PolicySet([first, second], FULL, [[FULL]]).decide(REQUEST)
    assert verdict.statements == (deciding(first, 1), deciding(second), deciding(FULL))
    assert verdict.layers == {
        "identity": Layer(Truth.YES, (deciding(first, 1), deciding(second))),
        "boundary": Layer(Truth.YES, (deciding(FULL),)),
        "scp": Layer(Truth.YES, (deciding(FULL),)),
    }


def test_a_denied_request_names_the_denies_that_hold_and_no_other():
    found = policy([allow(), deny("s3:*"), deny(Condition=IN), deny("ec2:*"), deny("s3:Get*")])
    verdict = PolicySet([found], ON_EC2).decide(REQUEST)
    assert verdict.statements == (deciding(found, 1), deciding(found, 4))
    assert verdict.blocked_by == ("identity", "boundary")
    assert verdict.layers["identity"] == Layer(Truth.NO, (deciding(found), deciding(found, 1), deciding(found, 4)))
    assert verdict.layers["boundary"] == Layer(Truth.NO)
    assert verdict.conditions == ()


def test_an_open_request_names_what_may_allow_and_what_may_deny():
    inside = {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}
    found = policy([allow(Condition=IN), allow(Condition=STRONG), deny(Condition=inside)])
    verdict = PolicySet([found], None, [[FULL, policy([deny(Condition=OUT)], "Guard")]]).decide(REQUEST)
    assert positions(verdict.statements) == [("p", 0), ("p", 1), ("p", 2), ("Guard", 0)]
    assert verdict.conditions == (
        "`aws:VpcSourceIp` not in 10.0.0.0/8",
        "`aws:SourceIp` not in 198.51.100.0/24",
        f"{IN_TEXT} or {STRONG_TEXT}",
    )
    assert verdict.summary == (
        "possible if `aws:VpcSourceIp` not in 10.0.0.0/8 and `aws:SourceIp` not in 198.51.100.0/24 "
        f"and ({IN_TEXT} or {STRONG_TEXT})"
    )
    assert verdict.layers["identity"].truth is Truth.MAYBE
    assert positions(verdict.layers["scp"].statements) == [("FullAWSAccess", 0), ("Guard", 0)]
    assert verdict.layers["scp"].truth is Truth.MAYBE


def test_what_a_choice_brings_about_is_named_as_if_it_were_known():
    chosen = {"StringEquals": {"aws:UserAgent": "a"}}
    found = policy([allow(Condition=chosen), allow(Condition={"StringNotEquals": {"aws:UserAgent": "a"}, **IN})])
    verdict = PolicySet([found]).decide(REQUEST)
    assert (verdict.choices, verdict.statements) == ((("aws:UserAgent", "a"),), (deciding(found),))
    assert verdict.layers["identity"] == Layer(Truth.YES, (deciding(found),))


def test_a_layer_that_is_silent_shows_no_statement():
    found = policy([allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "2"}}), allow("ec2:*")])
    assert PolicySet([found]).decide(REQUEST).layers == {"identity": Layer(Truth.NO)}


def test_an_open_scp_is_named_and_a_certain_one_is_not():
    open_level = policy([allow(Condition=STRONG)], "Strong")
    verdict = bound([allow()], scps=[[FULL], [open_level]]).decide(REQUEST)
    assert positions(verdict.statements) == [("p", 0), ("Strong", 0)]
    assert verdict.conditions == (STRONG_TEXT,)
    assert verdict.layers["scp"].truth is Truth.MAYBE


def test_one_part_of_a_resource_policy_is_enough_and_all_levels_of_an_organization_are_needed():
    named = policy([{**allow(), "Principal": {"AWS": [ACCOUNT]}}, {**allow("s3:*"), "Principal": {"AWS": ROLE.arn}}])
    layers = bound([allow()], scps=[[FULL], [], [FULL]]).decide(REQUEST, ResourcePolicies(named)).layers
    assert layers["resource"].truth is Truth.YES
    assert layers["scp"].truth is Truth.NO
    refused = policy([{**allow(), "Principal": {"AWS": ROLE.arn}}, {**deny("s3:*"), "Principal": "*"}])
    assert bound([]).decide(REQUEST, ResourcePolicies(refused)).layers["resource"].truth is Truth.NO


def test_an_open_resource_control_policy_is_asked_for_once():
    withheld = policy([{**deny(Condition=IN), "Principal": "*"}], "Perimeter")
    verdict = bound([allow()]).decide(REQUEST, ResourcePolicies(rcps=[[withheld], [withheld]]))
    assert verdict.conditions == ("`aws:SourceIp` not in 203.0.113.0/24",)
    assert verdict.layers["rcp"].truth is Truth.MAYBE
    assert positions(verdict.statements) == [("p", 0), ("Perimeter", 0)]


@pytest.mark.parametrize(
    ("own", "named", "conditions"),
    [
        ([allow(Condition=IN)], {"Condition": STRONG}, (f"({IN_TEXT}) or ({STRONG_TEXT})",)),
        ([allow(Condition=IN)], {"Condition": IN}, (IN_TEXT,)),
        ([], {"Condition": STRONG}, (STRONG_TEXT,)),
        ([allow(Condition=IN)], {"Action": "ec2:*"}, (IN_TEXT,)),
        ([allow(Condition=IN), allow(Condition=STRONG)], {"Condition": OUT},
         (f"({IN_TEXT} or {STRONG_TEXT}) or (`aws:SourceIp` in 198.51.100.0/24)",)),
        ([allow(Condition={**IN, **STRONG})], {"Condition": OUT},
         (f"({IN_TEXT} and {STRONG_TEXT}) or (`aws:SourceIp` in 198.51.100.0/24)",)),
    ],
)  # fmt: skip
def test_of_two_open_ways_to_be_allowed_both_are_told(own, named, conditions):
    found = ResourcePolicies(naming(USER.arn, **named))
    assert bound(own).decide(ask("s3:GetObject", OBJECT, USER), found).conditions == conditions


def test_a_way_that_is_refuted_leaves_the_other():
    found = ResourcePolicies(naming(USER.arn, Condition=STRONG))
    refusing = [allow(Condition=IN), deny(Condition=IN)]  # its own Allow and Deny hang on the same
    verdict = bound(refusing).decide(ask("s3:GetObject", OBJECT, USER), found)
    assert verdict.conditions == ("`aws:SourceIp` not in 203.0.113.0/24", STRONG_TEXT)[::-1]
    assert positions(verdict.statements) == [("bucket policy", 0), ("p", 1)]
    both = ResourcePolicies(naming(USER.arn, Condition=IN))
    verdict = bound(refusing).decide(ask("s3:GetObject", OBJECT, USER), both)
    assert (verdict.truth, verdict.conditions, verdict.explicit_deny) == (Truth.NO, (), False)
    assert verdict.blocked_by == ("identity",)


def test_a_way_that_holds_whatever_is_so_is_taken_with_its_evidence():
    either = [{**allow(Condition={operator: {"aws:ResourceTag/a": "1"}}), "Principal": {"AWS": USER.arn}}
              for operator in ("StringEquals", "StringNotEquals")]  # fmt: skip
    found = policy(either, "bucket policy")
    request = ask("s3:GetObject", OBJECT, USER)
    verdict = bound([allow(Condition=IN)]).decide(request, ResourcePolicies(found))
    assert (verdict.truth, verdict.conditions) == (Truth.YES, ())
    assert positions(verdict.statements) == [("bucket policy", 0), ("bucket policy", 1)]


@pytest.mark.parametrize(
    ("policies", "resource", "principal", "blocked_by"),
    [
        (PolicySet([]), None, USER, ("identity",)),
        (PolicySet([], ON_EC2), None, USER, ("identity", "boundary")),
        (PolicySet([FULL], ON_EC2), None, USER, ("boundary",)),
        (PolicySet([FULL], None, None, ON_EC2), None, SESSION, ("session",)),
        (PolicySet([FULL], None, [[FULL], [ON_EC2]]), None, USER, ("scp",)),
        (PolicySet([FULL], None, [[ON_EC2], [ON_EC2]]), None, USER, ("scp",)),
        (PolicySet([]), naming(STRANGER.arn), STRANGER, ("identity",)),
        (PolicySet([FULL]), naming(USER.arn), STRANGER, ("resource",)),
        (PolicySet([]), naming(USER.arn), STRANGER, ("identity", "resource")),
        (PolicySet([], ON_EC2), naming(ROLE.arn), ROLE, ("boundary",)),
        (PolicySet([FULL], ON_EC2, None, ON_EC2), naming(STRANGER.arn), SESSION, ("resource",)),
        (PolicySet([FULL]), naming("*", Action="ec2:*"), USER, ()),
    ],
)
def test_the_layers_that_lack_an_allow_are_those_of_the_nearest_way(policies, resource, principal, blocked_by):
    found = ResourcePolicies(resource) if resource else None
    verdict = policies.decide(ask("s3:GetObject", OBJECT, principal), found)
    assert (verdict.blocked_by, verdict.explicit_deny) == (blocked_by, False)


def test_of_a_denial_every_limit_that_is_silent_is_named_too():
    denied = PolicySet([policy([deny()])], ON_EC2, [[FULL], [ON_EC2]], ON_EC2)
    closed = ResourcePolicies(endpoint=[ON_EC2])
    verdict = denied.decide(ask("s3:GetObject", OBJECT, SESSION), closed)
    assert verdict.blocked_by == ("identity", "boundary", "session", "scp", "vpce")
    assert verdict.explicit_deny


def test_a_request_that_two_open_layers_contradict_names_both():
    apart = {"StringEquals": {"aws:SourceVpc": "a"}}, {"StringNotEquals": {"aws:SourceVpc": "a"}}
    verdict = bound([allow(Condition=apart[0])], boundary=policy([allow(Condition=apart[1])])).decide(REQUEST)
    assert (verdict.truth, verdict.blocked_by) == (Truth.NO, ("identity", "boundary"))
    denied = bound([allow()], boundary=policy([allow(Condition=apart[0]), deny(Condition=apart[0])])).decide(REQUEST)
    assert (denied.truth, denied.blocked_by) == (Truth.NO, ("boundary",))


def test_what_of_two_keys_is_absent_and_present_are_two_facts():
    verdict = bound([allow(Condition={"Null": {"aws:SourceVpc": "true", "aws:SourceIp": "false"}})]).decide(REQUEST)
    assert verdict.truth is Truth.MAYBE
    assert verdict.conditions == ("`aws:SourceVpc` is absent", "`aws:SourceIp` is present")


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"Null": {"aws:SourceVpc": "true"}}, "`aws:SourceVpc` is present"),
        ({"Null": {"aws:SourceVpc": "FALSE"}}, "`aws:SourceVpc` is absent"),
        ({"StringLike": {"aws:SourceVpc": "a*"}}, "`aws:SourceVpc` is not like a*"),
        ({"StringNotLike": {"aws:SourceVpc": "a*"}}, "`aws:SourceVpc` is like a*"),
        ({"StringEqualsIgnoreCase": {"aws:SourceVpc": "a"}}, "`aws:SourceVpc` is not (any case) a"),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "`aws:SourceIp` in 10.0.0.0/8"),
        ({"NumericEquals": {"aws:MultiFactorAuthAge": "5"}}, "`aws:MultiFactorAuthAge` is not 5"),
        ({"NumericNotEquals": {"aws:MultiFactorAuthAge": "5"}}, "`aws:MultiFactorAuthAge` is 5"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "5"}}, "`aws:MultiFactorAuthAge` not below 5"),
        ({"DateGreaterThanEquals": {"aws:CurrentTime": "2030-01-01"}}, "`aws:CurrentTime` not after or at 2030-01-01"),
        ({"ForAnyValue:StringLike": {"aws:SourceVpc": "a*"}}, "not (some value of `aws:SourceVpc` is like a*)"),
        ({"StringAlmost": {"aws:SourceVpc": "a"}}, "not (`aws:SourceVpc` passes `StringAlmost` a)"),
    ],
)
def test_the_opposite_of_a_condition_in_words(condition, text):
    verdict = bound([allow(), deny(Condition=condition)]).decide(REQUEST)
    assert (verdict.truth, verdict.conditions) == (Truth.MAYBE, (text,))


@pytest.mark.parametrize(
    ("value", "versions", "truth"),
    [
        ("v", ("2012-10-17", "2008-10-17"), Truth.NO),  # the same text in either version
        ("v", ("2012-10-17", "2012-10-17"), Truth.NO),
        ("${aws:SourceIp}", ("2012-10-17", "2012-10-17"), Truth.NO),
        ("${aws:SourceIp}", ("2012-10-17", "2008-10-17"), Truth.MAYBE),  # a variable in one, text in the other
    ],
)
@pytest.mark.parametrize("operator", ["StringEquals", "ForAnyValue:StringEquals", "ArnLike", "NumericEquals"])
def test_two_conditions_are_one_fact_where_they_say_the_same(value, versions, truth, operator):
    asking = {"Condition": {operator: {"aws:SourceVpc": value}}}
    found = [
        Policy(version, version, parse(json.dumps({"Version": version, "Statement": one(**asking)})))
        for one, version in zip((allow, deny), versions, strict=True)
    ]
    assert PolicySet(found).decide(REQUEST).truth is truth
