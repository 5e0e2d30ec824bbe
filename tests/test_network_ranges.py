"""Address ranges: the index answers what comparing every range with every address would."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.edges.network_ranges import Ranges, is_outside, network, public_families
from policy.truth import Truth

octets = st.integers(0, 3)
addresses = st.one_of(
    st.builds(lambda a, b: f"10.{a}.0.{b}", octets, octets), st.builds(lambda a: f"2600:1f::{a}", octets)
)
cidrs = st.one_of(
    st.builds(lambda address, length: f"{address}/{length}", addresses, st.integers(0, 32)),
    st.sampled_from(["::/0", "2600:1f::/126", "2600:1f::2/128", "nonsense", "10.0.0.1"]),
)


@given(st.lists(cidrs, max_size=8), st.lists(addresses, min_size=1, max_size=3))
def test_a_known_address_lies_in_a_range_or_not(texts: list[str], known: list[str]):
    expected = {
        text
        for text in texts
        for address in known
        if (found := network(text)) and ip_network(address).version == found.version and _inside(address, found)
    }
    assert dict(Ranges(texts).of(known, ["10.0.0.0/8"])) == dict.fromkeys(expected, Truth.YES)


@given(st.lists(cidrs, max_size=8), st.lists(cidrs, min_size=1, max_size=3))
def test_an_unknown_address_lies_in_what_holds_all_its_possible_ranges(texts: list[str], within: list[str]):
    possible = [found for found in map(network, within) if found]
    of_four = [p for p in possible if p.version == 4]
    expected = {}
    for text in texts:
        found = network(text)
        if found and any(p.version == found.version and p.overlaps(found) for p in possible):
            certain = found.version == 4 and all(p.subnet_of(found) for p in of_four)
            expected[text] = Truth.YES if certain else Truth.MAYBE
    assert dict(Ranges(texts).of([], within)) == expected


def _inside(address, found) -> bool:
    return ip_network(address).subnet_of(found)


@pytest.mark.parametrize(
    "text, outside",
    [
        ("0.0.0.0/0", True),
        ("203.0.113.0/24", True),
        ("8.0.0.0/6", True),  # holds 10.0.0.0/8, and more
        ("10.1.0.0/16", False),
        ("100.64.0.0/10", False),
        ("172.32.0.0/16", True),
        ("2600::/12", True),
        ("fd00::/8", False),
    ],
)
def test_the_internet_sends_from_outside_ranges(text: str, outside: bool):
    assert is_outside(network(text)) is outside


def test_the_internet_addresses_an_interface_by_version():
    assert public_families("198.51.100.4", ["10.0.0.4"]) == {4}
    assert public_families(None, ["10.0.0.4", "2600:1f18::4"]) == {6}
    assert public_families(None, ["10.0.0.4", "fd00::4", "nonsense"]) == frozenset()
