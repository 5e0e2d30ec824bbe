"""Address ranges that rules name, and which of them an address lies in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from policy.truth import Truth

Network = IPv4Network | IPv6Network
# What no packet from outside carries as its source: https://www.iana.org/assignments/iana-ipv4-special-registry
# Documentation ranges are left out: they are the addresses that examples use for the outside.
INSIDE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")


@lru_cache(maxsize=65_536)
def network(text: str) -> Network | None:
    """The range a CIDR text or a single address names, whatever its host bits; None for text that is neither."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def is_outside(found: Network) -> bool:
    """Whether packets from the internet may come from this range."""
    return not any(found.version == inside.version and found.subnet_of(inside) for inside in INSIDE)  # type: ignore[arg-type]


def public_families(public_ip: str | None, addresses: Iterable[str]) -> frozenset[int]:
    """The IP versions by which the internet can address an interface: every global IPv6 address is public."""
    parsed = [found.network_address for found in map(network, addresses) if found]
    return frozenset(
        ([4] if public_ip else []) + [6 for a in parsed if isinstance(a, IPv6Address) and a in GLOBAL_UNICAST]
    )


class Ranges:
    """The distinct ranges that rules name. Texts that are no ranges are in none of the answers."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts: dict[Network, list[str]] = defaultdict(list)
        for text in sorted(set(texts)):
            found = network(text)
            if found is not None:
                self._texts[found].append(text)

    def of(self, addresses: Sequence[str], within: Sequence[str]) -> frozenset[tuple[str, Truth]]:
        """The ranges an interface lies in: YES by its addresses; without any, what its possible ranges say.

        A range that holds all its possible addresses is a YES, one that holds some a MAYBE. Nobody knows whether
        an interface without known addresses has one of IPv6.
        """
        known = [found for found in map(network, addresses) if found]
        if known:
            return frozenset((text, Truth.YES) for address in known for text in self._containing(address))
        possible = [found for found in map(network, within) if found]
        certain = [set(self._containing(found)) for found in possible if found.version == 4]
        everywhere = set.intersection(*certain) if certain else set()
        touched = {text for found in possible for text in (*self._containing(found), *self._inside(found))}
        return frozenset((text, Truth.YES if text in everywhere else Truth.MAYBE) for text in touched)

    @cached_property
    def _lengths(self) -> dict[int, list[int]]:
        found = {(known.version, known.prefixlen) for known in self._texts}
        return {version: sorted(length for v, length in found if v == version) for version in (4, 6)}

    def _containing(self, inner: Network) -> list[str]:
        """At most one look-up per prefix length in use."""
        outer = (
            type(inner)((int(inner.network_address) & _mask(inner, length), length))
            for length in self._lengths[inner.version]
            if length <= inner.prefixlen
        )
        return [text for found in outer if found in self._texts for text in self._texts[found]]

    @cached_property
    def _sorted(self) -> dict[int, tuple[list[int], list[Network]]]:
        found = {v: sorted((n for n in self._texts if n.version == v), key=_start) for v in (4, 6)}
        return {v: ([_start(n) for n in networks], networks) for v, networks in found.items()}

    def _inside(self, outer: Network) -> list[str]:
        starts, networks = self._sorted[outer.version]
        here = networks[bisect_left(starts, _start(outer)) : bisect_right(starts, int(outer.broadcast_address))]
        return [text for found in here if found.prefixlen > outer.prefixlen for text in self._texts[found]]


def _start(found: Network) -> int:
    return int(found.network_address)


def _mask(found: Network, length: int) -> int:
    return ((1 << length) - 1) << (found.max_prefixlen - length)
