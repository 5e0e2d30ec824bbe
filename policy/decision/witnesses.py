"""Texts that stand for all that a pattern covers, among the values that a key may have at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from policy.language.match import glob

OTHER = "\ud802"  # a character that no policy can name: the loader refuses lone surrogates
LONGEST = 256  # characters of a pattern beyond which nobody looks for what it has in common with a model
LONGEST_MET, FEW, MOST_MET = 64, 6, 32  # characters of patterns, and how many, of which it is tried what they share
Node = tuple[int, int, str, "Node | None"]  # places in both patterns, the text between this node and the one before


def witnesses(pattern: str, models: Sequence[str]) -> list[str]:
    """Texts that a pattern and a model cover, as little alike as can be; the text itself where it has no wildcard."""
    if not is_wild(pattern):
        return [pattern] if any(glob(one)(pattern) for one in models) else []
    found = (text for model in models for text in _witnesses(pattern, model))
    return list(dict.fromkeys(found))


def _witnesses(pattern: str, model: str) -> Iterator[str]:
    for filling, is_short in ((OTHER, True), (OTHER, False), ("", True)):
        text = common(pattern, model, filling, is_short)
        if text is not None:
            yield text


def is_wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def unnamed(model: str) -> str:
    """A value of a model that no policy names."""
    return model.replace("*", OTHER)


def shared(patterns: Sequence[str]) -> list[str]:
    """The patterns, and of a few what they have in common, as patterns too."""
    found = dict.fromkeys(patterns)
    wild = [one for one in found if is_wild(one) and len(one) <= LONGEST_MET]
    newest = wild if len(wild) <= FEW else []
    while newest and len(found) < MOST_MET:
        met = dict.fromkeys(common(one, other, "*", True) for one, other in product(newest, wild))
        new = [one for one in met if one is not None and one not in found]
        found |= dict.fromkeys(new)
        newest = list(filter(is_wild, new))
    return list(found)


def may_overlap(one: str, other: str, models: Sequence[str]) -> bool:
    """Whether two patterns may share a value without either covering the other, judged by their literal ends."""
    heads, tails = [_literal_head(each) for each in (one, other)], [_literal_head(each[::-1]) for each in (one, other)]
    if not all(a.startswith(b) or b.startswith(a) for a, b in (heads, tails)):
        return False
    return any(not _is_nested(one, other, model) for model in models)


def _is_nested(one: str, other: str, model: str) -> bool:
    """Whether one pattern covers the other among the values of a model, or has none of them. A `?` is like a part of
    what a `*` stands for, so that no single text tells."""
    texts = [common(each, model, OTHER, False) for each in (one, other)]
    if texts[0] is None or texts[1] is None:
        return max(len(one), len(other)) <= LONGEST
    return "?" not in one + other and bool(glob(one)(texts[1]) or glob(other)(texts[0]))


def _literal_head(pattern: str) -> str:
    return pattern.replace("?", "*").partition("*")[0]


def common(pattern: str, model: str, filling: str, is_short: bool) -> str | None:
    """A text that both cover, with `filling` where both leave it open; None where there is none, or the pattern is too
    long to look. It is `is_short` where a `*` ends as soon as it may."""
    if model == "*":
        return pattern.replace("?", OTHER).replace("*", filling)
    return _common(pattern, model, filling, is_short) if len(pattern) <= LONGEST else None


@lru_cache(maxsize=4_096)
def _common(pattern: str, model: str, filling: str, is_short: bool) -> str | None:
    nodes: list[Node] = [(0, 0, "", None)]
    seen: set[tuple[int, int]] = set()
    while nodes:
        node = nodes.pop()
        i, j = node[:2]
        if (i, j) == (len(pattern), len(model)):
            return _text(node)
        if (i, j) not in seen:
            seen.add((i, j))
            steps = _steps(pattern[i : i + 1], model[j : j + 1], filling)
            nodes += [(i + a, j + b, text, node) for a, b, text in (steps if not is_short else reversed(steps))]
    return None


def _steps(one: str, other: str, filling: str) -> list[tuple[int, int, str]]:
    """How two signs go on together: characters taken of each and what they stand for; first those that end a `*`."""
    if one == other == "*":
        return [(1, 0, filling), (0, 1, filling)]
    if "*" in (one, other):
        literal = other if one == "*" else one
        end, take = ((1, 0), (0, 1)) if one == "*" else ((0, 1), (1, 0))
        return [(*end, ""), *([(*take, _sign(literal))] if literal else [])]
    if one and other and (one == other or "?" in (one, other)):
        return [(1, 1, _sign(one if other == "?" else other))]
    return []


def _sign(character: str) -> str:
    return OTHER if character == "?" else character


def _text(node: Node) -> str:
    pieces: list[str] = []
    last: Node | None = node
    while last is not None:
        pieces.append(last[2])
        last = last[3]
    return "".join(reversed(pieces))
