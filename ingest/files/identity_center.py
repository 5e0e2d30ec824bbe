"""IAM Identity Center: permission sets, who is assigned which one where, and the people and groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.files.answers import Answers
from ingest.files.declare import Call, Document, Response, Shape, Source, last_part
from ingest.snapshot import Assignment, DirectoryGroup, DirectoryUser, PermissionSet, Record


class InstanceShape(Shape, frozen=True):
    instance_arn: str
    identity_store_id: str
    owner_account_id: str = ""


class Instances(Response, frozen=True):
    instances: list[InstanceShape]

    def told(self) -> Iterable[str]:
        return (instance.owner_account_id for instance in self.instances)


class PermissionSets(Response, frozen=True):
    permission_sets: list[str]


class PermissionSetShape(Shape, frozen=True):
    name: str
    permission_set_arn: str
    session_duration: str = ""


class DescribedPermissionSet(Response, frozen=True):
    permission_set: PermissionSetShape

    def argument(self) -> str:
        return self.permission_set.permission_set_arn


class ManagedPolicyShape(Shape, frozen=True):
    arn: str


class ManagedPolicies(Response, frozen=True):
    attached_managed_policies: list[ManagedPolicyShape]


class PolicyReference(Shape, frozen=True):
    name: str
    path: str = "/"

    @property
    def full_name(self) -> str:
        return f"{self.path}{self.name}"


class CustomerManagedPolicies(Response, frozen=True):
    customer_managed_policy_references: list[PolicyReference]


class InlinePolicyText(Response, frozen=True):
    inline_policy: Document


class BoundaryShape(Shape, frozen=True):
    managed_policy_arn: str = ""
    customer_managed_policy_reference: PolicyReference | None = None


class PermissionSetBoundary(Response, frozen=True):
    permissions_boundary: BoundaryShape


class AssignmentShape(Shape, frozen=True):
    account_id: str
    permission_set_arn: str
    principal_type: str
    principal_id: str


class Assignments(Response, frozen=True):
    account_assignments: list[AssignmentShape]

    def argument(self) -> str:
        pairs = {f"{a.account_id} {a.permission_set_arn}" for a in self.account_assignments}
        return pairs.pop() if len(pairs) == 1 else ""


class Email(Shape, frozen=True):
    value: str = ""
    primary: bool = False


class PersonShape(Shape, frozen=True):
    user_id: str
    identity_store_id: str
    user_name: str = ""
    display_name: str = ""
    emails: list[Email] = []


class People(Response, frozen=True):
    users: list[PersonShape]


class GroupShape(Shape, frozen=True):
    group_id: str
    identity_store_id: str
    display_name: str = ""


class Groups(Response, frozen=True):
    groups: list[GroupShape]


class Member(Shape, frozen=True):
    user_id: str = ""


class Membership(Shape, frozen=True):
    group_id: str
    member_id: Member


class Memberships(Response, frozen=True):
    group_memberships: list[Membership]

    def argument(self) -> str:
        groups = {membership.group_id for membership in self.group_memberships}
        return groups.pop() if len(groups) == 1 else ""


SERVICE, DIRECTORY, SET = "sso-admin", "identitystore", "permission set"
LIST_INSTANCES = Call(SERVICE, "list-instances", Instances)
LIST_SETS = Call(SERVICE, "list-permission-sets", PermissionSets)
DESCRIBE_SET = Call(SERVICE, "describe-permission-set", DescribedPermissionSet, takes=SET)
LIST_MANAGED = Call(SERVICE, "list-managed-policies-in-permission-set", ManagedPolicies, takes=SET)
LIST_CUSTOMER_MANAGED = Call(
    SERVICE, "list-customer-managed-policy-references-in-permission-set", CustomerManagedPolicies, takes=SET
)
GET_INLINE = Call(SERVICE, "get-inline-policy-for-permission-set", InlinePolicyText, takes=SET)
GET_BOUNDARY = Call(SERVICE, "get-permissions-boundary-for-permission-set", PermissionSetBoundary, takes=SET)
LIST_ASSIGNMENTS = Call(
    SERVICE, "list-account-assignments", Assignments, takes="account and permission set", items_tell=True
)
LIST_USERS = Call(DIRECTORY, "list-users", People)
LIST_GROUPS = Call(DIRECTORY, "list-groups", Groups)
LIST_MEMBERSHIPS = Call(DIRECTORY, "list-group-memberships", Memberships, takes="group")


def permission_sets(answers: Answers) -> Iterator[Record]:
    described = {page.permission_set.permission_set_arn: page.permission_set for page in answers.all(DESCRIBE_SET)}
    arns = {arn for page in answers.all(LIST_SETS) for arn in page.permission_sets} | set(described)
    answers.expect(DESCRIBE_SET, arns)
    for arn in sorted(arns):
        yield _permission_set(answers, arn, described.get(arn))
    for one in (a for page in answers.all(LIST_ASSIGNMENTS) for a in page.account_assignments):
        yield Assignment(
            account_id=one.account_id,
            permission_set_arn=one.permission_set_arn,
            principal_type=one.principal_type,
            principal_id=one.principal_id,
        )


def _permission_set(answers: Answers, arn: str, described: PermissionSetShape | None) -> PermissionSet:
    instance = next(
        (
            i.instance_arn
            for page in answers.all(LIST_INSTANCES)
            for i in page.instances
            if f"/{last_part(i.instance_arn)}/" in arn
        ),
        "",
    )
    boundary = answers.detail(GET_BOUNDARY, [arn], lambda page: _boundary(page.permissions_boundary))
    return PermissionSet(
        arn=arn,
        instance_arn=instance,
        name=described.name if described else last_part(arn),
        session_duration=described.session_duration if described else "",
        managed=answers.listed(LIST_MANAGED, [arn], lambda page: (p.arn for p in page.attached_managed_policies)),
        customer_managed=answers.listed(
            LIST_CUSTOMER_MANAGED,
            [arn],
            lambda page: (reference.full_name for reference in page.customer_managed_policy_references),
        ),
        inline=answers.detail(GET_INLINE, [arn], lambda page: page.inline_policy.seen) or None,
        boundary=boundary,
    )


def _boundary(boundary: BoundaryShape) -> str | None:
    reference = boundary.customer_managed_policy_reference
    return boundary.managed_policy_arn or (reference.full_name if reference else None)


def directory(answers: Answers) -> Iterator[Record]:
    for person in (p for page in answers.all(LIST_USERS) for p in page.users):
        email = sorted(person.emails, key=lambda e: not e.primary)
        yield DirectoryUser(
            id=person.user_id,
            name=person.user_name,
            display_name=person.display_name,
            email=email[0].value if email else "",
        )
    for group in (g for page in answers.all(LIST_GROUPS) for g in page.groups):
        members = answers.listed(
            LIST_MEMBERSHIPS, [group.group_id], lambda page: (m.member_id.user_id for m in page.group_memberships)
        )
        yield DirectoryGroup(id=group.group_id, name=group.display_name, member_ids=members)


SOURCES = (
    Source(
        "sso.permission_sets",
        permission_sets,
        required=(LIST_SETS, DESCRIBE_SET, LIST_ASSIGNMENTS),
        details=(LIST_INSTANCES, LIST_MANAGED, LIST_CUSTOMER_MANAGED, GET_INLINE, GET_BOUNDARY),
    ),
    Source("sso.directory", directory, required=(LIST_USERS, LIST_GROUPS), details=(LIST_MEMBERSHIPS,)),
)
