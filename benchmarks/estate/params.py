"""What an estate is generated from."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from benchmarks.estate.names import REGIONS

T = TypeVar("T", int, float)
SHARES = ("baseline", "distinct", "powerusers", "boundaries")


def parameter(default: T, text: str) -> T:
    """A field with its line of help."""
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class Params:
    """Sizes are per account unless the help says otherwise. Raises ValueError for a value that means nothing."""

    seed: int = parameter(7, "seed")
    accounts: int = parameter(3, "accounts in the organization")
    roles: int = parameter(200, "roles per account, planted and SSO ones included")
    users: int = parameter(20, "IAM users per account")
    groups: int = parameter(6, "IAM groups per account")
    managed_policies: int = parameter(40, "customer managed policies per account")
    baseline: float = parameter(0.5, "share of those that every account has alike (apart from its account id)")
    distinct: float = parameter(
        0.2, "share of roles and users with an inline policy of their own; the rest share attachment sets"
    )
    powerusers: float = parameter(0.01, "share of roles with PowerUserAccess")
    boundaries: float = parameter(0.1, "share of roles with a permissions boundary")
    sgs: int = parameter(100, "security groups per account")
    sg_refs: float = parameter(2.0, "mean references from one security group to others")
    instances: int = parameter(40, "EC2 instances per account")
    lambdas: int = parameter(40, "Lambda functions per account")
    buckets: int = parameter(20, "buckets per account")
    regions: int = parameter(1, f"regions used, at most {len(REGIONS)}")
    ous: int = parameter(4, "organizational units under Workloads")
    permission_sets: int = parameter(10, "permission sets")
    assignments: int = parameter(6, "permission sets assigned per account")
    sso_users: int = parameter(100, "people in the identity store")
    chains: int = parameter(25, "planted chains per account (all kinds in turn)")
    drift: int = parameter(0, "changes per account for a second snapshot in OUT-drift (0: none)")

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name != "seed" and value < 0:
                raise ValueError(f"`{name}` is {value}: give a number that is not negative")
        if not 1 <= self.regions <= len(REGIONS):
            raise ValueError(f"`regions` is {self.regions}: give 1 to {len(REGIONS)}")
        for name in SHARES:
            if getattr(self, name) > 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}: give a share from 0 to 1")

    def stream(self, name: str) -> random.Random:
        """The random choices of one part of the estate, which depend on the seed and that name alone."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311  # it chooses content, no secrets
