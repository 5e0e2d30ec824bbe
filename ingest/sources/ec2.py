"""VPCs and what is allowed in them, as the `describe-*` calls of EC2 print it for one account and region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ingest.snapshot import (
    GroupReference,
    PeeringSide,
    PrefixList,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcPeering,
)
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Tag, each, tags_of


class Tagged(Shape, frozen=True, kw_only=True):
    tags: list[Tag] = []
    owner_id: str = ""


class CidrAssociation(Shape, frozen=True):
    cidr_block: str = ""
    ipv6_cidr_block: str = ""


class VpcShape(Tagged, frozen=True, kw_only=True):
    vpc_id: str
    cidr_block: str = ""
    is_default: bool = False
    cidr_block_association_set: list[CidrAssociation] = []
    ipv6_cidr_block_association_set: list[CidrAssociation] = []


class Vpcs(Response, frozen=True):
    vpcs: list[VpcShape]

    def told(self) -> Iterable[str]:
        return (vpc.owner_id for vpc in self.vpcs)


class SubnetShape(Tagged, frozen=True, kw_only=True):
    subnet_id: str
    vpc_id: str
    cidr_block: str = ""
    availability_zone: str = ""
    ipv6_cidr_block_association_set: list[CidrAssociation] = []


class Subnets(Response, frozen=True):
    subnets: list[SubnetShape]

    def told(self) -> Iterable[str]:
        return (text for subnet in self.subnets for text in (subnet.owner_id, subnet.availability_zone))


class IpRange(Shape, frozen=True):
    cidr_ip: str


class Ipv6Range(Shape, frozen=True):
    cidr_ipv6: str


class PrefixListId(Shape, frozen=True):
    prefix_list_id: str


class GroupPair(Shape, frozen=True):
    group_id: str
    user_id: str = ""
    vpc_peering_connection_id: str = ""


class IpPermission(Shape, frozen=True):
    ip_protocol: str
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: list[IpRange] = []
    ipv6_ranges: list[Ipv6Range] = []
    prefix_list_ids: list[PrefixListId] = []
    user_id_group_pairs: list[GroupPair] = []


class SecurityGroupShape(Tagged, frozen=True, kw_only=True):
    group_id: str
    group_name: str
    ip_permissions: list[IpPermission]
    ip_permissions_egress: list[IpPermission]
    vpc_id: str = ""
    description: str = ""
    security_group_arn: str = ""


class SecurityGroups(Response, frozen=True):
    security_groups: list[SecurityGroupShape]

    def told(self) -> Iterable[str]:
        return (text for group in self.security_groups for text in (group.owner_id, group.security_group_arn))


class PrefixListShape(Tagged, frozen=True, kw_only=True):
    prefix_list_id: str
    prefix_list_name: str = ""
    prefix_list_arn: str = ""


class PrefixLists(Response, frozen=True):
    prefix_lists: list[PrefixListShape]

    def told(self) -> Iterable[str]:
        return (prefix_list.prefix_list_arn for prefix_list in self.prefix_lists)


class PrefixListEntry(Shape, frozen=True):
    cidr: str


class PrefixListEntries(Response, frozen=True):
    entries: list[PrefixListEntry]


class PeeringVpc(Shape, frozen=True):
    vpc_id: str = ""
    owner_id: str = ""
    region: str = ""
    cidr_block: str = ""
    cidr_block_set: list[CidrAssociation] = []
    ipv6_cidr_block_set: list[CidrAssociation] = []


class Status(Shape, frozen=True):
    code: str = "active"


class PeeringShape(Tagged, frozen=True, kw_only=True):
    vpc_peering_connection_id: str
    requester_vpc_info: PeeringVpc
    accepter_vpc_info: PeeringVpc
    status: Status = Status()


class Peerings(Response, frozen=True):
    vpc_peering_connections: list[PeeringShape]


DESCRIBE_VPCS = Call("ec2", "describe-vpcs", Vpcs, shared=True)
DESCRIBE_SUBNETS = Call("ec2", "describe-subnets", Subnets, shared=True)
DESCRIBE_GROUPS = Call("ec2", "describe-security-groups", SecurityGroups, shared=True)
DESCRIBE_PREFIX_LISTS = Call("ec2", "describe-managed-prefix-lists", PrefixLists, shared=True)
GET_PREFIX_LIST = Call(
    "ec2",
    "get-managed-prefix-list-entries",
    PrefixListEntries,
    takes="prefix list",
    asks=each(DESCRIBE_PREFIX_LISTS, lambda page: (p.prefix_list_id for p in page.prefix_lists), "PrefixListId"),
    per=PrefixList,
)
DESCRIBE_PEERINGS = Call("ec2", "describe-vpc-peering-connections", Peerings)


def owned(answers: Answers, shape: Tagged) -> dict[str, Any]:
    """A shared VPC or subnet is shown to an account that does not own it."""
    tags = tags_of(shape.tags)
    owner = shape.owner_id if len(shape.owner_id) == 12 and shape.owner_id.isdigit() else answers.account
    return {"account_id": owner, "region": answers.region, "name": tags.get("Name", ""), "tags": tags}


def _cidrs(first: str, *associations: CidrAssociation) -> tuple[str, ...]:
    return tuple(sorted({first, *(a.cidr_block or a.ipv6_cidr_block for a in associations)} - {""}))


def vpcs(answers: Answers) -> Iterator[Vpc]:
    for vpc in (v for page in answers.all(DESCRIBE_VPCS) for v in page.vpcs):
        cidrs = _cidrs(vpc.cidr_block, *vpc.cidr_block_association_set, *vpc.ipv6_cidr_block_association_set)
        yield Vpc(id=vpc.vpc_id, cidrs=cidrs, is_default=vpc.is_default, **owned(answers, vpc))


def subnets(answers: Answers) -> Iterator[Subnet]:
    for subnet in (s for page in answers.all(DESCRIBE_SUBNETS) for s in page.subnets):
        yield Subnet(
            id=subnet.subnet_id,
            vpc_id=subnet.vpc_id,
            zone=subnet.availability_zone,
            cidrs=_cidrs(subnet.cidr_block, *subnet.ipv6_cidr_block_association_set),
            **owned(answers, subnet),
        )


def security_groups(answers: Answers) -> Iterator[SecurityGroup]:
    for group in (g for page in answers.all(DESCRIBE_GROUPS) for g in page.security_groups):
        yield SecurityGroup(
            **{**owned(answers, group), "name": group.group_name},
            id=group.group_id,
            vpc_id=group.vpc_id,
            description=group.description,
            ingress=_rules(group.ip_permissions),
            egress=_rules(group.ip_permissions_egress),
        )


def _rules(permissions: list[IpPermission]) -> tuple[Rule, ...]:
    """Sorted, since EC2 promises no order."""
    return tuple(sorted(map(_rule, permissions), key=repr))


def _rule(permission: IpPermission) -> Rule:
    ports = permission.ip_protocol in ("tcp", "udp", "6", "17") and permission.from_port != -1
    cidrs = {r.cidr_ip for r in permission.ip_ranges} | {r.cidr_ipv6 for r in permission.ipv6_ranges}
    groups = {
        GroupReference(p.group_id, p.user_id, p.vpc_peering_connection_id) for p in permission.user_id_group_pairs
    }
    return Rule(
        permission.ip_protocol,
        permission.from_port if ports else None,
        permission.to_port if ports else None,
        cidrs=tuple(sorted(cidrs)),
        groups=tuple(sorted(groups, key=repr)),
        prefix_lists=tuple(sorted(p.prefix_list_id for p in permission.prefix_list_ids)),
    )


def prefix_lists(answers: Answers) -> Iterator[PrefixList]:
    """A list without its entries would read as an empty one, so that one without an answer is left out and missed."""
    lists = [p for page in answers.all(DESCRIBE_PREFIX_LISTS) for p in page.prefix_lists]
    answers.expect(GET_PREFIX_LIST, (p.prefix_list_id for p in lists))
    entries = answers.by_argument(GET_PREFIX_LIST)
    for one in (p for p in lists if p.prefix_list_id in entries):
        cidrs = (entry.cidr for page in entries[one.prefix_list_id] for entry in page.entries)
        yield PrefixList(
            **{**owned(answers, one), "name": one.prefix_list_name}, id=one.prefix_list_id, cidrs=tuple(sorted(cidrs))
        )


def peerings(answers: Answers) -> Iterator[VpcPeering]:
    for one in (p for page in answers.all(DESCRIBE_PEERINGS) for p in page.vpc_peering_connections):
        tags = tags_of(one.tags)
        yield VpcPeering(
            id=one.vpc_peering_connection_id,
            account_id=answers.account,
            region=answers.region,
            name=tags.get("Name", ""),
            tags=tags,
            requester=_side(one.requester_vpc_info),
            accepter=_side(one.accepter_vpc_info),
            status=one.status.code,
        )


def _side(vpc: PeeringVpc) -> PeeringSide:
    return PeeringSide(
        vpc.vpc_id, vpc.owner_id, vpc.region, _cidrs(vpc.cidr_block, *vpc.cidr_block_set, *vpc.ipv6_cidr_block_set)
    )


SOURCES = (
    Source("ec2.vpcs", vpcs, required=(DESCRIBE_VPCS,)),
    Source("ec2.subnets", subnets, required=(DESCRIBE_SUBNETS,)),
    Source("ec2.security_groups", security_groups, required=(DESCRIBE_GROUPS,)),
    Source("ec2.prefix_lists", prefix_lists, required=(DESCRIBE_PREFIX_LISTS,), details=(GET_PREFIX_LIST,)),
    Source("ec2.peerings", peerings, required=(DESCRIBE_PEERINGS,)),
)
