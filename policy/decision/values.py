"""What the values of chosen keys are like, where AWS takes no others: a choice that it would refuse is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from policy.request import Request

# (request, the values that policies name) -> patterns: every value there is matches one of them
Models = Callable[[Request, Sequence[str]], tuple[str, ...]]

ANY = ("*",)
# By partition: what regions are called, and those there are, the ones that accounts have to enable last. botocore
# 1.44.5, endpoints.json; https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGIONS: dict[str, tuple[str, str]] = {
    "aws": (
        r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+",
        "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 "
        "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 sa-east-1 "
        "af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 "
        "ap-southeast-7 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1",
    ),
    "aws-cn": (r"cn-\w+-\d+", "cn-north-1 cn-northwest-1"),
    "aws-us-gov": (r"us-gov-\w+-\d+", "us-gov-west-1 us-gov-east-1"),
    "aws-iso": (r"us-iso-\w+-\d+", "us-iso-east-1 us-iso-west-1"),
    "aws-iso-b": (r"us-isob-\w+-\d+", "us-isob-east-1 us-isob-west-1"),
    "aws-iso-e": (r"eu-isoe-\w+-\d+", "eu-isoe-west-1"),
    "aws-iso-f": (r"us-isof-\w+-\d+", "us-isof-east-1 us-isof-south-1"),
    "aws-eusc": (r"eusc-de-\w+-\d+", "eusc-de-east-1"),
}


def only(*values: str) -> Models:
    """These values, and no other."""
    return lambda request, named: values


def regions(request: Request, named: Sequence[str]) -> tuple[str, ...]:
    """The regions of the caller's partition; one that a policy names may be newer than the list."""
    form, listed = REGIONS.get(partition(request), ("", ""))
    return (*(one for one in named if re.fullmatch(form, one)), *listed.split()) or ANY


def services(request: Request, named: Sequence[str]) -> tuple[str, ...]:
    """The names of services: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    ending = (".amazonaws.com", ".amazonaws.com.cn") if partition(request) == "aws-cn" else (".amazonaws.com",)
    return tuple(f"*{one}" for one in ending)


def managed_policies(request: Request, named: Sequence[str]) -> tuple[str, ...]:
    """The account's own managed policies, and AWS's."""
    accounts = (request.resource_account or "*", "aws")
    return tuple(f"arn:{partition(request)}:iam::{account}:policy/*" for account in accounts)


def partition(request: Request) -> str:
    """The partition in which a request is made: the caller's, else the resource's."""
    if home := request.principal.partition:
        return home
    return request.resource.split(":")[1] if request.resource.startswith("arn:") else "aws"
