"""What EC2 says of an account's network and the instances in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demo.company.identifiers import REGION, created, iam_arn, regional_arn, resource_id, unique_id
from demo.company.model import Account, Company, Instance, Peering, PrefixList, Rule, SecurityGroup, Vpc
from demo.responses.common import named, tag_list

Response = dict[str, Any]
LAUNCHED = {1: "2026-08-19T04:12:55+00:00", 2: "2026-11-13T02:41:07+00:00"}  # by generation


def render(company: Company, account: Account) -> dict[str, Any]:
    found: Response = {
        "describe-vpcs": {"Vpcs": [_vpc(account, vpc) for vpc in account.vpcs]},
        "describe-subnets": {"Subnets": [_subnet(account, vpc, name) for vpc in account.vpcs for name in vpc.subnets]},
        "describe-security-groups": {
            "SecurityGroups": [_group(account, vpc, group) for vpc in account.vpcs for group in vpc.groups]
        },
        "describe-managed-prefix-lists": {
            "PrefixLists": [_prefix_list(account, found) for found in account.prefix_lists]
        },
        "describe-network-interfaces": {"NetworkInterfaces": list(_interfaces(account))},
        "describe-instances": {
            "Reservations": [_reservation(account, vpc, i) for vpc in account.vpcs for i in vpc.instances]
        },
        "describe-vpc-peering-connections": {
            "VpcPeeringConnections": [_peering(company, p) for p in company.peerings_of(account)]
        },
    }
    if account.prefix_lists:
        found["get-managed-prefix-list-entries"] = {
            prefix_list_id(account, p): {"Entries": [{"Cidr": cidr} for cidr in p.cidrs]} for p in account.prefix_lists
        }
    return {f"ec2/{name}.json": response for name, response in found.items()}


def vpc_id(account: Account, vpc: Vpc) -> str:
    return resource_id("vpc", account.id, vpc.name)


def subnet_id(account: Account, vpc: Vpc, name: str) -> str:
    return resource_id("subnet", account.id, vpc.name, name)


def group_id(account: Account, name: str) -> str:
    return resource_id("sg", account.id, name)


def prefix_list_id(account: Account, found: PrefixList) -> str:
    return found.id or resource_id("pl", account.id, found.name)


def _vpc(account: Account, vpc: Vpc) -> Response:
    return {
        "VpcId": vpc_id(account, vpc),
        "OwnerId": account.id,
        "CidrBlock": vpc.cidr,
        "State": "available",
        "IsDefault": vpc.default,
        "CidrBlockAssociationSet": [{"CidrBlock": vpc.cidr, "CidrBlockState": {"State": "associated"}}],
        "InstanceTenancy": "default",
        "Tags": named(vpc.name, {}),
    }


def _subnet(account: Account, vpc: Vpc, name: str) -> Response:
    identifier = subnet_id(account, vpc, name)
    return {
        "SubnetId": identifier,
        "SubnetArn": regional_arn(account, "ec2", f"subnet/{identifier}"),
        "VpcId": vpc_id(account, vpc),
        "OwnerId": account.id,
        "CidrBlock": vpc.subnets[name],
        "AvailabilityZone": REGION + name[-1],
        "State": "available",
        "MapPublicIpOnLaunch": vpc.default,
        "Tags": named(f"{vpc.name}-{name}", {}),
    }


def _group(account: Account, vpc: Vpc, group: SecurityGroup) -> Response:
    identifier = group_id(account, group.name)
    return {
        "GroupId": identifier,
        "SecurityGroupArn": regional_arn(account, "ec2", f"security-group/{identifier}"),
        "GroupName": group.name,
        "Description": group.description,
        "OwnerId": account.id,
        "VpcId": vpc_id(account, vpc),
        "IpPermissions": [_rule(account, rule) for rule in group.ingress],
        "IpPermissionsEgress": [_rule(account, rule) for rule in group.egress],
        "Tags": tag_list(group.tags),
    }


def _rule(account: Account, rule: Rule) -> Response:
    ports = {} if rule.port is None else {"FromPort": rule.port, "ToPort": rule.port}
    lists = {p.name: prefix_list_id(account, p) for p in account.prefix_lists}
    return {
        "IpProtocol": rule.protocol,
        **ports,
        "UserIdGroupPairs": [{"UserId": account.id, "GroupId": group_id(account, name)} for name in rule.groups],
        "IpRanges": [{"CidrIp": cidr} for cidr in rule.cidrs if ":" not in cidr],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in rule.cidrs if ":" in cidr],
        "PrefixListIds": [{"PrefixListId": lists[name]} for name in rule.lists],
    }


def _prefix_list(account: Account, found: PrefixList) -> Response:
    identifier, owner = prefix_list_id(account, found), "AWS" if found.id else account.id
    name = f"com.amazonaws.{REGION}.{found.name}" if found.id else found.name
    return {
        "PrefixListId": identifier,
        "PrefixListArn": f"arn:aws:ec2:{REGION}:{owner.lower()}:prefix-list/{identifier}",
        "PrefixListName": name,
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": owner,
        "Tags": [],
    }


def instance_id(account: Account, instance: Instance) -> str:
    return resource_id("i", account.id, instance.name, instance.generation)


def _interface_id(account: Account, name: str, generation: int = 1) -> str:
    return resource_id("eni", account.id, name, generation)


def _groups(account: Account, names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"GroupId": group_id(account, name), "GroupName": name} for name in names]


def _interfaces(account: Account) -> Iterator[Response]:
    """Those of instances, then those that RDS keeps for its databases."""
    for vpc in account.vpcs:
        for i in vpc.instances:
            attachment = {
                "AttachmentId": resource_id("eni-attach", account.id, i.name, i.generation),
                "DeviceIndex": 0,
                "InstanceId": instance_id(account, i),
                "InstanceOwnerId": account.id,
                "Status": "attached",
            }
            public = {"Association": {"PublicIp": i.public_ip, "IpOwnerId": "amazon"}} if i.public_ip else {}
            yield {
                **_interface(account, vpc, _interface_id(account, i.name, i.generation), i.subnet, i.ip, i.groups),
                "Attachment": attachment,
                **public,
                "Description": "",
                "RequesterManaged": False,
            }
        for database in account.databases:
            for n, (name, ip) in enumerate(database.members.items()):
                subnet = database.subnets[n % len(database.subnets)]
                yield {
                    **_interface(account, vpc, _interface_id(account, name), subnet, ip, database.groups),
                    "Description": "RDSNetworkInterface",
                    "RequesterId": "amazon-rds",
                    "RequesterManaged": True,
                }


def _interface(account: Account, vpc: Vpc, identifier: str, subnet: str, ip: str, groups: tuple[str, ...]) -> Response:
    return {
        "NetworkInterfaceId": identifier,
        "OwnerId": account.id,
        "VpcId": vpc_id(account, vpc),
        "SubnetId": subnet_id(account, vpc, subnet),
        "AvailabilityZone": REGION + subnet[-1],
        "InterfaceType": "interface",
        "Status": "in-use",
        "PrivateIpAddress": ip,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": ip}],
        "Groups": _groups(account, groups),
        "TagSet": [],
    }


def _reservation(account: Account, vpc: Vpc, instance: Instance) -> Response:
    return {
        "ReservationId": resource_id("r", account.id, instance.name, instance.generation),
        "OwnerId": account.id,
        "Groups": [],
        "Instances": [_instance(account, vpc, instance)],
    }


def _instance(account: Account, vpc: Vpc, i: Instance) -> Response:
    place = {"SubnetId": subnet_id(account, vpc, i.subnet), "VpcId": vpc_id(account, vpc), "PrivateIpAddress": i.ip}
    profile = (
        {
            "IamInstanceProfile": {
                "Arn": iam_arn(account, "instance-profile", i.role),
                "Id": unique_id("AIPA", account.id, i.role),
            }
        }
        if i.role
        else {}
    )
    public = {"PublicIpAddress": i.public_ip} if i.public_ip else {}
    groups = _groups(account, i.groups)
    return {
        "InstanceId": instance_id(account, i),
        "ImageId": resource_id("ami", "golden", i.generation),
        "InstanceType": "m7g.large",
        "State": {"Code": 16, "Name": "running"},
        "LaunchTime": LAUNCHED[i.generation],
        **place,
        **public,
        "SecurityGroups": groups,
        **profile,
        "NetworkInterfaces": [
            {"NetworkInterfaceId": _interface_id(account, i.name, i.generation), **place, "Groups": groups}
        ],
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": "required" if i.imds_v2 else "optional",
            "HttpEndpoint": "enabled",
        },
        "Tags": named(i.name, i.tags),
    }


def _peering(company: Company, peering: Peering) -> Response:
    requester, accepter = company.account(peering.requester), company.account(peering.accepter)
    return {
        "VpcPeeringConnectionId": resource_id("pcx", peering.name),
        "RequesterVpcInfo": _side(requester),
        "AccepterVpcInfo": _side(accepter),
        "Status": {"Code": "active", "Message": "Active"},
        "Tags": named(peering.name, {}),
        "ExpirationTime": created("peering", peering.name),
    }


def _side(account: Account) -> Response:
    vpc = account.vpcs[0]
    return {
        "OwnerId": account.id,
        "VpcId": vpc_id(account, vpc),
        "Region": REGION,
        "CidrBlock": vpc.cidr,
        "CidrBlockSet": [{"CidrBlock": vpc.cidr}],
    }
