"""IAM: users, groups, roles and roots, what is attached to them, and what roles trust."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from graph.builder import Builder
from graph.nodes.documents import add_document
from graph.nodes.ownership import owned, partitions, resource
from ingest.snapshot import (
    Function,
    Group,
    Instance,
    InstanceProfile,
    ManagedPolicy,
    Principal,
    Role,
    RoleUse,
    Unseen,
    User,
)
from policy.language.match import glob

SERVICE_LINKED_PATH = "/aws-service-role/"
RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/"


def add_identity(builder: Builder) -> None:
    """Adds the principals of every account; policies first, since principals point to them."""
    _add_roots(builder)
    _add_managed_policies(builder)
    for group in builder.snapshot.all(Group):
        _add_group(builder, group)
    _add_users(builder)
    _add_roles(builder)
    for profile in builder.snapshot.all(InstanceProfile):
        _add_instance_profile(builder, profile)


def named_principal(builder: Builder, label: str, arn: str) -> str | None:
    """The node of a user or role that something names.

    None where the principals of its account were seen and it is not among them: then it was deleted.
    """
    if builder.has(arn):
        return arn
    account_id = account_of(arn)
    if not account_id or builder.snapshot.state(account_id, "iam.authorization").complete:
        return None
    builder.node(label, arn, name=arn.rsplit("/", 1)[-1], arn=arn, unseen=True, **owned(builder, account_id))
    resource(builder, account_id, arn)
    return arn


def runs_as(builder: Builder, workload: Function | Instance, role: str) -> None:
    """Joins a workload to the role whose credentials it has, in Cartography's spelling too."""
    for type_ in ("RUNS_AS", "STS_ASSUMEROLE_ALLOW"):
        builder.edge(workload.arn, type_, role, stale=builder.snapshot.stale_since(workload))


def account_of(arn: str) -> str:
    """The account an ARN names, empty where it names none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def _add_roots(builder: Builder) -> None:
    """Every account has a root, whether its IAM was read or not; in a trust policy it stands for the account."""
    partition = partitions(builder.snapshot)
    own = [(i, p) for i, (label, p) in builder.nodes.items() if label == "AWSAccount" and p.get("relation") == "own"]
    for account_id, account in own:
        arn = f"arn:{partition.get(account_id) or partition['']}:iam::{account_id}:root"
        builder.node("AWSRootPrincipal", arn, name=f"root of {account['name']}", arn=arn, **owned(builder, account_id))
        resource(builder, account_id, arn)


def _add_managed_policies(builder: Builder) -> None:
    by_arn: dict[str, list[ManagedPolicy]] = defaultdict(list)
    for policy in builder.snapshot.all(ManagedPolicy):
        by_arn[policy.arn].append(policy)
    for arn, seen in by_arn.items():
        _add_managed_policy(builder, arn, max(seen, key=_newest))


def _newest(policy: ManagedPolicy) -> tuple[bool, int, str]:
    """AWS rolls a new version of its own policies out account by account: the newest that was read speaks for all."""
    number = policy.version.removeprefix("v")
    return (not isinstance(policy.document, Unseen), int(number) if number.isdecimal() else 0, policy.account_id)


def _add_managed_policy(builder: Builder, arn: str, policy: ManagedPolicy) -> None:
    by_aws = account_of(arn) == "aws"
    builder.fact(
        policy,
        "AWSManagedPolicy",
        arn,
        name=policy.name,
        arn=arn,
        version=policy.version,
        type="aws" if by_aws else "customer",
        account_id=None if by_aws else policy.account_id,
    )
    add_document(builder, arn, "STATEMENT", policy.document)
    if not by_aws:
        resource(builder, policy.account_id, arn)


def managed_policy_node(builder: Builder, arn: str) -> str:
    """The node of a managed policy that something names, which need not have been read."""
    if builder.has(arn):
        return arn
    return builder.node(
        "AWSManagedPolicy",
        arn,
        name=arn.rsplit("/", 1)[-1],
        arn=arn,
        unseen=True,
        type="aws" if account_of(arn) == "aws" else "customer",
    )


def _add_policies(builder: Builder, principal: Principal) -> None:
    for arn in principal.attached:
        builder.edge(principal.arn, "POLICY", managed_policy_node(builder, arn))
    for inline in principal.inline:
        node_id = f"{principal.arn}/inline_policy/{inline.name}"
        builder.fact(
            principal, "AWSInlinePolicy", node_id, name=inline.name, account_id=principal.account_id, type="inline"
        )
        add_document(builder, node_id, "STATEMENT", inline.document)
        builder.edge(principal.arn, "POLICY", node_id)
        resource(builder, principal.account_id, node_id)


def _add_principal(
    builder: Builder, label: str, principal: User | Group | Role, **properties: str | bool | None
) -> None:
    tags = None if isinstance(principal, Group) else principal.tags
    builder.fact(
        principal,
        label,
        principal.arn,
        name=principal.name,
        arn=principal.arn,
        path=principal.path,
        createdate=principal.created,
        **owned(builder, principal.account_id, tags),
        **properties,
    )
    resource(builder, principal.account_id, principal.arn)
    _add_policies(builder, principal)
    if not isinstance(principal, Group) and principal.boundary:
        builder.edge(principal.arn, "BOUNDED_BY", managed_policy_node(builder, principal.boundary))


def _add_group(builder: Builder, group: Group) -> None:
    _add_principal(builder, "AWSGroup", group, groupid=group.unique_id)


def _add_users(builder: Builder) -> None:
    groups = {(g.account_id, g.name): g.arn for g in builder.snapshot.all(Group)}
    for user in builder.snapshot.all(User):
        _add_principal(builder, "AWSUser", user, userid=user.unique_id)
        for arn in (groups.get((user.account_id, name)) for name in user.groups):
            if arn:
                builder.edge(user.arn, "MEMBER_AWS_GROUP", arn)


def _add_roles(builder: Builder) -> None:
    used = {use.role_arn: use.last_used for use in builder.snapshot.all(RoleUse)}
    expected = _expectation(builder)
    for role in builder.snapshot.all(Role):
        _add_principal(
            builder,
            "AWSRole",
            role,
            roleid=role.unique_id,
            trust=role.trust,
            last_used=used.get(role.arn),
            service_linked=role.path.startswith(SERVICE_LINKED_PATH),
            sso=role.path.startswith(RESERVED_PATH),
            expected=expected(role.name),
        )
        add_document(builder, role.arn, "TRUSTS_STATEMENT", role.trust)


def _expectation(builder: Builder) -> Callable[[str], str | None]:
    """Role name to the reason the settings give for expecting it; the first matching line decides."""
    lines = [(glob(e.role), e.reason) for e in builder.options.expected]
    return lambda name: next((reason for matches, reason in lines if matches(name)), None)


def _add_instance_profile(builder: Builder, profile: InstanceProfile) -> None:
    builder.fact(
        profile, "AWSInstanceProfile", profile.arn, name=profile.name, arn=profile.arn, account_id=profile.account_id
    )
    resource(builder, profile.account_id, profile.arn)
    for role in filter(None, (named_principal(builder, "AWSRole", arn) for arn in profile.roles)):
        builder.edge(profile.arn, "ASSOCIATED_WITH", role)
