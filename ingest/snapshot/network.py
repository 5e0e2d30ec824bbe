"""Facts of EC2 networking and the instances in it."""

from __future__ import annotations

import msgspec

from ingest.snapshot.record import Record, Tags


class NetworkRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Something with an id of its own in one account and region."""

    id: str
    account_id: str
    region: str
    name: str = ""
    tags: Tags = {}

    @property
    def key(self) -> str:
        return f"{self.account_id} {self.region} {self.id}"


class Vpc(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    cidrs: tuple[str, ...] = ()
    is_default: bool = False


class Subnet(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    vpc_id: str
    cidrs: tuple[str, ...] = ()
    zone: str = ""


class GroupReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A security group named by a rule, possibly in another account over a peering."""

    group_id: str
    account_id: str = ""
    peering_id: str = ""


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One IpPermission. `protocol` is `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all;
    ports are None when the protocol has none or all are meant."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidrs: tuple[str, ...] = ()  # both families
    groups: tuple[GroupReference, ...] = ()
    prefix_lists: tuple[str, ...] = ()


class SecurityGroup(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    vpc_id: str
    description: str = ""
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()


class PrefixList(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    cidrs: tuple[str, ...] = ()


class NetworkInterface(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    vpc_id: str
    subnet_id: str = ""
    private_ips: tuple[str, ...] = ()
    public_ip: str | None = None
    groups: tuple[str, ...] = ()  # security group ids
    instance_id: str | None = None
    interface_type: str = "interface"
    description: str = ""


class Instance(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    arn: str
    state: str = "running"
    vpc_id: str = ""
    subnet_id: str = ""
    private_ip: str | None = None
    public_ip: str | None = None
    groups: tuple[str, ...] = ()
    interface_ids: tuple[str, ...] = ()
    instance_profile_arn: str | None = None
    imds_v2_required: bool = False


class PeeringSide(msgspec.Struct, frozen=True, omit_defaults=True):
    vpc_id: str
    account_id: str
    region: str = ""
    cidrs: tuple[str, ...] = ()


class VpcPeering(NetworkRecord, frozen=True, kw_only=True, omit_defaults=True):
    requester: PeeringSide
    accepter: PeeringSide
    status: str = "active"
