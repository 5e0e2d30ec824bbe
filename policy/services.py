"""What AWS itself refuses, whatever the policies say: changes to things that belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from policy.match import glob

READS = ("get", "list", "generate", "simulate")


@dataclass(frozen=True)
class Reserved:
    """Resources of AWS's own in a customer's account: only operations that begin with one of `open_to` work."""

    resource: str
    service: str
    open_to: tuple[str, ...]
    source: str


RESERVED = (
    Reserved(  # "you can't modify the permissions policies of these roles in IAM", error UnmodifiableEntity
        "arn:*:iam::*:role/aws-reserved/*",
        "iam",
        READS,
        "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",
    ),
    Reserved(
        "arn:*:iam::*:role/aws-service-role/*",
        "iam",
        (*READS, "passrole", "createservicelinkedrole", "deleteservicelinkedrole", "updateroledescription", "tagrole",
         "untagrole"),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html",
    ),
    Reserved(
        "arn:*:iam::aws:policy/*",
        "iam",
        READS,
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    ),
    Reserved(
        "arn:*:kms:*:*:alias/aws/*",
        "kms",
        READS,
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
    ),
)  # fmt: skip


def is_refused(action: str, resource: str) -> bool:
    """Whether AWS refuses a lower-cased action on this resource to everyone but itself."""
    service, _, operation = action.partition(":")
    for row in RESERVED:
        if row.service == service and glob(row.resource)(resource) and not operation.startswith(row.open_to):
            return True
    return False
