"""What a caller may choose: the values of chosen keys that can make a difference, tried together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from policy.decision.context import Circumstances
from policy.decision.keys import Key, canonical, describe
from policy.language.conditions import Condition, Lookup
from policy.language.match import UNNAMED, UNQUOTED, glob, substitute
from policy.language.operators import number

MAX_COMBINATIONS = 256
OTHER = "\ud802"  # a value that no policy can name: the loader refuses lone surrogates
REQUEST_TAG, TAG_KEYS = "aws:requesttag/", "aws:tagkeys"

Choice = Mapping[str, tuple[str, ...]]  # canonical key -> the values chosen for it


def chosen_keys(conditions: Iterable[Condition], circumstances: Circumstances) -> dict[str, list[Condition]]:
    """The chosen keys that the conditions read, each with the conditions that read it."""
    found: dict[str, list[Condition]] = {}
    for condition in conditions:
        if circumstances.is_chosen(condition.name):
            found.setdefault(canonical(condition.name), []).append(condition)
    return found


def enumerate_choices(
    keys: Mapping[str, Sequence[Condition]], lookup: Lookup, given: Iterable[str] = ()
) -> tuple[list[Choice], bool]:
    """The combinations of choices worth trying, and whether one of them stands for every other there is.

    `given` are the keys that the request is known to carry: its tags are among the `aws:TagKeys` of any choice.

    Beyond 256 combinations, for keys of several values, and where two patterns may overlap in a value that neither
    stands for, it is not.
    """
    sides, exact, tags = [], True, tags_in(keys)
    for key, conditions in keys.items():
        row = describe(key)
        assert row is not None  # only a key with a row is chosen
        patterns, resolved = _patterns(conditions, lookup)
        sides.append(_candidates(row, conditions, patterns, tags))
        if math.prod(map(len, sides)) > MAX_COMBINATIONS:
            return [], False
        exact = exact and resolved and not row.several and not _overlap_unseen(conditions, patterns)
    carried = tags_in(given)
    choices = (_with_tags(choice, carried) for choice in _combine(list(keys), sides))
    return [choice for choice in choices if _is_consistent(choice, carried)], exact


def _combine(keys: list[str], sides: list[list[tuple[str, ...]]]) -> Iterator[dict[str, tuple[str, ...]]]:
    for values in product(*sides):
        yield dict(zip(keys, values, strict=True))


def _patterns(conditions: Sequence[Condition], lookup: Lookup) -> tuple[list[str], bool]:
    """The values that the conditions name, variables replaced, and whether all of them could be."""
    found = [
        substitute(value, lookup) if condition.substitutes and "${" in value else value
        for condition in conditions
        for value in condition.values
        if condition.test is not None and condition.test.operator.family != "null"
    ]
    return [value for value in found if isinstance(value, str)], all(isinstance(value, str) for value in found)


def _candidates(
    row: Key, conditions: Sequence[Condition], patterns: Sequence[str], tags: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """The values to try for one key: each that is named, one that is not, and none where a request may go without."""
    if row.choices:
        return [(value,) for value in row.choices]
    families = {condition.test.operator.family for condition in conditions if condition.test is not None}
    if "number" in families:
        named = [near for pattern in patterns for near in _neighbours(pattern)]
    else:
        wild = "pattern" in families
        named = [value for pattern in patterns for value in (_witnesses(pattern) if wild else (pattern,))] + [OTHER]
        named += [value.swapcase() for value in named] if any(map(_ignores_case, conditions)) else []
    singles = [(value.translate(UNQUOTED),) for value in dict.fromkeys(named)]
    together = [tags, tuple(dict.fromkeys(value for (value,) in singles[:-1]))] if row.several else []
    absent: list[tuple[str, ...]] = [] if row.always else [()]
    return list(dict.fromkeys([*absent, *singles, *together]))


def _neighbours(text: str) -> list[str]:
    """A number and the whole numbers around it, one for each side of every comparison with it."""
    value = number(text)
    if value is None:
        return []
    return [f"{near:.10f}".rstrip("0").rstrip(".") for near in (value, value - 1, value + 1)]


def _witnesses(pattern: str) -> tuple[str, ...]:
    """Two texts that a pattern covers, as little alike as can be; the text itself where it has no wildcard."""
    filled = pattern.replace("?", OTHER)
    return tuple(dict.fromkeys((filled.replace("*", OTHER), filled.replace("*", ""))))


def _overlap_unseen(conditions: Sequence[Condition], patterns: Sequence[str]) -> bool:
    """Whether a value may exist that behaves as none of the candidates does."""
    families = {condition.test.operator.family for condition in conditions if condition.test is not None}
    if families - {"text", "pattern", "bool", "null", "number"} or None in [one.test for one in conditions]:
        return True
    if len({_ignores_case(one) for one in conditions}) > 1:
        return True
    wild = [pattern for pattern in dict.fromkeys(patterns) if "*" in pattern or "?" in pattern]
    return "pattern" in families and any(_may_overlap(one, other) for one, other in combinations(wild, 2))


def _ignores_case(condition: Condition) -> bool:
    return "ignorecase" in condition.operator.lower()


def _may_overlap(one: str, other: str) -> bool:
    """Whether two patterns may share a text without either covering the other, judged by their literal ends."""
    if glob(one)(_witnesses(other)[0]) or glob(other)(_witnesses(one)[0]):
        return False
    heads, tails = [_literal_head(each) for each in (one, other)], [_literal_head(each[::-1]) for each in (one, other)]
    return all(a.startswith(b) or b.startswith(a) for a, b in (heads, tails))


def _literal_head(pattern: str) -> str:
    return pattern.replace("?", "*").partition("*")[0]


def tags_in(keys: Iterable[str]) -> tuple[str, ...]:
    """The tags that `aws:RequestTag/...` keys name, in lower case."""
    return tuple(key.removeprefix(REQUEST_TAG) for key in keys if key.startswith(REQUEST_TAG))


def _with_tags(choice: dict[str, tuple[str, ...]], carried: tuple[str, ...]) -> Choice:
    listed = choice.get(TAG_KEYS)
    return choice if listed is None or not carried else choice | {TAG_KEYS: tuple(dict.fromkeys((*carried, *listed)))}


def _is_consistent(choice: Choice, carried: tuple[str, ...]) -> bool:
    """`aws:TagKeys` lists the tags that `aws:RequestTag/...` carries: a choice of both must say the same."""
    listed = choice.get(TAG_KEYS)
    if listed is None:
        return True
    names = {name.lower() for name in listed} - set(carried)
    return all((name in names) == bool(choice[REQUEST_TAG + name]) for name in tags_in(choice))


def shown(choice: Choice, spelling: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """A choice as people read it: what the caller sends, key by key; what is left out is not sent."""
    return tuple(
        (spelling[key].rstrip(UNNAMED), " and ".join(map(_shown, values))) for key, values in choice.items() if values
    )


def _shown(value: str) -> str:
    return "any other value" if value == OTHER else value.replace(OTHER, "*")
