"""Condition operators value by value, wildcards and variables in them, and what a condition is called."""

from __future__ import annotations

import time

import pytest

from policy import Condition, Truth
from policy.decision.keys import is_of_principal
from policy.language.match import action_matches, arn_matches, glob, is_incomplete, substitute, variables

KNOWN = {"aws:username": ("ann",), "test:many": ("a", "b"), "test:star": ("*",), "test:unknown": None}


def holds(operator: str, wanted: object, found: object, substitutes: bool = False) -> Truth:
    values = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    given = (found,) if isinstance(found, str) else found
    lookup = {**KNOWN, "test:a": given}
    return Condition(operator, "Test:A", values, substitutes).truth(lambda key: lookup.get(key, ()))


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "is_met"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "aB", "Ab", True),
        ("StringEqualsIgnoreCase", "a", "b", False),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "a*", "Ab", False),
        ("StringNotLike", "a*", "b", True),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "qq==", False),
        ("Bool", "TRUE", "true", True),
        ("Bool", "true", "false", False),
        ("Bool", "yes", "yes", False),  # is no truth value
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "10", "11", False),
        ("NumericEquals", "+10", "10", True),
        ("NumericEquals", "-1", "1", False),
        ("NumericNotEquals", "10", "10.0", False),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThan", "9", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "11", False),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "1e1", "10", False),  # no decimal number
        ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", True),
        ("DateEquals", "2020-01-01", "2020-01-01T00:00:00+00:00", True),
        ("DateEquals", "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "1577836800000", "1577836800", True),  # milliseconds
        ("DateEquals", "99999999999", "5138-11-16T09:46:39Z", True),  # the last second that is none
        ("DateEquals", "100000000000", "1973-03-03T09:46:40Z", True),  # the first millisecond that is one
        ("DateNotEquals", "2020-01-01", "2020-01-02", True),
        ("DateLessThan", "2020-01-02", "2020-01-01", True),
        ("DateGreaterThan", "2020-01-01", "2020-01-01", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "11.0.0.1", False),
        ("IpAddress", "10.0.0.5/8", "10.1.2.3", True),  # a network may be written by one of its hosts
        ("IpAddress", "10.1.2.3", "10.1.2.3", True),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "::/0", "10.0.0.1", False),
        ("NotIpAddress", "10.0.0.0/8", "11.0.0.1", True),
        ("NotIpAddress", "0.0.0.0/0", "2001:db8::1", True),
        ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/a/b", True),
        ("ArnEquals", "arn:aws:iam::*:role/a", "arn:aws:iam::111111111111:role/a", True),
        ("ArnNotEquals", "arn:aws:iam::*:role/a", "arn:aws:iam::111111111111:role/a", False),
        ("ArnNotLike", "arn:aws:iam::*:role/a", "arn:aws:iam::111111111111:role/b", True),
        ("ArnLike", "*", "arn:aws:iam::111111111111:role/a", False),  # has no six fields
        ("Null", "true", (), True),
        ("Null", "true", "a", False),
        ("Null", "False", "a", True),
        ("Null", "false", (), False),
        ("Null", ("true", "false"), "a", True),
        ("Null", "never", "a", False),
        ("stringequals", "a", "a", True),
        ("FORANYVALUE:STRINGEQUALSIFEXISTS", "a", (), True),
        ("StringEquals", (), "a", False),
        ("StringNotEquals", (), "a", True),
        ("ForAnyValue:StringEquals", ("a", "b"), ("c", "b"), True),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "c"), False),
        ("ForAllValues:StringNotEquals", "a", ("b", "c"), True),
        ("NumericLessThan", ("never", "5"), "4", True),  # what cannot be compared is left out
        ("NumericNotEquals", ("never", "5"), "4", True),
    ],
)
def test_an_operator_compares(operator, wanted, found, is_met):
    assert holds(operator, wanted, found) is (Truth.YES if is_met else Truth.NO)


