"""Interfaces that packets enter and leave by: those that EC2 listed, and those that workloads must have besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.edges.network_ranges import public_families
from ingest.snapshot import (
    DatabaseCluster,
    DatabaseInstance,
    Function,
    Instance,
    NetworkInterface,
    SecurityGroup,
    Snapshot,
    Subnet,
    Vpc,
)

GONE = ("terminated", "shutting-down")
ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Interface:
    """One interface. `addresses` are empty where none is known: then it lies somewhere `within` these ranges.

    `exposes` are the workloads that receive what arrives, `senders` those whose packets leave here. `public` holds the
    IP versions by which the internet addresses it.
    """

    id: str
    name: str
    account_id: str
    region: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    groups: frozenset[str]
    addresses: tuple[str, ...]
    within: tuple[str, ...]
    public: frozenset[int]
    exposes: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    derived: bool = False
    stale: str | None = None


Workload = Instance | Function | DatabaseInstance | DatabaseCluster


class Interfaces:
    """Reads the interfaces of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._vpcs = {vpc.id: vpc.cidrs for vpc in snapshot.all(Vpc)}
        self._subnets = {subnet.id: subnet.cidrs for subnet in snapshot.all(Subnet)}
        self._vpc_of_group = {group.id: group.vpc_id for group in snapshot.all(SecurityGroup)}

    def __iter__(self) -> Iterator[Interface]:
        yield from self._listed()
        yield from self._of_instances()
        yield from self._of_functions()
        yield from self._of_databases()

    def _listed(self) -> Iterator[Interface]:
        instances = {instance.id: instance.arn for instance in self.snapshot.all(Instance)}
        for record in self.snapshot.all(NetworkInterface):
            arn = instances.get(record.instance_id or "")
            yield Interface(
                record.id,
                record.name or record.id,
                record.account_id,
                record.region,
                record.vpc_id,
                (record.subnet_id,),
                frozenset(record.groups),
                record.private_ips,
                self._within(record.vpc_id, (record.subnet_id,)),
                public_families(record.public_ip, record.private_ips),
                exposes=(arn,) if arn else (),
                senders=(arn,) if arn else (),
                stale=self.snapshot.stale_since(record),
            )

    def _of_instances(self) -> Iterator[Interface]:
        """Instances of which no interface was listed."""
        listed = self.snapshot.all(NetworkInterface)
        known = {i.id for i in listed} | {i.instance_id for i in listed}
        for record in self.snapshot.all(Instance):
            if record.state not in GONE and known.isdisjoint((record.id, *record.interface_ids)):
                addresses = (record.private_ip,) if record.private_ip else ()
                yield self._derived(
                    record,
                    record.vpc_id,
                    (record.subnet_id,),
                    addresses,
                    public_families(record.public_ip, addresses),
                    exposes=(record.arn,),
                    senders=(record.arn,),
                )

    def _of_functions(self) -> Iterator[Interface]:
        """Functions only send: Lambda blocks inbound connections. Source: https://aws.amazon.com/lambda/faqs/"""
        for record in self.snapshot.all(Function):
            yield self._derived(record, record.vpc_id, record.subnet_ids, senders=(record.arn,))

    def _of_databases(self) -> Iterator[Interface]:
        """Instances of databases, each of which serves its cluster; and clusters of which no instance was seen."""
        clusters = {(c.account_id, c.region, c.name): c for c in self.snapshot.all(DatabaseCluster)}
        served: set[str] = set()
        for record in self.snapshot.all(DatabaseInstance):
            cluster = clusters.get((record.account_id, record.region, record.cluster_id or ""))
            served |= {cluster.arn} if cluster else set()
            yield self._derived(
                record,
                record.vpc_id,
                record.subnet_ids,
                public=frozenset({4} if record.publicly_accessible else ()),
                exposes=(record.arn, cluster.arn) if cluster else (record.arn,),
            )
        for cluster in clusters.values():
            if cluster.arn not in served:
                yield self._derived(cluster, "", (), exposes=(cluster.arn,))

    def _derived(
        self,
        record: Workload,
        vpc_id: str,
        subnet_ids: tuple[str, ...],
        addresses: tuple[str, ...] = (),
        public: frozenset[int] = frozenset(),
        exposes: tuple[str, ...] = (),
        senders: tuple[str, ...] = (),
    ) -> Interface:
        vpc_id = vpc_id or next((v for g in record.groups if (v := self._vpc_of_group.get(g))), "")
        return Interface(
            f"{record.arn}/interface",
            f"{record.name or record.key} (interface)",
            record.account_id,
            record.region,
            vpc_id,
            subnet_ids,
            frozenset(record.groups),
            addresses,
            self._within(vpc_id, subnet_ids),
            public,
            exposes,
            senders,
            derived=True,
            stale=self.snapshot.stale_since(record),
        )

    def _within(self, vpc_id: str, subnet_ids: Sequence[str]) -> tuple[str, ...]:
        """The ranges of the subnets; of the VPC where one of these was not seen; anywhere where that was not seen."""
        named = [s for s in subnet_ids if s]
        if named and all(self._subnets.get(s) for s in named):
            return tuple(sorted({cidr for s in named for cidr in self._subnets[s]}))
        return self._vpcs.get(vpc_id) or ANYWHERE
