"""Harborline, the demo organization, as AWS's API would tell it: from the same files that the importer reads."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import demo
from benchmarks.aws.wire import Refused, Request, members_of, nothing
from ingest.sources.declare import last_part
from tests.aws_shapes import checked

MANAGEMENT, SECURITY, PAYMENTS = "210000000011", "210000000033", "210000000055"
SHARED, DATA, DEV = "210000000044", "210000000066", "210000000077"
HOME, REGION = "us-east-1", "eu-west-1"
STATUS = {"af-south-1": "not-opted-in", "me-south-1": "opted-in"}  # others need no opting in
FOLDERS = {"sso-admin": "sso", "identitystore": "sso"}
OF_ORGANIZATION = ("organizations", "sso-admin", "identitystore")


@cache
def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


class Harborline:
    """An estate below a folder of CLI answers. What the CLI's files do not hold is derived from what they do."""

    def __init__(self, root: Path | None = None, management: str = MANAGEMENT) -> None:
        self.root, self.management = root or demo.baseline_dir(), management

    def answer(self, request: Request) -> dict[str, Any]:
        if request.service in OF_ORGANIZATION and request.account != self.management:
            raise Refused("AccessDeniedException", "You don't have permissions to access this resource.")
        derived = DERIVED.get((request.service, request.operation), Harborline.filed)
        return checked(request, derived(self, request))

    def filed(self, request: Request) -> dict[str, Any]:
        """What stands in a file: an answer, or answers by what was asked about. A list without a file is empty."""
        content = self._content(request)
        if content is None and request.cli.startswith(("list-", "describe-")):
            return nothing(request)
        if content and content.keys() <= members_of(request).keys():
            return dict(content)
        arns = [text for text in request.texts if text.startswith("arn:")]
        asked = [*request.texts, *map(last_part, arns), *(arn.partition("/")[2] for arn in arns)]
        about = [k for k in content or () if k in asked or all(part in asked for part in k.split())]
        if not about:
            raise Refused(*ABSENT.get(request.operation, ("ResourceNotFoundException", "There is none.")))
        found = content[about[0]]
        if "Error" in found:
            raise Refused(found["Error"]["Code"], found["Error"]["Message"])
        return dict(found)

    def file(self, name: str, account: str = "") -> Any:
        """The contents of a file of the organization or an account; None for no file."""
        return _read(self.root / (f"accounts/{account}/{name}" if account else name))

    def _content(self, request: Request) -> Any:
        folder, account = FOLDERS.get(request.service, request.service), request.account
        if request.service in OF_ORGANIZATION:
            if request.service == "sso-admin" and request.region != REGION:
                return None
            account = ""
        elif request.service not in ("iam", "s3", "s3control"):
            folder = f"{request.region}/{folder}"
        prefix = "identitystore-" if request.service == "identitystore" else ""
        return self.file(f"{folder}/{prefix}{request.cli}.json", account)


def regions(estate: Harborline, request: Request) -> dict[str, Any]:
    names = (HOME, REGION, *STATUS)
    return {"Regions": [{"RegionName": n, "OptInStatus": STATUS.get(n, "opt-in-not-required")} for n in names]}


def credential_report(estate: Harborline, request: Request) -> dict[str, Any]:
    content = (estate.root / "accounts" / request.account / "iam/credential-report.csv").read_bytes()
    return {"Content": base64.b64encode(content).decode(), "ReportFormat": "text/csv"}


def policies(estate: Harborline, request: Request) -> dict[str, Any]:
    wanted = request.parameters["Filter"]
    listed = estate.file("organizations/list-policies.json")["Policies"]
    return {"Policies": [policy for policy in listed if policy["Type"] == wanted]}


def targets(estate: Harborline, request: Request) -> dict[str, Any]:
    attached = estate.file("organizations/list-policies-for-target.json").items()
    policy = request.parameters["PolicyId"]
    return {"Targets": [{"TargetId": t} for t, found in attached if policy in [p["Id"] for p in found["Policies"]]]}


def policies_of_target(estate: Harborline, request: Request) -> dict[str, Any]:
    found = estate.file("organizations/list-policies-for-target.json")[request.parameters["TargetId"]]
    return {"Policies": [p for p in found["Policies"] if p["Type"] == request.parameters["Filter"]]}


def provisioned(estate: Harborline, request: Request) -> dict[str, Any]:
    pairs = [key.split() for key in estate.file("sso/list-account-assignments.json")]
    return {"AccountIds": [account for account, arn in pairs if arn == request.parameters["PermissionSetArn"]]}


def users(estate: Harborline, request: Request) -> dict[str, Any]:
    details = estate.file("iam/get-account-authorization-details.json", request.account)
    names = ("Path", "UserName", "UserId", "Arn", "CreateDate")
    return {"Users": [{name: user[name] for name in names} for user in details["UserDetailList"]]}


DERIVED: dict[tuple[str, str], Callable[[Harborline, Request], dict[str, Any]]] = {
    ("ec2", "DescribeRegions"): regions,
    ("iam", "GenerateCredentialReport"): lambda estate, request: {"State": "COMPLETE"},
    ("iam", "GetCredentialReport"): credential_report,
    ("iam", "ListUsers"): users,
    ("organizations", "ListPolicies"): policies,
    ("organizations", "ListTargetsForPolicy"): targets,
    ("organizations", "ListPoliciesForTarget"): policies_of_target,
    ("sso-admin", "ListAccountsForProvisionedPermissionSet"): provisioned,
}
ABSENT = {
    "GetBucketPolicy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "GetBucketTagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "GetRepositoryPolicy": ("RepositoryPolicyNotFoundException", "There is no policy"),
    "GetPublicAccessBlock": ("NoSuchPublicAccessBlockConfiguration", "There is no configuration"),
    "GetLoginProfile": ("NoSuchEntity", "Login Profile cannot be found."),
}
