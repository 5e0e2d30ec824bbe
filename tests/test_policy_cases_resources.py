"""What a statement covers: its resources in each kind of policy, with variables, with wildcards, inverted."""

from __future__ import annotations

import pytest

from policy import (
    Policy,
    PolicySet,
    ResourcePolicies,
    Truth,
    covers_resource,
)
from tests.policy_strategies import FULL, ROLE, bound, policy
from tests.test_policy_decide import allow, ask, deny
from tests.test_policy_layers import OBJECT, naming

LEDGER = "arn:aws:s3:::ledger/*"
NOTHING = PolicySet([])


def only(resource: str, name: str = "only") -> Policy:
    return policy([allow(resource=resource)], name)


@pytest.mark.parametrize(
    ("policies", "truth"),
    [
        (PolicySet([only(LEDGER)], only(LEDGER)), Truth.YES),
        (PolicySet([only(LEDGER)], only("arn:aws:s3:::other/*")), Truth.NO),
        (PolicySet([only(LEDGER)], only(LEDGER), [[only("arn:aws:s3:::*")]], only("arn:*:s3:::led*")), Truth.YES),
        (PolicySet([only(LEDGER)], None, [[FULL], [only("arn:aws:s3:::other/*")]]), Truth.NO),
        (PolicySet([only("arn:aws:s3:::other/*")], only(LEDGER)), Truth.NO),
    ],
)
def test_each_layer_covers_resources_by_itself(policies, truth):
    assert policies.decide(ask("s3:GetObject", OBJECT)).truth is truth
    assert policies.truth(ask("s3:GetObject", OBJECT)) is truth