def test_a_date_without_a_zone_is_one_of_utc_wherever_the_program_runs(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert holds("DateEquals", "2021-03-04T05:06:07", "2021-03-04T05:06:07Z") is Truth.YES
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "truth"),
    [
        ("StringEquals", "${aws:username}", "ann", Truth.YES),
        ("StringEquals", "${aws:username}", "bob", Truth.NO),
        ("StringEquals", "${test:absent}", "ann", Truth.NO),
        ("StringNotEquals", "${test:absent}", "ann", Truth.YES),
        ("StringEquals", "${test:unknown}", "ann", Truth.MAYBE),
        ("StringNotEquals", "${test:unknown}", "ann", Truth.MAYBE),
        ("StringEquals", ("${test:unknown}", "ann"), "ann", Truth.YES),
        ("StringEquals", ("${test:unknown}", "bob"), "ann", Truth.MAYBE),
        ("StringEquals", ("${test:absent}", "ann"), "ann", Truth.YES),
        ("StringLike", "${test:star}", "ann", Truth.NO),  # the value's star is text
        ("StringEquals", "${test:star}", "*", Truth.YES),
        ("StringLike", "${aws:username}-*", "ann-x", Truth.YES),
        ("StringEquals", "${test:many, 'c'}", "c", Truth.YES),
    ],
)
def test_a_variable_stands_for_a_value(operator, wanted, found, truth):
    assert holds(operator, wanted, found, substitutes=True) is truth


def test_a_variable_is_text_where_the_version_has_none():
    assert holds("StringEquals", "${aws:username}", "${aws:username}") is Truth.YES
    assert holds("StringEquals", "${aws:username}", "ann") is Truth.NO
    unsaid = Condition("StringEquals", "test:a", ("${aws:username}",))
    assert unsaid.truth(lambda key: KNOWN.get(key, ("ann",))) is Truth.NO


@pytest.mark.parametrize("operator", ["StringEquals", "ForAllValues:StringEquals", "StringEqualsIfExists", "Null"])
def test_a_key_that_nobody_knows_leaves_a_condition_open(operator):
    assert holds(operator, "true", None) is Truth.MAYBE


@pytest.mark.parametrize("operator", ["ForSomeValues:StringEquals", ":StringEquals", "String", "IfExists", ""])
def test_what_is_no_operator(operator):
    assert Condition(operator, "test:a", ("1",)).test is None
    assert holds(operator, "1", "1") is Truth.MAYBE


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        ("StringNotEqualsIgnoreCase", "`test:a` is not (any case) 1 or 2"),
        ("StringEqualsIgnoreCase", "`test:a` is (any case) 1 or 2"),
        ("StringNotLikeIfExists", "`test:a` is not like 1 or 2 (or absent)"),
        ("ArnLike", "`test:a` is like 1 or 2"),
        ("ArnEquals", "`test:a` is like 1 or 2"),
        ("ArnNotEquals", "`test:a` is not like 1 or 2"),
        ("ArnNotLike", "`test:a` is not like 1 or 2"),
        ("BinaryEquals", "`test:a` is 1 or 2"),
        ("NotIpAddress", "`test:a` not in 1 or 2"),
        ("NumericEquals", "`test:a` = 1 or 2"),
        ("NumericNotEquals", "`test:a` is not 1 or 2"),
        ("NumericLessThanEquals", "`test:a` below or at 1 or 2"),
        ("NumericGreaterThan", "`test:a` above 1 or 2"),
        ("DateLessThan", "`test:a` before 1 or 2"),
        ("ForAnyValue:StringEquals", "some value of `test:a` is 1 or 2"),
        ("Null", "`test:a` is absent"),
    ],
)
def test_an_operator_in_words(operator, text):
    values = ("true", "TRUE") if operator == "Null" else ("1", "2")
    assert Condition(operator, "test:a", values).text == text


def atom(operator: str, *values: str, key: str = "test:a") -> tuple[str, bool]:
    literal = Condition(operator, key, values).literal
    return literal.atom, literal.holds


def test_an_operator_and_its_negation_are_one_fact_whatever_the_spelling():
    assert atom("StringEquals", "1", "2") == atom("stringequals", "2", "1", key="TEST:A")
    for operator in ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase"):
        negated = operator.replace("Equals", "NotEquals").replace("Like", "NotLike")
        assert atom(operator, "1") == (atom(negated, "1")[0], True)
        assert atom(negated, "1")[1] is False
        assert atom(f"{negated}IfExists", "1") == atom(negated, "1")  # a negated operator holds of an absent key anyway
        assert atom(f"{operator}IfExists", "1")[0] != atom(operator, "1")[0]


