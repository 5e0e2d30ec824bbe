"""Functions and instances of an account, with the roles they run as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json


def add_compute(account: Account) -> None:
    """The instances and functions that nothing was planted on."""
    r, p = account.rng, account.params
    profiles = [arn for arn, role in account.roles.items() if role["InstanceProfileList"] and "planted" not in arn]
    for i in range(p.instances):
        role = r.choice(profiles) if profiles and r.random() < 0.8 else None
        groups = r.sample(account.sgs, min(len(account.sgs), r.randint(1, 3)))
        add_instance(account, f"vm-{i}", role, groups, public=r.random() < 0.1)
    function_roles = [arn for arn in account.roles if "/app-fn-" in arn]
    ids = [group["GroupId"] for group in account.sgs]
    for i in range(p.lambdas if function_roles else 0):
        role = r.choice(function_roles)
        add_function(account, f"app-{i}", role, r.sample(ids, 1) if ids and r.random() < 0.4 else ())


def add_function(account: Account, name: str, role: str, groups: Iterable[str] = ()) -> str:
    """A function, in each region in turn; returns its ARN."""
    region = account.regions[len(account.functions) % len(account.regions)]
    arn = f"arn:aws:lambda:{region}:{account.id}:function:{name}"
    account.functions.append(
        {
            "FunctionName": name,
            "FunctionArn": arn,
            "Runtime": "python3.12",
            "Role": role,
            "Handler": "app.handler",
            "CodeSize": 1024,
            "Timeout": 30,
            "MemorySize": 256,
            "LastModified": account.date(),
            "Version": "$LATEST",
            "PackageType": "Zip",
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": list(groups), "VpcId": ""},
            "Environment": {"Variables": {"STAGE": "prod"}},
            "TracingConfig": {"Mode": "PassThrough"},
        }
    )
    return arn


def add_instance(
    account: Account, name: str, role: str | None, groups: Sequence[Json] = (), public: bool = False
) -> None:
    """An instance; `role` has an instance profile."""
    i = len(account.instances)
    high, low = i // 250 % 250, i % 250
    instance = {
        "InstanceId": f"i-{account.hexid()}",
        "ImageId": "ami-0abcdef1234567890",
        "InstanceType": "m6i.large",
        "State": {"Code": 16, "Name": "running"},
        "PrivateIpAddress": f"{account.network}.{high}.{low + 4}",
        "SubnetId": account.subnet(i % 2),
        "VpcId": account.vpc,
        "SecurityGroups": [{"GroupName": g["GroupName"], "GroupId": g["GroupId"]} for g in groups],
        "MetadataOptions": {"HttpTokens": account.rng.choice(["required", "optional"]), "HttpEndpoint": "enabled"},
        "Tags": [{"Key": "Name", "Value": name}],
        "LaunchTime": account.date(),
    }
    if role:
        profile = account.roles[role]["InstanceProfileList"][0]
        instance["IamInstanceProfile"] = {"Arn": profile["Arn"], "Id": profile["InstanceProfileId"]}
    if public:
        instance["PublicIpAddress"] = f"198.51.{high}.{low + 1}"
    account.instances.append(
        {
            "ReservationId": f"r-{account.hexid()}",
            "OwnerId": account.id,
            "Groups": [],
            "Instances": [instance],
        }
    )
