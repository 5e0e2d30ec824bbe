"""Instances and network interfaces, as the `describe-*` calls of EC2 print them for one account and region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Instance, NetworkInterface
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Tag, tags_of
from ingest.sources.ec2 import Tagged, owned


class GroupIdentifier(Shape, frozen=True):
    group_id: str


class Association(Shape, frozen=True):
    public_ip: str | None = None


class PrivateAddress(Shape, frozen=True):
    private_ip_address: str


class Attachment(Shape, frozen=True):
    instance_id: str | None = None


class InterfaceShape(Tagged, frozen=True, kw_only=True):
    network_interface_id: str
    groups: list[GroupIdentifier]
    vpc_id: str = ""
    subnet_id: str = ""
    availability_zone: str = ""
    private_ip_address: str = ""
    private_ip_addresses: list[PrivateAddress] = []
    association: Association = Association()
    attachment: Attachment = Attachment()
    interface_type: str = "interface"
    description: str = ""
    tag_set: list[Tag] = []


class Interfaces(Response, frozen=True):
    network_interfaces: list[InterfaceShape]

    def told(self) -> Iterable[str]:
        return (text for one in self.network_interfaces for text in (one.owner_id, one.availability_zone))


class StateShape(Shape, frozen=True):
    name: str = ""


class Placement(Shape, frozen=True):
    availability_zone: str = ""


class ProfileShape(Shape, frozen=True):
    arn: str


class MetadataOptions(Shape, frozen=True):
    http_tokens: str = ""


class InterfaceOfInstance(Shape, frozen=True):
    network_interface_id: str


class InstanceShape(Shape, frozen=True, kw_only=True):
    instance_id: str
    state: StateShape = StateShape("running")
    vpc_id: str = ""
    subnet_id: str = ""
    private_ip_address: str | None = None
    public_ip_address: str | None = None
    placement: Placement = Placement()
    security_groups: list[GroupIdentifier] = []
    network_interfaces: list[InterfaceOfInstance] = []
    iam_instance_profile: ProfileShape | None = None
    metadata_options: MetadataOptions = MetadataOptions()
    tags: list[Tag] = []


class Reservation(Shape, frozen=True):
    instances: list[InstanceShape]
    owner_id: str = ""


class Reservations(Response, frozen=True):
    reservations: list[Reservation]

    def told(self) -> Iterable[str]:
        for reservation in self.reservations:
            yield reservation.owner_id
            yield from (instance.placement.availability_zone for instance in reservation.instances)


DESCRIBE_INTERFACES = Call("ec2", "describe-network-interfaces", Interfaces)
DESCRIBE_INSTANCES = Call("ec2", "describe-instances", Reservations)


def interfaces(answers: Answers) -> Iterator[NetworkInterface]:
    for one in (i for page in answers.all(DESCRIBE_INTERFACES) for i in page.network_interfaces):
        tags = tags_of(one.tag_set or one.tags)
        addresses = {one.private_ip_address, *(a.private_ip_address for a in one.private_ip_addresses)} - {""}
        yield NetworkInterface(
            **{**owned(answers, one), "tags": tags, "name": tags.get("Name", "")},
            id=one.network_interface_id,
            vpc_id=one.vpc_id,
            subnet_id=one.subnet_id,
            private_ips=tuple(sorted(addresses)),
            public_ip=one.association.public_ip,
            groups=_ids(one.groups),
            instance_id=one.attachment.instance_id,
            interface_type=one.interface_type,
            description=one.description,
        )


def _ids(groups: list[GroupIdentifier]) -> tuple[str, ...]:
    return tuple(sorted(group.group_id for group in groups))


def instances(answers: Answers) -> Iterator[Instance]:
    for one in (i for page in answers.all(DESCRIBE_INSTANCES) for r in page.reservations for i in r.instances):
        tags = tags_of(one.tags)
        yield Instance(
            id=one.instance_id,
            arn=answers.arn("ec2", f"instance/{one.instance_id}"),
            account_id=answers.account,
            region=answers.region,
            name=tags.get("Name", ""),
            tags=tags,
            state=one.state.name,
            vpc_id=one.vpc_id,
            subnet_id=one.subnet_id,
            private_ip=one.private_ip_address,
            public_ip=one.public_ip_address,
            groups=_ids(one.security_groups),
            interface_ids=tuple(sorted(i.network_interface_id for i in one.network_interfaces)),
            instance_profile_arn=one.iam_instance_profile.arn if one.iam_instance_profile else None,
            imds_v2_required=one.metadata_options.http_tokens == "required",
        )


SOURCES = (
    Source("ec2.interfaces", interfaces, required=(DESCRIBE_INTERFACES,)),
    Source("ec2.instances", instances, required=(DESCRIBE_INSTANCES,)),
)
