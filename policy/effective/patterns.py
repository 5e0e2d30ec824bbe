"""How resource patterns lie to each other: one within another, two that share a resource."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy.language.match import glob

_VARIABLE = re.compile(r"\$\{[^}]*\}")


def is_within(inner: str, outer: str) -> bool:
    """Whether every text that `inner` covers is covered by `outer`. It may say no wrongly, never yes."""
    if inner == outer:
        return True
    if "?" in outer and "*" in inner:  # a `?` would take the `*` for one character
        return False
    return bool(glob(outer)(inner))


def overlaps(one: str, other: str) -> bool:
    """Whether some text is covered by both. It may say yes wrongly, never no.

    Two patterns with a `*` each share a text as soon as their beginnings and their ends agree: what stands between
    can follow one after the other.
    """
    one, other = _VARIABLE.sub("*", one), _VARIABLE.sub("*", other)
    for text, pattern in ((one, other), (other, one)):
        if "*" not in text and "?" not in text:
            return bool(glob(pattern)(text))
    return _agree(_head(one), _head(other)) and _agree(_head(one[::-1]), _head(other[::-1]))


def _head(pattern: str) -> str:
    return pattern.partition("*")[0]


def _agree(one: str, other: str) -> bool:
    """Whether the texts are alike as far as the shorter one goes; a `?` is like anything."""
    return all(a == b or "?" in (a, b) for a, b in zip(one, other, strict=False))


def any_within(inner: str, outers: Iterable[str]) -> bool:
    return any(is_within(inner, outer) for outer in outers)


def any_overlap(one: str, others: Iterable[str]) -> bool:
    return any(overlaps(one, other) for other in others)
