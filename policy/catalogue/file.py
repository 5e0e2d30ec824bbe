"""The catalogue's file: what it holds, and its bytes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import zstandard

FILE = Path(__file__).with_name("actions.json.zst")
COMPRESSION = 19


class TypeRow(msgspec.Struct, array_like=True, frozen=True):
    """A resource type: its ARN with `${Account}` and the like in it, its condition keys by their place in `keys`."""

    name: str
    arn: str
    keys: tuple[int, ...]


class Uses(msgspec.Struct, array_like=True, frozen=True):
    """What actions have in common: the access level, the resource types by their place in the service's `types`
    (those that a request must name, then the others), and the condition keys of the action itself."""

    level: str
    required: tuple[int, ...]
    optional: tuple[int, ...]
    keys: tuple[int, ...]


class ServiceRow(msgspec.Struct, array_like=True, frozen=True):
    """One service: `names` in the order of their lower-cased text, and for each its place in `uses`."""

    prefix: str
    names: tuple[str, ...]
    used: tuple[int, ...]
    uses: tuple[Uses, ...]
    types: tuple[TypeRow, ...]


class Content(msgspec.Struct, frozen=True):
    """The whole file: services in the order of `prefix:`, so that all actions together are sorted too."""

    source: str
    version: str
    keys: tuple[str, ...]
    services: tuple[ServiceRow, ...]


def encode(content: Content) -> bytes:
    """The file's bytes; the same content gives the same bytes."""
    return zstandard.ZstdCompressor(level=COMPRESSION, threads=0).compress(msgspec.json.encode(content))


def decode(data: bytes) -> Content:
    return msgspec.json.decode(zstandard.ZstdDecompressor().decompress(data), type=Content)
