"""The size and shape of an estate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Params:
    seed: int = 7
    accounts: int = 3
    roles: int = 200
    users: int = 20
    groups: int = 6
    managed_policies: int = 40
    baseline: float = 0.5
    distinct: float = 0.2
    powerusers: float = 0.01
    boundaries: float = 0.1
    sgs: int = 100
    sg_refs: float = 2.0
    instances: int = 40
    lambdas: int = 40
    buckets: int = 20
    regions: int = 1
    ous: int = 4
    permission_sets: int = 10
    assignments: int = 6
    sso_users: int = 100
    chains: int = 25
    drift: int = 0
