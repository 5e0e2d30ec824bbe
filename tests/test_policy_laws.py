"""Laws of evaluation that hold for every policy."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Request, Truth, parse
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
    return replace(request, context={**request.context, **context})


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
    policies = bound(found)
    lists = (values for size in range(4) for values in combinations(("1", "2", "3"), size))
    best = max(policies.decide(with_context(request, {"aws:tagkeys": values})).truth for values in lists)
    assert policies.decide(request).truth >= best


@often
@given(ANY_STATEMENTS, statements(DENY), requests)
def test_a_deny_more_never_grants(found, deny, request):
    assert bound([*found, deny]).decide(request).truth <= bound(found).decide(request).truth


@often
@given(ANY_STATEMENTS, statements(ALLOW), requests)
def test_an_allow_more_never_revokes(found, allow, request):
    assert bound([*found, allow]).decide(request).truth >= bound(found).decide(request).truth


@often
@given(ANY_STATEMENTS, ANY_STATEMENTS, requests)
def test_boundaries_and_scps_only_shrink(found, limit, request):
    free = bound(found).decide(request).truth
    assert bound(found, boundary=policy(limit)).decide(request).truth <= free
    assert bound(found, scps=[[FULL], [policy(limit)]]).decide(request).truth <= free
    assert bound(found, scps=[[FULL, policy(limit)], [FULL]]).decide(request).truth <= free


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


def split(statement: dict, chance: random.Random) -> list[dict]:
    actions = statement.get("Action")
    if not isinstance(actions, list) or chance.random() < 0.3:
        return [statement]
    return [{**statement, "Action": action} for action in actions]


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
