"""What AWS would answer about a generated estate: its files, and what follows from them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import orjson

from benchmarks.aws.wire import Refused, Request, access_key, members_of, nothing

Json = dict[str, Any]
OF_ORGANIZATION = {"organizations": "organizations", "sso-admin": "sso", "identitystore": "sso"}
OF_ACCOUNT = ("iam", "s3")
REPORT = "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_2_active"
ROOT_ROW = "<root_account>,arn:aws:iam::{}:root,2020-01-01T00:00:00+00:00,not_supported,true,false,false"
# How AWS says that there is none of what an estate leaves out.
ABSENT = {
    "GetLoginProfile": "NoSuchEntity",
    "GetAccountPasswordPolicy": "NoSuchEntity",
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetBucketTagging": "NoSuchTagSet",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "GetPolicy": "ResourceNotFoundException",
    "GetPermissionsBoundaryForPermissionSet": "ResourceNotFoundException",
    "ListPoliciesForTarget": "TargetNotFoundException",
}


@lru_cache(maxsize=64)
def _read(file: Path) -> Json | None:
    return orjson.loads(file.read_bytes()) if file.exists() else None


@dataclass(frozen=True)
class Estate:
    """An estate's folder; nothing of it is written."""

    root: Path

    def answer(self, request: Request) -> Json:
        """The answer with the keys of the CLI. Raises: Refused."""
        if request.service in OF_ORGANIZATION and request.account != self.management:
            raise Refused("AccessDeniedException", "You don't have permissions to access this resource.")
        derive = DERIVED.get(request.operation)
        return derive(self, request) if derive else self.filed(request)

    def filed(self, request: Request) -> Json:
        """What a file says: it is an answer, or holds answers by what was asked about."""
        found = _read(self._file(request)) or {}
        if found.keys() <= members_of(request).keys():
            about = found
        else:
            asked = request.texts
            names = (*asked, *(f"{a} {b}" for a in asked for b in asked))
            about = next((found[name] for name in names if name in found), {})
        if about:
            return dict(about)
        if code := ABSENT.get(request.operation):
            raise Refused(code, "There is none.", 404)
        return nothing(request)

    def _file(self, request: Request) -> Path:
        name = f"{request.cli}.json"
        if folder := OF_ORGANIZATION.get(request.service):
            return self.root / folder / (f"identitystore-{name}" if request.service == "identitystore" else name)
        place = self.root / "accounts" / request.account
        return (place if request.service in OF_ACCOUNT else place / request.region) / request.service / name

    def whole(self, name: str) -> Json:
        return _read(self.root / name) or {}

    def of_account(self, request: Request, name: str) -> Json:
        return self.whole(f"accounts/{request.account}/{name}.json")

    @cached_property
    def management(self) -> str:
        return str(self.whole("organizations/describe-organization.json")["Organization"]["MasterAccountId"])

    @cached_property
    def regions(self) -> list[str]:
        first = self.root / "accounts" / self.management
        return sorted(folder.name for folder in first.iterdir() if "-" in folder.name)


def _identity(estate: Estate, request: Request) -> Json:
    arn = f"arn:aws:sts::{request.account}:assumed-role/reader/session"
    return {"UserId": "AROAREADER:session", "Account": request.account, "Arn": arn}


def _role(estate: Estate, request: Request) -> Json:
    arn = request.parameters["RoleArn"]
    key = access_key(arn.split(":")[4])
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    credentials = {"AccessKeyId": key, "SecretAccessKey": "none", "SessionToken": key, "Expiration": expires}
    return {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": f"{key}:session", "Arn": arn}}


def _regions(estate: Estate, request: Request) -> Json:
    return {"Regions": [{"RegionName": name, "OptInStatus": "opt-in-not-required"} for name in estate.regions]}


def _summary(estate: Estate, request: Request) -> Json:
    details = estate.of_account(request, "iam/get-account-authorization-details")
    counts = {"Users": "UserDetailList", "Groups": "GroupDetailList", "Roles": "RoleDetailList", "Policies": "Policies"}
    numbers = {name: len(details[key]) for name, key in counts.items()}
    return {"SummaryMap": {**numbers, "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}


def _report(estate: Estate, request: Request) -> Json:
    text = f"{REPORT}\n{ROOT_ROW.format(request.account)}\n"
    now = datetime.now(UTC).isoformat()
    return {"Content": base64.b64encode(text.encode()).decode(), "ReportFormat": "text/csv", "GeneratedTime": now}


def _key_use(estate: Estate, request: Request) -> Json:
    return {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def _buckets(estate: Estate, request: Request) -> Json:
    names = estate.of_account(request, "s3/get-bucket-policy")
    return {"Buckets": [{"Name": name} for name in names], "Owner": {"ID": request.account}}


def _location(estate: Estate, request: Request) -> Json:
    return {"LocationConstraint": estate.regions[0]}


def _policies(estate: Estate, request: Request) -> Json:
    listed = estate.filed(request)["Policies"]
    return {"Policies": [policy for policy in listed if policy["Type"] == request.parameters["Filter"]]}


def _targets(estate: Estate, request: Request) -> Json:
    """The targets of a policy, from the policies of each target."""
    policy = request.parameters["PolicyId"]
    attached = estate.whole("organizations/list-policies-for-target.json")
    targets = [name for name, answer in attached.items() if any(p["Id"] == policy for p in answer["Policies"])]
    return {"Targets": [{"TargetId": name, "Name": name} for name in targets]}


def _provisioned(estate: Estate, request: Request) -> Json:
    pairs = (key.split() for key in estate.whole("sso/list-account-assignments.json"))
    return {"AccountIds": [account for account, found in pairs if found == request.parameters["PermissionSetArn"]]}


DERIVED: dict[str, Callable[[Estate, Request], Json]] = {
    "AssumeRole": _role,
    "DescribeRegions": _regions,
    "GenerateCredentialReport": lambda estate, request: {"State": "COMPLETE"},
    "GetAccessKeyLastUsed": _key_use,
    "GetAccountSummary": _summary,
    "GetBucketLocation": _location,
    "GetCallerIdentity": _identity,
    "GetCredentialReport": _report,
    "ListAccountsForProvisionedPermissionSet": _provisioned,
    "ListBuckets": _buckets,
    "ListPolicies": _policies,
    "ListTargetsForPolicy": _targets,
}
