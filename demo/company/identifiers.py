"""Ids, ARNs and dates as AWS would have made them up: each follows from names alone, so that a dump is reproducible."""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from demo.company.model import Account, Company, Policy, Role

REGION = "eu-west-1"
ORGANIZATION = "o-7hk2m4q9zc"
SSO_INSTANCE = "arn:aws:sso:::instance/ssoins-6804c1f2a95e7d30"
IDENTITY_STORE = "d-9367a1c04e"
GITHUB = "token.actions.githubusercontent.com"
BASELINE = datetime(2026, 11, 9, 6, tzinfo=UTC)
FOUNDED = datetime(2021, 2, 1, tzinfo=UTC)


def digest(*parts: object) -> bytes:
    return hashlib.sha256("/".join(map(str, parts)).encode()).digest()


def hexadecimal(length: int, *parts: object) -> str:
    return digest(*parts).hex()[:length]


def unique_id(prefix: str, *parts: object) -> str:
    """An IAM unique id or access key id: four letters of kind and seventeen or sixteen of its own."""
    length = 16 if prefix == "AKIA" else 17
    return prefix + base64.b32encode(digest(prefix, *parts)).decode()[:length]


def resource_id(kind: str, *parts: object) -> str:
    """An EC2 id such as `sg-0a1b…`."""
    return f"{kind}-0{hexadecimal(16, kind, *parts)}"


def uuid_of(*parts: object) -> str:
    return str(uuid.UUID(bytes=digest(*parts)[:16], version=4))


def timestamp(moment: datetime) -> str:
    return moment.isoformat()


def days_before(days: int, *parts: object) -> str:
    """A moment that many days before the baseline, at a time of day of its own."""
    return timestamp(BASELINE - timedelta(days=days, seconds=digest(*parts)[0] * 97))


def created(*parts: object) -> str:
    """Some working day between the founding of the company and a year before the baseline."""
    days = (BASELINE - FOUNDED).days - 365
    moment = FOUNDED + timedelta(days=int.from_bytes(digest("created", *parts)[:4]) % days, hours=9)
    return timestamp(moment + timedelta(seconds=int.from_bytes(digest(*parts)[:2]) % 28_800))


def iam_arn(account: Account, kind: str, name: str, path: str = "/") -> str:
    return f"arn:aws:iam::{account.id}:{kind}{path}{name}"


def role_arn(account: Account, role: Role) -> str:
    return iam_arn(account, "role", role.name, role.path)


def regional_arn(account: Account, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{account.id}:{resource}"


def managed_policy(company: Company, account: Account, name: str) -> tuple[Policy, str]:
    """The policy that a name means in an account (its own first, then AWS's), and its ARN."""
    own = next((p for p in account.policies if p.name == name), None)
    policy = own or company.aws_managed[name]
    owner = account.id if own else "aws"
    return policy, f"arn:aws:iam::{owner}:policy{policy.path}{policy.name}"


def permission_set_arn(name: str) -> str:
    return f"arn:aws:sso:::permissionSet/{SSO_INSTANCE.rsplit('/', 1)[1]}/ps-{hexadecimal(16, 'permission set', name)}"


def saml_provider_arn(account: Account) -> str:
    return iam_arn(account, "saml-provider", f"AWSSSO_{hexadecimal(16, 'saml', account.id)}_DO_NOT_DELETE")


def github_provider_arn(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:oidc-provider/{GITHUB}"


def key_arn(account: Account, alias: str) -> str:
    return regional_arn(account, "kms", f"key/{uuid_of('kms', account.id, alias)}")


def secret_arn(account: Account, name: str) -> str:
    suffix = base64.b64encode(digest("secret", account.id, name), b"xy").decode()[:6]
    return regional_arn(account, "secretsmanager", f"secret:{name}-{suffix}")
