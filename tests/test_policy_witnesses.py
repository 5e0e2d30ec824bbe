"""Texts that two patterns have in common: found where there is one, and covered by both."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decision.witnesses import LONGEST, OTHER, common, may_overlap, shared, witnesses
from policy.language.match import glob

ALPHABET = "ab"
patterns = st.text(alphabet="ab*?", max_size=5)
TEXTS = ["".join(signs) for length in range(9) for signs in product(ALPHABET, repeat=length)]


@given(patterns, patterns, st.sampled_from((OTHER, "")), st.booleans())
def test_a_common_text_is_covered_by_both_and_found_where_there_is_one(one, other, filling, is_short):
    found = common(one, other, filling, is_short)
    if found is not None:
        assert glob(one)(found)
        assert glob(other)(found)
    else:
        assert not any(glob(one)(text) and glob(other)(text) for text in TEXTS)


@given(patterns, patterns)
def test_patterns_that_do_not_overlap_lie_within_each_other_or_apart(one, other):
    if not may_overlap(one, other, ("*",)):
        both, first, second = (
            any(one_is is bool(glob(one)(text)) and other_is is bool(glob(other)(text)) for text in TEXTS)
            for one_is, other_is in ((True, True), (True, False), (False, True))
        )
        assert not (both and first and second)


@pytest.mark.parametrize(
    ("pattern", "models", "found"),
    [
        ("a", ["*"], ["a"]),
        ("a", ["b*"], []),
        ("a*", ["*"], [f"a{OTHER}", "a"]),
        ("a?", ["*"], [f"a{OTHER}"]),
        ("lambda.*", ["*.amazonaws.com"], ["lambda.amazonaws.com", f"lambda.{OTHER}.amazonaws.com"]),
        ("e?2*", ["*.com"], [f"e{OTHER}2{OTHER}.com", f"e{OTHER}2.com"]),
        ("*?", ["a*b"], [f"a{OTHER}b", "ab"]),
        ("*", ["x*", "y"], [f"x{OTHER}", "x", "y"]),
        ("x*", ["y*"], []),
        ("*" * LONGEST, ["y"], ["y"]),
        ("*" * (LONGEST + 1), ["y"], []),
    ],
)
def test_the_texts_that_stand_for_a_pattern(pattern, models, found):
    assert witnesses(pattern, models) == found


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["a*", "*b"], ["a*", "*b", "a*b"]),
        (["a*", "*b", "*c*"], ["a*", "*b", "*c*", "a*b", "a*c*", "*c*b", "a*c*b"]),
        (["a?", "?b"], ["a?", "?b", f"a{OTHER}", f"{OTHER}b", "ab"]),
        (["a*", "b*"], ["a*", "b*"]),
        (["a*", "ab"], ["a*", "ab"]),
        (
            [*"abcd", "*e", "f*", "g*", "h*", "i*", "*j"],
            [*"abcd", "*e", "f*", "g*", "h*", "i*", "*j", *(f"{one}*{other}" for one in "fghi" for other in "ej")],
        ),
        ([f"{one}*" for one in "abcdef"] + ["*g"], [f"{one}*" for one in "abcdef"] + ["*g"]),
        (["a*" + "c" * 62, "*b*"], ["a*" + "c" * 62, "*b*", "a*b*" + "c" * 62]),
        (["a*" + "c" * 63, "*b*"], ["a*" + "c" * 63, "*b*"]),
    ],
)
def test_what_a_few_patterns_have_in_common_is_a_pattern_too(patterns, found):
    assert set(found) == set(shared(patterns))
    assert len(shared(["*a*", "*b*", "*c*", "*d*", "*e*", "*f*"])) < 100


@given(st.lists(patterns, max_size=7))
def test_what_is_shared_is_covered_by_two_of_the_patterns(found):
    for one in set(shared(found)) - set(found):
        text = one.replace("*", OTHER)
        assert sum(bool(glob(each)(text)) for each in dict.fromkeys(found)) >= 1


def test_a_pattern_that_is_too_long_may_overlap():
    assert may_overlap("a*" + "b" * LONGEST + "*", "a*c*", ("a*",))
    assert not may_overlap("*" + "b" * (LONGEST - 1), "*b", ("a*c",))
    assert not may_overlap("a*b*", "b*", ("a*",))
    assert not may_overlap("b*", "*c", ("a*c",))


def test_a_hostile_pattern_costs_as_many_steps_as_there_are_places_in_both():
    started = time.process_time()
    assert common("*a" * (LONGEST // 2), "a" * LONGEST + "b", OTHER, False) is None
    assert time.process_time() - started < 1


def test_two_patterns_may_overlap_in_what_the_shortest_text_does_not_show():
    assert may_overlap("lambda.*", "*a.amazonaws.com", ("*.amazonaws.com",))  # neither covers lambda.x, or xa
    assert not may_overlap("lambda.*", "*.amazonaws.com", ("*.amazonaws.com",))
