"""What a principal can do at all: agreement with the engine, request by request, and what a change changes."""

from __future__ import annotations

import json
import re
import time
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Policy, PolicySet, Principal, Request, Truth, parse
from policy.catalogue import catalogue
from policy.compare import compare
from policy.effective import Effective, Scope, effective, effective_bits
from policy.effective.patterns import is_within, overlaps
from policy.language.match import glob
from tests.policy_strategies import (
    ACCOUNT,
    ACTIONS,
    ALLOW,
    ANY_STATEMENTS,
    BUCKETS,
    DENY,
    FULL,
    ROLE,
    bound,
    policy,
    statements,
)
from tests.require import repetitions

LIST = catalogue()
RESOURCES = (*BUCKETS, "arn:aws:s3:::a/y", "arn:aws:s3:::1", "arn:aws:s3:::c")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
UNSEEN = Policy("unseen", "unseen", None)
often = settings(max_examples=repetitions(80), deadline=None)

Json = dict[str, Any]


def allow(action: str | list[str], resource: str | list[str] = "*", **others: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


def deny(action: str | list[str], resource: str | list[str] = "*", **others: Any) -> Json:
    return allow(action, resource, **others) | {"Effect": "Deny"}


def covers(scope: Scope, resource: str) -> bool:
    """As a reader takes a scope: a variable that is left may be anything."""
    found = any(glob(re.sub(r"\$\{[^}]*\}", "*", pattern))(resource) for pattern in scope.resources)
    return found != scope.all_but


def listed(found: Effective, action: str, resource: str) -> list[Truth]:
    """The truths of the rows for an action whose scopes hold a resource. A Deny counts where it is certain."""
    return [
        row.grant.truth
        for row in found.rows
        if action in row.actions
        and covers(row.grant.allowed, resource)
        and all(any(covers(scope, resource) for scope in limit.scopes) for limit in row.grant.limits)
        and not any(
            covers(scope, resource) and not scope.conditions for limit in row.grant.denied for scope in limit.scopes
        )
    ]


def small_sets() -> st.SearchStrategy[PolicySet]:
    limits = st.none() | ANY_STATEMENTS.map(policy)
    levels = st.none() | st.lists(ANY_STATEMENTS.map(policy), max_size=2).map(lambda found: [[FULL, *found], [FULL]])
    identity = st.lists(ANY_STATEMENTS.map(policy) | st.just(UNSEEN), max_size=2)
    return st.builds(PolicySet, identity, boundary=limits, scps=levels, session=limits)


@often
@given(small_sets())
def test_what_the_engine_grants_is_listed(policies):
    found = effective(policies, ROLE)
    for action in ACTIONS:
        for resource in RESOURCES:
            if policies.decide(Request(ROLE, action, resource, ACCOUNT)).truth is not Truth.NO:
                assert listed(found, action, resource), (action, resource)


def plain(effect: st.SearchStrategy[str]) -> st.SearchStrategy[list[Json]]:
    return st.lists(statements(effect, keys=("aws:PrincipalTag/team",)), max_size=3)


@often
@given(plain(ALLOW | DENY), plain(ALLOW | DENY), plain(ALLOW | DENY))
def test_what_is_listed_is_granted_where_only_facts_are_asked(identity, boundary, scp):
    policies = bound(identity, boundary=policy(boundary), scps=[[FULL, policy(scp)]])
    found = effective(policies, ROLE)
    for action in ACTIONS:
        for resource in RESOURCES:
            truth = policies.decide(Request(ROLE, action, resource, ACCOUNT)).truth
            assert set(listed(found, action, resource)) == ({truth} - {Truth.NO})


@often
@given(small_sets())
def test_bits_are_never_too_few(policies):
    found = effective(policies, ROLE)
    bits = effective_bits(policies)
    for row in found.rows:
        assert all(bits & LIST.bits(action) for action in row.actions[:3])
    assert found.count <= bits.bit_count()


@often
@given(st.lists(statements(ALLOW, keys=("test:a", "aws:UserAgent")), min_size=1, max_size=1))
def test_one_statement_is_as_certain_as_the_engine_says(found):
    rows = effective(bound(found), ROLE).rows
    for row in rows:
        if row.service in ("s3", "sqs"):
            resources = [one for one in RESOURCES if covers(row.grant.allowed, one)]
            answers = {bound(found).decide(Request(ROLE, row.actions[0], one, ACCOUNT)).truth for one in resources}
            assert answers <= {row.grant.truth, Truth.NO}


def test_an_administrator_can_do_everything():
    found = effective(PolicySet([FULL]), ROLE)
    assert found.count == len(LIST.actions) == effective_bits(PolicySet([FULL])).bit_count()
    assert {row.grant.truth for row in found.rows} == {Truth.YES}
    assert {(row.service, row.level) for row in found.rows} == {(cell.service, cell.level) for cell in LIST.cells}


def test_nobody_is_kept_from_asking_who_they_are():
    found = effective(bound([deny("*")]), ROLE)
    assert [row.actions for row in found.rows] == [("sts:GetCallerIdentity",)]


def test_a_root_user_needs_no_policy_and_obeys_guardrails():
    root = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root")
    policies = PolicySet([], scps=[[FULL, policy([deny("s3:*")])]])
    found = effective(policies, root)
    assert found.count == len(LIST.actions) - LIST.bits("s3:*").bit_count()
    assert effective_bits(policies, is_root=True).bit_count() == found.count
    attached = PolicySet([policy([deny("ec2:*")])], policy([allow("s3:*")]), [[FULL, policy([deny("s3:*")])]])
    assert effective_bits(attached, is_root=True) == effective_bits(policies, is_root=True)
    assert effective(attached, root).rows == found.rows


def test_rows_name_patterns_exceptions_conditions_and_limits():
    policies = bound(
        [
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]),
            deny("s3:PutObject", "arn:aws:s3:::a/locked/*"),
        ],
        boundary=policy([allow("s3:*", "arn:aws:s3:::a/*", Condition=MFA)]),
    )
    rows = {row.actions: row.grant for row in effective(policies, ROLE).rows}
    read, write = rows["s3:GetObject",], rows["s3:PutObject",]
    assert read.allowed.resources == ("arn:aws:s3:::a/*",)  # the boundary leaves nothing of b
    assert (read.truth, read.conditions) == (Truth.MAYBE, ("`aws:MultiFactorAuthPresent` is true",))
    assert [limit.layer for limit in read.limits] == ["boundary"]
    assert read.denied == ()
    assert [scope.resources for scope in write.denied[0].scopes] == [("arn:aws:s3:::a/locked/*",)]


