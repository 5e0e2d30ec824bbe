"""Requests as JSON lines: what is read of them is all that is there, or the place of what is wrong is told."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from policy import Malformed, Truth, interchange
from policy.interchange import read_line
from tests.case_strategies import FULL_ACCESS, OWN, USER

REQUEST = {
    "principal": USER, "action": "s3:GetObject", "resource": "arn:aws:s3:::a/x", "resource_account": OWN, "context": {},
}  # fmt: skip
ALLOW, DENY = (f'{{"Effect":"{effect}","Action":"*","Resource":"*"}}' for effect in ("Allow", "Deny"))
TWICE = f'{{"Statement":{DENY},"Statement":{ALLOW}}}'


def line(context: str = "{}", **fields: str) -> bytes:
    request = json.dumps(REQUEST).replace('"context": {}', f'"context": {context}')
    texts = {"id": '"one"', "request": request, **fields}
    return "{{{}}}".format(",".join(f'"{name}":{text}' for name, text in texts.items())).encode()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            line(identity_policies=f"[{TWICE}]"),
            "named twice in one object: keep one at `identity_policies[0].Statement`",
        ),
        (line(resource_policy=TWICE), "named twice in one object: keep one at `resource_policy.Statement`"),
        (line(session_policy="{}"), "has no `Statement`: add one at `session_policy`"),
        (line(scps='[{"policies":[],"policies":[]}]'), "named twice in one object: keep one at `scps[0].policies`"),
        (line(rcps=f'[{{"policies":[{TWICE}]}}]'), "keep one at `rcps[0].policies[0].Statement`"),
        (line(identity_policies="[null]"), "not a JSON object: a policy is `{...}` at `identity_policies[0]`"),
        (line(endpoint_policies='[{"Statement":[{"Effect":"allow"}]}]'), "`endpoint_policies[0].Statement[0].Effect`"),
        (line(permission_boundaries="[{},{}]"), "has no `Statement`: add one at `permission_boundaries[0]`"),
        (
            line(permission_boundaries=f'[{{"Statement":{ALLOW}}},{{"Statement":{DENY}}}]'),
            "more than one: AWS has one for each principal, keep that at `permission_boundaries`",
        ),
        (line('{"a:b":"1","a:b":"2"}'), "named twice in one object: keep one at `request.context.a:b`"),
        (line('{"a:b":"1","A:b":"1"}'), "the same key as `a:b`: keep one at `request.context.A:b`"),
        (
            line('{"ec2:ResourceTag/t":"1","aws:ResourceTag/t":"2"}'),
            "the same key as `ec2:ResourceTag/t`: keep one at `request.context.aws:ResourceTag/t`",
        ),
        (line()[:-1] + b',"id":"two"}', "named twice in one object: keep one at `id`"),
        (line(extra='{"x":1.50,"x":2}'), "named twice in one object: keep one at `extra.x`"),
        (line(extra='{"x":1e5,"x":0}'), "named twice in one object: keep one at `extra.x`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written, message):
    with pytest.raises(Malformed) as raised:
        read_line(written)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ('{"AWS:SourceIp":"10.0.0.1"}', {"aws:sourceip": ("10.0.0.1",)}),
        ('{"aws:TagKeys":["a","b"],"x:y":[]}', {"aws:tagkeys": ("a", "b"), "x:y": ()}),
        ('{"ec2:ResourceTag/T":"1","aws:ResourceTag/t":"1"}', {"aws:resourcetag/t": ("1",)}),
        ('{"ec2:Region":"eu-west-1"}', {"aws:requestedregion": ("eu-west-1",)}),
        ('{"a:\\u0062":"1"}', {"a:b": ("1",)}),
    ],
)
def test_the_context_is_read_by_the_one_name_of_each_key(context, found):
    assert read_line(line(context)).request.context == found


def test_a_key_that_a_service_repeats_answers_under_either_name():
    tagged = {"Effect": "Allow", "Action": "*", "Resource": "*",
              "Condition": {"StringEquals": {"aws:ResourceTag/t": "1"}}}  # fmt: skip
    written = line('{"ec2:ResourceTag/T":"1"}', identity_policies=f'[{{"Statement":{json.dumps(tagged)}}}]')
    assert read_line(written).ask().truth is Truth.YES


@pytest.mark.parametrize("fields", [{"extra": '{"x":1.50}'}, {"title": '"\\u00e4\\u00f6"'}, {"id": '"\\u006fne"'}])
def test_a_line_may_be_written_otherwise_than_we_would(fields):
    assert read_line(line(**fields)).id == "one"


@pytest.mark.parametrize("name", ["resource_policy", "session_policy", "identity_policies", "scps", "org"])
def test_what_is_null_is_not_there(name):
    assert read_line(line(**{name: "null"})).ask() == read_line(line()).ask()


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", line("[]"), line('{"a":1}'), line(scps="[[]]"), line(org="[]")])
def test_what_has_not_the_shape_of_a_line_is_no_case(wrong):
    with pytest.raises(msgspec.DecodeError):
        read_line(wrong)


def test_a_case_may_be_an_object_or_a_line():
    case: dict[str, Any] = {"id": "one", "request": REQUEST, "identity_policies": [FULL_ACCESS]}
    assert interchange.read(case).ask() == read_line(json.dumps(case).encode()).ask()
    assert interchange.evaluate(case) == {"id": "one", "decision": "Allowed", "blocked_by": []}
