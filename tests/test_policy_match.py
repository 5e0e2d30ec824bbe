"""Wildcards, actions and ARNs against a naive reading of the same words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.language.match import action_matches, arn_matches, glob, substitute
from policy.truth import Truth
from tests.require import repetitions


def naive(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(pattern[1:], text[1:])


@settings(max_examples=repetitions(2_000), deadline=None)
@given(st.text("ab/*?", max_size=7), st.text("ab/\n", max_size=7))
def test_globs_match_as_written(pattern, text):
    assert bool(glob(pattern)(text)) == naive(pattern, text)


@given(st.text(max_size=8), st.text(max_size=8))
def test_what_is_special_elsewhere_is_text_here(pattern, text):
    assert bool(glob(pattern)(text)) == naive(pattern, text)


def test_a_hostile_pattern_ends():
    text = "a" * 20_000
    assert not glob("*a" * 500 + "*b")(text)
    assert glob("*a?" * 500 + "*")(text)


@pytest.mark.parametrize(
    ("pattern", "action", "covers"),
    [
        ("*", "s3:getobject", True),
        ("s3:*", "s3:getobject", True),
        ("s3:get?bject", "s3:getobject", True),
        ("s3:*", "s3express:createsession", False),
        ("*:getobject", "s3:getobject", False),
        ("s3*", "s3:getobject", False),
        ("s3:", "s3:getobject", False),
    ],
)
def test_the_service_of_an_action_is_a_name(pattern, action, covers):
    assert action_matches(pattern, action) is covers


def test_a_star_in_an_arn_condition_stays_within_its_field():
    assert arn_matches("arn:aws:sns:*:111111111111:*", "arn:aws:sns:eu-west-1:111111111111:topic:subscription")
    assert not arn_matches("arn:aws:sns:*:finance", "arn:aws:sns:eu-west-1:111111111111:finance")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${aws:username}/x", "bob/x"),
        ("${AWS:UserName}", "bob"),
        ("${aws:PrincipalTag/team, 'all'}", "all"),
        ("${aws:PrincipalTag/team}", Truth.NO),
        ("${aws:SourceIp}", Truth.MAYBE),
        ("${aws:PrincipalOrgPaths}", Truth.NO),
    ],
)
def test_variables(text, expected):
    known = {"aws:username": ("bob",), "aws:sourceip": None, "aws:principalorgpaths": ("a", "b")}
    assert substitute(text, lambda key: known.get(key, ())) == expected


@given(st.text("*?$a", min_size=1, max_size=4), st.text("*?$a", max_size=4))
def test_wildcards_in_a_value_are_text(value, other):
    pattern = substitute("${aws:username}", lambda _: (value,))
    assert isinstance(pattern, str)
    assert bool(glob(pattern)(other)) == (value == other)


def test_escapes_are_text():
    pattern = substitute("${*}${?}${$}", lambda _: ())
    assert isinstance(pattern, str)
    assert glob(pattern)("*?$")
    assert not glob(pattern)("ab$")
