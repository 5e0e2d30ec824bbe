"""AWS partitions: separate clouds, each with its own ARNs, regions and place for global services."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    """`home` is the region where organizations and IAM are asked, and where regions are listed.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html (endpoints)
    """

    name: str
    home: str
    region_prefixes: tuple[str, ...] = ()

    def role_arn(self, account_id: str, role: str) -> str:
        return f"arn:{self.name}:iam::{account_id}:role/{role}"


PARTITIONS: dict[str, Partition] = {
    p.name: p
    for p in (
        Partition("aws", "us-east-1"),
        Partition("aws-us-gov", "us-gov-west-1", ("us-gov-",)),
        Partition("aws-cn", "cn-north-1", ("cn-",)),
    )
}


def partition_of_region(region: str) -> Partition:
    """The partition that a region's name belongs to; the commercial one where none claims it."""
    found = (p for p in PARTITIONS.values() if region.startswith(p.region_prefixes))
    return next(found, PARTITIONS["aws"])


def partition_of_arn(arn: str) -> Partition:
    """The partition of an ARN. Raises: KeyError for one that we do not know."""
    return PARTITIONS[arn.split(":")[1]]