def test_a_choice_of_the_caller_is_named_and_keeps_a_grant_certain():
    guard = {
        "Effect": "Deny",
        "NotAction": "iam:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
    }
    found = effective(PolicySet([policy([allow("sqs:SendMessage")])], scps=[[FULL, policy([guard])]]), ROLE)
    grant = next(row.grant for row in found.rows if row.service == "sqs")
    assert (grant.truth, grant.choices) == (Truth.YES, (("aws:RequestedRegion", "eu-west-1"),))


def test_a_policy_that_was_not_seen_may_grant_everything():
    found = effective(PolicySet([UNSEEN]), ROLE)
    assert found.count == len(LIST.actions)
    doubts = {row.grant.conditions for row in found.rows if row.grant.truth is Truth.MAYBE}
    assert doubts == {("policy `unseen`, which was not seen, agrees",)}


def test_a_fact_of_the_principal_is_put_in_place_of_its_variable():
    found = effective(bound([allow("s3:GetObject", "arn:aws:s3:::${aws:PrincipalTag/team}/${*}")]), ROLE)
    grant = next(row.grant for row in found.rows if row.service == "s3")
    assert (grant.truth, grant.allowed.resources) == (Truth.YES, ("arn:aws:s3:::1/${*}",))


def test_entries_that_name_nothing_known_are_named():
    found = effective(bound([allow(["new:DoThing", "s3:GetObject", "s3:NoSuch*"])]), ROLE)
    assert found.unlisted == ("new:DoThing", "s3:NoSuch*")
    assert found.catalogue == LIST.version


