"""Open answers in fewer words, and settled where they hold, or cannot hold, whatever the unknown facts are."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import Truth
from policy.formula import Literal, refutation, simplified, words
from tests.policy_strategies import bound
from tests.test_policy_layers import ANN, EVERYTHING, OBJECT, ask

ATOMS = "abcd"
literals = st.builds(lambda atom, holds: literal(atom, holds), st.sampled_from(ATOMS), st.booleans())
terms = st.lists(literals, max_size=3).map(tuple)
requirements = st.lists(st.lists(terms, max_size=3).map(tuple), max_size=4)


def literal(atom: str, holds: bool = True) -> Literal:
    texts = (atom, f"not {atom}") if holds else (f"not {atom}", atom)
    return Literal(atom, holds, *texts)


def is_met(found: list, world: dict[str, bool]) -> bool:
    return all(any(all(world[one.atom] is one.holds for one in term) for term in one_of) for one_of in found)


@given(requirements)
def test_what_is_simplified_is_met_in_the_same_worlds(found):
    shorter = simplified(found)
    for values in product((True, False), repeat=len(ATOMS)):
        world = dict(zip(ATOMS, values, strict=True))
        assert is_met(found, world) == (shorter is not None and is_met(shorter, world))


@given(requirements)
def test_what_is_simplified_has_no_more_literals(found):
    before = sum(len(term) for one in found for term in one)
    assert sum(len(term) for one in simplified(found) or () for term in one) <= before


@given(terms)
def test_a_refutation_is_met_where_the_term_is_not(term):
    for values in product((True, False), repeat=len(ATOMS)):
        world = dict(zip(ATOMS, values, strict=True))
        assert is_met([refutation(term)], world) is not is_met([(term,)], world)


def test_words_say_each_fact_once():
    a, b, c = map(literal, "abc")
    assert words(simplified([((a,),), ((a, b), (c,)), ((a,), (b,))])) == ["a", "b or c"]
    assert words(simplified([((a,),), ((~a,), (b,))])) == ["a", "b"]
    assert simplified([((a,),), ((~a,), (~a, b))]) is None


def test_many_ways_are_all_told():
    many = tuple((literal(f"n{number}"),) for number in range(100))
    assert words(simplified([many])) == [" or ".join(f"n{number}" for number in range(100))]


IN = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
STRONG = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TAGGED, UNTAGGED = ({operator: {"aws:ResourceTag/a": "1"}} for operator in ("StringEquals", "StringNotEquals"))


@pytest.mark.parametrize(
    ("found", "truth", "conditions"),
    [
        ([("Allow", IN), ("Deny", STRONG)], Truth.MAYBE, ("`aws:SourceIp` in 203.0.113.0/24",
                                                         "`aws:MultiFactorAuthPresent` is not true")),
        ([("Allow", IN), ("Allow", {**IN, **STRONG})], Truth.MAYBE, ("`aws:SourceIp` in 203.0.113.0/24",)),
        ([("Allow", {}), ("Deny", {**IN, **STRONG})], Truth.MAYBE,
         ("`aws:SourceIp` not in 203.0.113.0/24 or `aws:MultiFactorAuthPresent` is not true",)),
        ([("Allow", IN), ("Deny", IN)], Truth.NO, ()),
        ([("Allow", TAGGED), ("Allow", UNTAGGED)], Truth.YES, ()),
        ([("Allow", {}), ("Deny", {"Null": {"aws:SourceVpc": ["true", "false"]}})], Truth.NO, ()),
        ([("Allow", {}), ("Deny", {"Null": {"aws:SourceVpc": "false"}})], Truth.MAYBE, ("`aws:SourceVpc` is absent",)),
        ([("Allow", {}), ("Deny", TAGGED)], Truth.MAYBE, ("`aws:ResourceTag/a` is not 1",)),
    ],
)  # fmt: skip
def test_open_conditions_are_what_must_hold_and_no_more(found, truth, conditions):
    statements = [{**EVERYTHING, "Effect": effect, "Condition": condition} for effect, condition in found]
    verdict = bound(statements).decide(ask("s3:GetObject", OBJECT, ANN))
    assert (verdict.truth, verdict.conditions) == (truth, conditions)


def test_more_requirements_than_are_simplified_stay_open():
    many = [((literal(f"a{n}"),), (literal(f"b{n}"),)) for n in range(300)]
    assert len(simplified(many) or []) == 300
    assert simplified([*many, ()]) is None
    assert simplified([*many, ((literal("c"),), ())]) == simplified(many)
