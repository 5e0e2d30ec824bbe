"""Records as canonical bytes: one JSON line per record, sorted, so that equal facts have equal digests."""

from __future__ import annotations

import functools
import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Union
from urllib.parse import unquote

import msgspec
import orjson
import zstandard

from ingest import strict_json
from ingest.snapshot.collectors import RECORD_TYPES
from ingest.snapshot.record import Record

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Union[RECORD_TYPES])  # noqa: UP007
COMPRESSION_LEVEL = 3


def canonical_document(value: Any) -> str:
    """A policy document as compact JSON text: keys sorted, the order of statements and lists kept.

    Takes the object, its JSON text, or the URL-encoded text of the IAM API.

    Raises: strict_json.Malformed with the position inside the document's text.
    """
    return _canonical_text(value) if isinstance(value, str) else _dump(value)


@functools.lru_cache(maxsize=4096)
def _canonical_text(text: str) -> str:
    return _dump(strict_json.loads(unquote(text) if text.lstrip()[:3].upper() == "%7B" else text))


def _dump(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def encode(records: Iterable[Record]) -> bytes:
    """Canonical lines, sorted by type name and key."""
    ordered = sorted(records, key=lambda r: (type(r).__name__, r.key))
    return _ENCODER.encode_lines(ordered)


def decode(lines: bytes) -> tuple[Record, ...]:
    """The records of canonical lines. Raises: msgspec.DecodeError."""
    return tuple(_DECODER.decode_lines(lines))


def digest(lines: bytes) -> str:
    """The name of a shard. It is of the text, not of the compressed bytes, which vary with the library's version."""
    return hashlib.sha256(lines).hexdigest()


def compress(lines: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, write_checksum=True).compress(lines)


def decompress(data: bytes) -> bytes:
    """Raises: zstandard.ZstdError."""
    return zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)


@contextmanager
def garbage_collector_off() -> Iterator[None]:
    """While millions of records are made, none of which is garbage, the collector costs four fifths of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