NOTHING_BUT_A = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::a/*"}


@pytest.mark.parametrize(
    "identity, boundary",
    [
        ([allow("s3:GetObject", "arn:aws:s3:::a/x*")], [NOTHING_BUT_A]),
        ([allow("s3:GetObject", "arn:aws:s3:::a/*")], [allow("s3:GetObject", "arn:aws:s3:::b/*")]),
        ([NOTHING_BUT_A, {**NOTHING_BUT_A, "Effect": "Deny", "NotResource": "arn:aws:s3:::a/x"}], [allow("*")]),
        ([NOTHING_BUT_A, deny("s3:*", ["arn:aws:sqs:*", "arn:aws:s3:::*", "*"])], [allow("*")]),
        ([allow("s3:GetObject", "arn:aws:s3:::a/*"), deny("s3:Get*", "arn:aws:s3:::a*")], [allow("*")]),
        ([allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "2"}})], [allow("*")]),
    ],
)
def test_an_action_of_which_nothing_is_left_is_not_listed(identity, boundary):
    assert effective(bound(identity, boundary=policy(boundary)), ROLE).count == 1  # that of asking who one is


def test_what_a_wider_grant_holds_is_not_said_again():
    found = bound([allow("s3:GetObject", "arn:aws:s3:::a/*", Condition=MFA), allow("s3:GetObject"), NOTHING_BUT_A])
    (grant,) = (row.grant for row in effective(found, ROLE).rows if row.service == "s3")
    assert (grant.truth, grant.allowed) == (Truth.YES, Scope(("*",)))


def test_a_limit_that_is_open_leaves_room_for_one_that_is_not():
    home = allow("s3:GetObject", "arn:aws:s3:::home/${aws:userid}/*")
    other = allow("s3:GetObject", "arn:aws:s3:::*", Condition={"StringEquals": {"aws:UserAgent": "1"}})
    limits = [policy(found) for found in ([home, other], [home])]
    found = [effective(bound([allow("*")], boundary=limit), ROLE).rows for limit in limits]
    both, one = (next(row.grant for row in rows if row.service == "s3") for rows in found)
    assert (both.truth, both.choices) == (Truth.YES, (("aws:UserAgent", "1"),))
    assert (one.truth, one.conditions) == (Truth.MAYBE, ("arn:aws:s3:::home/${aws:userid}/* covers it",))


def test_many_statements_are_worked_out_in_time():
    """A hostile role: ten managed policies of 100 statements, each on an action of its own."""
    names = LIST.spelt[::20][:1000]
    found = [policy([allow(name, f"arn:aws:s3:::{n}") for n, name in enumerate(names[k::10])]) for k in range(10)]
    start = time.process_time()
    assert effective(PolicySet(found), ROLE).count == len({*names, "sts:GetCallerIdentity"})
    assert time.process_time() - start < 10


# -- patterns


TEXTS = ["".join(letters) for size in range(5) for letters in product("ab", repeat=size)]
PATTERNS = ["".join(letters) for size in range(4) for letters in product("ab*?", repeat=size)]


def test_patterns_within_and_across_are_never_misjudged():
    """All patterns of up to three characters with each other, over all texts of up to four."""
    covered = {one: {text for text in TEXTS if glob(one)(text)} for one in PATTERNS}
    for one, other in product(PATTERNS, repeat=2):
        assert not is_within(one, other) or covered[one] <= covered[other], (one, other)
        assert overlaps(one, other) or not covered[one] & covered[other], (one, other)
        if "?" not in one + other and len(one + other) <= 4:
            assert overlaps(one, other) == bool(covered[one] & covered[other]), (one, other)


# -- changes

READ_A = [allow("s3:Get*", "arn:aws:s3:::a/*")]


@pytest.mark.parametrize(
    "new, text, directions",
    [
        (READ_A, "no action more or fewer", set()),
        ([allow("S3:get*", "arn:aws:s3:::a/*")], "no action more or fewer", set()),
        ([allow("s3:Get*", "arn:aws:s3:::a/x*")], "60 actions otherwise", {"narrower"}),
        ([allow("s3:Get*")], "60 actions otherwise", {"wider"}),
        ([allow("s3:Get*", "arn:aws:s3:::b/*")], "60 actions otherwise", {"different"}),
        ([allow("s3:Get*", "arn:aws:s3:::a/*", Condition=MFA)], "60 actions otherwise", {"narrower"}),
        ([*READ_A, deny("s3:GetObject", "arn:aws:s3:::a/secret")], "1 action otherwise", {"narrower"}),
        ([*READ_A, allow("sqs:SendMessage")], "1 action more", set()),
        ([*READ_A, deny("s3:GetObject")], "1 action fewer", set()),
        ([*READ_A, deny("s3:GetObject", "arn:aws:s3:::a*")], "1 action fewer", set()),
        ([*READ_A, deny("s3:GetObject", "arn:aws:s3:::a?*")], "1 action otherwise", {"narrower"}),
        ([allow(["s3:Get*", "s3:PutObject"], "*")], "1 action more, 60 otherwise", {"wider"}),
    ],
)
def test_a_change_says_what_it_changes(new, text, directions):
    found = compare(bound(READ_A), bound(new), ROLE)
    assert found.text == text
    assert {change.direction for change in found.changed} == directions


def test_a_boundary_takes_away_and_its_removal_gives_back():
    free, tied = bound([allow("*")]), bound([allow("*")], boundary=policy([allow("s3:*", "arn:aws:s3:::a")]))
    there, back = compare(free, tied, ROLE), compare(tied, free, ROLE)
    assert there.lost == back.gained != ()
    assert there.gained == back.lost == ()
    assert {change.direction for change in there.changed} == {"narrower"}
    assert {change.direction for change in back.changed} == {"wider"}


def test_the_order_of_patterns_changes_nothing():
    orders = permutations(("arn:aws:s3:::a", "arn:aws:s3:::b"))
    one, other = (bound([allow("s3:Get*", list(found))]) for found in orders)
    assert compare(one, other, ROLE).text == "no action more or fewer"


def test_entries_that_name_nothing_known_are_compared_as_text():
    found = compare(bound(READ_A), bound([*READ_A, allow("new:*")]), ROLE)
    assert (found.gained_unlisted, found.lost_unlisted) == (("new:*",), ())


@often
@given(ANY_STATEMENTS, ANY_STATEMENTS)
def test_a_comparison_is_the_difference_of_what_either_can_do(old, new):
    before, after = effective(bound(old), ROLE), effective(bound(new), ROLE)
    found = compare(bound(old), bound(new), ROLE)
    had, has = ({action for row in side.rows for action in row.actions} for side in (before, after))
    assert {action for row in found.gained for action in row.actions} == has - had
    assert {action for row in found.lost for action in row.actions} == had - has
    assert {action for change in found.changed for action in change.actions} <= had & has


@often
@given(ANY_STATEMENTS, ANY_STATEMENTS)
def test_a_direction_is_never_wrong(old, new):
    changes = compare(bound(old), bound(new), ROLE).changed
    for change in changes:
        for action in {*change.actions} & {*ACTIONS}:
            for resource in RESOURCES:
                request = Request(ROLE, action, resource, ACCOUNT)
                before, after = (bound(side).decide(request).truth for side in (old, new))
                assert change.direction != "wider" or before <= after
                assert change.direction != "narrower" or before >= after


def test_rows_are_data():
    import msgspec

    found = effective(bound(READ_A), ROLE)
    assert json.loads(msgspec.json.encode(found))["rows"][0]["grant"]["truth"] == 2
    assert parse(b'{"Version":"2012-10-17","Statement":[]}').statements == ()
