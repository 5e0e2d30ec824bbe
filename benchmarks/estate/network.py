"""Security groups of an account in three tiers, which let one another in at random, and one planted path."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.estate.account import Account
from benchmarks.estate.chains import Chain
from benchmarks.estate.documents import Json

ANYWHERE, PRIVATE, OFFICE = "0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24"
TIERS = (("edge", 443), ("app", 8080), ("data", 5432))
MOST_REFERENCES = 60  # what one rule may name


def add_security_groups(account: Account) -> None:
    ids = [f"sg-{account.hexid()}" for _ in range(account.params.sgs)]
    account.sgs += [_security_group(account, ids, i) for i in range(len(ids))]
    if len(account.sgs) >= len(TIERS):
        _plant_path(account)


def rule(account: str, protocol: str, port: int | None, cidrs: Iterable[str] = (), groups: Iterable[str] = ()) -> Json:
    """One permission of a security group; all ports where none is given."""
    ports = {} if port is None else {"FromPort": port, "ToPort": port}
    return ports | {
        "IpProtocol": protocol,
        "IpRanges": [{"CidrIp": c} for c in cidrs],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [{"GroupId": g, "UserId": account} for g in groups],
    }


def _security_group(account: Account, ids: list[str], i: int) -> Json:
    tier = i % len(TIERS)
    name, port = TIERS[tier]
    ingress = list(_ingress(account, ids, i, port))
    everything = account.rng.random() < 0.8
    egress = rule(account.id, "-1", None, [ANYWHERE]) if everything else rule(account.id, "tcp", 443, [PRIVATE])
    return {
        "GroupId": ids[i],
        "GroupName": f"{name}-{i:04}",
        "OwnerId": account.id,
        "Description": "synthetic",
        "VpcId": account.vpc,
        "IpPermissions": ingress,
        "IpPermissionsEgress": [egress],
        "Tags": [{"Key": "tier", "Value": str(tier)}],
    }


def _ingress(account: Account, ids: list[str], i: int, port: int) -> Iterable[Json]:
    r = account.rng
    if i % len(TIERS) == 0:
        yield rule(account.id, "tcp", port, [ANYWHERE if r.random() < 0.3 else PRIVATE])
    references = _references(account, ids)
    if references:
        yield rule(account.id, "tcp", port, groups=references)
    if r.random() < 0.05:
        yield rule(account.id, "tcp", 22, [r.choice([ANYWHERE, PRIVATE, OFFICE])])
    if r.random() < 0.2:
        yield rule(account.id, "-1", None, groups=[ids[i]])


def _references(account: Account, ids: list[str]) -> list[str]:
    r, mean = account.rng, account.params.sg_refs
    if not mean:
        return []
    count = min(int(r.expovariate(1 / mean) + 0.5), MOST_REFERENCES)
    return sorted({ids[r.randrange(len(ids))] for _ in range(count)})


def _plant_path(account: Account) -> None:
    """From the internet over the edge and the application to the data."""
    tiers = account.sgs[: len(TIERS)]
    before: Json = {"cidrs": [ANYWHERE]}
    for group, (_, port) in zip(tiers, TIERS, strict=True):
        group["IpPermissions"] = [rule(account.id, "tcp", port, **before)]
        before = {"groups": [group["GroupId"]]}
    chain = Chain([ANYWHERE, *(group["GroupId"] for group in tiers)])
    account.chains.append(chain.row(f"{account.id}-sg", "sg-path", account.id))
