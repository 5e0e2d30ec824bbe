"""EC2 networking as facts: VPCs, subnets, security groups with their rules, interfaces and instances.

Ids are EC2's own (`vpc-…`, `sg-…`, `eni-…`), because rules name things by them; instances have their ARN.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph.builder import Builder
from graph.model import Value
from graph.nodes.identity import named_principal, runs_as
from graph.nodes.ownership import owned, resource
from graph.nodes.permissions import Permission, permissions
from ingest.snapshot import (
    Instance,
    InstanceProfile,
    NetworkInterface,
    PrefixList,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcPeering,
)
from ingest.snapshot.network import NetworkRecord


def add_network_facts(builder: Builder) -> None:
    """Adds every network fact; what something names without having been seen becomes a bare node."""
    _add_vpcs(builder)
    _add_groups(builder)
    for interface in builder.snapshot.all(NetworkInterface):
        _add_interface(builder, interface)
    _add_instances(builder)


def named(builder: Builder, label: str, node_id: str, **properties: Value) -> str:
    """The node of something that a fact names, whether it was seen or not."""
    return node_id if builder.has(node_id) else builder.node(label, node_id, name=node_id, **properties)


def _add(builder: Builder, label: str, record: NetworkRecord, **properties: Value) -> None:
    builder.fact(
        record,
        label,
        record.id,
        name=record.name or record.id,
        account_id=record.account_id,
        region=record.region,
        **properties,
    )
    resource(builder, record.account_id, record.id)


def _add_vpcs(builder: Builder) -> None:
    for vpc in builder.snapshot.all(Vpc):
        _add(builder, "AWSVpc", vpc, cidrs=list(vpc.cidrs), is_default=vpc.is_default)
    for subnet in builder.snapshot.all(Subnet):
        _add(builder, "EC2Subnet", subnet, cidrs=list(subnet.cidrs), zone=subnet.zone)
        builder.edge(subnet.id, "MEMBER_OF_AWS_VPC", named(builder, "AWSVpc", subnet.vpc_id))
    for peering in builder.snapshot.all(VpcPeering):
        _add(builder, "AWSPeeringConnection", peering, status=peering.status)
        for side in (peering.requester, peering.accepter):
            named(
                builder, "AWSVpc", side.vpc_id, account_id=side.account_id, region=side.region, cidrs=list(side.cidrs)
            )
            builder.edge(peering.id, "PEERS", side.vpc_id, stale=builder.snapshot.stale_since(peering))


def _add_groups(builder: Builder) -> None:
    for prefix_list in builder.snapshot.all(PrefixList):
        _add(builder, "AWSPrefixList", prefix_list, cidrs=list(prefix_list.cidrs))
    groups = builder.snapshot.all(SecurityGroup)
    for group in groups:
        _add(
            builder,
            "EC2SecurityGroup",
            group,
            groupid=group.id,
            vpc_id=group.vpc_id,
            description=group.description,
            **_ownership(builder, group),
        )
        builder.edge(group.id, "MEMBER_OF_AWS_VPC", named(builder, "AWSVpc", group.vpc_id))
    for group in groups:
        for permission in (*permissions(group, ingress=True), *permissions(group, ingress=False)):
            _add_permission(builder, group, permission)


def _ownership(builder: Builder, record: NetworkRecord) -> dict[str, Value]:
    found = owned(builder, record.account_id, record.tags)
    return {name: value for name, value in found.items() if name != "account_id"}


def _add_permission(builder: Builder, group: SecurityGroup, permission: Permission) -> None:
    builder.fact(
        group,
        "IpPermissionInbound" if permission.ingress else "IpPermissionEgress",
        permission.id,
        name=permission.text,
        account_id=group.account_id,
        region=group.region,
        protocol=permission.ports.protocol,
        fromport=permission.rule.from_port,
        toport=permission.rule.to_port,
        peer=permission.peer.id,
    )
    builder.edge(permission.id, "RULE_OF_EC2_SECURITY_GROUP", group.id)
    builder.edge(_peer(builder, permission), "MEMBER_OF_IP_RULE", permission.id)


def _peer(builder: Builder, permission: Permission) -> str:
    peer = permission.peer
    if peer.kind == "range":
        return builder.node("IpRange", peer.id, name=peer.id, range=peer.id)
    if peer.kind == "list":
        return named(builder, "AWSPrefixList", peer.id)
    return named(builder, "EC2SecurityGroup", peer.id, groupid=peer.id, account_id=peer.account_id)


def _add_interface(builder: Builder, interface: NetworkInterface) -> None:
    _add(
        builder,
        "NetworkInterface",
        interface,
        private_ips=list(interface.private_ips),
        public_ip=interface.public_ip,
        interface_type=interface.interface_type,
        description=interface.description,
    )
    join_network(builder, interface.id, interface.vpc_id, (interface.subnet_id,), interface.groups)


def join_network(
    builder: Builder, node_id: str, vpc_id: str = "", subnet_ids: Iterable[str] = (), groups: Iterable[str] = ()
) -> None:
    """Joins an interface or workload to its VPC, subnets and security groups, as far as they are known."""
    if vpc_id:
        builder.edge(node_id, "MEMBER_OF_AWS_VPC", named(builder, "AWSVpc", vpc_id))
    for subnet_id in filter(None, subnet_ids):
        builder.edge(node_id, "PART_OF_SUBNET", named(builder, "EC2Subnet", subnet_id))
    for group in groups:
        builder.edge(node_id, "MEMBER_OF_EC2_SECURITY_GROUP", named(builder, "EC2SecurityGroup", group, groupid=group))


def _add_instances(builder: Builder) -> None:
    profiles = {profile.arn: profile for profile in builder.snapshot.all(InstanceProfile)}
    for instance in builder.snapshot.all(Instance):
        builder.fact(
            instance,
            "EC2Instance",
            instance.arn,
            name=instance.name or instance.id,
            arn=instance.arn,
            instanceid=instance.id,
            region=instance.region,
            state=instance.state,
            public_ip=instance.public_ip,
            imds_v2_required=instance.imds_v2_required,
            **owned(builder, instance.account_id, instance.tags),
        )
        resource(builder, instance.account_id, instance.arn)
        join_network(builder, instance.arn, instance.vpc_id, (instance.subnet_id,), instance.groups)
        if instance.instance_profile_arn:
            _add_profile(builder, instance, profiles.get(instance.instance_profile_arn))
    _join_interfaces(builder)


def _add_profile(builder: Builder, instance: Instance, profile: InstanceProfile | None) -> None:
    arn = instance.instance_profile_arn or ""
    named(builder, "AWSInstanceProfile", arn, arn=arn, account_id=instance.account_id)
    builder.edge(instance.arn, "INSTANCE_PROFILE", arn)
    for role in filter(None, (named_principal(builder, "AWSRole", role) for role in profile.roles)) if profile else ():
        runs_as(builder, instance, role)


def _join_interfaces(builder: Builder) -> None:
    by_id = {instance.id: instance.arn for instance in builder.snapshot.all(Instance)}
    for interface in builder.snapshot.all(NetworkInterface):
        if interface.instance_id in by_id:
            builder.edge(by_id[interface.instance_id], "NETWORK_INTERFACE", interface.id)
