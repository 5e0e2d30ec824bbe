"""What is a policy, what is refused and where, and what counts as the same."""

from __future__ import annotations

import json
import pickle
from itertools import product
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Malformed, parse
from policy.language.document import Library
from policy.language.loader import MAX_CHARACTERS
from policy.language.match import action_matches
from tests.policy_strategies import ANY_STATEMENTS, document
from tests.require import repetitions

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def written(**changes: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT, {**STATEMENT, **changes}]})


def outcome(text: str) -> str:
    """A parsed document's digest, or where a refused one breaks off."""
    try:
        return f"digest {parse(text).digest}"
    except Malformed as error:
        return error.path or error.reason


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=repetitions(1_000), deadline=None)
@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_any_text_is_parsed_or_malformed(text):
    with pytest.raises(Malformed):
        parse(text)


@settings(max_examples=repetitions(1_000), deadline=None)
@given(ANY_STATEMENTS, st.data())
def test_a_damaged_policy_is_parsed_or_malformed(found, data):
    text = document(found)
    start = data.draw(st.integers(0, len(text)))
    damaged = text[:start] + data.draw(st.text('{}[]",:*$\\ud8000NaN', max_size=6)) + text[start + 1 :]
    assert outcome(damaged)


@settings(max_examples=repetitions(1_000), deadline=None)
@given(st.sampled_from(sorted({*STATEMENT, "Principal", "NotAction", "Condition", "Sid", "NotPrincipal"})), json_values)
def test_an_element_of_any_type_is_parsed_or_malformed(name, value):
    assert outcome(written(**{name: value})).startswith(("digest ", "Statement[1]"))


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        (b"\xff\xfe{}", "", "UTF-8"),
        ("{", "", "not JSON (expecting property name enclosed in double quotes), line 1 column 2"),
        ('{"Statement": NaN}', "Statement", "`NaN` is no number"),
        ('{"Statement": ' + "9" * 5_000 + "}", "Statement", "is no number a double holds"),
        ("[" * 100_000, "", "nested deeper than 32"),
        ('{"Statement": ' + "[" * 40 + "]" * 40 + "}", "", "nested deeper than 32"),
        (" " * (MAX_CHARACTERS + 1), "", "longer than 131072"),
        ('{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}', "Statement[0].Effect", "named twice"),
        (r'{"Statement": [], "Id": "\ud800"}', "Id", "half of a surrogate pair"),
        ("[]", "", "not a JSON object"),
        ("{}", "", "has no `Statement`"),
        ('{"Statement": [], "Version": "2020-01-01"}', "Version", "no such version"),
        ('{"Statement": [], "statement": []}', "statement", "no element of a policy"),
        (written(Effect="allow"), "Statement[1].Effect", "neither `Allow` nor `Deny`"),
        (written(Action=[]), "Statement[1].Action", "neither a text nor a list of texts"),
        (written(Resource=[1]), "Statement[1].Resource", "neither a text nor a list of texts"),
        (written(NotAction="s3:*"), "Statement[1]", "both `Action` and `NotAction`"),
        (written(Principal={"Aws": "*"}), "Statement[1].Principal.Aws", "no type of principal"),
        (written(Condition={"Bool": []}), "Statement[1].Condition.Bool", "not an object"),
        (written(Condition={"Bool": {"a:b": None}}), "Statement[1].Condition.Bool.a:b", "neither a text"),
    ],
)
def test_what_is_refused_names_its_place(text, path, reason):
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert reason in caught.value.reason
    if path:
        assert caught.value.path == path
        assert f"at `{path}`" in str(caught.value)


def test_principals_and_values_have_one_form():
    found = parse(
        written(
            Principal="*", Condition={"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": True}}
        )
    ).statements[1]
    assert found.principals == {"AWS": ("*",)}
    assert [(one.operator, one.key, one.values) for one in found.conditions] == [
        ("NumericLessThan", "s3:max-keys", ("10",)),
        ("Bool", "aws:SecureTransport", ("true",)),
    ]


