"""Names that every part of an estate uses: the organization, its accounts and regions, AWS's own policies."""

from __future__ import annotations

ORGANIZATION, ROOT = "o-a1b2c3d4e5", "r-ab12"
REGIONS = ["us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2"]
STRANGER = "arn:aws:iam::999988887777:root"  # an account outside the organization
GITHUB = "token.actions.githubusercontent.com"


def account_id(index: int) -> str:
    return str(111111111100 + index)


def root_of(account: str) -> str:
    """The ARN that stands for a whole account in a trust policy."""
    return f"arn:aws:iam::{account}:root"


def managed_by_aws(name: str) -> str:
    """The ARN of a policy of AWS's own."""
    return f"arn:aws:iam::aws:policy/{name}"


ADMINISTRATOR = managed_by_aws("AdministratorAccess")
