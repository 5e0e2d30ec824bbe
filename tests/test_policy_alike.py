"""Resources that are said to be answered alike are, and those left out are refused; lists of resources by pattern."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Policy, PolicySet, Principal, Request, Resources, Truth, places, refined
from policy.decision.sources import candidate
from tests.policy_strategies import ACCOUNT, ACTIONS, ALLOW, DENY, FULL, ROLE, bound, policy, statements
from tests.require import repetitions
from tests.test_policy_decide import ROOT, USER, allow, deny

RESERVED = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/r"
ARNS = (
    "arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::1", "arn:aws:s3:::a/y", "arn:aws:s3:::2",
    "arn:aws-cn:s3:::a/x", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", RESERVED, "*",
)  # fmt: skip
LISTED = Resources(ARNS)
UNSEEN = Policy("unseen", "unseen", None)
often = settings(max_examples=repetitions(150), deadline=None)
policy_lists = st.lists(statements(ALLOW | DENY), max_size=3).map(policy) | st.sampled_from((FULL, UNSEEN))
sets = st.builds(
    PolicySet,
    st.lists(policy_lists, max_size=2),
    st.none() | policy_lists,
    st.none() | st.lists(st.lists(policy_lists, max_size=2), max_size=2),
)


def truths(policies: PolicySet, principal: Principal, action: str, group: int) -> set[Truth]:
    return {policies.truth(Request(principal, action, ARNS[place], ACCOUNT)) for place in places(group)}


@often
@given(
    sets,
    st.sampled_from((ROLE, USER, Principal(ROLE.arn, ACCOUNT, "role", may_be_tagged=True))),
    st.sampled_from((*ACTIONS, "iam:PutRolePolicy")),
    st.integers(0, LISTED.all),
)
def test_resources_of_one_group_have_one_answer_and_others_none(policies, principal, action, group):
    found = policies.alike(Request(principal, action, "", ACCOUNT), LISTED, group)
    assert sum(found) == group & sum(found) == _union(found), "the groups do not overlap"
    for one in found:
        same_partition = [one & china for china in (1 << 5, LISTED.all & ~(1 << 5))]  # which is not told apart
        assert all(len(truths(policies, principal, action, part)) <= 1 for part in same_partition)
    assert truths(policies, principal, action, group & ~sum(found)) <= {Truth.NO}


@often
@given(sets, st.sampled_from(ACTIONS), st.integers(0, LISTED.all))
def test_who_needs_no_grant_has_all_resources_in_some_group(policies, action, group):
    found = policies.alike(Request(ROOT, action, "", ACCOUNT), LISTED, group, needs_grant=False)
    assert _union(found) == sum(found) == group


def _union(groups: list[int]) -> int:
    together = 0
    for one in groups:
        together |= one
    return together


@pytest.mark.parametrize(
    ("found", "groups"),
    [
        ([allow("s3:GetObject")], [0b111]),
        ([allow("s3:GetObject", "arn:aws:s3:::a/*")], [0b101]),
        ([allow("s3:GetObject", ["arn:aws:s3:::a/x", "arn:aws:s3:::b/*"]), allow("s3:*", "arn:aws:s3:::a/y")],
         [0b011, 0b100]),
        ([allow(), deny("s3:GetObject", "arn:aws:s3:::b/*")], [0b010, 0b101]),
        ([allow(), {**deny("s3:GetObject"), "Resource": "arn:aws:s3:::${aws:SourceVpc}/x"}], [0b011, 0b100]),
        ([allow("s3:GetObject", "arn:aws:s3:::a/*"), deny("s3:GetObject", "arn:aws:s3:::b/*")], [0b101]),
        ([allow("s3:GetObject", "arn:aws:s3:::b/*"), deny("s3:GetObject", "arn:aws:s3:::a/*")], [0b010]),
        ([deny()], []),
    ],
)  # fmt: skip
def test_resources_are_told_apart_by_statements_alone(found, groups):
    some = Resources(["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::a/y"])
    asked = Request(USER, "s3:GetObject", "", ACCOUNT)
    assert sorted(bound(found).alike(asked, some, some.all)) == sorted(groups)
    assert bound(found).alike(asked, some, 0) == []


def test_what_belongs_to_aws_is_a_group_of_its_own():
    arns = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("a", "aws-reserved/sso.amazonaws.com/r", "b")]
    asked = Request(USER, "iam:PutRolePolicy", "", ACCOUNT)
    assert sorted(bound([allow()]).alike(asked, Resources(arns), 0b111)) == [0b010, 0b101]


@pytest.mark.parametrize(
    ("condition", "reads"),
    [
        ({}, False),
        ({"StringEquals": {"aws:ResourceTag/team": "a"}}, True),
        ({"StringEquals": {"ec2:ResourceTag/team": "a"}}, True),
        ({"StringEquals": {"aws:username": "${aws:ResourceTag/team}"}}, True),
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, False),
    ],
)
def test_whether_tags_of_the_resource_may_decide(condition, reads):
    asking = bound([allow(), deny("s3:*", **({"Condition": condition} if condition else {}))])
    assert asking.reads_tags("s3:GetObject") is reads
    assert not asking.reads_tags("ec2:RunInstances")
    assert not PolicySet([UNSEEN]).reads_tags("s3:GetObject")


@pytest.mark.parametrize(
    ("element", "covered"),
    [
        ({"Resource": "arn:aws:s3:::a/*"}, (0b0101, 0)),
        ({"Resource": ["arn:aws:s3:::b/x", "nothing"]}, (0b0010, 0)),
        ({"Resource": "arn:aws:s3:::?/x"}, (0b0011, 0)),
        ({"NotResource": "arn:aws:s3:::a/*"}, (0b1010, 0)),
        ({"NotResource": "arn:aws:s3:::?/x"}, (0b1100, 0)),
        ({"Resource": "arn:aws:s3:::${aws:SourceVpc}/x"}, (0, 0b0011)),
        ({"Resource": "*"}, (0b1111, 0)),
        ({"Resource": "arn:aws:s3:*:*"}, (0b0111, 0)),
    ],
)
def test_resources_are_found_by_their_beginning(element, covered):
    some = Resources(["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::a/y", "arn:aws:sqs:::q"])
    (statement,) = policy([{"Effect": "Allow", "Action": "*", **element}]).document.statements
    one = candidate(statement, FULL, "identity")
    for _ in range(2):  # it is worked out once
        assert some.covered(one, lambda key: None) == covered


def test_groups_are_divided_by_parts_and_listed_in_order():
    assert refined([0b1111], 0b0011, 0b0100) == [0b0011, 0b0100, 0b1000]
    assert refined([0b1111], 0, 0b11111) == [0b1111]
    assert refined([0b0001, 0b0110], 0b0010) == [0b0001, 0b0010, 0b0100]
    assert list(places(0b10110)) == [1, 2, 4]
    assert list(places(0)) == []


def test_one_resource_is_found_by_its_arn():
    assert [LISTED.place(arn) for arn in ARNS] == [1 << place for place in range(len(ARNS))]
    assert [LISTED.place(arn) for arn in ("", "arn:aws:s3:::a/", "arn:aws:s3:::a/xx", "zzz")] == [0, 0, 0, 0]
