"""A question of the Cypher page, and how it travels in a link: compressed, bounded, and never run by being opened."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Annotated, Any

import msgspec

LONGEST = 10_000  # characters of a query
LONGEST_LINK = 6_000  # characters; more is cut by some that pass links on
LONGEST_DOCUMENT = 8 * LONGEST  # bytes, once unpacked


class LinkError(Exception):
    """A link that holds no question; the sentence says what to do."""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text, the values of its parameters, and the entry of the catalogue that it came from, if any."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST)] = ""
    values: dict[str, Any] = {}
    origin: Annotated[str, msgspec.Meta(max_length=100)] = ""


def packed(question: Question) -> str:
    """The question for an address; empty where it is too long for one."""
    document = zlib.compress(msgspec.json.encode(question), 9)
    written = base64.urlsafe_b64encode(document).decode().rstrip("=")
    fits = len(question.text) <= LONGEST and len(written) <= LONGEST_LINK
    return written if fits else ""


def unpacked(written: str) -> Question:
    """The question of an address, which anybody may have written. Raises LinkError."""
    try:
        if len(written) > LONGEST_LINK:
            raise ValueError
        document = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(document, LONGEST_DOCUMENT)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise ValueError
        return msgspec.json.decode(plain, type=Question)
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError):
        raise LinkError("the link holds no question that can be read: ask its sender for it again") from None
