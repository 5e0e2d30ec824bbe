"""The smallest case about which two engines still differ in the same way."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any

import orjson

from tests.differential.alphabet import HOME

Case = dict[str, Any]
Path = tuple[Any, ...]

ALWAYS_THERE = ("sts:", "kms:")  # actions on resources that never lack a policy of their own
CONTAINERS = (
    "identity_policies", "resource_policy", "permission_boundaries", "session_policy", "scps", "rcps",
    "endpoint_policies",
)  # fmt: skip
EMPTY: dict[str, Any] = {"resource_policy": None, "session_policy": None}
CONTEXT = ("request", "context")
PARTED = {"Condition", "Principal", "NotPrincipal"}  # objects, and within conditions one more, that keep one item
NEWEST = "2012-10-17"
PLAIN_PRINCIPAL = {"principal": f"arn:aws:iam::{HOME}:user/ann"}
PLAIN_TARGET = {"action": "s3:GetObject", "resource": "arn:aws:s3:::logs/a.txt", "wildcard_only": False}
EVERYTHING = {"Action": "*", "Resource": "*", "Principal": "*"}
_DROP = object()  # in the place of a value: take the item away


def shrink(case: Case) -> Generator[Case, bool, None]:
    """Yields smaller and smaller cases and is sent, for each, whether the difference remains.

    Every edit that keeps the difference stays, until a whole round keeps none. It can slide from one difference into
    another that looks alike; over many cases each is met alone.
    """
    changed = True
    while changed:
        changed, position = False, 0
        while (smaller := _edited(case, position)) is not None:
            if (yield smaller):
                case, changed = smaller, True
            else:
                position += 1


def _edited(case: Case, position: int) -> Case | None:
    """The case after its `position`-th edit, the coarse ones first; None where there are not so many."""
    edit = next(islice(_edits(case), position, None), None)
    if edit is None:
        return None
    edited: Case = orjson.loads(orjson.dumps(case))
    _apply(edited, *edit)
    return edited


def _apply(value: Any, path: Path, new: Any) -> None:
    *way, last = path
    for step in way:
        value = value[step]
    if new is _DROP:
        del value[last]
    else:
        value[last] = new


def _edits(case: Case) -> Iterator[tuple[Path, Any]]:
    """Paths into the case, and what to put there."""
    for name in CONTAINERS:
        if case[name] and not (name == "resource_policy" and case["request"]["action"].startswith(ALWAYS_THERE)):
            yield (name,), EMPTY.get(name, [])
    request = case["request"]
    for plain in (PLAIN_PRINCIPAL, PLAIN_TARGET):
        if request | plain != request:
            yield ("request",), request | plain
    for name in ("org", "s3_block_public_access"):
        if name in case:
            yield (name,), _DROP
    for name in CONTAINERS:
        yield from _inside((name,), case[name])
    yield from _inside(CONTEXT, request["context"])


def _inside(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """First the items of a list or object as a whole, then what is within them."""
    if isinstance(value, list):
        if len(value) > 1 or not all(isinstance(item, str) for item in value):
            yield from (((*path, index), _DROP) for index in range(len(value)))
        elif value:
            yield path, value[0]
        for index, item in enumerate(value):
            yield from _inside((*path, index), item)
    elif isinstance(value, dict):
        yield from _object(path, value)


def _object(path: Path, value: Case) -> Iterator[tuple[Path, Any]]:
    if value.get("Version", NEWEST) != NEWEST:
        yield (*path, "Version"), NEWEST
    if "Effect" in value:
        yield from _widened(path, value)
    elif path == CONTEXT or (len(value) > 1 and {*path[-2:]} & PARTED):
        yield from (((*path, name), _DROP) for name in value)
    for name, item in value.items():
        yield from _inside((*path, name), item)


def _widened(path: Path, statement: Case) -> Iterator[tuple[Path, Any]]:
    """The statement with an element that covers everything in the place of a narrower one."""
    for name, text in EVERYTHING.items():
        if f"Not{name}" in statement:
            yield path, {one: value for one, value in statement.items() if one != f"Not{name}"} | {name: text}
        elif statement.get(name, text) != text:
            yield (*path, name), text
    if "Condition" in statement:
        yield (*path, "Condition"), _DROP
