"""Matching names against patterns: wildcards in linear time, actions, ARNs, and policy variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from policy.truth import Truth

Matcher = Callable[[str], object]  # truthy where the text matches

# A `*` or `?` that is a character and no wildcard: `${*}`, or part of a variable's value. The loader refuses lone
# surrogates, so that no policy's text can hold these two.
STAR, MARK = "\ud800", "\ud801"
QUOTED = str.maketrans("*?", STAR + MARK)
UNQUOTED = str.maketrans(STAR + MARK, "*?")

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_STARS = re.compile(r"\*+")


@lru_cache(maxsize=65_536)
def glob(pattern: str) -> Matcher:
    """A matcher for text with `*` (any characters, also `/` and `:`) and `?` (one character), case-sensitive."""
    if "?" not in pattern:
        head, star, tail = pattern.partition("*")
        if not star:
            return pattern.translate(UNQUOTED).__eq__
        if not tail.strip("*"):
            prefix = head.translate(UNQUOTED)
            return lambda text: text.startswith(prefix)
    return re.compile(_linear(pattern), re.DOTALL).fullmatch


def _linear(pattern: str) -> str:
    """A regular expression that never backtracks over a `*`: what stands between two of them is taken leftmost."""
    head, *chunks = (re.sub(r"\\\?", ".", re.escape(chunk)) for chunk in _STARS.sub("*", pattern).split("*"))
    if chunks:
        *middle, last = chunks
        head += "".join(f"(?>.*?{chunk})" for chunk in middle) + f".*{last}"
    return head.replace(STAR, r"\*").replace(MARK, r"\?")


@lru_cache(maxsize=65_536)
def action_matches(pattern: str, action: str) -> bool:
    """Whether an Action entry covers an action, both in lower case. The service is a name, never a pattern."""
    if pattern == "*":
        return True
    service, colon, name = pattern.partition(":")
    wanted, _, operation = action.partition(":")
    return bool(colon) and service == wanted and bool(glob(name)(operation))


def arn_matches(pattern: str, arn: str) -> bool:
    """ArnLike: each of the six fields by itself, so that a `*` does not cross a colon before the last field.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    wanted, found = pattern.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(found) == 6 and all(glob(one)(other) for one, other in zip(wanted, found, strict=True))


def is_incomplete(pattern: str) -> bool:
    """Whether a resource pattern other than `*` has fewer than an ARN's six fields."""
    return _missing_fields(pattern) > 0 and pattern.strip("*") != ""


def complete(pattern: str) -> str:
    """The pattern with `*` for each missing field, as AWS reads it in an identity-based policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return pattern + ":*" * _missing_fields(pattern)


def _missing_fields(pattern: str) -> int:
    return 5 - _VARIABLE.sub("", pattern).count(":")  # a variable's colons divide no ARN


class Variable(NamedTuple):
    """`${key, 'default'}`; the key in lower case."""

    key: str
    default: str | None


@lru_cache(maxsize=16_384)
def pieces(text: str) -> tuple[str | Variable, ...]:
    """The text cut at its policy variables, escapes already replaced by the characters they stand for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    found: list[str | Variable] = []
    for index, part in enumerate(_VARIABLE.split(text)):
        if index % 2 == 0:
            found.append(part)
        elif part in ("*", "?", "$"):
            found.append(part.translate(QUOTED))
        else:
            default = _DEFAULT.fullmatch(part)
            key, value = default.groups() if default else (part.strip(), None)
            found.append(Variable(key.lower(), value))
    return tuple(found)


def variables(texts: Iterable[str]) -> frozenset[str]:
    """The lower-cased keys of all policy variables in the texts."""
    return frozenset(
        piece.key for text in texts if "${" in text for piece in pieces(text) if isinstance(piece, Variable)
    )


def substitute(text: str, lookup: Callable[[str], tuple[str, ...] | None]) -> str | Truth:
    """The text with its variables' values, their wildcards quoted; NO where one has no value, MAYBE where unknown.

    `lookup` answers a key's values, `()` for a key that is absent and None for one that nobody here knows.
    """
    parts = []
    for piece in pieces(text):
        if isinstance(piece, str):
            parts.append(piece)
            continue
        values = lookup(piece.key)
        if values is None:
            return Truth.MAYBE
        value = values[0] if len(values) == 1 else piece.default
        if value is None:
            return Truth.NO
        parts.append(value.translate(QUOTED))
    return "".join(parts)
