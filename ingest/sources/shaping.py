"""From JSON to the declared shape of an answer, keeping what is good of it."""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin

import msgspec

from ingest import strict_json
from ingest.snapshot.codec import canonical_document
from ingest.sources.declare import Call, Document, Response, Shape

R = TypeVar("R", bound=Response)
TOKENS = ("NextToken", "nextToken", "NextMarker", "ContinuationToken")
# msgspec crashes where two threads convert to a type that it has not seen yet: both would take it apart.
CONVERTING = threading.Lock()
SAMPLE = 50  # items of a list that are looked at to recognise it


class Key(NamedTuple):
    """One declared key of a shape. `item` is the type of a list's items, or None."""

    attribute: str
    name: str
    type: Any
    item: Any
    required: bool
    nullable: bool


def keys_of(shape: type[Shape]) -> tuple[Key, ...]:
    return _keys_of(shape)


@functools.cache
def _keys_of(shape: Hashable) -> tuple[Key, ...]:
    return tuple(_key(field) for field in msgspec.structs.fields(cast("type[Shape]", shape)))


def _key(field: msgspec.structs.FieldInfo) -> Key:
    nullable = get_origin(field.type) in (Union, types.UnionType) and type(None) in get_args(field.type)
    inner = next(a for a in get_args(field.type) if a is not type(None)) if nullable else field.type
    item = get_args(inner)[0] if get_origin(inner) is list else None
    return Key(field.name, field.encode_name, inner, item, field.required, nullable)


def keys_in(call: Call[Any], value: Mapping[str, Any]) -> frozenset[str]:
    """The keys of a JSON object that a call declares."""
    return frozenset(k.name for k in keys_of(call.response) if k.name in value)


def fits(call: Call[Any], value: Any) -> bool:
    """Whether a JSON value looks like an answer to a call."""
    if not isinstance(value, dict):
        return False
    keys = keys_of(call.response)
    needed = [k for k in keys if k.required]
    told = not call.any_of or any(k in value for k in call.any_of) or (call.may_be_empty and not value)
    if any(k.name not in value for k in needed) or not told:
        return False
    return all(_plausible(k, value[k.name]) for k in keys if k.name in value and (k.required or k.name in call.any_of))


def _plausible(key: Key, value: Any) -> bool:
    if value is None:
        return key.nullable
    if key.item is not None:
        return isinstance(value, list) and (not value or any(_of_kind(key.item, v) for v in value[:SAMPLE]))
    return _of_kind(key.type, value)


def _of_kind(kind: Any, value: Any) -> bool:
    if kind is str:
        return isinstance(value, str)
    if kind is Document:
        return isinstance(value, str) or (isinstance(value, dict) and "Statement" in value)
    if isinstance(kind, type) and issubclass(kind, Shape):
        return isinstance(value, dict) and all(k.name in value for k in keys_of(kind) if k.required)
    return True


def truncated(value: Mapping[str, Any]) -> bool:
    """Whether an answer says that there is more of it."""
    return bool(
        value.get("IsTruncated") is True
        or value.get("Truncated") is True
        or any(value.get(token) for token in TOKENS)
        or (value.get("Marker") and "IsTruncated" not in value and "Truncated" not in value)
    )


class Shaped(NamedTuple):
    """`lost` are parts that do not fit the shape and were left out, `notes` are documents that were kept as text."""

    response: Response | None
    lost: list[str]
    notes: list[str]


def shape(value: Mapping[str, Any], response: type[R]) -> Shaped:
    """Converts an answer. A list's items are converted one by one."""
    reader, read = _Reader(), {}
    for key in keys_of(response):
        if key.name in value and not (value[key.name] is None and not key.nullable):
            read[key.attribute] = reader.value(key, value[key.name])
        elif key.required:
            reader.lost.append(f"`{key.name}` is missing")
    whole = all(key.attribute in read for key in keys_of(response) if key.required)
    whole = whole and not any(value is _LOST for value in read.values())
    return Shaped(response(**read) if whole else None, reader.lost, reader.notes)


_LOST = object()


class _Reader:
    """Converts values and keeps what it has to complain about."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.notes: list[str] = []
        self._where = ""

    def value(self, key: Key, value: Any) -> Any:
        if key.item is None or value is None:
            return self._convert(key.name, value, key.type | None if key.nullable else key.type)
        if not isinstance(value, list):
            self.lost.append(f"`{key.name}`: expected a list")
            return _LOST
        items = (self._convert(f"{key.name}[{i}]", v, key.item) for i, v in enumerate(value))
        return [item for item in items if item is not _LOST]

    def _convert(self, where: str, value: Any, kind: Any) -> Any:
        self._where = where
        if isinstance(value, dict):
            value = {k: v for k, v in value.items() if v is not None}
        try:
            with CONVERTING:
                return msgspec.convert(value, kind, dec_hook=self._document)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            self.lost.append(f"`{where}{path.rstrip('`')}`: {reason[:1].lower()}{reason[1:]}")
            return _LOST

    def _document(self, _: type, value: Any) -> Document:
        """The one type of ours that msgspec does not know. An empty text is how AWS says that there is none."""
        if value == "":
            return Document("")
        try:
            return Document(canonical_document(value))
        except strict_json.Malformed as error:
            self.notes.append(
                f"the policy document in `{self._where}` is not readable: {error.reason} at line "
                f"{error.line} column {error.column} of it"
            )
            return Document(value, readable=False)
