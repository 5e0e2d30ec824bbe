"""Equal facts have equal bytes, and JSON that can be misread is refused."""

import json
import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import strict_json
from ingest.snapshot import Account, Bucket, PublicAccessBlock, Rule, SecurityGroup, Unseen
from ingest.snapshot.codec import canonical_document, compress, decode, decompress, digest, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SEEN = st.one_of(st.none(), st.builds(Unseen, reason=st.sampled_from(["denied", "malformed"])), TEXT)
BLOCKS = st.one_of(st.none(), st.builds(Unseen), st.builds(PublicAccessBlock, *[st.booleans()] * 4))
BUCKETS = st.builds(
    Bucket,
    arn=TEXT,
    name=TEXT,
    account_id=TEXT,
    region=TEXT,
    policy=SEEN,
    public_access_block=BLOCKS,
    tags=st.one_of(st.none(), st.dictionaries(TEXT, TEXT)),
)
ACCOUNTS = st.builds(Account, id=TEXT, arn=TEXT, name=TEXT, parent_id=SEEN)
RULES = st.builds(Rule, protocol=TEXT, from_port=st.none() | st.integers(0, 65535), cidrs=st.tuples(TEXT))
GROUPS = st.builds(SecurityGroup, id=TEXT, account_id=TEXT, region=TEXT, vpc_id=TEXT, ingress=st.tuples(RULES, RULES))
RECORDS = st.lists(BUCKETS | ACCOUNTS | GROUPS, max_size=8, unique_by=lambda r: (type(r), r.key))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(RECORDS, st.randoms(use_true_random=False))
def test_records_survive_and_their_order_does_not_matter(records, order: random.Random):
    lines = encode(records)
    shuffled = order.sample(records, len(records))
    assert encode(shuffled) == lines
    assert {(type(r), r.key): r for r in decode(decompress(compress(lines)))} == {(type(r), r.key): r for r in records}


def test_the_order_of_tags_does_not_matter():
    one, other = ({"b": "2", "a": "1"}, {"a": "1", "b": "2"})
    bucket = {"arn": "arn", "name": "b", "account_id": "1", "region": ""}
    assert digest(encode([Bucket(**bucket, tags=one)])) == digest(encode([Bucket(**bucket, tags=other)]))


def test_a_name_with_a_newline_stays_one_record():
    account = Account(id="1", arn="a", name='two\nlines\u2028\r\n"quoted"')
    assert decode(encode([account])) == (account,)


@given(JSON)
def test_strict_json_reads_what_json_writes(value):
    assert strict_json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    "text, position",
    [
        ('{"Effect": "Allow",\n "Effect": "Deny"}', (2, 2, "duplicate key `Effect`")),
        ("[1,\n  NaN]", (2, 3, "`NaN` is not JSON")),
        ("[-Infinity]", (1, 2, "`-Infinity` is not JSON")),
        ("[1e999]", (1, 2, "number out of range")),
        ("[" + "9" * 5000 + "]", (1, 2, "number out of range")),
        ("[" * 65 + "]" * 65, (1, 65, "nested deeper than 64 levels")),
        ("[" * 200_000, (1, 65, "nested deeper than 64 levels")),
        ('{"a": "\\ud800"}', (1, 7, "lone surrogate in a string")),
        ('{"a": {"x": 1}, "b": {"x": 1, "x": 2}}', (1, 31, "duplicate key `x`")),
        ('{"a" 1}', (1, 6, "expecting ':' delimiter")),
        ("", (1, 1, "expecting value")),
        ('{"a": 1, "\\u0061": 2}', (1, 10, "duplicate key `a`")),
        ("[NaNx: 1]", (1, 2, "`NaN` is not JSON")),
    ],
)
def test_strict_json_names_the_position(text, position):
    with pytest.raises(strict_json.Malformed) as caught:
        strict_json.loads(text)
    assert (caught.value.line, caught.value.column, caught.value.reason) == position


PARTS = [
    "NaN",
    "1e999",
    "9" * 30,
    '"a":',
    '"\\u0061":',
    '{"a":1,',
    "\\ud800",
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "x",
    "\n",
]


@given(
    st.text(alphabet='{}[]:,"\\ \nabc019.eENaIu', max_size=60)
    | st.lists(st.sampled_from(PARTS), max_size=12).map("".join)
)
def test_strict_json_reads_or_says_where_not(text):
    lines = text.split("\n")
    with suppress(strict_json.Malformed):
        assert strict_json.loads(text) == json.loads(text)
        return
    with pytest.raises(strict_json.Malformed) as caught:
        strict_json.loads(text)
    assert 1 <= caught.value.column <= len(lines[caught.value.line - 1]) + 1


def test_sixty_four_levels_are_read():
    assert strict_json.loads("[" * 64 + "]" * 64)


def test_documents_are_compact_with_sorted_keys_and_their_statements_in_order():
    statements = [{"Sid": "b", "Effect": "Deny"}, {"Sid": "a", "Effect": "Allow"}]
    text = canonical_document({"Version": "2012-10-17", "Statement": statements})
    assert text == ('{"Statement":[{"Effect":"Deny","Sid":"b"},{"Effect":"Allow","Sid":"a"}],"Version":"2012-10-17"}')


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_a_document_is_the_same_as_object_as_text_and_url_encoded(value):
    from urllib.parse import quote

    text = json.dumps(value)
    assert canonical_document(value) == canonical_document(text) == canonical_document(quote(text))


def test_a_document_that_is_not_json_is_malformed():
    with pytest.raises(strict_json.Malformed):
        canonical_document('{"Statement": [}')
