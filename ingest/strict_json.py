"""JSON from strangers: what two readers could understand differently is refused, with its position."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
CONSTANT = re.compile("NaN|-?Infinity")
INTEGER_LIMIT = 2**63


class Malformed(ValueError):
    """Text that is not the JSON we accept. `line` and `column` start at 1."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(f"line {line} column {column}: {reason}")
        self.line, self.column, self.reason = line, column, reason


class _Refused(ValueError):
    """Raised by the decoder's hooks, which do not know where they are; `_locate` finds out."""


def loads(text: str) -> Any:
    """The value of a JSON text.

    Refuses duplicate keys, NaN and infinities, integers beyond 64 bits, lone surrogates and more than
    `MAX_DEPTH` levels, all of which the standard decoder lets pass.

    Raises: Malformed.
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(error.lineno, error.colno, error.msg[:1].lower() + error.msg[1:]) from None
    except (_Refused, RecursionError):
        _locate(text)
    if _too_deep(value) or (SURROGATE.search(text) and not _encodable(value)):
        _locate(text)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused
    return value


def _constant(_: str) -> NoReturn:
    raise _Refused


def _integer(text: str) -> int:
    if len(text) > 20 or not -INTEGER_LIMIT <= int(text) < INTEGER_LIMIT:
        raise _Refused
    return int(text)


def _float(text: str) -> float:
    if math.isinf(float(text)):
        raise _Refused
    return float(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float)


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            if type(parent) is dict or type(parent) is list
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _locate(text: str) -> NoReturn:
    """Finds the first thing that `loads` refuses; what follows it may be anything. Slow, for the message only."""
    stack: list[set[str]] = []
    previous: re.Match[str] | None = None
    for token in TOKEN.finditer(text):
        mark = token.group()
        if mark in "{[":
            stack.append(set())
            if len(stack) > MAX_DEPTH:
                _fail(text, token, f"nested deeper than {MAX_DEPTH} levels")
        elif mark in "}]":
            del stack[-1:]
        elif mark == ":" and previous is not None and stack:
            key = _string(previous.group())
            if key in stack[-1]:
                _fail(text, previous, f"duplicate key `{key}`")
            stack[-1].add(key)
        elif reason := _refusal(mark):
            _fail(text, token, reason)
        previous = token
    raise Malformed(1, 1, "not readable as JSON")


def _string(token: str) -> str:
    """What a token says; a token that is no string stands for itself."""
    try:
        return str(json.loads(token))
    except ValueError:
        return token


def _refusal(token: str) -> str:
    if token[0] == '"':
        lone = SURROGATE.search(token) and not _encodable(_string(token))
        return "lone surrogate in a string" if lone else ""
    if found := CONSTANT.match(token):
        return f"`{found[0]}` is not JSON"
    if token[0] not in "-0123456789":
        return ""
    try:
        (_float if set(token) & set(".eE") else _integer)(token)
    except ValueError:
        return "number out of range"
    return ""


def _fail(text: str, token: re.Match[str], reason: str) -> NoReturn:
    line = text.count("\n", 0, token.start()) + 1
    column = token.start() - text.rfind("\n", 0, token.start())
    raise Malformed(line, column, reason)
