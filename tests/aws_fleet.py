"""An organization of many accounts that are all alike, with next to nothing in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.aws.wire import Refused, Request, nothing
from tests.aws_server import Estate
from tests.aws_shapes import checked

ROOT = "r-0001"
NO_ORGANIZATION = "Your account is not a member of an organization."


@dataclass
class Fleet:
    """Accounts by id, with their status; the first one manages the others. `regions` are all that the partition has."""

    statuses: dict[str, str]
    regions: tuple[str, ...] = ("us-east-1", "eu-west-1")
    partition: str = "aws"
    organized: bool = True

    @property
    def management(self) -> str:
        return next(iter(self.statuses))

    def answer(self, request: Request) -> dict[str, Any]:
        if request.service == "organizations" and not self.organized:
            raise Refused("AWSOrganizationsNotInUseException", NO_ORGANIZATION)
        answers = {**self._organization(), **self._account(request.account, request.region)}
        found = answers.get(request.operation)
        parent = request.parameters.get("ParentId", ROOT)
        return checked(request, found if found and parent == ROOT else nothing(request))

    def arn(self, service: str, resource: str, account: str = "", region: str = "") -> str:
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    def _organization(self) -> dict[str, Any]:
        first = self.management
        accounts = [
            {"Id": a, "Arn": self.arn("organizations", f"account/o-1/{a}", first), "Name": a, "Status": status}
            for a, status in self.statuses.items()
        ]
        organization = {"Id": "o-1", "Arn": self.arn("organizations", "organization/o-1", first)}
        root = {"Id": ROOT, "Arn": self.arn("organizations", f"root/o-1/{ROOT}", first), "Name": "Root"}
        return {
            "DescribeOrganization": {"Organization": organization | {"MasterAccountId": first}},
            "ListRoots": {"Roots": [root]},
            "ListAccounts": {"Accounts": accounts},
            "ListAccountsForParent": {"Accounts": accounts},
        }

    def _account(self, account: str, region: str) -> dict[str, Any]:
        names = [{"RegionName": name, "OptInStatus": "opt-in-not-required"} for name in self.regions]
        instance = {"InstanceId": f"i-{account}", "State": {"Name": "running"}}
        return {
            "DescribeRegions": {"Regions": names},
            "ListSAMLProviders": {"SAMLProviderList": [{"Arn": self.arn("iam", "saml-provider/okta", account)}]},
            "ListBuckets": {"Buckets": [{"Name": f"bucket-{account}", "BucketRegion": region}]},
            "DescribeInstances": {"Reservations": [{"OwnerId": account, "Instances": [instance]}]},
        }


@dataclass
class Several:
    """Organizations that know nothing of each other."""

    fleets: Iterable[Fleet] = field(default_factory=list)

    def answer(self, request: Request) -> dict[str, Any]:
        estate: Estate = next(fleet for fleet in self.fleets if request.account in fleet.statuses)
        return estate.answer(request)


def fleet(size: int, first: int = 400000000001, **options: Any) -> Fleet:
    return Fleet({str(first + n): "ACTIVE" for n in range(size)}, **options)
