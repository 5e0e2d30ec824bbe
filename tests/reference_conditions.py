"""Condition blocks, wildcards and policy variables as AWS's pages describe them: slow, two-valued, nothing shared."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ANY, ONE = object(), object()
PIECES = re.compile(r"\$\{([^}]*)\}|(\*)|(\?)|(.)", re.DOTALL)
VARIABLE = re.compile(r"\s*([^,]+?)\s*(?:,\s*'([^']*)'\s*)?")

Context = Mapping[str, Sequence[str]]
Pattern = list[Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def glob(pattern: Pattern, text: str) -> bool:
    """`*` stands for any run of characters, `?` for one (reference_policies_elements_resource)."""
    if not pattern:
        return not text
    if pattern[0] is ANY:
        return glob(pattern[1:], text) or (text != "" and glob(pattern, text[1:]))
    return text != "" and (pattern[0] is ONE or pattern[0] == text[0]) and glob(pattern[1:], text[1:])


def pattern_of(text: str, context: Context | None) -> Pattern | None:
    """Characters and wildcards of a policy's text; None where one of its variables has no value.

    Without a context nothing is a variable: so it is in a document older than 2012-10-17. What a variable brings in
    is compared as it stands, and `${*}`, `${?}` and `${$}` are those characters (reference_policies_variables).
    """
    pattern: Pattern = []
    for piece in PIECES.finditer(text):
        name, star, question, character = piece.groups()
        if name is None:
            pattern.append(ANY if star else ONE if question else character)
        elif context is None:
            pattern.extend(pattern_of(f"${{{name}", None) or [])
            pattern.append("}")
        else:
            value = name if name in ("*", "?", "$") else variable(name, context)
            if value is None:
                return None
            pattern.extend(value)
    return pattern


def variable(written: str, context: Context) -> str | None:
    """The one value of a key, else the default that is written behind it (reference_policies_variables)."""
    found = VARIABLE.fullmatch(written)
    if found is None:
        return None
    values = context.get(found[1].lower())
    if values is None:
        return found[2]
    return values[0] if len(values) == 1 else None


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment(text: str) -> Decimal | None:
    """A date of ISO 8601, or seconds since 1970 (reference_policies_elements_condition_operators, Date)."""
    seconds = number(text)
    if seconds is not None:
        return seconds
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(str((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()))


def network(text: str) -> Any:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def octets(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def text_equals(pattern: Pattern, value: str) -> bool:
    """Whole text, wildcards meaning themselves."""
    return "".join("*" if part is ANY else "?" if part is ONE else part for part in pattern) == value


def text_equals_ignoring_case(pattern: Pattern, value: str) -> bool:
    return text_equals([part if part in (ANY, ONE) else part.lower() for part in pattern], value.lower())


def arn_matches(pattern: Pattern, value: str) -> bool:
    """Each of the six parts between colons by itself; ArnEquals and ArnLike are the same."""
    parts: list[Pattern] = [[]]
    for piece in pattern:
        if piece == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(piece)
    values = value.split(":", 5)
    return len(parts) == len(values) == 6 and all(map(glob, parts, values))


def compared(read: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    """A comparison of what both texts say; never true of a text that says nothing of the kind."""

    def compare(policy: str, value: str) -> bool:
        wanted, given = read(policy), read(value)
        return wanted is not None and given is not None and holds(given, wanted)

    return compare


def inside(given: Any, wanted: Any) -> bool:
    return bool(given.version == wanted.version and given.subnet_of(wanted))


# reference_policies_elements_condition_operators: variables are read in string and ARN operators alone.
PATTERN_TESTS: dict[str, Callable[[Pattern, str], bool]] = {
    "StringEquals": text_equals,
    "StringEqualsIgnoreCase": text_equals_ignoring_case,
    "StringLike": glob,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda given, wanted: given == wanted,
    "LessThan": lambda given, wanted: given < wanted,
    "LessThanEquals": lambda given, wanted: given <= wanted,
    "GreaterThan": lambda given, wanted: given > wanted,
    "GreaterThanEquals": lambda given, wanted: given >= wanted,
}
VALUE_TESTS: dict[str, Callable[[str, str], bool]] = {
    **{f"Numeric{name}": compared(number, holds) for name, holds in ORDER.items()},
    **{f"Date{name}": compared(moment, holds) for name, holds in ORDER.items()},
    "Bool": lambda policy, value: policy.lower() == value.lower(),
    "BinaryEquals": compared(octets, ORDER["Equals"]),
    "IpAddress": compared(network, inside),
}
INVERTED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
NAMES = {name.lower(): name for name in ("Null", *PATTERN_TESTS, *VALUE_TESTS, *INVERTED)}


def block_holds(block: Mapping[str, Any], context: Context, variables: bool) -> bool:
    """All operators and all keys must hold (reference_policies_condition-logic-multiple-context-keys-or-values)."""
    return all(
        condition_holds(operator, key, written, context, variables)
        for operator, tests in block.items()
        for key, written in tests.items()
    )


def condition_holds(operator: str, key: str, written: Any, context: Context, variables: bool) -> bool:
    """One operator on one key (reference_policies_condition-single-vs-multi-valued-context-keys).

    ForAllValues: every value of the request passes, so that none passes too. ForAnyValue: one does. IfExists: true
    where the key is absent. Without them an absent key fails a plain operator and passes an inverted one.
    """
    quantifier, _, spelt = operator.rpartition(":")
    plain, if_exists, _ = spelt.partition("IfExists")
    name = NAMES[plain.lower()]
    policy = [str(value).lower() if isinstance(value, bool) else str(value) for value in as_list(written)]
    given = context.get(key.lower(), ())
    if name == "Null":
        return any(value.lower() == ("false" if given else "true") for value in policy)
    if not given:
        return bool(if_exists) or quantifier == "ForAllValues" or (not quantifier and name in INVERTED)
    results = [value_passes(name, policy, value, context if variables else None) for value in given]
    return all(results) if quantifier == "ForAllValues" else any(results)


def value_passes(name: str, policy: list[str], value: str, context: Context | None) -> bool:
    """One value against all that a policy lists: one equal suffices; an inverted operator wants none equal."""
    plain = INVERTED.get(name, name)
    if plain in VALUE_TESTS:
        found = any(VALUE_TESTS[plain](text, value) for text in policy)
    else:
        patterns = [pattern_of(text, context) for text in policy]
        found = any(pattern is not None and PATTERN_TESTS[plain](pattern, value) for pattern in patterns)
    return found != (name in INVERTED)
