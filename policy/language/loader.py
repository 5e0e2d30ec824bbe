"""Reading a policy's JSON text strictly: hostile text is refused with a reason and a place, never half read."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from typing import Any

import msgspec

MAX_CHARACTERS = 131_072  # the longest document an IAM API carries: botocore, iam/2010-05-08, policyDocumentType
MAX_OF_AWS = 262_144  # AWS's own managed policies go beyond that: AWSSupportServiceRolePolicy has 152,297
MAX_DEPTH = 32
MAX_NUMBER = 64  # characters of a number; what AWS compares numerically is a double
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels: no AWS policy is"
SHOWN_KEY = 60  # characters of a key that an error message repeats
SURROGATE = re.compile("[\ud800-\udfff]")

WHITE_SPACE = b" \t\n\r"
_ENCODER = msgspec.json.Encoder()

# Where a value stands: (the place of what holds it, its name or index in that). Rendered only for what is refused.
Place = tuple[Any, str | int] | None


class Malformed(ValueError):
    """A text that is no policy: `reason`, and `path` inside the document such as `Statement[2].Action`."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return f"{self.reason} at `{self.path}`" if self.path else self.reason


class _Object(dict[str, Any]):
    """A JSON object that remembers the first name it held twice."""

    duplicate: str | None = None


class Number(str):
    """A JSON number as it was written."""


class _NoNumber(str):
    """`NaN`, `Infinity`, which Python reads and JSON does not have, or a number that no double holds."""


def holds_all(text: bytes, value: Any) -> bool:
    """Whether a decoder that keeps the last of two equal names without a word dropped nothing of a text on the way to
    this value. It may say no wrongly, never yes.

    What was dropped is missing when the value is written again: the encoder's text is the shortest there is, but for
    numbers, of which the decoder of policies takes none.
    """
    return _length(_ENCODER.encode(value)) == _length(text)


def _length(text: bytes) -> int:
    """Bytes but for white space."""
    return len(text.translate(None, WHITE_SPACE))


def longest(policy_id: str) -> int:
    """How many characters a policy may have, by its ARN or id: strangers' fewer than AWS's own."""
    return MAX_OF_AWS if ":iam::aws:policy/" in policy_id else MAX_CHARACTERS


def load(text: str | bytes, longest: int = MAX_CHARACTERS) -> Any:
    """The JSON value of `text`; a number is a Number, the text it was written as.

    Raises Malformed for text that is not UTF-8, of more than `longest` characters, deeper than 32 levels, or not JSON
    (a name twice in one object, NaN, lone surrogates and numbers out of a double's range included).
    """
    text = _decode(text, longest)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_NoNumber, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON ({error.msg.lower()}), line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise Malformed(TOO_DEEP) from error
    _check(value, None, MAX_DEPTH)
    return value


def _decode(text: str | bytes, longest: int) -> str:
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded.encode()
    except UnicodeError as error:
        raise Malformed("not UTF-8 text: save the document as UTF-8") from error
    if len(decoded) > longest:
        raise Malformed(f"longer than {longest} characters: no AWS policy is")
    return decoded


def _integer(text: str) -> str:
    return Number(text) if len(text) <= MAX_NUMBER else _NoNumber(text)


def _float(text: str) -> str:
    return _integer(text) if math.isfinite(float(text)) else _NoNumber(text)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        found.duplicate = next(name for name, times in counted.items() if times > 1)
    return found


def _check(value: Any, place: Place, levels: int) -> None:
    """Refuse what JSON's grammar lets through: twice the same name, too deep, text that cannot be written again."""
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, (dict, list)):
        if levels == 0:
            raise Malformed(TOO_DEEP, _path(place))
        if isinstance(value, _Object) and value.duplicate is not None:
            raise Malformed("named twice in one object: keep one", _path((place, value.duplicate)))
        if isinstance(value, dict):
            for name in value:
                _check_text(name, place)
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            if not (type(item) in (str, Number) and item.isascii()):  # most are, and need no look
                _check(item, (place, name), levels - 1)


def _check_text(text: str, place: Place) -> None:
    if isinstance(text, _NoNumber):
        shown = text[:SHOWN_KEY]
        raise Malformed(
            f"`{shown}` is no number a double holds: write one of at most {MAX_NUMBER} characters", _path(place)
        )
    if not text.isascii() and SURROGATE.search(text):
        raise Malformed("holds half of a surrogate pair: write the whole character", _path(place))


def _path(place: Place) -> str:
    return reduce(step, reversed(list(_names(place))), "")


def _names(place: Place) -> Iterator[str | int]:
    while place is not None:
        place, name = place
        yield name


def step(path: str, name: str | int) -> str:
    """The path of what `name` holds in the value at `path`."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    shown = name[:SHOWN_KEY].encode("utf-8", "replace").decode()
    return f"{path}.{shown}" if path else shown
