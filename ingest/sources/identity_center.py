"""IAM Identity Center: permission sets, who is assigned which one where, and the people and groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Assignment, DirectoryGroup, DirectoryUser, PermissionSet, Record, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Document, Response, Shape, Source, last_part


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


class ProvisionedAccounts(Response, frozen=True):
    account_ids: list[str]


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


def _next_region(answers: Answers) -> Iterator[Ask]:
    """Identity Center lives in one region, which nothing tells: the regions are asked in turn until one has it."""
    asked = set(answers.arguments(LIST_INSTANCES))
    left = [region for region in answers.regions if region not in asked]
    if left and not any(page.instances for page in answers.all(LIST_INSTANCES)):
        yield Ask(argument=left[0], label=left[0], region=left[0])


def _each_instance(answers: Answers) -> Iterator[Ask]:
    for region, instance in _instances(answers):
        yield Ask({"InstanceArn": instance.instance_arn}, label=region, region=region)


def _each_set(answers: Answers) -> Iterator[Ask]:
    for region, page in answers.labelled(LIST_SETS):
        for arn in page.permission_sets:
            yield Ask({"InstanceArn": _instance_of(answers, arn), "PermissionSetArn": arn}, arn, region, region)


def _each_assigned_account(answers: Answers) -> Iterator[Ask]:
    for answer in answers.answers(LIST_PROVISIONED_ACCOUNTS):
        region, arn = answer.label, answer.argument
        page = answer.response
        for account in page.account_ids if isinstance(page, ProvisionedAccounts) else ():
            parameters = {"InstanceArn": _instance_of(answers, arn), "AccountId": account, "PermissionSetArn": arn}
            yield Ask(parameters, f"{account} {arn}", region, region)


def _each_store(answers: Answers) -> Iterator[Ask]:
    for region, instance in _instances(answers):
        yield Ask({"IdentityStoreId": instance.identity_store_id}, label=region, region=region)


def _each_group(answers: Answers) -> Iterator[Ask]:
    for region, page in answers.labelled(LIST_GROUPS):
        for group in page.groups:
            parameters = {"IdentityStoreId": group.identity_store_id, "GroupId": group.group_id}
            yield Ask(parameters, group.group_id, region, region)


LIST_INSTANCES: Call[Instances] = Call(
    SERVICE,
    "list-instances",
    Instances,
    takes="region",
    items_tell=True,
    asks=Asks(_next_region),
)
EACH_INSTANCE, EACH_STORE = (Asks(make, lambda: (LIST_INSTANCES,)) for make in (_each_instance, _each_store))
LIST_SETS = Call(SERVICE, "list-permission-sets", PermissionSets, asks=EACH_INSTANCE)
EACH_SET = Asks(_each_set, lambda: (LIST_INSTANCES, LIST_SETS))
DESCRIBE_SET = Call(
    SERVICE,
    "describe-permission-set",
    DescribedPermissionSet,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
LIST_MANAGED = Call(
    SERVICE,
    "list-managed-policies-in-permission-set",
    ManagedPolicies,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
LIST_CUSTOMER_MANAGED = Call(
    SERVICE,
    "list-customer-managed-policy-references-in-permission-set",
    CustomerManagedPolicies,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
GET_INLINE = Call(
    SERVICE,
    "get-inline-policy-for-permission-set",
    InlinePolicyText,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
GET_BOUNDARY = Call(
    SERVICE,
    "get-permissions-boundary-for-permission-set",
    PermissionSetBoundary,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
LIST_PROVISIONED_ACCOUNTS = Call(
    SERVICE,
    "list-accounts-for-provisioned-permission-set",
    ProvisionedAccounts,
    takes=SET,
    asks=EACH_SET,
    per=PermissionSet,
)
LIST_ASSIGNMENTS = Call(
    SERVICE,
    "list-account-assignments",
    Assignments,
    takes="account and permission set",
    items_tell=True,
    asks=Asks(_each_assigned_account, lambda: (LIST_INSTANCES, LIST_SETS, LIST_PROVISIONED_ACCOUNTS)),
    per=Assignment,
)
LIST_USERS = Call(DIRECTORY, "list-users", People, asks=EACH_STORE)
LIST_GROUPS = Call(DIRECTORY, "list-groups", Groups, asks=EACH_STORE)
LIST_MEMBERSHIPS = Call(
    DIRECTORY,
    "list-group-memberships",
    Memberships,
    takes="group",
    asks=Asks(_each_group, lambda: (LIST_INSTANCES, LIST_GROUPS)),
    per=DirectoryGroup,
)


def _instances(answers: Answers) -> Iterator[tuple[str, InstanceShape]]:
    for region, page in answers.labelled(LIST_INSTANCES):
        yield from ((region, instance) for instance in page.instances)


def _instance_of(answers: Answers, permission_set: str) -> str:
    """`arn:aws:sso:::permissionSet/INSTANCE/ID` names its instance."""
    arns = (instance.instance_arn for _, instance in _instances(answers))
    return next((arn for arn in arns if f"/{last_part(arn)}/" in permission_set), "")


def _unfound(answers: Answers) -> None:
    """A region that refused matters only where no other region has the instance."""
    if not any(page.instances for page in answers.all(LIST_INSTANCES)):
        answers.expect(LIST_INSTANCES, answers.arguments(LIST_INSTANCES))


def permission_sets(answers: Answers) -> Iterator[Record]:
    _unfound(answers)
    described = {page.permission_set.permission_set_arn: page.permission_set for page in answers.all(DESCRIBE_SET)}
    arns = {arn for page in answers.all(LIST_SETS) for arn in page.permission_sets} | set(described)
    answers.expect(DESCRIBE_SET, arns)
    answers.expect(LIST_PROVISIONED_ACCOUNTS, answers.arguments(LIST_PROVISIONED_ACCOUNTS))
    answers.expect(LIST_ASSIGNMENTS, answers.arguments(LIST_ASSIGNMENTS))
    for shape in described.values():  # one without its name would hide what was known of it
        yield _permission_set(answers, shape)
    for one in (a for page in answers.all(LIST_ASSIGNMENTS) for a in page.account_assignments):
        yield Assignment(
            account_id=one.account_id,
            permission_set_arn=one.permission_set_arn,
            principal_type=one.principal_type,
            principal_id=one.principal_id,
        )


def _permission_set(answers: Answers, described: PermissionSetShape) -> PermissionSet:
    arn = described.permission_set_arn
    boundary = answers.detail(GET_BOUNDARY, [arn], lambda page: _boundary(page.permissions_boundary))
    return PermissionSet(
        arn=arn,
        instance_arn=_instance_of(answers, arn),
        name=described.name,
        session_duration=described.session_duration,
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
    _unfound(answers)
    for person in (p for page in answers.all(LIST_USERS) for p in page.users):
        email = sorted(person.emails, key=lambda e: not e.primary)
        yield DirectoryUser(
            id=person.user_id,
            name=person.user_name,
            display_name=person.display_name,
            email=email[0].value if email else "",
        )
    answers.expect_answers(LIST_MEMBERSHIPS)
    for group in (g for page in answers.all(LIST_GROUPS) for g in page.groups):
        members = answers.listed(
            LIST_MEMBERSHIPS, [group.group_id], lambda page: (m.member_id.user_id for m in page.group_memberships)
        )
        if members == Unseen() or not isinstance(members, Unseen):  # a refused one would hide its known members
            yield DirectoryGroup(id=group.group_id, name=group.display_name, member_ids=members)


SOURCES = (
    Source(
        "sso.permission_sets",
        permission_sets,
        required=(LIST_SETS, DESCRIBE_SET, LIST_ASSIGNMENTS),
        details=(
            LIST_INSTANCES,
            LIST_MANAGED,
            LIST_CUSTOMER_MANAGED,
            GET_INLINE,
            GET_BOUNDARY,
            LIST_PROVISIONED_ACCOUNTS,
        ),
    ),
    Source(
        "sso.directory",
        directory,
        required=(LIST_USERS, LIST_GROUPS),
        details=(LIST_MEMBERSHIPS,),
        uses=(LIST_INSTANCES,),
    ),
)