def test_variables_are_read_where_the_version_has_them():
    statement = {**STATEMENT, "Resource": "arn:aws:s3:::${aws:UserName}/${*}", "Condition": {
        "StringEquals": {"aws:SourceIp": "1", "aws:PrincipalTag/Team": "${aws:ResourceTag/team, 'x'}"}}}  # fmt: skip
    new = parse(json.dumps({"Version": "2012-10-17", "Statement": statement})).statements[0]
    assert new.variables == {"aws:username", "aws:resourcetag/team"}
    assert new.principal_keys == {"aws:username", "aws:principaltag/team"}
    old = parse(json.dumps({"Version": "2008-10-17", "Statement": statement})).statements[0]
    assert (old.variables, old.principal_keys) == (set(), {"aws:principaltag/team"})
    assert old.id != new.id


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "s3:PutObject"},
        {"Effect": "Deny"},
        {"Resource": "arn:aws:s3:::b"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Principal": "*"},
        {"Action": "!['s3:getobject']"},
    ],
)
def test_what_says_something_else_has_another_digest(changes):
    assert parse(written(**changes)).digest != parse(written()).digest
    assert parse(written(**changes)).statements[1].id != parse(written()).statements[1].id


def test_a_not_element_is_no_list_of_the_same_words():
    listed, left_out = ({"Effect": "Allow", name: "s3:*", "Resource": "*"} for name in ("Action", "NotAction"))
    assert parse(document([listed])).digest != parse(document([left_out])).digest
    posing = {**listed, "Action": "!['s3:*']"}
    assert parse(document([posing])).digest != parse(document([left_out])).digest


BOXES = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(("Allow", "Deny")),
            **{name: st.lists(st.sampled_from("xy"), min_size=1, max_size=2) for name in ("Action", "Resource")},
            "Principal": st.lists(st.sampled_from("xy"), min_size=1, max_size=2).map(lambda names: {"AWS": names}),
        }
    ),
    max_size=3,
)


@settings(max_examples=repetitions(1_000), deadline=None)
@given(BOXES, BOXES)
def test_digests_are_equal_where_the_same_is_said(found, other):
    said, again = (
        {
            (one["Effect"], *atom)
            for one in statements
            for atom in product(one["Action"], one["Resource"], one["Principal"]["AWS"])
        }
        for statements in (found, other)
    )
    assert (parse(document(found)).digest == parse(document(other)).digest) == (said == again)


def test_a_document_of_the_greatest_size_is_read():
    names = [f"s3:A{number}" for number in range(5_000)]
    many = [
        {**STATEMENT, "Action": names[:200], "Resource": [f"r{index}{n}" for n in range(100)]} for index in range(20)
    ]
    text = document([*many, {**STATEMENT, "Action": names}])
    assert len(text) < MAX_CHARACTERS
    assert len(parse(text).digest) == 64


def test_a_digest_costs_no_more_than_its_document_is_worth():
    """Statements that share their words by chance say as many different things as there are subsets."""
    rng, names = Random(0), [f"s3:{number}" for number in range(60)]
    intricate = [
        {
            "Effect": "Allow",
            "Action": rng.sample(names, 30),
            "Resource": rng.sample(names, 30),
            "Principal": {"AWS": rng.sample(names, 30)},
        }
        for _ in range(100)
    ]
    began = process_time()
    expected = parse(document(intricate)).digest
    assert process_time() - began < 1
    again = [{**one, "Action": [word.upper() for word in reversed(one["Action"])]} for one in reversed(intricate)]
    assert parse(document(again)).digest == expected
    assert parse(document(again[1:])).digest != expected


def test_documents_travel_between_processes():
    found = parse(written(Condition={"StringLike": {"aws:PrincipalTag/team": "a*"}}))
    found.relevant("s3:getobject")
    assert pickle.loads(pickle.dumps(found)).digest == found.digest


def test_statements_know_their_position():
    assert [one.position for one in parse(written()).statements] == [0, 1]
    assert parse(json.dumps({"Statement": STATEMENT})).statements[0].position == 0


@settings(max_examples=repetitions(200))
@given(ANY_STATEMENTS, st.sampled_from(("s3:getobject", "sqs:sendmessage", "s3", "", "*")))
def test_what_speaks_of_an_action_is_found_pattern_by_pattern(found, action):
    def speaks(one: dict) -> bool:
        words = one.get("Action") or one["NotAction"]
        covered = any(action_matches(word.lower(), action) for word in ([words] if isinstance(words, str) else words))
        return covered is ("Action" in one)

    speaking = [(one["Effect"], index) for index, one in enumerate(found) if speaks(one)]
    allows, denies = parse(document(found)).relevant(action)
    assert [("Allow", one.position) for one in allows] == [one for one in speaking if one[0] == "Allow"]
    assert [("Deny", one.position) for one in denies] == [one for one in speaking if one[0] == "Deny"]


def test_a_library_reads_equal_texts_once():
    library = Library()
    assert library.document(written()) is library.document(written())
    for _ in range(2):
        with pytest.raises(Malformed, match="has no `Statement`"):
            library.document("{}")
    assert len(library) == 2
