"""Reading a policy's JSON text strictly: hostile text is refused with a reason and a place, never half read."""

from __future__ import annotations

import json
from typing import Any

MAX_CHARACTERS = 131_072  # the longest document an IAM API carries: botocore, iam/2010-05-08, policyDocumentType
MAX_DEPTH = 32
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels: no AWS policy is"
SHOWN_KEY = 60  # characters of a key that an error message repeats


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


class _Constant(str):
    """`NaN` or `Infinity`, which Python reads and JSON does not have."""


def load(text: str | bytes) -> Any:
    """The JSON value of `text`; a number is a Number, the text it was written as.

    Raises Malformed for text that is not UTF-8, longer than 131,072 characters, deeper than 32 levels, or not JSON
    (a name twice in one object, NaN and lone surrogates included).
    """
    text = _decode(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_Constant, parse_int=Number, parse_float=Number
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON ({error.msg.lower()}), line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise Malformed(TOO_DEEP) from error
    _check(value, "", MAX_DEPTH)
    return value


def _decode(text: str | bytes) -> str:
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded.encode()
    except UnicodeError as error:
        raise Malformed("not UTF-8 text: save the document as UTF-8") from error
    if len(decoded) > MAX_CHARACTERS:
        raise Malformed(f"longer than {MAX_CHARACTERS} characters: no AWS policy is")
    return decoded


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object()
    for name, value in pairs:
        if name in found and found.duplicate is None:
            found.duplicate = name
        found[name] = value
    return found


def _check(value: Any, path: str, levels: int) -> None:
    """Refuse what JSON's grammar lets through: twice the same name, too deep, text that cannot be written again."""
    if isinstance(value, _Constant):
        raise Malformed(f"`{value}` is not JSON: write a number", path)
    if isinstance(value, str) and not value.isascii() and not encodable(value):
        raise Malformed("holds half of a surrogate pair: write the whole character", path)
    if not isinstance(value, (dict, list)):
        return
    if levels == 0:
        raise Malformed(TOO_DEEP, path)
    if isinstance(value, _Object) and value.duplicate is not None:
        raise Malformed("named twice in one object: keep one", step(path, value.duplicate))
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        _check(name, path, levels)
        _check(item, step(path, name), levels - 1)


def step(path: str, name: str | int) -> str:
    """The path of what `name` holds in the value at `path`."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    shown = name[:SHOWN_KEY].encode("utf-8", "replace").decode()
    return f"{path}.{shown}" if path else shown


def encodable(text: str) -> bool:
    """Whether the text can be written as UTF-8: half a surrogate pair cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
