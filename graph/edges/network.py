"""Network reachability: classes of interfaces, what reaches them, and what runs behind them.

Security groups and peerings decide. Network ACLs and route tables are not evaluated yet, so a step between peered VPCs
is possible at most; egress to the internet is no step of an attack on what is inside.
"""

from __future__ import annotations

from graph.builder import Builder
from graph.edges.network_classes import NetworkClass, network_classes
from graph.edges.network_connect import Connections
from graph.edges.network_grants import Grant
from graph.edges.network_interfaces import Interface, Interfaces
from graph.edges.network_ranges import Ranges
from graph.edges.network_rules import Rules
from graph.nodes.network import join_network
from graph.nodes.ownership import resource
from graph.proof import add_step

INTERNET = "internet"


def add_network(builder: Builder) -> None:
    """Adds network classes with their members and workloads, and every CAN_CONNECT and MAY_CONNECT."""
    interfaces = list(Interfaces(builder.snapshot))
    rules = Rules(builder.snapshot)
    classes = network_classes(interfaces, Ranges(rules.ranges))
    for interface in interfaces:
        _add_interface(builder, interface)
    for one in classes:
        _add_class(builder, one, rules)
    _connect(builder, Connections(builder.snapshot, classes, rules))


def _add_interface(builder: Builder, interface: Interface) -> None:
    if interface.derived and (interface.groups or interface.vpc_id):
        builder.node(
            "NetworkInterface",
            interface.id,
            name=interface.name,
            account_id=interface.account_id,
            region=interface.region,
            private_ips=list(interface.addresses),
            derived=True,
            stale=interface.stale,
        )
        resource(builder, interface.account_id, interface.id)
        join_network(builder, interface.id, interface.vpc_id, interface.subnet_ids, tuple(sorted(interface.groups)))


def _add_class(builder: Builder, one: NetworkClass, rules: Rules) -> None:
    _class_node(builder, one, rules, one.receives)
    if one.has_senders:
        _class_node(builder, one, rules, one.sends)
    for member in one.members:
        builder.edge(one.receives, "DELIVERS_TO", member.id, stale=member.stale)
        for workload in member.exposes:
            builder.edge(member.id, "EXPOSES", workload, stale=member.stale)
        for workload in member.senders:
            builder.edge(workload, "SENDS_AS", one.sends, stale=member.stale)


def _class_node(builder: Builder, one: NetworkClass, rules: Rules, node_id: str) -> None:
    first = one.first
    builder.node(
        "NetworkClass",
        node_id,
        name=" + ".join(sorted(map(rules.name, one.groups))),
        account_id=first.account_id,
        region=first.region,
        vpc_id=one.vpc_id,
        groups=sorted(one.groups),
        members=len(one.members),
        public=bool(one.public),
        side=node_id.split(":")[1],
        stale=one.stale,
    )


def _connect(builder: Builder, connections: Connections) -> None:
    builder.node("Internet", INTERNET, name="Internet")
    for target in connections.classes:
        for grant in connections.from_internet(target):
            _add_connection(builder, INTERNET, target, grant)
        for source, grant in connections.into(target):
            _add_connection(builder, source.sends, target, grant)


def _add_connection(builder: Builder, source: str, target: NetworkClass, grant: Grant) -> None:
    key, (protocol, first, last) = grant.ports.key, grant.ports
    add_step(
        builder,
        source,
        "CONNECT",
        target.receives,
        grant.step,
        key,
        ports=key,
        protocol=protocol,
        from_port=first,
        to_port=last,
        rules=sorted(grant.rules),
    )
