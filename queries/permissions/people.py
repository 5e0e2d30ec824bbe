"""The people of Identity Center behind the roles that it made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import ingest.snapshot as facts
from graph.nodes import reserved_role, reserved_roles
from ingest.snapshot import Snapshot

People = Mapping[str, tuple[str, ...]]


def people_of(snapshot: Snapshot) -> People:
    """By the ARN of a role: the names of those who may take it, members of groups with the group's name."""
    roles = reserved_roles(snapshot)
    sets = {one.arn: one for one in snapshot.all(facts.PermissionSet)}
    users = {one.id: one.display_name or one.name for one in snapshot.all(facts.DirectoryUser)}
    groups = {one.id: one for one in snapshot.all(facts.DirectoryGroup)}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for assignment in snapshot.all(facts.Assignment):
        permission_set = sets.get(assignment.permission_set_arn)
        role = reserved_role(roles, assignment.account_id, permission_set) if permission_set else None
        if role:
            found[role].update(dict.fromkeys(_names(assignment.principal_id, users, groups)))
    return {role: tuple(names) for role, names in found.items()}


def _names(principal_id: str, users: Mapping[str, str], groups: Mapping[str, facts.DirectoryGroup]) -> Iterator[str]:
    group = groups.get(principal_id)
    if group is None:
        yield users.get(principal_id, principal_id)
    elif isinstance(group.member_ids, tuple):
        yield from (f"{users.get(member, member)} ({group.name})" for member in group.member_ids)
    else:
        yield f"members of {group.name}, who were not seen"
