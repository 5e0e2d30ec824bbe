"""Whom a policy names: users, roles, sessions, services and everyone, let in and spared."""

from __future__ import annotations

import msgspec
import pytest

from policy import (
    Policy,
    PolicySet,
    Principal,
    ResourcePolicies,
    Truth,
    matches_principal,
)
from policy.decision.keys import ACCOUNTS_ID
from tests.policy_strategies import ACCOUNT, FULL, OTHER_ACCOUNT, ROLE, bound, policy
from tests.test_policy_decide import LAMBDA, ROOT, SESSION, STRANGER, TARGET, USER, allow, ask, trust
from tests.test_policy_layers import ANYONE, FAY, OBJECT, ON_EC2, naming

GITHUB = Principal(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com", ACCOUNT, "federated")
NOTHING = PolicySet([])


@pytest.mark.parametrize(
    ("principal", "named", "truth"),
    [
        (FAY, [FAY.arn], Truth.YES),
        (FAY, [f"arn:aws:sts::{ACCOUNT}:federated-user/max"], Truth.NO),
        (FAY, [f"arn:aws:iam::{ACCOUNT}:user/max"], Truth.NO),
        (FAY, [f"arn:aws:iam::{ACCOUNT}:role/fay"], Truth.NO),
        (USER, [f"arn:aws:iam::{ACCOUNT}:user/ann"], Truth.NO),  # a user's own ARN has its path
        (SESSION, [f"arn:aws:iam::{OTHER_ACCOUNT}:role/app"], Truth.NO),
        (SESSION, [f"arn:aws:iam::{ACCOUNT}:user/app"], Truth.NO),
        (SESSION, [f"arn:aws:sts::{ACCOUNT}:assumed-role/app/other"], Truth.NO),
        (SESSION, [f"arn:aws:iam::{ACCOUNT}:role/path/app"], Truth.YES),
        (ROLE, [f"arn:aws:iam::{ACCOUNT}:role/path/app"], Truth.NO),  # a role's own ARN has its path
        (ROLE, [f"arn:aws:sts::{ACCOUNT}:assumed-role/other/run"], Truth.NO),
        (ANYONE, ["*"], Truth.YES),
        (ANYONE, [ACCOUNT], Truth.NO),
        (LAMBDA, ["*"], Truth.YES),
        (ROOT, [ACCOUNT], Truth.YES),
        (ROOT, ["*"], Truth.YES),
        (USER, ["arn:aws:iam::*:user/ops/ann"], Truth.NO),  # a principal is named, never a pattern
    ],
)
def test_whom_a_bucket_policy_lets_in_by_itself(principal, named, truth):
    request = ask("s3:GetObject", OBJECT, principal)
    assert NOTHING.decide(request, ResourcePolicies(naming(*named))).truth is truth


def test_a_user_that_is_named_stands_for_its_federated_session_within_the_session_policy():
    named = ResourcePolicies(naming(f"arn:aws:iam::{ACCOUNT}:user/team/fay"))
    request = ask("s3:GetObject", OBJECT, FAY)
    answers = [PolicySet([], session=one).decide(request, named) for one in (FULL, ON_EC2)]
    assert [(one.truth, one.blocked_by) for one in answers] == [(Truth.YES, ()), (Truth.NO, ("session",))]
    assert PolicySet([], session=FULL).decide(ask("s3:GetObject", OBJECT, ROLE), named).truth is Truth.NO


@pytest.mark.parametrize(
    ("spared", "principal", "denied"),
    [
        ([USER.arn], USER, False),
        ([ACCOUNT], USER, True),  # its account alone spares the root user
        ([ACCOUNT], ROOT, False),
        ([f"arn:aws:iam::{ACCOUNT}:root"], ROOT, False),
        ([ROLE.arn], SESSION, True),
        ([ROLE.arn, SESSION.arn], SESSION, False),
        ([ACCOUNT], SESSION, True),
        ([STRANGER.arn], USER, True),
    ],
)
def test_whom_a_deny_with_not_principal_spares(spared, principal, denied):
    named = policy([{"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "*", "Resource": "*"}])
    open_to_all = ResourcePolicies(policy([*_written(naming("*")), *_written(named)]))
    verdict = bound([allow()]).decide(ask("s3:GetObject", OBJECT, principal), open_to_all)
    assert verdict.explicit_deny is denied


@pytest.mark.parametrize("principal", [USER, ROLE, SESSION, FAY, ROOT, ANYONE])
def test_a_deny_that_spares_a_service_reaches_everyone_else(principal):
    sparing = {"Effect": "Deny", "NotPrincipal": {"Service": LAMBDA.arn}, "Action": "*", "Resource": "*"}
    found = ResourcePolicies(policy([sparing, {**allow(), "Principal": {"AWS": "*", "Service": LAMBDA.arn}}]))
    assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, principal), found).explicit_deny
    assert NOTHING.decide(ask("s3:GetObject", OBJECT, LAMBDA), found).truth is Truth.YES


@pytest.mark.parametrize(("kind", "principal"), [("Service", LAMBDA), ("Federated", GITHUB)])
def test_any_service_and_any_provider_may_be_named(kind, principal):
    for name, truth in (("*", Truth.YES), (principal.arn, Truth.YES), ("other", Truth.NO)):
        found = ResourcePolicies(trust(name, kind=kind))
        assert NOTHING.decide(ask("sts:AssumeRole", TARGET, principal), found).truth is truth


@pytest.mark.parametrize("complete", [False, True])
def test_a_session_whose_role_alone_is_spared_is_denied_whatever_is_known_of_it(complete):
    sparing = policy([{"Effect": "Deny", "NotPrincipal": {"AWS": ROLE.arn}, "Action": "*", "Resource": "*"}])
    (statement,) = sparing.document.statements
    request = msgspec.structs.replace(ask("s3:GetObject", OBJECT, SESSION), complete=complete)
    assert bound([allow()]).decide(request, ResourcePolicies(sparing)).explicit_deny
    assert matches_principal(statement, ROLE) == "direct"  # it acts in sessions


def test_a_deny_names_nobody_whom_it_spares():
    sparing = {"Effect": "Deny", "NotPrincipal": {"AWS": USER.arn}, "Action": "*", "Resource": "*"}
    (statement,) = policy([sparing]).document.statements
    assert matches_principal(statement, USER) is None
    assert matches_principal(statement, ROLE) == "direct"


def test_the_path_of_a_user_may_hold_a_colon():
    user = Principal(f"arn:aws:iam::{ACCOUNT}:user/a:b/ann", ACCOUNT, "user")
    assert NOTHING.decide(ask("s3:GetObject", OBJECT, user), ResourcePolicies(naming(user.arn))).truth is Truth.YES


def _written(found: Policy) -> list[dict]:
    (one,) = found.document.statements
    who = {"Principal": one.principals} if one.principals is not None else {"NotPrincipal": one.not_principals}
    return [{"Effect": one.effect, "Action": "*", "Resource": "*", **who}]


def test_a_deny_with_not_principal_reaches_everyone_with_a_boundary():
    named = ResourcePolicies(policy(
        [{"Effect": "Deny", "NotPrincipal": {"AWS": USER.arn}, "Action": "*", "Resource": "*"}]
    ))  # fmt: skip
    request = ask("s3:GetObject", OBJECT, USER)
    assert bound([allow()]).decide(request, named).truth is Truth.YES
    assert bound([allow()], boundary=FULL).decide(request, named).blocked_by == ("resource",)


def test_a_role_may_ask_in_a_session_that_is_named_or_spared():
    other = SESSION.arn.replace("/run", "/walk")
    refusing = {"Effect": "Deny", "Principal": {"AWS": SESSION.arn}, "Action": "*"}
    sparing = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE.arn, SESSION.arn]}, "Action": "*"}
    for statements, named in (
        ([*_trusting(ROLE.arn), refusing], "any other value"),
        ([*_trusting(ROLE.arn), sparing], "run"),
        (_trusting(SESSION.arn, other), "run"),
    ):
        verdict = NOTHING.decide(ask("sts:AssumeRole", TARGET), ResourcePolicies(policy(statements)))
        assert (verdict.truth, [value for _, value in verdict.choices]) == (Truth.YES, [named])


