"""Conditions in words, and what they say of a key that is absent or cannot be compared."""

from __future__ import annotations

import pytest

from policy import Condition, Truth
from policy.language.operators import OPERATORS


@pytest.mark.parametrize(
    ("operator", "key", "values", "text"),
    [
        ("IpAddress", "aws:SourceIp", ("203.0.113.0/24", "198.51.100.7"),
         "`aws:SourceIp` in 203.0.113.0/24 or 198.51.100.7"),
        ("StringNotEquals", "sts:ExternalId", ("x",), "`sts:ExternalId` is not x"),
        ("ForAllValues:StringLike", "aws:TagKeys", ("a*",), "every value of `aws:TagKeys` is like a*"),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", ("true",), "`aws:MultiFactorAuthPresent` is true (or absent)"),
        ("NumericLessThan", "aws:MultiFactorAuthAge", ("3600",), "`aws:MultiFactorAuthAge` below 3600"),
        ("DateGreaterThanEquals", "aws:CurrentTime", ("2030-01-01",), "`aws:CurrentTime` after or at 2030-01-01"),
        ("Null", "aws:TokenIssueTime", ("true",), "`aws:TokenIssueTime` is absent"),
        ("Null", "aws:TokenIssueTime", ("false",), "`aws:TokenIssueTime` is present"),
        ("StringAlmost", "aws:x", ("y",), "`aws:x` passes `StringAlmost` y"),
    ],
)  # fmt: skip
def test_a_condition_in_words(operator, key, values, text):
    assert Condition(operator, key, values).text == text


@pytest.mark.parametrize("name", sorted({*OPERATORS} - {"null"}))
@pytest.mark.parametrize(
    ("prefix", "suffix", "holds"),
    [
        ("", "", lambda negated: negated),
        ("", "IfExists", lambda _: True),
        ("ForAllValues:", "", lambda _: True),
        ("ForAnyValue:", "", lambda _: False),
    ],
)
def test_an_absent_key(name, prefix, suffix, holds):
    condition = Condition(f"{prefix}{name}{suffix}".upper(), "test:a", ("1",))
    assert condition.truth(lambda _: ()) is (Truth.YES if holds(OPERATORS[name].negated) else Truth.NO)


@pytest.mark.parametrize("operator", ["NumericNotEquals", "NotIpAddress", "DateNotEquals", "NumericLessThan"])
def test_what_cannot_be_compared_neither_holds_nor_fails_to(operator):
    assert Condition(operator, "test:a", ("never",)).truth(lambda _: ("1.5.x",)) is Truth.NO


def test_an_operator_that_aws_does_not_have_stays_open():
    assert Condition("StringAlmost", "test:a", ("1",)).truth(lambda _: ("1",)) is Truth.MAYBE


@pytest.mark.parametrize(
    ("operator", "found", "truth"),
    [
        ("StringEquals", ("1", "3"), Truth.YES),
        ("StringNotEquals", ("1", "3"), Truth.NO),
        ("ForAnyValue:StringNotEquals", ("1", "3"), Truth.YES),
        ("ForAllValues:StringNotEquals", ("1", "3"), Truth.NO),
        ("ForAllValues:StringEquals", ("1", "2"), Truth.YES),
    ],
)
def test_keys_of_several_values(operator, found, truth):
    assert Condition(operator, "test:a", ("1", "2")).truth(lambda _: found) is truth
