"""Who can do something: the index answers as asking everyone would, and without asking everyone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, Truth
from policy.who_can import Index, audience_of
from tests.policy_strategies import (
    ACCOUNT,
    ACTIONS,
    ALLOW,
    ANY_STATEMENTS,
    BUCKETS,
    DENY,
    FULL,
    OTHER_ACCOUNT,
    conditions,
    one_or_many,
    policy,
    statements,
)
from tests.require import repetitions

often = settings(max_examples=repetitions(80), deadline=None)
UNSEEN = Policy("unseen", "unseen", None)
THIRD_ACCOUNT = "333333333333"


@dataclass(frozen=True)
class Someone:
    policies: PolicySet
    principal: Principal


def role(name: str, account: str) -> Principal:
    return Principal(f"arn:aws:iam::{account}:role/{name}", account, "role", {"aws:principaltag/team": ("1",)})


PRINCIPALS = (
    role("app", ACCOUNT),
    role("ci", ACCOUNT),
    role("app", OTHER_ACCOUNT),
    Principal(f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT, "user"),
    Principal(f"arn:aws:iam::{THIRD_ACCOUNT}:user/bob", THIRD_ACCOUNT, "user"),
    Principal(f"arn:aws:iam::{OTHER_ACCOUNT}:root", OTHER_ACCOUNT, "root"),
    Principal("lambda.amazonaws.com", "", "service"),
    Principal("", "", "anonymous"),
)
NAMES = (
    "*",
    ACCOUNT,
    OTHER_ACCOUNT,
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session",
    "AROAEXAMPLE",
    "a:b:c:d:e:f",
    *(one.arn for one in PRINCIPALS if one.arn.startswith("arn:")),
)


def everyone() -> st.SearchStrategy[list[Someone]]:
    """Each principal with small policies of its own; some share a policy."""
    sets = st.builds(
        lambda own, limit: PolicySet(own, scps=limit),
        st.lists(ANY_STATEMENTS.map(policy) | st.sampled_from((FULL, UNSEEN)), max_size=2),
        st.none() | ANY_STATEMENTS.map(lambda found: [[FULL, policy(found)]]),
    )
    return st.tuples(*(sets for _ in PRINCIPALS)).map(
        lambda found: [Someone(policies, principal) for policies, principal in zip(found, PRINCIPALS, strict=True)]
    )


def resource_statements() -> st.SearchStrategy[dict[str, Any]]:
    named = one_or_many(st.sampled_from(NAMES)).map(lambda found: {"AWS": found})
    others = ({"Service": "lambda.amazonaws.com"}, {"CanonicalUser": "79a59df900b949e5"})
    principals = named | st.just("*") | st.sampled_from(others)
    return st.builds(
        lambda found, element, value, condition: {**found, element: value, "Condition": condition},
        statements(ALLOW | DENY),
        st.sampled_from(("Principal", "Principal", "NotPrincipal")),
        principals,
        conditions(("aws:PrincipalTag/team", "test:a")),
    )


doors = st.none() | st.lists(resource_statements(), max_size=3).map(lambda found: ResourcePolicies(policy(found)))


@often
@given(everyone(), doors, st.sampled_from((*ACTIONS, "s3:NoSuchAction", "sts:GetCallerIdentity")))
def test_the_answer_is_that_of_asking_everyone(entries, door, action):
    by_arn = {one.principal.arn: one for one in entries}
    index = Index(entries, by_arn.get)
    for resource in (*BUCKETS, "*"):
        found = {id(one): truth for one, truth in index.who_can(action, resource, ACCOUNT, door)}
        asked = {
            id(one): one.policies.truth(Request(one.principal, action, resource, ACCOUNT), door) for one in entries
        }
        assert found == {one: truth for one, truth in asked.items() if truth is not Truth.NO}


def allowing(action: str, resource: str) -> PolicySet:
    return PolicySet([policy([{"Effect": "Allow", "Action": action, "Resource": resource}])])


def door(principal: Any, action: str = "s3:GetObject") -> ResourcePolicies:
    return ResourcePolicies(policy([{"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}]))


def test_a_principal_that_only_the_resource_names_is_asked_by_itself():
    member = Someone(PolicySet([]), role("ci", ACCOUNT))
    index = Index([], {member.principal.arn: member}.get)
    assert index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT, door({"AWS": member.principal.arn})) == [
        (member, Truth.YES)
    ]
    assert index.who_can("s3:PutObject", BUCKETS[0], ACCOUNT, door({"AWS": member.principal.arn})) == []


@pytest.mark.parametrize("name", [OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:root", "*"])
def test_an_account_that_a_resource_names_is_looked_into(name):
    there = [Someone(allowing("s3:Get*", "*"), role(f"r{n}", OTHER_ACCOUNT)) for n in range(2)]
    powerless = Someone(allowing("sqs:*", "*"), role("ci", OTHER_ACCOUNT))
    index = Index([*there, powerless])
    found = index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT, door({"AWS": name}))
    assert found == [(one, Truth.YES) for one in there]
    assert index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT) == []


def test_what_a_resource_says_of_itself_decides():
    tagged = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    found = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": tagged}]
    index = Index([Someone(PolicySet([policy(found)]), role("ci", ACCOUNT))])
    red, blue = ({"aws:resourcetag/team": (colour,)} for colour in ("red", "blue"))
    assert len(index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT, context=red)) == 1
    assert index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT, context=blue) == []


@pytest.mark.parametrize("name", ["", "*", "arn:", "::::::", "arn:aws:iam::*:role/x", "a:b:c:d:e:f", "1"])
def test_strange_names_in_a_policy_let_nobody_in_and_break_nothing(name):
    audience = audience_of(door({"AWS": name}).own, "s3:getobject")
    assert audience.everyone == (name == "*")
    index = Index([Someone(allowing("s3:*", "*"), role("ci", OTHER_ACCOUNT))])
    assert bool(index.who_can("s3:GetObject", BUCKETS[0], ACCOUNT, door({"AWS": name}))) == (name == "*")


def test_only_those_are_asked_whose_policies_may_cover_the_resource(monkeypatch):
    """2,000 principals in 20 accounts: the index asks the few that count, in a fraction of a second."""
    entries = [
        Someone(allowing("s3:GetObject", f"arn:aws:s3:::bucket-{n % 100}/*"), role(f"r{n}", f"{n % 20:012}"))
        for n in range(2000)
    ]
    index = Index(entries)
    asked = []
    truth = PolicySet.truth
    monkeypatch.setattr(PolicySet, "truth", lambda self, *given: asked.append(self) or truth(self, *given))
    start = time.process_time()
    found = index.who_can("s3:GetObject", "arn:aws:s3:::bucket-7/x", f"{7:012}")
    assert time.process_time() - start < 0.5
    assert len(found) == len(asked) == 20
