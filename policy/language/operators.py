"""The condition operators: one row each, with its comparison, its negation and how people say it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from policy.language.match import UNQUOTED, arn_matches, glob

# (value in the policy, value of the request) -> whether they match, None where one is not of the operator's type
Comparison = Callable[[str, str], bool | None]
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

EPOCH_MILLISECONDS = 1e11  # from here on a number is no date in seconds (the year 5138) but one in milliseconds
_NUMBER = re.compile(r"[-+]?\d{1,30}(\.\d{1,30})?")


@dataclass(frozen=True)
class Operator:
    """`family` groups the operators whose values are alike: text, pattern, number, date, bool, address, null."""

    name: str
    family: str
    phrase: str
    matches: Comparison
    negated: bool = False


class Quantifier(Enum):
    """How an operator reads a key of several values. `ONE` is an operator without a set prefix."""

    ONE = ""
    ALL = "every value of "
    ANY = "some value of "


@dataclass(frozen=True)
class Test:
    """A condition operator as written: `ForAnyValue:StringLikeIfExists`."""

    operator: Operator
    quantifier: Quantifier
    if_exists: bool


def equals(wanted: str, found: str) -> bool:
    return wanted.translate(UNQUOTED) == found


def equals_ignoring_case(wanted: str, found: str) -> bool:
    return equals(wanted.lower(), found.lower())


def like(wanted: str, found: str) -> bool:
    return bool(glob(wanted)(found))


def same_bool(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower() and found.lower() in ("true", "false")


def within(wanted: str, found: str) -> bool | None:
    """Whether an address lies in a network; one of version 4 lies in none of version 6."""
    network, address = _network(wanted), _network(found)
    if network is None or address is None:
        return None
    return network.version == address.version and address.network_address in network


@lru_cache(maxsize=4_096)
def _network(text: str) -> IpNetwork | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def number(text: str) -> float | None:
    """A decimal number, or None for other text."""
    return float(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4_096)
def moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date or of epoch time, or None for other text."""
    if (seconds := number(text)) is not None:
        return seconds if seconds < EPOCH_MILLISECONDS else seconds / 1000
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def ordered(read: Callable[[str], float | None], accepted: tuple[int, ...]) -> Comparison:
    """A comparison of what `read` makes of both texts: the sign of (found - wanted) must be among `accepted`."""

    def compare(wanted: str, found: str) -> bool | None:
        one, other = read(wanted), read(found)
        if one is None or other is None:
            return None
        return (other > one) - (other < one) in accepted

    return compare


def absent(wanted: str, found: str) -> bool:
    """Null reads whether a key is there, never its value."""
    return wanted.lower() == found


def _rows(family: str, read: Callable[[str], float | None], prefix: str, before: str, after: str) -> list[Operator]:
    return [
        Operator(f"{prefix}Equals", family, "=", ordered(read, (0,))),
        Operator(f"{prefix}NotEquals", family, "is not", ordered(read, (0,)), negated=True),
        Operator(f"{prefix}LessThan", family, before, ordered(read, (-1,))),
        Operator(f"{prefix}LessThanEquals", family, f"{before} or at", ordered(read, (-1, 0))),
        Operator(f"{prefix}GreaterThan", family, after, ordered(read, (1,))),
        Operator(f"{prefix}GreaterThanEquals", family, f"{after} or at", ordered(read, (0, 1))),
    ]


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATORS = {
    row.name.lower(): row
    for row in (
        Operator("StringEquals", "text", "is", equals),
        Operator("StringNotEquals", "text", "is not", equals, negated=True),
        Operator("StringEqualsIgnoreCase", "text", "is (any case)", equals_ignoring_case),
        Operator("StringNotEqualsIgnoreCase", "text", "is not (any case)", equals_ignoring_case, negated=True),
        Operator("StringLike", "pattern", "is like", like),
        Operator("StringNotLike", "pattern", "is not like", like, negated=True),
        Operator("ArnEquals", "pattern", "is like", arn_matches),
        Operator("ArnNotEquals", "pattern", "is not like", arn_matches, negated=True),
        Operator("ArnLike", "pattern", "is like", arn_matches),
        Operator("ArnNotLike", "pattern", "is not like", arn_matches, negated=True),
        Operator("BinaryEquals", "text", "is", equals),
        Operator("Bool", "bool", "is", same_bool),
        Operator("IpAddress", "address", "in", within),
        Operator("NotIpAddress", "address", "not in", within, negated=True),
        *_rows("number", number, "Numeric", "below", "above"),
        *_rows("date", moment, "Date", "before", "after"),
        Operator("Null", "null", "absent", absent),
    )
}

_OPPOSITES = {"=": "is not", "in": "not in", "not in": "in"}


def opposite(phrase: str) -> str:
    """How people say that an operator's phrase does not hold."""
    if phrase.startswith("is not"):
        return phrase.replace("is not", "is", 1)
    if phrase.startswith("is"):
        return phrase.replace("is", "is not", 1)
    return _OPPOSITES.get(phrase, f"not {phrase}")


_QUANTIFIERS = {"forallvalues": Quantifier.ALL, "foranyvalue": Quantifier.ANY}


@lru_cache(maxsize=1_024)
def read_operator(text: str) -> Test | None:
    """What an operator's name says, in any case; None for a name that AWS does not have."""
    prefix, colon, name = text.lower().rpartition(":")
    quantifier = _QUANTIFIERS.get(prefix) if colon else Quantifier.ONE
    operator = OPERATORS.get(name.removesuffix("ifexists"))
    if quantifier is None or operator is None:
        return None
    return Test(operator, quantifier, name.endswith("ifexists"))
