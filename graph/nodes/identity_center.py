"""IAM Identity Center: people, groups, permission sets, and the roles these became in each account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph.builder import Builder
from graph.nodes.identity import RESERVED_PATH
from graph.nodes.ownership import resource
from ingest.snapshot import (
    Assignment,
    DirectoryGroup,
    DirectoryUser,
    Organization,
    PermissionSet,
    Role,
    Snapshot,
    Unseen,
)

# AWSReservedSSO_<permission set>_<16 hex>, under a path that no customer can create roles in:
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
RESERVED_NAME = re.compile(r"AWSReservedSSO_(?P<permission_set>.+)_[0-9a-f]{16}")
PRINCIPAL_LABELS = {"USER": "AWSSSOUser", "GROUP": "AWSSSOGroup"}
# Each with the spelling that Cartography has for it.
MEMBERSHIP = ("MEMBER_OF_SSO_GROUP", "MEMBER_OF")
ASSIGNMENT = ("HAS_PERMISSION_SET", "HAS_ROLE")
ReservedRoles = Mapping[tuple[str, str], Role]


def reserved_roles(snapshot: Snapshot) -> ReservedRoles:
    """The roles that Identity Center made, by account and permission set name; of several the newest."""
    found: dict[tuple[str, str], Role] = {}
    for role in sorted(snapshot.all(Role), key=lambda r: (r.created, r.arn)):
        match = RESERVED_NAME.fullmatch(role.name)
        if match and role.path.startswith(RESERVED_PATH):
            found[(role.account_id, match["permission_set"])] = role
    return found


def reserved_role(index: ReservedRoles, account_id: str, permission_set: PermissionSet) -> str | None:
    """ARN of the role that a permission set became in an account; None where it was not seen."""
    role = index.get((account_id, permission_set.name))
    return role.arn if role else None


def add_identity_center(builder: Builder) -> None:
    """Adds the directory, the permission sets and the assignments."""
    for person in builder.snapshot.all(DirectoryUser):
        builder.fact(person, "AWSSSOUser", person.id, name=person.display_name or person.name, user_name=person.name)
    for group in builder.snapshot.all(DirectoryGroup):
        _add_group(builder, group)
    managers = [o.management_account_id for o in builder.snapshot.all(Organization)]
    for permission_set in builder.snapshot.all(PermissionSet):
        builder.fact(
            permission_set,
            "AWSPermissionSet",
            permission_set.arn,
            name=permission_set.name,
            arn=permission_set.arn,
            session_duration=permission_set.session_duration,
        )
        for account_id in managers:
            resource(builder, account_id, permission_set.arn)
    _add_assignments(builder)


def _add_group(builder: Builder, group: DirectoryGroup) -> None:
    builder.fact(group, "AWSSSOGroup", group.id, name=group.name, display_name=group.name)
    if not isinstance(group.member_ids, Unseen):
        for person in group.member_ids:
            _directory_node(builder, "USER", person)
            for spelling in MEMBERSHIP:
                builder.edge(person, spelling, group.id, stale=builder.snapshot.stale_since(group))


def _directory_node(builder: Builder, kind: str, directory_id: str) -> str:
    """The node of a person or group that something names, which the directory need not have shown."""
    if builder.has(directory_id):
        return directory_id
    return builder.node(PRINCIPAL_LABELS[kind], directory_id, name=directory_id, unseen=True)


def _add_assignments(builder: Builder) -> None:
    index = reserved_roles(builder.snapshot)
    permission_sets = {p.arn: p for p in builder.snapshot.all(PermissionSet)}
    for assignment in builder.snapshot.all(Assignment):
        permission_set = permission_sets.get(assignment.permission_set_arn)
        if permission_set:
            role = reserved_role(index, assignment.account_id, permission_set)
            _add_assignment(builder, assignment, permission_set, role)


def _add_assignment(builder: Builder, assignment: Assignment, permission_set: PermissionSet, role: str | None) -> None:
    stale = builder.snapshot.stale_since(assignment)
    principal = _directory_node(builder, assignment.principal_type, assignment.principal_id)
    for spelling in ASSIGNMENT:
        builder.edge(principal, spelling, permission_set.arn, stale=stale)
    if role:
        builder.edge(permission_set.arn, "ASSIGNED_TO_ROLE", role, stale=stale)
        builder.edge(role, "ALLOWED_BY", principal, stale=stale)
