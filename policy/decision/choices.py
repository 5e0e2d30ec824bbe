"""What a caller may choose: the values of chosen keys that can make a difference, tried together."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product

from policy.decision.context import Circumstances
from policy.decision.keys import Key, canonical, describe
from policy.decision.values import ANY
from policy.decision.witnesses import OTHER, is_wild, may_overlap, shared, unnamed, witnesses
from policy.language.conditions import Condition, Lookup, Values
from policy.language.match import UNNAMED, UNQUOTED, glob, substitute, variables
from policy.language.operators import number
from policy.truth import Truth

MAX_COMBINATIONS = 256
FEW = 5  # values of which every list is tried
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
    keys: Mapping[str, Sequence[Condition]], circumstances: Circumstances, used: Container[str] = ()
) -> tuple[list[Choice], bool]:
    """The combinations of choices worth trying, and whether one of them stands for every other there is.

    `used` are the keys whose values others are compared with. The tags that the request is known to carry are among the
    `aws:TagKeys` of any choice. Beyond 256 combinations, for keys of several values, and where two patterns may overlap
    in a value that neither stands for, no combination stands for the rest.
    """
    sides, exact, tags = [], True, tags_in(keys)
    for key, conditions in keys.items():
        found, is_exact = _values(key, conditions, circumstances, tags, key in used)
        sides.append(found)
        exact = exact and is_exact
        if not found or math.prod(map(len, sides)) > MAX_COMBINATIONS:
            return [], False
    carried = tags_in(circumstances.request.context)
    choices = (_with_tags(choice, carried) for choice in _combine(list(keys), sides))
    return [choice for choice in choices if _is_consistent(choice, carried)], exact


def _values(
    key: str, conditions: Sequence[Condition], circumstances: Circumstances, tags: tuple[str, ...], is_used: bool
) -> tuple[list[tuple[str, ...]], bool]:
    """The values of one key worth trying, and whether they stand for all; none where they are too many."""
    row, lookup = describe(key), circumstances.values
    assert row is not None  # only a key with a row is chosen
    patterns, resolved = _patterns(conditions, lookup)
    if len(patterns) > MAX_COMBINATIONS:
        return [], False
    models = row.values(circumstances.request, patterns) if row.values else ANY
    asked = (key, tuple(conditions), tuple(patterns), models, tags)
    if is_used or any("${" in value for one in conditions for value in one.values):
        return _weighed(asked, lookup, resolved, is_used)
    return _kept(asked)


Asked = tuple[str, tuple[Condition, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=4_096)
def _kept(asked: Asked) -> tuple[list[tuple[str, ...]], bool]:
    """Where no condition has a variable, the answer is the same for every request."""
    return _weighed(asked, lambda _: None, True, False)


def _weighed(asked: Asked, lookup: Lookup, resolved: bool, is_used: bool) -> tuple[list[tuple[str, ...]], bool]:
    key, conditions, patterns, models, tags = asked
    row = describe(key)
    assert row is not None
    found = _candidates(row, conditions, patterns, models, tags)
    if not (is_used or row.several or key.startswith(REQUEST_TAG)):
        found = _unlike(key, found, conditions, lookup)
    if not any(map(is_wild, models)):  # there is no other value
        return found, True
    return found, resolved and not row.several and not is_used and not _overlap_unseen(conditions, patterns, models)


def _unlike(
    key: str, values: Iterable[tuple[str, ...]], conditions: Sequence[Condition], lookup: Lookup
) -> list[tuple[str, ...]]:
    """The values that some condition answers otherwise than it does those before."""
    found: dict[tuple[Truth, ...], tuple[str, ...]] = {}
    for value in values:

        def chosen(name: str, value: tuple[str, ...] = value) -> Values:
            return value if canonical(name) == key else lookup(name)

        found.setdefault(tuple(one.truth(chosen) for one in conditions), value)
    return list(found.values())


def used_as_variables(conditions: Iterable[Condition]) -> set[str]:
    """The canonical keys whose values the conditions compare others with."""
    values = (value for one in conditions if one.substitutes for value in one.values)
    return set(map(canonical, variables(values)))


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
    row: Key, conditions: Sequence[Condition], patterns: Sequence[str], models: Sequence[str], tags: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """The values to try for one key: each that is named, one that is not, and none where a request may go without."""
    families = {condition.test.operator.family for condition in conditions if condition.test is not None}
    others = list(map(unnamed, models))
    if "number" in families:
        named, others = [near for pattern in patterns for near in _neighbours(pattern)], []
    else:
        cased = any(map(_ignores_case, conditions))
        spelt = [*patterns, *(other for one in patterns for other in (one.swapcase(), one.lower()) if cased)]
        find, spelt = (witnesses, shared(spelt)) if "pattern" in families else (_if_it_fits, spelt)
        named = [value for pattern in spelt for value in find(pattern, models)]
    values = list(dict.fromkeys(one.translate(UNQUOTED) for one in (*named, *others)))
    absent: list[tuple[str, ...]] = [] if row.always else [()]
    several = _lists(values[: len(values) - len(others)], values, tags) if row.several else []
    return list(dict.fromkeys([*absent, *((one,) for one in values), *several]))


def _lists(named: Sequence[str], values: Sequence[str], tags: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Lists of values worth trying: all of a few, unless tags are chosen too, of many those of all that are named."""
    if tags or len(values) > FEW:
        return [tags, tuple(named), tuple(values)]
    return [one for size in range(2, len(values) + 1) for one in combinations(values, size)]


def _if_it_fits(value: str, models: Sequence[str]) -> list[str]:
    return [value] if any(glob(one)(value) for one in models) else []


def _neighbours(text: str) -> list[str]:
    """A number and the whole numbers around it, one for each side of every comparison with it."""
    value = number(text)
    if value is None:
        return []
    return [f"{near:.10f}".rstrip("0").rstrip(".") for near in (value, value - 1, value + 1)]


def _overlap_unseen(conditions: Sequence[Condition], patterns: Sequence[str], models: Sequence[str]) -> bool:
    """Whether a value may exist that behaves as none of the candidates does."""
    families = {condition.test.operator.family for condition in conditions if condition.test is not None}
    if families - {"text", "pattern", "bool", "null", "number"} or None in [one.test for one in conditions]:
        return True
    if len({_ignores_case(one) for one in conditions}) > 1:
        return True
    wild = list(filter(is_wild, dict.fromkeys(patterns)))
    return "pattern" in families and any(may_overlap(one, other, models) for one, other in combinations(wild, 2))


def _ignores_case(condition: Condition) -> bool:
    return "ignorecase" in condition.operator.lower()


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
