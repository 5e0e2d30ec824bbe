"""Policy documents written the short way."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import GITHUB, ORGANIZATION, github_provider_arn
from demo.company.model import Document

Names = str | list[str]


def document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(
    effect: str,
    action: Names | None,
    resource: Names | None,
    sid: str | None,
    when: Document | None,
    other: dict[str, Any],
) -> Document:
    parts = {
        "Sid": sid,
        "Effect": effect,
        "Principal": other.pop("Principal", None),
        "Action": action,
        **other,
        "Resource": resource,
        "Condition": when,
    }
    return {key: value for key, value in parts.items() if value is not None}


def allow(
    action: Names | None,
    resource: Names | None = "*",
    sid: str | None = None,
    when: Document | None = None,
    **other: Any,
) -> Document:
    return _statement("Allow", action, resource, sid, when, other)


def deny(
    action: Names | None,
    resource: Names | None = "*",
    sid: str | None = None,
    when: Document | None = None,
    **other: Any,
) -> Document:
    return _statement("Deny", action, resource, sid, when, other)


def trust(principal: Any, action: Names = "sts:AssumeRole", when: Document | None = None) -> Document:
    return document(allow(action, None, when=when, Principal=principal))


def service(name: str) -> Document:
    return trust({"Service": f"{name}.amazonaws.com"})


def account_root(account_id: str, when: Document | None = None) -> Document:
    return trust({"AWS": f"arn:aws:iam::{account_id}:root"}, when=when)


def github(account_id: str, subject: str) -> Document:
    """Trust in GitHub's pipelines, narrowed to a subject: repository and branch, wildcards allowed."""
    return trust(
        {"Federated": github_provider_arn(account_id)},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}, "StringLike": {f"{GITHUB}:sub": subject}},
    )


def secure_transport(bucket: str) -> Document:
    """The statement that most of Harborline's buckets carry."""
    return deny(
        "s3:*", objects(bucket), "DenyInsecureTransport", {"Bool": {"aws:SecureTransport": "false"}}, Principal="*"
    )


def objects(bucket: str) -> list[str]:
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def own_copies_only() -> Document:
    """A vault's policy: what is copied into it comes from the organization."""
    stranger = {"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    return document(deny("backup:CopyIntoBackupVault", "*", "OnlyOurCopies", stranger, Principal="*"))


def actions(by_service: dict[str, str]) -> list[str]:
    """`{"s3": "Get* List*"}` as `["s3:Get*", "s3:List*"]`."""
    return [f"{service}:{verb}" for service, verbs in by_service.items() for verb in verbs.split()]


def of(service: str, verbs: str) -> list[str]:
    return actions({service: verbs})
