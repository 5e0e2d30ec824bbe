"""Open conditions of whole paths: what contradicts what, in which steps, and that a strange name hides nothing."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import Edge
from policy import Condition
from queries.paths.joint import OPERATORS, can_hold_together, simplified_conditions
from tests.path_graphs import step
from tests.require import repetitions

ORGANIZATION = {"a": "o-aaaaaaaaaa", "b": "o-bbbbbbbbbb"}


def role(name: str, account: str = "111111111111") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def way(*conditions: str, type_: str = "MAY_ASSUME", key: str = "") -> list[Edge]:
    """Roles in a row; each step has one condition, an empty one none."""
    edges = []
    for i, text in enumerate(conditions):
        edges.append(step(role(str(i)), "HOLDS", f"set:{i}"))
        edges.append(step(f"set:{i}", type_, role(str(i + 1)), key, conditions=[text] if text else []))
    return edges


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` in 10.2.0.0/16", True),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` in 192.0.2.0/24", False),
        ("`aws:SourceIp` in 10.0.0.0/8", "`AWS:SOURCEIP` in 192.0.2.0/24", False),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` in 192.0.2.0/24 or 10.1.1.1", True),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` not in 10.0.0.0/8", False),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` not in 10.0.0.0/9", True),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` in 2001:db8::/32", False),
        ("`aws:SourceIp` in 10.0.0.0/8 (or absent)", "`aws:SourceIp` in 192.0.2.0/24 (or absent)", True),
        ("`aws:SourceIp` in 10.0.0.0/8", "`aws:VpcSourceIp` in 192.0.2.0/24", True),
        ("`aws:SourceVpce` is vpce-1", "`aws:SourceVpce` is vpce-2", True),
        ("`aws:MultiFactorAuthPresent` is true", "`aws:MultiFactorAuthPresent` is not true", True),
        ("`sts:ExternalId` is one", "`sts:ExternalId` is other", True),
        ("`aws:PrincipalOrgID` is o-aaaaaaaaaa", "`aws:PrincipalOrgID` is o-bbbbbbbbbb", False),
        ("`aws:PrincipalOrgID` is o-aaaaaaaaaa", "`aws:ResourceOrgID` is o-bbbbbbbbbb", False),
        ("`aws:PrincipalOrgID` is o-aaaaaaaaaa", "`aws:ResourceOrgID` is not o-bbbbbbbbbb", True),
        ("a stack exists", "not (a stack exists)", False),
        ("a stack exists", "a stack exists", True),
        ("the caller signs in", "not (the caller signs in)", True),
    ],
)
def test_what_contradicts_what(one: str, other: str, together: bool) -> None:
    assert can_hold_together(way(one, other)) is together
    assert can_hold_together(way(other, "", one)) is together


def test_organizations_of_two_accounts_are_two_facts() -> None:
    edges = way("`aws:PrincipalOrgID` is o-aaaaaaaaaa", "`aws:PrincipalOrgID` is o-bbbbbbbbbb")
    edges[2] = step(role("1", "222222222222"), "HOLDS", "set:1")
    assert can_hold_together(edges)


def test_a_caller_that_moves_into_a_workload_asks_from_elsewhere() -> None:
    texts = ("`aws:SourceIp` in 10.0.0.0/8", "`aws:SourceIp` in 192.0.2.0/24")
    assert can_hold_together(way(*texts, type_="MAY_ESCALATE", key="lambda-001"))
    assert can_hold_together(way(*texts, type_="MAY_ESCALATE", key="a technique of tomorrow"))
    assert not can_hold_together(way(*texts, type_="MAY_ESCALATE", key="iam-002"))


@pytest.mark.parametrize(
    "strange",
    [
        "`aws:SourceIp` in 10.0.0.0/8 or `aws:SourceVpce` is vpce-1",
        "`aws:SourceIp` in 10.0.0.0/8 and 192.0.2.0/24",
        "`aws:SourceIp` in nowhere",
        "`aws:SourceIp` in 10.0.0.0/99",
        "`aws:SourceIp` is like 10.*",
        "`aws:PrincipalOrgID` is o-*",
        "not (`aws:SourceIp` in 192.0.2.0/24)",
    ],
)
def test_what_may_be_read_in_two_ways_hides_no_path(strange: str) -> None:
    assert can_hold_together(way("`aws:SourceIp` in 192.0.2.0/24", strange))


@pytest.mark.parametrize("operator", OPERATORS.values())
@pytest.mark.parametrize("optional", ["", "IfExists"])
def test_the_words_of_the_engine_are_understood(operator: str, optional: str) -> None:
    """What the policy engine says of a condition contradicts its own opposite where one value has to do."""
    is_address = "Ip" in operator
    key, value = ("aws:SourceIp", "10.0.0.0/8") if is_address else ("aws:PrincipalOrgID", ORGANIZATION["a"])
    text = Condition(operator + optional, key, (value,)).text
    other = Condition("IpAddress" if is_address else "StringEquals", key, (value,)).text
    if operator in ("NotIpAddress", "StringNotEquals"):
        assert not can_hold_together(way(text, other))
    else:
        elsewhere = "192.0.2.0/24" if is_address else ORGANIZATION["b"]
        against = Condition("IpAddress" if is_address else "StringEquals", key, (elsewhere,)).text
        assert not can_hold_together(way(text, against))
        assert can_hold_together(way(text, other))


NETWORKS = st.tuples(st.integers(0, 255), st.integers(0, 10)).map(
    lambda drawn: str(ipaddress.ip_network((drawn[0] << 24, drawn[1]), strict=False))
)


@settings(max_examples=repetitions(100))
@given(st.lists(st.tuples(st.booleans(), st.lists(NETWORKS, min_size=1, max_size=2)), min_size=2, max_size=4))
def test_addresses_are_solved_exactly(drawn: list[tuple[bool, list[str]]]) -> None:
    texts = [f"`aws:SourceIp` {'in' if inside else 'not in'} {' or '.join(nets)}" for inside, nets in drawn]
    found = [(inside, [ipaddress.ip_network(net) for net in nets]) for inside, nets in drawn]
    points = [ipaddress.ip_address((a << 24) + (b << 16)) for a in range(256) for b in (0, 255)]
    exists = any(all(any(p in n for n in nets) is inside for inside, nets in found) for p in points)
    absent = not any(inside for inside, _ in found)
    assert can_hold_together(way(*texts)) is (exists or absent)


def test_a_condition_is_said_once_and_contradictions_as_they_stand() -> None:
    assert simplified_conditions(way("a stack exists", "", "a stack exists")) == ["a stack exists"]
    assert simplified_conditions(way("a", "not (a)")) == ["a", "not (a)"]
    assert simplified_conditions(way("", "")) == []