def test_facts_that_may_both_fail_to_hold_are_two():
    for one, other in (
        (("NumericEquals", "1"), ("NumericNotEquals", "1")),
        (("IpAddress", "10.0.0.1"), ("NotIpAddress", "10.0.0.1")),
        (("ForAnyValue:StringEquals", "1"), ("ForAnyValue:StringNotEquals", "1")),
        (("StringEquals", "1"), ("StringLike", "1")),
        (("StringEquals", "1"), ("StringEquals", "2")),
    ):
        assert atom(*one)[0] != atom(*other)[0]
    assert atom("StringEquals", "1")[0] != atom("StringEquals", "1", key="test:b")[0]


@pytest.mark.parametrize(
    ("pattern", "arn", "covers"),
    [
        ("arn:aws:sns:*:111111111111:a:*", "arn:aws:sns:eu-west-1:111111111111:a:b", True),
        ("arn:aws:sns:*:111111111111:a", "arn:aws:sns:eu-west-1:111111111111:a:b", False),
        ("arn:aws:*", "arn:aws:sns:eu-west-1:111111111111:a", False),
        ("arn:aws:sns:::a", "a", False),
        ("arn:aws:sns:eu-west-?:*:a", "arn:aws:sns:eu-west-1:1:a", True),
    ],
)
def test_arns_are_compared_field_by_field(pattern, arn, covers):
    assert arn_matches(pattern, arn) is covers


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", False), ("**", False), ("arn:aws:s3:::a", False), ("arn:aws:s3:::a:b", False), ("arn:aws:s3", True),
        ("arn:aws:s3:*", True), ("a", True), ("*a", True), ("arn:aws:s3:::${aws:username}", False),
        ("arn:aws:s3::${aws:PrincipalTag/a}", True),
    ],
)  # fmt: skip
def test_an_arn_of_fewer_than_six_fields_is_incomplete(pattern, expected):
    assert is_incomplete(pattern) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${aws:username}b}c", "annb}c"),
        ("a}${aws:username}", "a}ann"),
        ("${aws:username", "${aws:username"),
        ("x", "x"),
        ("${ aws:username }", "ann"),
        ("${test:absent,'b'}", "b"),
        ("${test:absent, ''}", ""),
        ("${test:absent, 'b,c'}", "b,c"),
        ("${test:absent, '}", Truth.NO),
        ("${test:absent, b}", Truth.NO),
        ("${test:absent 'b'}", Truth.NO),
        ("${aws:username}${test:unknown}${test:absent}", Truth.MAYBE),
        ("${test:many}", Truth.NO),
        ("a${$}{aws:username}", "a${aws:username}"),
    ],
)
def test_variables_are_cut_out_of_a_text(text, expected):
    assert substitute(text, lambda key: KNOWN.get(key, ())) == expected


def test_the_variables_of_texts_are_their_keys():
    texts = ["a${AWS:Username}b${*}", "$ {x}", "${test:a, 'b'}${test:a}"]
    assert variables(texts) == {"aws:username", "test:a"}


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a*b*c", "abc", True), ("a*b*c", "acb", False), ("ab*ba", "aba", False), ("a*b*b", "ab", False),
        ("a*b*b*c", "abc", False),
        ("*a*", "bab", True), ("a?c", "abc", True), ("a?c", "ac", False), ("??", "a", False), ("?*?", "ab", True),
        ("a?*", "a", False), ("*?b", "xb", True), ("a?b*", "aé", False), ("é?", "éa", True), ("ā?", "āa", True),
        ("ā?ā", "āxā", True),
        ("ā?", "\x01a", False),  # another character of the same low byte
        ("?*", "", False), ("**", "", True), ("a**b", "axb", True), ("a*?*b", "ab", False),
    ],
)  # fmt: skip
def test_wildcards(pattern, text, matches):
    assert bool(glob(pattern)(text)) is matches


@pytest.mark.parametrize(
    ("pattern", "action", "covers"),
    [
        ("S3:GET*", "s3:getobject", True), ("s3:get*t", "s3:getobject", True), ("s3:getobject", "s3:getobjects", False),
        ("*:*", "s3:getobject", False), ("**", "s3:getobject", False), ("s3:?", "s3:getobject", False),
    ],
)  # fmt: skip
def test_actions(pattern, action, covers):
    assert action_matches(pattern.lower(), action) is covers


def test_what_is_a_fact_of_the_principal_alone():
    named = ("aws:principaltag/team", "aws:userid", "aws:username", "aws:sourceip", "aws:resourcetag/team", "test:a")
    assert [one for one in named if is_of_principal(one)] == list(named[:3])
