"""Matching names against patterns: wildcards in linear time, actions, ARNs, and policy variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial, wraps
from typing import NamedTuple, TypeVar

from policy.truth import Truth

T = TypeVar("T")
Matcher = Callable[[str], object]  # truthy where the text matches

LONGEST_KEPT = 512  # characters

# A `*` or `?` that is a character and no wildcard: `${*}`, or part of a variable's value. The loader refuses lone
# surrogates, so that no policy's text can hold these two.
STAR, MARK = "\ud800", "\ud801"
UNNAMED = "\ud803"  # ends what no policy can name, for the same reason
QUOTED = str.maketrans("*?", STAR + MARK)
UNQUOTED = str.maketrans(STAR + MARK, "*?")

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_STARS, _WILDCARDS = re.compile(r"\*+"), re.compile(r"[*?]+")


def kept(maxsize: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """A cache of what is made of a text, but for long ones: hostile documents hold them, and would stay in memory."""

    def decorate(make: Callable[[str], T]) -> Callable[[str], T]:
        found = lru_cache(maxsize)(make)
        return wraps(make)(lambda text: found(text) if len(text) <= LONGEST_KEPT else make(text))

    return decorate


@kept(maxsize=32_768)
def glob(pattern: str) -> Matcher:
    """A matcher for text with `*` (any characters, also `/` and `:`) and `?` (one character), case-sensitive.

    No pattern makes it slow: m characters take n x m steps against n at most, 30 or more of them at once.
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern.translate(UNQUOTED).__eq__
    pieces = [piece.translate(UNQUOTED) for piece in _WILDCARDS.split(pattern)]
    if "?" in pattern:
        return partial(_step_through, _STARS.sub("*", pattern), pieces)
    if len(pieces) == 2 and not pieces[1]:
        return partial(_starts, pieces[0])
    return partial(_find_in_turn, pieces)


def _starts(head: str, text: str) -> bool:
    return text.startswith(head)


def _find_in_turn(pieces: Sequence[str], text: str) -> bool:
    """Whether the text begins with the first piece, ends with the last and has the others between them, in turn."""
    start, end = len(pieces[0]), len(text) - len(pieces[-1])
    if start > end or not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
        return False
    for piece in pieces[1:-1]:
        found = text.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True


def _step_through(pattern: str, pieces: Sequence[str], text: str) -> bool:
    """Whether a pattern with `?` matches: if it has the pieces at all, all ways to match are followed at once.

    Bit i of `reached` is set where what was read of the pattern covers the first i characters of the text.
    """
    if not _find_in_turn(pieces, text):
        return False
    low, high = _standing(text)
    everywhere, reached = (1 << len(text)) - 1, 1
    for sign in pattern:
        if sign == "*":
            reached = -(reached & -reached) & (everywhere << 1 | 1)
        elif sign == "?":
            reached = (reached & everywhere) << 1
        else:
            code = ord(sign.translate(UNQUOTED))
            reached = (reached & low.get(code & 255, 0) & high.get(code >> 8, 0)) << 1
        if not reached:
            return False
    return reached >> len(text) == 1


@lru_cache(maxsize=8)
def _standing(text: str) -> tuple[dict[int, int], dict[int, int]]:
    """Where in the text a character of each low byte and of each high byte stands, one bit for each place.

    By bytes, so that a text of a hundred thousand different characters has no hundred thousand long numbers.
    """
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    for index, character in enumerate(text):
        code, place = ord(character), 1 << index
        low[code & 255] = low.get(code & 255, 0) | place
        high[code >> 8] = high.get(code >> 8, 0) | place
    return low, high


class Operations(NamedTuple):
    """Action patterns by service: names without wildcards, and patterns. `everything` says that `*` is among them."""

    everything: bool
    by_service: dict[str, tuple[set[str], list[str]]]


@lru_cache(maxsize=16_384)
def operations(actions: tuple[str, ...]) -> Operations:
    """Action patterns in any case, as `covers_action` reads them. The service is a name, never a pattern.

    An estate has a tenth as many lists of actions as statements.
    """
    everything = False
    by_service: dict[str, tuple[set[str], list[str]]] = {}
    for pattern in actions:
        service, colon, name = pattern.lower().partition(":")
        if colon:
            names, patterns = by_service.setdefault(service, (set(), []))
            if "*" in name or "?" in name:
                patterns.append(name)
            else:
                names.add(name)
        everything = everything or pattern == "*"
    return Operations(everything, by_service)


