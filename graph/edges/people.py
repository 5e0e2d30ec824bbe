"""People of Identity Center: each person or group holds a set that may assume the roles its assignments became.

https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
"""

from __future__ import annotations

import ingest.snapshot as facts
from graph.builder import Builder
from graph.estate import Estate
from graph.nodes import reserved_role, reserved_roles
from graph.proof import Step, add_step
from graph.sets import Sets
from policy import Truth


def add_people(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes the sets of people and groups, and who holds them through membership."""
    index = reserved_roles(estate.snapshot)
    permission_sets = {p.arn: p for p in estate.snapshot.all(facts.PermissionSet)}
    groups = estate.snapshot.all(facts.DirectoryGroup)
    old = {g.id: g for g in groups if estate.snapshot.stale_since(g)}
    for assignment in estate.snapshot.all(facts.Assignment):
        permission_set = permission_sets.get(assignment.permission_set_arn)
        role = reserved_role(index, assignment.account_id, permission_set) if permission_set else None
        if role is not None:
            _assign(builder, estate, sets, assignment, role, old.get(assignment.principal_id))
    for group in groups:
        if group.id not in old:
            _share(builder, group)


def _assign(
    builder: Builder,
    estate: Estate,
    sets: Sets,
    assignment: facts.Assignment,
    role: str,
    left: facts.DirectoryGroup | None,
) -> None:
    name = str(builder.nodes[assignment.principal_id][1].get("name"))
    own = sets.own(assignment.principal_id, "", name)
    sentence = f"Identity Center assigns {name} the permission set in account {assignment.account_id}."
    step = Step(Truth.YES, (sentence,)).as_seen(
        estate.snapshot.stale_since(assignment), estate.holders[role].stale if role in estate.holders else None
    )
    add_step(builder, own, "ASSUME", role, step)
    since = estate.snapshot.stale_since(left) if left else None
    # HOLDS would say for certain what a membership last seen before makes possible.
    for member in left.member_ids if left and isinstance(left.member_ids, tuple) else ():
        own = sets.own(member, "", str(builder.nodes[member][1].get("name")))
        add_step(builder, own, "ASSUME", role, step.as_seen(since))


def _share(builder: Builder, group: facts.DirectoryGroup) -> None:
    """Members hold the group's set: a group of a thousand costs a thousand edges, not a thousand times its roles."""
    set_id = f"set:own:{group.id}"
    members = dict.fromkeys(group.member_ids) if isinstance(group.member_ids, tuple) else ()
    if builder.has(set_id):
        present = [m for m in members if builder.has(m)]
        for member in present:
            builder.edge(member, "HOLDS", set_id)
        builder.node("AccessSet", set_id, members=1 + len(present), own=False)