def _trusting(*names: str) -> list[dict]:
    return [{"Effect": "Allow", "Principal": {"AWS": list(names)}, "Action": "sts:AssumeRole"}]


# -- canonical user ids of S3: whose account one stands for is not known
ID, HAS_ID = (
    "79a59df900b949e55d96a1e698fbaced",
    "`canonical user id of the account` is 79a59df900b949e55d96a1e698fbaced",
)
HAS_NOT = HAS_ID.replace(" is ", " is not ")


def by_id(effect: str = "Allow", element: str = "Principal", **others: object) -> dict:
    return {"Effect": effect, element: {"CanonicalUser": ID}, "Action": "*", "Resource": "*", **others}


@pytest.mark.parametrize(
    ("statements", "principal", "truth", "conditions"),
    [
        ([by_id()], STRANGER, Truth.MAYBE, (HAS_ID,)),
        ([by_id(Principal={"CanonicalUser": ID, "AWS": STRANGER.arn})], STRANGER, Truth.YES, ()),
        ([by_id(), {**allow(), "Principal": "*"}], STRANGER, Truth.YES, ()),
        ([by_id("Deny"), {**allow(), "Principal": "*"}], USER, Truth.MAYBE, (HAS_NOT,)),
        ([by_id("Deny"), {**allow(), "Principal": "*"}], ROOT, Truth.MAYBE, (HAS_NOT,)),
        ([by_id("Deny"), {**allow(), "Principal": "*"}], ANYONE, Truth.YES, ()),
        ([by_id("Deny"), {**allow(), "Principal": {"Service": LAMBDA.arn}}], LAMBDA, Truth.YES, ()),
        ([by_id()], ANYONE, Truth.NO, ()),
        ([by_id()], LAMBDA, Truth.NO, ()),
        ([by_id()], GITHUB, Truth.NO, ()),
        (
            [by_id("Deny", "NotPrincipal"), {**allow(), "Principal": "*"}],
            USER,
            Truth.NO,
            (),
        ),  # its root alone is spared
        ([by_id("Deny", "NotPrincipal"), {**allow(), "Principal": "*"}], ROOT, Truth.MAYBE, (HAS_ID,)),
        ([by_id("Allow", "NotPrincipal")], STRANGER, Truth.MAYBE, (HAS_NOT,)),
        ([by_id("Allow", "NotPrincipal")], ANYONE, Truth.YES, ()),
    ],
)
@pytest.mark.parametrize("complete", [False, True])
def test_a_canonical_user_id_may_be_of_any_account(statements, principal, truth, conditions, complete):
    request = msgspec.structs.replace(ask("s3:GetObject", OBJECT, principal), complete=complete)
    verdict = PolicySet([FULL]).decide(request, ResourcePolicies(policy(statements)))
    assert (verdict.truth, verdict.conditions) == (truth, conditions)


def test_a_canonical_user_id_that_is_known_decides():
    found = ResourcePolicies(policy([by_id()]))
    for known, truth in ((ID, Truth.YES), ("another", Truth.NO)):
        owner = msgspec.structs.replace(STRANGER, context={ACCOUNTS_ID: (known,)})
        assert PolicySet([FULL]).decide(ask("s3:GetObject", OBJECT, owner), found).truth is truth


def test_a_session_that_is_named_beside_its_role_escapes_the_boundary():
    both = ResourcePolicies(naming(ROLE.arn, SESSION.arn))
    verdict = PolicySet([], ON_EC2).decide(ask("s3:GetObject", OBJECT), both)
    assert (verdict.truth, verdict.choices) == (Truth.YES, (("session name", "run"),))
    assert (
        PolicySet([], ON_EC2).decide(ask("s3:GetObject", OBJECT), ResourcePolicies(naming(ROLE.arn))).truth is Truth.NO
    )
    assert PolicySet([]).decide(ask("s3:GetObject", OBJECT), ResourcePolicies(naming("*", SESSION.arn))).choices == ()
