"""What the AWS CLI would print of one account, by file."""

from __future__ import annotations

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json


def account_files(account: Account) -> dict[str, Json]:
    base = f"accounts/{account.id}"
    files: dict[str, Json] = {
        f"{base}/iam/get-account-authorization-details.json": {
            "UserDetailList": list(account.users.values()),
            "GroupDetailList": list(account.groups.values()),
            "RoleDetailList": list(account.roles.values()),
            "Policies": list(account.policies.values()),
        },
        f"{base}/iam/list-access-keys.json": {
            user["UserName"]: {"AccessKeyMetadata": [_access_key(user)]} for user in account.users.values()
        },
        f"{base}/s3/get-bucket-policy.json": account.buckets,
    }
    for k, region in enumerate(account.regions):
        files |= {f"{base}/{region}/{name}.json": answer for name, answer in _region(account, k, region).items()}
    return files


def _access_key(user: Json) -> Json:
    return {
        "UserName": user["UserName"],
        "AccessKeyId": "AKIA" + user["UserId"][4:20],
        "Status": "Active",
        "CreateDate": user["CreateDate"],
    }


def _region(account: Account, k: int, region: str) -> dict[str, Json]:
    """The k-th region: its share of what the account has, and a VPC that looks alike everywhere."""
    share = slice(k, None, len(account.regions))
    vpc = {
        "VpcId": account.vpc,
        "OwnerId": account.id,
        "CidrBlock": f"{account.network}.0.0/16",
        "IsDefault": False,
    }
    return {
        "ec2/describe-vpcs": {"Vpcs": [vpc]},
        "ec2/describe-subnets": {"Subnets": [_subnet(account, i, region) for i in range(2)]},
        "ec2/describe-security-groups": {"SecurityGroups": account.sgs[share]},
        "ec2/describe-instances": {"Reservations": account.instances[share]},
        "lambda/list-functions": {"Functions": account.functions[share]},
    }


def _subnet(account: Account, i: int, region: str) -> Json:
    return {
        "SubnetId": account.subnet(i),
        "VpcId": account.vpc,
        "OwnerId": account.id,
        "CidrBlock": f"{account.network}.{i * 128}.0/17",
        "AvailabilityZone": region + "ab"[i],
    }
