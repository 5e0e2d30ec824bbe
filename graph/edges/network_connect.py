"""Who can send packets to whom: the target's ingress rules and the source's egress rules, on the ports of both.

Certain inside one VPC, where the local route always carries packets; possible over an active peering, whose routes are
not evaluated yet. Network ACLs, transit gateways, load balancers and endpoints are not evaluated yet either.

Sources: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html and
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from graph.edges.network_classes import NetworkClass
from graph.edges.network_grants import Grant, merged
from graph.edges.network_ranges import is_outside, network
from graph.edges.network_rules import Allowance, Rules
from graph.nodes.permissions import Ports, intersection
from graph.proof import Step
from ingest.snapshot import Snapshot, VpcPeering
from policy.truth import Truth

LOCAL = Step(Truth.YES, ("Inside one VPC the local route carries packets; network ACLs are not evaluated yet.",))
PUBLIC = Step(Truth.YES, ("The interface has a public address; routes and network ACLs are not evaluated yet.",))


class Connections:
    """Every way from classes that something sends as, and from the internet, to classes.

    Looks up whom a rule is about and never tries all pairs.
    """

    def __init__(self, snapshot: Snapshot, classes: Sequence[NetworkClass], rules: Rules) -> None:
        self.classes = classes
        self.rules = rules
        self.peered = _peered(snapshot)
        self._both = lru_cache(maxsize=None)(Step.__and__)
        self._by_vpc: dict[str, list[NetworkClass]] = defaultdict(list)
        self._by_group: dict[str, list[NetworkClass]] = defaultdict(list)
        self._by_range: dict[tuple[str, str], list[NetworkClass]] = defaultdict(list)
        for one in filter(lambda c: c.has_senders, classes):
            self._by_vpc[one.vpc_id].append(one)
            for group in one.groups:
                self._by_group[group].append(one)
            for text in one.membership:
                self._by_range[(one.vpc_id, text)].append(one)

    def into(self, target: NetworkClass) -> Iterator[tuple[NetworkClass, Grant]]:
        """The classes that reach a target, with what gets through."""
        ways = self._ways(target.vpc_id)
        found: dict[NetworkClass, list[Grant]] = defaultdict(list)
        for group in target.groups:
            for ingress in self.rules.of(group, ingress=True):
                for source in self._peers(ingress, ways):
                    if source.vpc_id in ways and (source is not target or len(target.members) > 1):
                        way = ways[source.vpc_id].as_seen(source.stale, target.stale)
                        found[source] += self._grants(source, target, ingress, way)
        for source in sorted(found, key=lambda c: c.digest):
            yield from ((source, grant) for grant in merged(found[source]))

    def _ways(self, vpc_id: str) -> Mapping[str, Step]:
        """The VPCs whose packets can arrive in one, each with how certain the way is."""
        return {vpc_id: LOCAL, **self.peered.get(vpc_id, {})} if vpc_id else {}

    def _peers(self, ingress: Allowance, vpcs: Iterable[str]) -> Iterable[NetworkClass]:
        """A superset of the classes that a rule may be about."""
        if ingress.group:
            return self._by_group.get(ingress.group, ())
        if ingress.anyone:
            return (c for vpc in vpcs for c in self._by_vpc.get(vpc, ()))
        within = (self._by_range.get((vpc, text), ()) for vpc in vpcs for text in ingress.ranges)
        return dict.fromkeys(c for classes in within for c in classes)

    def _grants(self, source: NetworkClass, target: NetworkClass, ingress: Allowance, way: Step) -> Iterator[Grant]:
        admitted = ingress.admits(source)
        if admitted is None:
            return
        for group in source.groups:
            for egress in self.rules.of(group, ingress=False):
                ports = intersection(ingress.ports, egress.ports)
                permitted = egress.admits(target) if ports else None
                if ports and permitted:
                    step = self._both(self._both(way, admitted), permitted)
                    yield Grant(ports, step, frozenset(filter(None, (ingress.rule, egress.rule))))

    def from_internet(self, target: NetworkClass) -> Iterator[Grant]:
        """What gets through to a class from outside; nothing to one without a public address."""
        if not target.public:
            return
        public = PUBLIC.as_seen(target.stale)
        allowances = [a for group in target.groups for a in self.rules.of(group, ingress=True)]
        grants = [_from_anywhere(a, public) for a in allowances if a.anyone or _open(a, target.public)]
        grants += _from_some(allowances, target.public, public)
        yield from merged(grants)


def _from_anywhere(ingress: Allowance, public: Step) -> Grant:
    return Grant(ingress.ports, public & ingress.step, frozenset(filter(None, (ingress.rule,))))


def _outside(ingress: Allowance, families: frozenset[int]) -> list[str]:
    """The ranges of a rule from which the internet may send, in the IP versions that the target is addressed by."""
    known = ((text, network(text)) for text in sorted(ingress.ranges))
    return [text for text, found in known if found and found.version in families and is_outside(found)]


def _open(ingress: Allowance, families: frozenset[int]) -> bool:
    return any(text.endswith("/0") for text in _outside(ingress, families))


def _from_some(allowances: Iterable[Allowance], families: frozenset[int], public: Step) -> Iterator[Grant]:
    """Rules that admit a part of the internet: one condition names all parts that reach the same ports."""
    by_ports: dict[tuple[Ports, str], list[Allowance]] = defaultdict(list)
    for allowance in allowances:
        if not _open(allowance, families) and _outside(allowance, families):
            by_ports[(allowance.ports, allowance.step.stale or "")].append(allowance)
    for (ports, _), alike in by_ports.items():
        texts = sorted({text for allowance in alike for text in _outside(allowance, families)})
        step = Step(Truth.MAYBE, conditions=(f"source in {', '.join(texts)}",))
        for allowance in alike:
            step = step & allowance.step
        yield Grant(ports, public & step, frozenset(allowance.rule for allowance in alike))


def _peered(snapshot: Snapshot) -> Mapping[str, Mapping[str, Step]]:
    """VPC to the VPCs an active peering joins it with."""
    links: dict[tuple[str, str], list[VpcPeering]] = defaultdict(list)
    for peering in snapshot.all(VpcPeering):
        if peering.status == "active":
            one, other = peering.requester.vpc_id, peering.accepter.vpc_id
            links[(one, other)].append(peering)
            links[(other, one)].append(peering)
    out: dict[str, dict[str, Step]] = defaultdict(dict)
    for (one, other), peerings in links.items():
        ids = " or ".join(sorted({p.id for p in peerings}))
        sentence = f"The VPCs are joined by the active peering {ids}; network ACLs are not evaluated yet."
        step = Step(Truth.MAYBE, (sentence,), conditions=(f"routes over {ids} are not evaluated yet",))
        out[one][other] = step.as_seen(*(snapshot.stale_since(p) for p in peerings))
    return out
