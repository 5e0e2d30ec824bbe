"""Security group rules, one protocol, one port range and one peer each.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ingest.snapshot import Rule, SecurityGroup

PROTOCOL_NAMES = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
WITH_PORTS = ("tcp", "udp")
WITH_TYPES = ("icmp", "icmpv6")
LAST_PORT = 65535


class Ports(NamedTuple):
    """A protocol and a range of its ports. ICMP has types and codes instead: here `256 * type + code`."""

    protocol: str
    first: int
    last: int

    @property
    def key(self) -> str:
        return f"{self.protocol}/{self.first}-{self.last}"

    @property
    def text(self) -> str:
        if self.protocol == "all":
            return "all traffic"
        if (self.first, self.last) == (0, LAST_PORT):
            return f"all {self.protocol}"
        if self.protocol in WITH_TYPES:
            return f"{self.protocol} type {self.first // 256}"
        return f"{self.protocol}/{self.first}" if self.first == self.last else self.key


ALL_TRAFFIC = Ports("all", 0, LAST_PORT)


class Peer(NamedTuple):
    """Who a rule is about: a `group`, a `range` or a prefix `list`."""

    kind: str
    id: str
    account_id: str = ""


class Permission(NamedTuple):
    """One rule with one peer; `rule` is the IpPermission it stands in."""

    id: str
    ingress: bool
    ports: Ports
    peer: Peer
    rule: Rule

    @property
    def text(self) -> str:
        return f"{self.ports.text} {'from' if self.ingress else 'to'} {self.peer.id}"


def permissions(group: SecurityGroup, ingress: bool) -> Iterator[Permission]:
    """The rules of a group in one direction, equal ones once."""
    seen: set[str] = set()
    direction = "ingress" if ingress else "egress"
    for rule in group.ingress if ingress else group.egress:
        ports = ports_of(rule)
        for peer in _peers(rule):
            permission_id = f"{group.id}/{direction}/{ports.key}/{peer.id}"
            if permission_id not in seen:
                seen.add(permission_id)
                yield Permission(permission_id, ingress, ports, peer, rule)


def _peers(rule: Rule) -> Iterator[Peer]:
    yield from (Peer("range", cidr) for cidr in rule.cidrs)
    yield from (Peer("group", group.group_id, group.account_id) for group in rule.groups)
    yield from (Peer("list", prefix_list) for prefix_list in rule.prefix_lists)


def ports_of(rule: Rule) -> Ports:
    """The ports a rule opens: all of them where it states none, and for every protocol that has no ports."""
    protocol = PROTOCOL_NAMES.get(rule.protocol, rule.protocol)
    if protocol in WITH_TYPES:
        return Ports(protocol, *_types(rule))
    if protocol in WITH_PORTS and _stated(rule.from_port) and rule.to_port is not None:
        return Ports(protocol, rule.from_port or 0, rule.to_port)
    return Ports(protocol, 0, LAST_PORT)


def _types(rule: Rule) -> tuple[int, int]:
    """ICMP rules carry the type as first port and the code as last; -1 means every one."""
    if not _stated(rule.from_port):
        return 0, LAST_PORT
    first = 256 * (rule.from_port or 0)
    return (first + (rule.to_port or 0),) * 2 if _stated(rule.to_port) else (first, first + 255)


def _stated(port: int | None) -> bool:
    return port is not None and port >= 0


def intersection(one: Ports, other: Ports) -> Ports | None:
    """The traffic that both let through; None where there is none."""
    if "all" not in (one.protocol, other.protocol) and one.protocol != other.protocol:
        return None
    first, last = max(one.first, other.first), min(one.last, other.last)
    protocol = other.protocol if one.protocol == "all" else one.protocol
    return Ports(protocol, first, last) if first <= last else None