def test_of_several_statements_that_cover_a_resource_each_counts():
    guarded = allow(resource=LEDGER, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    for order in (1, -1):
        found = [allow(resource="arn:aws:s3:::ledger/x"), guarded][::order]
        assert bound(found).decide(ask("s3:GetObject", OBJECT)).truth is Truth.YES


def test_a_statement_that_may_cover_a_resource_may_allow_and_may_deny():
    by_address, by_instance = (f"arn:aws:s3:::{name}/x" for name in ("${aws:SourceVpc}", "${ec2:SourceInstanceARN}"))
    for found, texts in (
        ([allow(resource=by_address)], (f"{by_address} covers it",)),
        ([allow(), deny(resource=by_address)], (f"not ({by_address} covers it)",)),
        ([allow(resource=[by_address, by_instance])], (f"{by_address} or {by_instance} covers it",)),
        ([allow(resource=by_address, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
         (f"{by_address} covers it", "`aws:SourceIp` in 10.0.0.0/8")),
        ([allow(resource=by_address), allow(resource=by_instance)],
         (f"{by_address} covers it or {by_instance} covers it",)),
    ):  # fmt: skip
        verdict = bound(found).decide(ask("s3:GetObject", OBJECT))
        assert (verdict.truth, verdict.conditions) == (Truth.MAYBE, texts)
        assert bound(found).truth(ask("s3:GetObject", OBJECT)) is Truth.MAYBE
    known = ask("s3:GetObject", OBJECT, aws__sourcevpc="ledger")
    assert bound([allow(resource=by_address)]).decide(known).truth is Truth.YES


@pytest.mark.parametrize(
    ("pattern", "truth"),
    [
        ("arn:aws:s3:::${aws:SourceVpc}/x", Truth.MAYBE),
        ("arn:aws:s3:::led${aws:SourceVpc}ger/x", Truth.MAYBE),  # it may be empty
        ("arn:aws:s3:::ledger/${aws:SourceVpc, 'y'}", Truth.MAYBE),
        ("arn:aws:s3:::${aws:SourceVpc}/y", Truth.NO),
        ("arn:aws:s3:::other/${aws:SourceVpc}", Truth.NO),
        ("arn:aws:s3:::${aws:SourceVpc}${aws:username}", Truth.NO),  # a role has no user name
        ("arn:aws:s3:::${aws:SourceVpc}${aws:PrincipalTag/team}/x", Truth.NO),  # team is 1
    ],
)
def test_what_is_not_known_may_be_anything_and_the_rest_of_a_pattern_counts(pattern, truth):
    assert bound([allow(resource=pattern)]).decide(ask("s3:GetObject", OBJECT)).truth is truth
    refused = Truth.YES if truth is Truth.NO else Truth.MAYBE
    assert bound([allow(), deny(resource=pattern)]).decide(ask("s3:GetObject", OBJECT)).truth is refused


def test_a_variable_in_a_resource_is_never_the_text_of_it():
    (statement,) = policy([allow(resource="arn:aws:s3:::a/${aws:username}")]).document.statements
    for name, truth in (("ann", Truth.YES), ("${aws:username}", Truth.NO)):
        assert covers_resource(statement, f"arn:aws:s3:::a/{name}", "identity", lambda _: ("ann",)) is truth


def test_what_a_bucket_policy_may_cover_it_may_allow():
    found = ResourcePolicies(naming(ROLE.arn, Resource="arn:aws:s3:::${aws:SourceVpc}/x"))
    verdict = NOTHING.decide(ask("s3:GetObject", OBJECT), found)
    assert (verdict.truth, len(verdict.conditions)) == (Truth.MAYBE, 1)
    other = ResourcePolicies(naming(ROLE.arn, Resource="arn:aws:s3:::other/*"))
    assert NOTHING.decide(ask("s3:GetObject", OBJECT), other).truth is Truth.NO


@pytest.mark.parametrize(
    ("pattern", "layer", "truth"),
    [
        ("arn:aws:s3:*", "identity", Truth.YES),
        ("arn:aws:s3", "boundary", Truth.YES),
        ("arn:aws:s3", "session", Truth.YES),
        ("arn:aws:s3", "resource", Truth.NO),
        ("arn:aws:s3:*", "resource", Truth.YES),
        ("arn:aws:s3:*", "vpce", Truth.YES),
        ("arn:aws:s3", "vpce", Truth.NO),
        ("arn:aws:s3:*", "scp", Truth.YES),
        ("arn:aws:s3", "scp", Truth.NO),
        ("arn:aws:s3:*", "rcp", Truth.NO),
        ("*", "rcp", Truth.YES),
        ("**", "rcp", Truth.YES),
    ],
)
def test_an_arn_with_too_few_fields_is_completed_in_some_policies(pattern, layer, truth):
    (statement,) = policy([allow(resource=pattern)]).document.statements
    assert covers_resource(statement, OBJECT, layer, lambda _: ()) is truth


@pytest.mark.parametrize(
    ("layer", "pattern", "truth"),
    [
        ("identity", "arn:aws:s3:::other/*", Truth.YES),
        ("identity", LEDGER, Truth.NO),
        ("identity", "arn:aws:s3:::${aws:SourceVpc}/x", Truth.MAYBE),
        ("identity", "arn:aws:sqs", Truth.NO),  # which would have to be completed
        ("scp", "arn:aws:sqs:*", Truth.NO),
        ("rcp", "arn:aws:sqs:::x", Truth.YES),
    ],
)
def test_a_statement_covers_what_its_not_resource_does_not_name(layer, pattern, truth):
    inverted = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
    (statement,) = policy([inverted]).document.statements
    assert covers_resource(statement, OBJECT, layer, lambda key: None if key == "aws:sourcevpc" else ()) is truth


def test_a_short_arn_with_a_variable_is_not_the_same_in_every_policy():
    short = "arn:aws:s3${aws:SourceVpc}"  # completed in identity policies alone
    door = ResourcePolicies(policy([{**allow(), "Principal": "*"}, {**deny(resource=short), "Principal": "*"}]))
    for own in ([allow()], [allow(resource=short)]):
        verdict = bound(own).decide(ask("s3:GetObject", OBJECT), door)
        assert verdict.truth is Truth.MAYBE
        assert verdict.conditions == (f"not ({short} covers it in resource policies)",)
