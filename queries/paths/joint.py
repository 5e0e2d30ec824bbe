"""The open conditions of a whole path: simplified, and whether they can hold together.

Each step is a request of its own by a principal of its own, so that the same key may have another value in each: an
MFA device, a session's name, a tag of the resource. Three things are the same in several steps. Facts of the estate
that were not seen have one value. An account is in one organization, whether it is the principal's or the resource's.
And a caller has one source address until a step moves it into something that runs elsewhere. Endpoints of one VPC
differ by service, so `aws:SourceVpce` binds one request alone.

What cannot be read back from its words for certain contradicts nothing: a way must not be hidden by a strange name.

References: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from graph.model import JOINTS, Edge
from graph.techniques import techniques
from policy import Condition, Truth
from policy.formula import Literal, Requirement, simplified, words

Scope = tuple[str, str]
OPERATORS = {
    ("address", "in"): "IpAddress",
    ("address", "not in"): "NotIpAddress",
    ("organization", "is"): "StringEquals",
    ("organization", "is not"): "StringNotEquals",
}
ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
OTHER_ORGANIZATION = "o-another000"
SPOKEN = re.compile(r"`(?P<key>[^`]+)` (?P<phrase>not in|in|is not|is) (?P<values>.+?)(?P<optional> \(or absent\))?")
OF_ONE_REQUEST = re.compile(r"`[^`]*:[^`]*`|\bcaller\b|\bsource\b")
# After a technique of these shapes the caller asks from where it was; any other may have moved it into a workload.
STAYING = frozenset(("administrator", "assume", "own_policy", "own_user", "own_role", "own_group", "user", "role"))


class Step(NamedTuple):
    """A step that has conditions: its number, where its caller is, and the accounts of its two ends."""

    number: int
    place: int
    conditions: Sequence[str]
    principal_account: str
    resource_account: str


class Key(NamedTuple):
    """A condition key that binds several requests: those of the same `scope`, where that is not empty."""

    kind: str
    scope: Callable[[Step], str]


KEYS = {
    "aws:sourceip": Key("address", lambda step: str(step.place)),
    "aws:vpcsourceip": Key("address", lambda step: str(step.place)),
    "aws:principalorgid": Key("organization", lambda step: step.principal_account),
    "aws:resourceorgid": Key("organization", lambda step: step.resource_account),
}


def simplified_conditions(edges: Sequence[Edge]) -> list[str]:
    """One text per requirement, all of which must hold; as they stand where they contradict each other."""
    steps = list(_steps(edges))
    found = simplified(_requirements(steps))
    return words(found) if found is not None else list(dict.fromkeys(c for step in steps for c in step.conditions))


def can_hold_together(edges: Sequence[Edge]) -> bool:
    """Whether nothing among the open conditions of a path contradicts another."""
    steps = list(_steps(edges))
    if sum(len(step.conditions) for step in steps) < 2:
        return True
    return simplified(_requirements(steps)) is not None and all(map(_has_value, _spoken(steps).values()))


def _steps(edges: Iterable[Edge]) -> Iterator[Step]:
    principal, place, number = "", 0, 0
    for edge in edges:
        if edge.type == "HOLDS":
            principal = edge.source
        if edge.type in JOINTS:
            continue
        number += 1
        if edge.conditions:
            yield Step(number, place, edge.conditions, _account(principal), _account(edge.target))
        place += not _stays(edge)


def _stays(edge: Edge) -> bool:
    if edge.type.endswith("_ASSUME"):
        return True
    technique = techniques().get(edge.key) if edge.type.endswith("_ESCALATE") else None
    return technique is not None and technique.shape in STAYING


def _account(arn: str) -> str:
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 and fields[0] == "arn" else ""


def _requirements(steps: Iterable[Step]) -> list[Requirement]:
    return [((_literal(step, text),),) for step in steps for text in step.conditions]


def _literal(step: Step, text: str) -> Literal:
    """A condition as a fact: of this one request, or of the estate, where its negation is the same fact."""
    if OF_ONE_REQUEST.search(text):
        return Literal(f"{step.number} {text}", True, text, f"not ({text})")
    if text.startswith("not (") and text.endswith(")"):
        return Literal(text[5:-1], False, text, text[5:-1])
    return Literal(text, True, text, f"not ({text})")


def _spoken(steps: Iterable[Step]) -> dict[Scope, list[Condition]]:
    """The conditions on keys that bind several requests, by what they bind."""
    found: dict[Scope, list[Condition]] = defaultdict(list)
    for step in steps:
        for text in step.conditions:
            condition = _read(text)
            key = KEYS[condition.name] if condition else None
            if condition and key and (bound := key.scope(step)):
                name = condition.name if key.kind == "address" else key.kind
                found[(name, bound)].append(condition)
    return found


def _read(text: str) -> Condition | None:
    """A condition on one of KEYS from its words; None for any other, and where they may be read in two ways."""
    spoken = SPOKEN.fullmatch(text)
    key = KEYS.get(spoken["key"].lower()) if spoken else None
    if spoken is None or key is None:
        return None
    operator = OPERATORS.get((key.kind, spoken["phrase"]))
    values = tuple(spoken["values"].split(" or "))
    if operator is None or not all(next(_around(key.kind, value), None) for value in values):
        return None
    return Condition(operator + ("IfExists" if spoken["optional"] else ""), spoken["key"], values)


def _has_value(conditions: Sequence[Condition]) -> bool:
    """Whether one value, or none at all, meets every condition on a key.

    Where the answer changes there is an edge of one of the networks, so that trying these is enough.
    """
    kind = KEYS[conditions[0].name].kind
    tried = [(), *((value,) for one in conditions for text in one.values for value in _around(kind, text))]
    return any(all(one.truth(lambda _: value) is not Truth.NO for one in conditions) for value in tried)  # noqa: B023


def _around(kind: str, text: str) -> Iterator[str]:
    """A value and its neighbours: the ends of a network and what lies just outside; nothing for what is no value."""
    if kind == "organization":
        yield from (text, OTHER_ORGANIZATION) if ORGANIZATION.fullmatch(text) else ()
        return
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return
    first, last = network.network_address, network.broadcast_address
    yield from (str(first), str(last))
    if int(first):
        yield str(first - 1)
    if int(last) < (1 << network.max_prefixlen) - 1:
        yield str(last + 1)
