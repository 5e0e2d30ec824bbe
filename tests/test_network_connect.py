"""Connections between classes say of every pair of workloads and every port what the rules say of that pair alone."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.snapshot as facts
from graph.model import Graph
from ingest.snapshot import GroupReference, Record, Rule, Snapshot
from policy.truth import Truth
from tests.fact_samples import PROD, REGION, graph_of, located, placed, snapshot_of
from tests.require import repetitions

NO, MAYBE, YES = Truth
VPCS = {"vpc-a": "10.0.0.0/24", "vpc-b": "10.1.0.0/24"}
GROUPS = {"sg-1": "vpc-a", "sg-2": "vpc-a", "sg-3": "vpc-b", "sg-unseen": "vpc-a"}
USUAL = ["sg-1", "sg-2", "sg-1", "sg-2", "sg-3", "sg-unseen"]
LISTS = {"pl-seen": ("10.0.0.128/25", "203.0.113.0/24")}
RANGES = [
    "10.0.0.0/8",
    "10.0.0.0/25",
    "10.0.0.130/32",
    "10.1.0.0/24",
    "0.0.0.0/0",
    "198.51.100.0/24",
    "::/0",
    "no range",
]
PROBES = [(protocol, port) for protocol in ("tcp", "udp") for port in (0, 22, 80, 81, 443, 65535)]
SPANS = [(80, 80), (22, 80), (81, 443), (80, 443), (0, 65535)]
OPEN = Rule(protocol="-1", cidrs=("0.0.0.0/0",))

peers = st.one_of(
    st.sampled_from(RANGES).map(lambda r: {"cidrs": (r,)}),
    st.sampled_from(list(GROUPS)).map(lambda g: {"groups": (GroupReference(g),)}),
    st.sampled_from(["pl-seen", "pl-unseen"]).map(lambda p: {"prefix_lists": (p,)}),
)
single = st.builds(
    lambda protocol, span, peer: Rule(
        protocol=protocol, **({} if protocol == "-1" else {"from_port": span[0], "to_port": span[1]}), **peer
    ),
    st.sampled_from(["tcp", "tcp", "tcp", "udp", "-1"]),
    st.sampled_from(SPANS),
    peers,
)
# Mostly one side is open, so that what the other side says decides.
rules = st.one_of(st.just((OPEN,)), st.lists(single, max_size=3).map(tuple))


@dataclass(frozen=True)
class Host:
    """A workload of the naive world: a record, and where it may be."""

    record: Record
    vpc: str
    places: tuple[str, ...]  # an address, or the ranges it lies in
    public: bool = False
    sends: bool = True

    @property
    def groups(self) -> tuple[str, ...]:
        return self.record.groups


@st.composite
def hosts(draw: st.DrawFn) -> list[Host]:
    found = []
    for i in range(draw(st.integers(2, 3))):
        groups = draw(st.lists(st.sampled_from(USUAL), min_size=1, max_size=2, unique=True))
        vpc = GROUPS[groups[0]]
        address = f"10.{'ab'.index(vpc[-1])}.0.{draw(st.sampled_from([5, 130]))}"
        public = draw(st.booleans())
        found.append(_host(draw(st.sampled_from(["instance", "database"])), i, vpc, tuple(groups), address, public))
    return found


def _host(kind: str, i: int, vpc: str, groups: tuple[str, ...], address: str, public: bool) -> Host:
    if kind == "instance":
        record = placed(
            facts.Instance, f"i-{i}", arn=f"arn:aws:ec2:{REGION}:{PROD}:instance/i-{i}", vpc_id=vpc, groups=groups,
            private_ip=address, public_ip="198.51.100.9" if public else None,
        )  # fmt: skip
        return Host(record, vpc, (address,), public)
    record = located(
        facts.DatabaseInstance, f"arn:aws:rds:{REGION}:{PROD}:db:db-{i}", f"db-{i}", vpc_id=vpc, groups=groups,
        subnet_ids=(f"subnet-{vpc}",), publicly_accessible=public,
    )  # fmt: skip
    return Host(record, vpc, (VPCS[vpc],), public, sends=False)


@dataclass(frozen=True)
class World:
    hosts: list[Host]
    ingress: dict[str, tuple[Rule, ...]]
    egress: dict[str, tuple[Rule, ...]]
    stale: frozenset[str]  # groups last seen before
    peered: bool

    @property
    def snapshot(self) -> Snapshot:
        groups = [
            placed(facts.SecurityGroup, g, vpc_id=GROUPS[g], ingress=self.ingress[g], egress=self.egress[g])
            for g in self.ingress
        ]
        side = facts.PeeringSide
        fresh = [
            *(placed(facts.Vpc, v, cidrs=(c,)) for v, c in VPCS.items()),
            *(placed(facts.Subnet, f"subnet-{v}", vpc_id=v, cidrs=(c,)) for v, c in VPCS.items()),
            *(placed(facts.PrefixList, p, cidrs=c) for p, c in LISTS.items()),
            placed(facts.VpcPeering, "pcx-1", status="active" if self.peered else "deleted",
                   requester=side("vpc-b", PROD), accepter=side("vpc-a", PROD)),
            *(h.record for h in self.hosts),
        ]  # fmt: skip
        fresh += [g for g in groups if g.id not in self.stale]
        return snapshot_of(fresh, carried=[g for g in groups if g.id in self.stale])


seen_groups = [g for g in GROUPS if g != "sg-unseen"]
worlds = st.builds(
    World,
    hosts(),
    st.fixed_dictionaries(dict.fromkeys(seen_groups, rules)),
    st.fixed_dictionaries(dict.fromkeys(seen_groups, rules)),
    st.frozensets(st.sampled_from(seen_groups), max_size=1),
    st.booleans(),
)


# -- the naive world: one pair, one port
def _lies_in(host: Host, text: str) -> Truth:
    if "/" not in text:
        return MAYBE  # a range that nobody can read
    wanted, known = ip_network(text), [ip_network(p) for p in host.places]
    if all(k.version == wanted.version and k.subnet_of(wanted) for k in known):
        return YES
    return MAYBE if any(k.version == wanted.version and k.overlaps(wanted) for k in known) else NO


def _is_peer(rule: Rule, host: Host) -> Truth:
    answers = [YES if g.group_id in host.groups else NO for g in rule.groups]
    answers += [_lies_in(host, text) for text in rule.cidrs]
    for prefix_list in rule.prefix_lists:
        answers += [_lies_in(host, text) for text in LISTS[prefix_list]] if prefix_list in LISTS else [MAYBE]
    return max(answers)


def _covers(rule: Rule, protocol: str, port: int) -> bool:
    return rule.protocol == "-1" or (rule.protocol == protocol and rule.from_port <= port <= rule.to_port)


def _direction(world: World, host: Host, peer: Host, probe: tuple[str, int], ingress: bool) -> Truth:
    answers = [NO]
    for group in host.groups:
        seen = (world.ingress if ingress else world.egress).get(group)
        if seen is None:
            answers.append(MAYBE)
        matching = [_is_peer(r, peer) for r in seen or () if _covers(r, *probe)]
        answers += [min(a, MAYBE) if group in world.stale else a for a in matching]
    return max(answers)


def naive(world: World, source: Host, target: Host, probe: tuple[str, int]) -> Truth:
    way = YES if source.vpc == target.vpc else MAYBE if world.peered else NO
    return min(way, _direction(world, target, source, probe, True), _direction(world, source, target, probe, False))


def naive_from_internet(world: World, target: Host, probe: tuple[str, int]) -> Truth:
    answers = [NO]
    for group in target.groups if target.public else ():
        seen = world.ingress.get(group)
        if seen is None:
            answers.append(MAYBE)
        for rule in (r for r in seen or () if _covers(r, *probe)):
            certain = "0.0.0.0/0" in rule.cidrs and group not in world.stale
            parts = {"198.51.100.0/24", "no range", "0.0.0.0/0"}.intersection(rule.cidrs) or rule.prefix_lists
            answers.append(YES if certain else MAYBE if parts else NO)
    return max(answers)


# -- the graph
def answer(graph: Graph, source: str, target: str, probe: tuple[str, int]) -> Truth:
    """Walks SENDS_AS, CONNECT, DELIVERS_TO and EXPOSES as a path does."""
    protocol, port = probe
    starts = ["internet"] if source == "internet" else [e.target for e in graph.out(source, "SENDS_AS")]
    found = [NO]
    for edge in (e for s in starts for e in graph.out(s, "CAN_CONNECT", "MAY_CONNECT")):
        p = edge.properties
        if p["protocol"] in (protocol, "all") and p["from_port"] <= port <= p["to_port"]:
            behind = [x.target for d in graph.out(edge.target, "DELIVERS_TO") for x in graph.out(d.target, "EXPOSES")]
            found += [YES if edge.certain else MAYBE] if target in behind else []
    return max(found)


@given(worlds)
@settings(max_examples=repetitions(300), deadline=None)
def test_an_edge_exists_exactly_where_the_rules_of_the_pair_say_so(world: World):
    graph = graph_of(world.snapshot)
    for source in (h for h in world.hosts if h.sends):
        for target in (h for h in world.hosts if h is not source):
            for probe in PROBES:
                expected = naive(world, source, target, probe)
                assert answer(graph, source.record.arn, target.record.arn, probe) is expected, (source, target, probe)


@given(worlds)
def test_the_internet_reaches_exactly_what_its_rules_admit(world: World):
    graph = graph_of(world.snapshot)
    for target in world.hosts:
        for probe in PROBES:
            assert answer(graph, "internet", target.record.arn, probe) is naive_from_internet(world, target, probe)


@given(worlds)
def test_every_step_can_be_explained(world: World):
    """Possible steps name their conditions, certain ones have none; proofs and rules are nodes of the graph."""
    graph = graph_of(world.snapshot)
    for edge in graph.edges_of("CAN_CONNECT", "MAY_CONNECT"):
        assert edge.certain == (not edge.conditions)
        assert graph.nodes[edge.properties["proof"]].properties["text"]
        assert all(rule in graph.nodes for rule in edge.properties.get("rules", []))
        assert edge.certain or "sg-unseen" in str(edge.conditions) or edge.properties["rules"]


@given(worlds)
def test_edges_between_two_classes_do_not_overlap(world: World):
    graph = graph_of(world.snapshot)
    seen: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for edge in graph.edges_of("CAN_CONNECT", "MAY_CONNECT"):
        p = edge.properties
        seen.setdefault((edge.source, edge.target, p["protocol"]), []).append((p["from_port"], p["to_port"]))
    for spans in map(sorted, seen.values()):
        assert all(one[1] < other[0] for one, other in pairwise(spans))


@given(worlds)
def test_members_of_a_class_cannot_be_told_apart(world: World):
    graph = graph_of(world.snapshot)
    by_arn = {h.record.arn: h for h in world.hosts}
    for one in graph.of("NetworkClass"):
        members = [by_arn[x.target] for d in graph.out(one.id, "DELIVERS_TO") for x in graph.out(d.target, "EXPOSES")]
        kinds = {
            (h.vpc, frozenset(h.groups), h.public, tuple(_lies_in(h, text) for text in _ranges_in_use(world)))
            for h in members
        }
        assert len(kinds) <= 1


def _ranges_in_use(world: World) -> list[str]:
    named = [r for rs in (*world.ingress.values(), *world.egress.values()) for r in rs]
    texts = {c for r in named for c in r.cidrs if "/" in c}
    return sorted(texts | {c for r in named for p in r.prefix_lists for c in LISTS.get(p, ())})


# -- single traps
def _hosts(*groups: str) -> list[Record]:
    return [_host("instance", i, "vpc-a", (g,), f"10.0.0.{i + 4}", False).record for i, g in enumerate(groups)]


def _group(group: str, ingress: Rule | None = None, egress: Rule | None = None) -> Record:
    return placed(
        facts.SecurityGroup,
        group,
        vpc_id="vpc-a",
        ingress=(ingress,) if ingress else (),
        egress=(egress,) if egress else (),
    )


def _pair(ingress: Rule, egress: Rule) -> Graph:
    groups = [_group("sg-1", egress=egress), _group("sg-2", ingress=ingress)]
    return graph_of(snapshot_of([*groups, *_hosts("sg-1", "sg-2")]))


@pytest.mark.parametrize(
    "ingress, egress, expected",
    [
        ((8, -1), (8, 0), ["icmp/2048-2048"]),
        ((8, 0), (0, 0), []),
        ((3, 4), (3, 1), []),
        ((-1, -1), (3, -1), ["icmp/768-1023"]),
    ],
)
def test_icmp_types_and_codes_meet(ingress: tuple[int, int], egress: tuple[int, int], expected: list[str]):
    rule, out = (Rule(protocol="icmp", from_port=a, to_port=b, cidrs=("0.0.0.0/0",)) for a, b in (ingress, egress))
    assert [e.key for e in _pair(rule, out).edges_of("CAN_CONNECT")] == expected


@pytest.mark.parametrize("number, name", [("6", "tcp"), ("17", "udp"), ("50", "50")])
def test_protocols_go_by_number_too(number: str, name: str):
    span = {"from_port": 53, "to_port": 53}
    graph = _pair(
        Rule(protocol=number, cidrs=("0.0.0.0/0",), **span), Rule(protocol=name, cidrs=("0.0.0.0/0",), **span)
    )
    [edge] = graph.edges_of("CAN_CONNECT")
    assert edge.key == (f"{name}/53-53" if name != "50" else "50/0-65535")


def test_equal_groups_reach_nobody_without_a_rule():
    """Two instances of one class: who sends as the class must not reach its members by being one of them."""
    graph = graph_of(snapshot_of([_group("sg-1", egress=OPEN), *_hosts("sg-1", "sg-1")]))
    assert [n.properties["members"] for n in graph.of("NetworkClass")] == [2, 2]
    sends = {e.target for e in graph.edges_of("SENDS_AS")}
    assert not sends & {e.source for e in graph.edges_of("DELIVERS_TO")}
    assert not list(graph.edges_of("CAN_CONNECT", "MAY_CONNECT"))


@pytest.mark.parametrize("members, edges", [(1, 0), (2, 1)])
def test_a_group_that_admits_itself_joins_its_members(members: int, edges: int):
    own = Rule(protocol="tcp", from_port=7000, to_port=7000, groups=(GroupReference("sg-1"),))
    graph = graph_of(snapshot_of([_group("sg-1", own, OPEN), *_hosts(*["sg-1"] * members)]))
    assert len(list(graph.edges_of("CAN_CONNECT"))) == edges


def test_the_condition_names_every_part_of_the_internet():
    rule = Rule(protocol="tcp", from_port=22, to_port=22, cidrs=("203.0.113.0/24", "198.51.100.0/24", "10.0.0.0/8"))
    host = _host("instance", 1, "vpc-a", ("sg-1",), "10.0.0.4", True).record
    [edge] = graph_of(snapshot_of([_group("sg-1", ingress=rule), host])).out("internet")
    assert edge.conditions == ["source in 198.51.100.0/24, 203.0.113.0/24"]


def test_a_function_sends_but_receives_nothing():
    function = located(facts.Function, "arn:aws:lambda:eu-west-1:1:function:f", "f", role_arn="", groups=("sg-1",))
    graph = graph_of(snapshot_of([_group("sg-1", OPEN, OPEN), function]))
    assert [e.source for e in graph.edges_of("SENDS_AS")] == [function.arn]
    assert not list(graph.edges_of("EXPOSES"))


def test_a_rule_about_everyone_rekeys_no_class():
    wide = _group("sg-2", ingress=Rule(protocol="-1", cidrs=("10.0.0.0/8",)))
    hosts = [_group("sg-1"), *_hosts("sg-1", "sg-1")]
    before, after = (graph_of(snapshot_of([*hosts, *more])) for more in ([], [wide]))
    assert {n.id for n in before.of("NetworkClass")} == {n.id for n in after.of("NetworkClass")}


def test_edges_grow_with_rules_and_not_with_pairs():
    from_previous = (
        Rule(protocol="tcp", from_port=80, to_port=80, groups=(GroupReference(f"sg-{i - 1}"),)) for i in range(200)
    )
    groups = [_group(f"sg-{i}", rule, OPEN) for i, rule in enumerate(from_previous)]
    graph = graph_of(snapshot_of([*groups, *_hosts(*(g.id for g in groups))]))
    assert len(list(graph.edges_of("CAN_CONNECT"))) == len(groups) - 1
