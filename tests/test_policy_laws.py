"""Laws of evaluation that hold for every policy."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Policy, Request, ResourcePolicies, Truth, interchange, parse
from policy.catalogue import catalogue
from policy.decision.context import Circumstances
from policy.interchange import Question
from tests.case_strategies import (
    ADDRESSES,
    FEDERATED,
    KINDS,
    MOMENTS,
    OTHER,
    OWN,
    Chance,
    Json,
    as_list,
    chances,
    context,
    covering,
    limits_of,
    whom,
)
from tests.policy_strategies import (
    ALLOW,
    ANY_STATEMENTS,
    CHOSEN_KEY,
    DENY,
    FULL,
    UNKNOWN_KEYS,
    VALUES,
    bound,
    document,
    policy,
    requests,
    statements,
)
from tests.require import repetitions

often = settings(max_examples=repetitions(300), deadline=None)


def with_context(request: Request, context: dict[str, tuple[str, ...]]) -> Request:
    return msgspec.structs.replace(request, context={**request.context, **context})


@often
@given(ANY_STATEMENTS, ANY_STATEMENTS, requests)
def test_learning_what_was_unknown_never_turns_a_yes_or_a_no(found, scp, request):
    policies = bound(found, scps=[[FULL, policy(scp)]])
    before = policies.decide(request).truth
    for values in product(((), ("1",), ("2",), ("1", "2")), repeat=len(UNKNOWN_KEYS)):
        after = policies.decide(with_context(request, dict(zip(UNKNOWN_KEYS, values, strict=True)))).truth
        assert before is Truth.MAYBE or after is before


@often
@given(ANY_STATEMENTS, requests)
def test_a_maybe_says_what_it_hangs_on(found, request):
    verdict = bound(found).decide(request)
    assert bool(verdict.conditions) == (verdict.truth is Truth.MAYBE)
    assert bool(verdict.blocked_by) == (verdict.truth is Truth.NO)


@often
@given(st.lists(statements(ALLOW | DENY, (CHOSEN_KEY,)), max_size=4), requests)
def test_a_choice_is_as_good_as_the_best_value(found, request):
    policies = bound(found)
    values = [(), *((value,) for value in (*VALUES, "3", ""))]
    best = max(policies.decide(with_context(request, {CHOSEN_KEY: value})).truth for value in values)
    assert policies.decide(request).truth is best


@often
@given(st.lists(statements(ALLOW | DENY, (CHOSEN_KEY,), ("1*", "*1", "1?", "12", "*2*")), max_size=4), requests)
def test_patterns_that_overlap_never_hide_a_choice(found, request):
    policies = bound(found)
    texts = ("".join(letters) for size in range(4) for letters in product("123", repeat=size))
    best = max(policies.decide(with_context(request, {CHOSEN_KEY: (text,)})).truth for text in texts)
    assert policies.decide(request).truth >= best


@often
@given(st.lists(statements(ALLOW | DENY, ("aws:TagKeys",)), max_size=4), requests)
def test_keys_of_several_values_never_hide_a_choice(found, request):
    policies, request = bound(found), msgspec.structs.replace(request, action="sqs:CreateQueue")
    lists = (values for size in range(4) for values in combinations(("1", "2", "3"), size))
    best = max(policies.decide(with_context(request, {"aws:tagkeys": values})).truth for values in lists)
    assert policies.decide(request).truth >= best


@often
@given(ANY_STATEMENTS, requests)
def test_full_access_above_changes_nothing(found, request):
    limited = bound(found, boundary=FULL, scps=[[FULL], [FULL]])
    assert limited.decide(request).truth is bound(found).decide(request).truth


@often
@given(ANY_STATEMENTS, requests, st.integers())
def test_spelling_changes_neither_decision_nor_digest(found, request, seed):
    other = respell(found, random.Random(seed))
    assert parse(document(other)).digest == parse(document(found)).digest
    assert bound(other).decide(request).truth is bound(found).decide(request).truth


def respell(found: list[dict], chance: random.Random) -> list[dict]:
    """The same statements split, shuffled, renamed, and with other letter case and list forms."""
    cut = [part for statement in found for part in split(statement, chance)]
    chance.shuffle(cut)
    return [spelt(statement, chance) | {"Sid": f"S{number}"} for number, statement in enumerate(cut)]


def split(statement: dict, chance: random.Random, name: str = "Action") -> list[dict]:
    values = statement.get(name)
    if not isinstance(values, list) or chance.random() < 0.3:
        return [statement]
    return [{**statement, name: value} for value in values]


def spelt(statement: dict, chance: random.Random) -> dict:
    other = dict(statement)
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in other:
            values = other[name] if isinstance(other[name], list) else [other[name]]
            if "Action" in name:
                values = [value.upper() if chance.random() < 0.5 else value for value in values]
            chance.shuffle(values := list(values))
            other[name] = values[0] if len(values) == 1 and chance.random() < 0.5 else values
    return other


# What follows holds over all layers, for every kind of caller, with keys left open and with a complete context.

CALLERS = ("", "console", "access_key", "compute", "ci", "service")
TAG = "aws:principaltag/team"
UNKNOWN = {"aws:sourceip": ADDRESSES, "aws:currenttime": MOMENTS, "test:digest": ("QQ==", "Qg=="), TAG: ("a", "b", "$")}


def made(chance: Chance) -> Json:
    return chance.choice(list(KINDS.values()))(chance)


def question(case: Json, complete: bool, **of_principal: Any) -> Question:
    found = interchange.read(case)
    principal = msgspec.structs.replace(found.request.principal, **of_principal)
    return asked_with(found, principal=principal, complete=complete)


def open_question(chance: Chance) -> Question:
    """One whose caller is known more or less well."""
    unknown = frozenset({TAG} if chance.happens(0.3) else ())
    return question(made(chance), complete=False, caller=chance.choice(CALLERS), unknown=unknown)


def asked_with(asked: Question, **changes: Any) -> Question:
    return replace(asked, request=msgspec.structs.replace(asked.request, **changes))


def truths(case: Json) -> tuple[Truth, Truth]:
    """The answers with a context that leaves keys open, and with one that is complete."""
    one, other = (question(case, complete).ask().truth for complete in (False, True))
    return one, other


def never_above(after: Json, before: Json) -> bool:
    return all(one <= other for one, other in zip(truths(after), truths(before), strict=True))


@often
@given(chances)
def test_learning_never_turns_a_yes_or_a_no_whatever_the_layer(chance):
    asked = open_question(chance)
    before = asked.ask().truth
    for key in chance.sample(sorted(UNKNOWN), len(UNKNOWN)):
        if Circumstances(asked.request).values(key) is not None:
            continue  # known, or never in a request of this caller's
        value = chance.choice([(), *((value,) for value in UNKNOWN[key])])
        asked = asked_with(asked, context={key: value, **asked.request.context})
        after = asked.ask().truth
        assert before in (Truth.MAYBE, after)
        before = after


@often
@given(chances)
def test_what_no_choice_brings_about_no_value_does(chance):
    asked = open_question(chance)
    before = asked.ask().truth
    for _ in range(4):
        carried = catalogue().request_keys(asked.request.action)
        picked = {
            "aws:tagkeys": tuple(chance.sample("abc", chance.randint(0, 3))),
            "aws:securetransport": (chance.choice(("true", "false")),),
            "s3:max-keys": (chance.choice(("5", "10", "11")),),
        }
        chosen = {k: v for k, v in picked.items() if carried is None or k in (*carried, "aws:securetransport")}
        after = asked_with(asked, context={**chosen, **asked.request.context}).ask().truth
        assert before is not Truth.NO or after is Truth.NO


@often
@given(chances)
def test_the_short_answer_is_the_long_one(chance):
    for asked in (open_question(chance), question(made(chance), complete=True)):
        assert asked.policies.truth(asked.request, asked.resource) is asked.ask().truth


@often
@given(chances)
def test_what_was_asked_before_changes_no_answer(chance):
    """One set of policies, asked about much, for several callers, answers as one that was never asked."""
    first = made(chance)
    others = [open_question(chance), open_question(chance), question(made(chance), complete=True)]
    for _ in range(6):  # the same request in other circumstances
        case = {**first, "request": {**first["request"], "context": context(chance)}}
        others.append(question(case, chance.happens(0.7)))
    shared = interchange.read(first)
    for other in chance.choices(others, k=16):
        fresh = interchange.read(first)
        sides = [(shared.resource, fresh.resource), (other.resource, other.resource), (None, None)]
        if (own := shared.resource.policy) is not None:  # and under one of another name that says the same
            likeness = ResourcePolicies(Policy("likeness", "likeness", own.document))
            sides.append((likeness, likeness))
        one, same = chance.choice(sides)
        if chance.happens(0.5):
            assert shared.policies.truth(other.request, one) is fresh.policies.truth(other.request, same)
        assert shared.policies.decide(other.request, one) == fresh.policies.decide(other.request, same)


def statement_more(chance: Chance, case: Json, effect: str) -> Json:
    """The case with one statement more in a document of one of its layers."""
    more = {"Effect": effect, **covering(chance, case["request"])}
    whole = {**more, **whom(chance, case["request"]["principal"])}
    copy = deepcopy(case)
    levels = chance.choice([one for one in (*copy["scps"], copy) if one])
    if levels is not copy:
        levels["policies"].append({"Version": "2012-10-17", "Statement": [more]})
    elif copy["resource_policy"] and chance.happens(0.5):
        policy = copy["resource_policy"]
        policy["Statement"] = [*as_list(policy["Statement"]), whole]
    else:
        copy["identity_policies"].append({"Version": "2012-10-17", "Statement": more})
    return copy


@often
@given(chances)
def test_a_deny_more_never_grants(chance):
    case = made(chance)
    assert never_above(statement_more(chance, case, "Deny"), case)


@often
@given(chances)
def test_an_allow_more_never_revokes(chance):
    case = {**made(chance), "s3_block_public_access": False}  # an Allow can make a bucket public, which S3 may block
    assert never_above(case, statement_more(chance, case, "Allow"))


@often
@given(chances)
def test_every_kind_of_limit_only_shrinks(chance):
    case = made(chance)
    caller = case["request"]["principal"]
    limits = {**limits_of(chance, case["request"]), "s3_block_public_access": True}
    if caller == FEDERATED:
        del limits["session_policy"]  # without one, such a session has no rights that it could shrink
    for name, limit in limits.items():
        there = case.get(name)
        if not there or name in ("scps", "rcps"):  # of these there are many levels, of all others there is one
            assert never_above({**case, name: [*there, *limit] if there else limit}, case)


@often
@given(chances)
def test_renaming_the_accounts_changes_nothing(chance):
    case = made(chance)
    renamed = json.dumps(case).replace(OWN, "999999999111").replace(OTHER, "888888888222")
    assert interchange.evaluate(json.loads(renamed)) == interchange.evaluate(case)
    assert truths(json.loads(renamed)) == truths(case)


@often
@given(chances)
def test_spelling_changes_nothing_whatever_the_layer(chance):
    case = made(chance)
    other = respelt(case, chance)
    assert interchange.evaluate(other) == interchange.evaluate(case)
    assert truths(other) == truths(case)


def respelt(value: Any, chance: random.Random) -> Any:
    """A case whose documents say the same in other words."""
    if isinstance(value, list):
        return [respelt(part, chance) for part in value]
    if not isinstance(value, dict):
        return value
    if "Statement" in value:
        found = respell(as_list(value["Statement"]), chance)
        return {**value, "Statement": [part for one in found for part in split(one, chance, "Resource")]}
    return {name: part if name == "request" else respelt(part, chance) for name, part in value.items()}