def covers_action(found: Operations, action: str) -> bool:
    """Whether one of the patterns covers an action in lower case."""
    if found.everything:
        return True
    service, _, operation = action.partition(":")
    names, patterns = found.by_service.get(service, ((), ()))
    return operation in names or any(glob(pattern)(operation) for pattern in patterns)


@lru_cache(maxsize=65_536)
def action_matches(pattern: str, action: str) -> bool:
    """Whether an Action entry covers an action, both in lower case."""
    return covers_action(operations((pattern,)), action)


def arn_matches(pattern: str, arn: str) -> bool:
    """ArnLike: each of the six fields by itself, so that a `*` does not cross a colon before the last field.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    wanted, found = _fields(pattern), arn.split(":", 5)
    return wanted is not None and len(found) == 6 and all(matches(found[place]) for place, matches in wanted)


@lru_cache(maxsize=16_384)
def _fields(pattern: str) -> tuple[tuple[int, Matcher], ...] | None:
    """The fields of an ARN's pattern that narrow it, each with its place; None where there are not six."""
    fields = pattern.split(":", 5)
    return tuple((place, glob(one)) for place, one in enumerate(fields) if one != "*") if len(fields) == 6 else None


def is_incomplete(pattern: str) -> bool:
    """Whether a resource pattern other than `*` has fewer than an ARN's six fields."""
    return _missing_fields(pattern) > 0 and pattern.strip("*") != ""


def complete(pattern: str) -> str:
    """The pattern with `*` for each missing field, as AWS reads it in an identity-based policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return pattern + ":*" * _missing_fields(pattern)


def _missing_fields(pattern: str) -> int:
    literal = "".join(_cut(pattern)[::2]) if "${" in pattern else pattern  # a variable's colons divide no ARN
    return 5 - literal.count(":")


class Variable(NamedTuple):
    """`${key, 'default'}`; the key in lower case."""

    key: str
    default: str | None


@kept(maxsize=16_384)
def pieces(text: str) -> tuple[str | Variable, ...]:
    """The text cut at its policy variables, escapes already replaced by the characters they stand for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    found: list[str | Variable] = []
    for index, part in enumerate(_cut(text)):
        if index % 2 == 0:
            found.append(part)
        elif part in ("*", "?", "$"):
            found.append(part.translate(QUOTED))
        else:
            found.append(_variable(part))
    return tuple(found)


def _cut(text: str) -> list[str]:
    """Text and what stands between `${` and the next `}`, in turn; text first and last."""
    end = text.rfind("}") + 1  # behind it the expression would look for `}` from each `${` again
    found = _VARIABLE.split(text[:end])
    found[-1] += text[end:]
    return found


@kept(maxsize=4_096)
def _variable(written: str) -> Variable:
    key, comma, rest = written.partition(",")
    default = rest.strip()
    if comma and len(default) >= 2 and default[0] == default[-1] == "'":
        return Variable(key.strip().lower(), default[1:-1])
    return Variable(written.strip().lower(), None)


def variables(texts: Iterable[str]) -> frozenset[str]:
    """The lower-cased keys of all policy variables in the texts."""
    return frozenset(
        piece.key for text in texts if "${" in text for piece in pieces(text) if isinstance(piece, Variable)
    )


def substitute(text: str, lookup: Callable[[str], tuple[str, ...] | None], unknown: str | None = None) -> str | Truth:
    """The text with its variables' values, their wildcards quoted; NO where one has no value, MAYBE where one is
    unknown, unless `unknown` stands for it.

    `lookup` answers a key's values, `()` for a key that is absent and None for one that nobody here knows.
    """
    parts = []
    for piece in pieces(text):
        if isinstance(piece, str):
            parts.append(piece)
            continue
        values = lookup(piece.key)
        if values is None and unknown is not None:
            parts.append(unknown)
            continue
        if values is None:
            return Truth.MAYBE
        value = values[0] if len(values) == 1 else piece.default
        if value is None:
            return Truth.NO
        parts.append(value.translate(QUOTED))
    return "".join(parts)
