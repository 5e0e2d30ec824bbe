"""`iam get-account-authorization-details` (a GAAD dump): principals and policies of one account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import (
    Group,
    InlinePolicy,
    InstanceProfile,
    ManagedPolicy,
    Reason,
    Record,
    Role,
    State,
    Unseen,
    User,
)
from ingest.sources.answers import Answers, Gap
from ingest.sources.declare import (
    Call,
    Document,
    Response,
    Shape,
    Source,
    Tag,
    Timestamp,
    account_in,
    tags_of,
    utc,
)


class PolicyDetail(Shape, frozen=True):
    policy_name: str
    policy_document: Document


class AttachedPolicy(Shape, frozen=True):
    policy_arn: str


class Boundary(Shape, frozen=True):
    permissions_boundary_arn: str


class PrincipalDetail(Shape, frozen=True, kw_only=True):
    """AWS prints the lists of attached policies even when empty: where one is missing, so is a part of the dump."""

    arn: str
    attached_managed_policies: list[AttachedPolicy]
    path: str = "/"
    create_date: Timestamp | None = None


class UserDetail(PrincipalDetail, frozen=True, kw_only=True):
    user_name: str
    user_id: str = ""
    user_policy_list: list[PolicyDetail] = []
    group_list: list[str] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class GroupDetail(PrincipalDetail, frozen=True, kw_only=True):
    group_name: str
    group_policy_list: list[PolicyDetail]
    group_id: str = ""


class ProfileRole(Shape, frozen=True):
    arn: str


class ProfileDetail(Shape, frozen=True):
    instance_profile_name: str
    arn: str
    roles: list[ProfileRole] = []


class LastUsed(Shape, frozen=True):
    last_used_date: Timestamp | None = None
    region: str = ""


class RoleDetail(PrincipalDetail, frozen=True, kw_only=True):
    role_name: str
    assume_role_policy_document: Document
    role_policy_list: list[PolicyDetail]
    role_id: str = ""
    instance_profile_list: list[ProfileDetail] = []
    permissions_boundary: Boundary | None = None
    role_last_used: LastUsed = LastUsed()
    tags: list[Tag] = []


class PolicyVersion(Shape, frozen=True):
    version_id: str
    is_default_version: bool = False
    document: Document | None = None


class ManagedPolicyDetail(Shape, frozen=True):
    policy_name: str
    arn: str
    default_version_id: str = ""
    policy_version_list: list[PolicyVersion] = []


class AuthorizationDetails(Response, frozen=True):
    user_detail_list: list[UserDetail] | None = None
    group_detail_list: list[GroupDetail] | None = None
    role_detail_list: list[RoleDetail] | None = None
    policies: list[ManagedPolicyDetail] | None = None

    def told(self) -> Iterator[str]:
        for part in (self.role_detail_list, self.user_detail_list, self.group_detail_list, self.policies):
            yield from (item.arn for item in part or ())

    def missing(self) -> list[str]:
        parts = {
            "UserDetailList": self.user_detail_list,
            "GroupDetailList": self.group_detail_list,
            "RoleDetailList": self.role_detail_list,
            "Policies": self.policies,
        }
        return [name for name, part in parts.items() if part is None]


GET_AUTHORIZATION_DETAILS = Call(
    "iam",
    "get-account-authorization-details",
    AuthorizationDetails,
    aliases=("gaad", "authorization-details"),
    any_of=("UserDetailList", "GroupDetailList", "RoleDetailList"),
)


def authorization(answers: Answers) -> Iterator[Record]:
    pages = answers.all(GET_AUTHORIZATION_DETAILS)
    for name in sorted(set.intersection(*(set(p.missing()) for p in pages)) if pages else ()):
        answers.gaps.append(Gap(State.PARTIAL, Reason.TRUNCATED, f"the dump has no `{name}`"))
    for page in pages:
        yield from map(_user, page.user_detail_list or ())
        yield from map(_group, page.group_detail_list or ())
        yield from map(_role, page.role_detail_list or ())
        yield from (_managed(policy, answers.account) for policy in page.policies or ())
    yield from _profiles(role for page in pages for role in page.role_detail_list or ())


def _user(user: UserDetail) -> User:
    return User(
        arn=user.arn,
        name=user.user_name,
        account_id=account_in(user.arn),
        unique_id=user.user_id,
        path=user.path,
        created=utc(user.create_date),
        inline=_inline(user.user_policy_list),
        attached=_attached(user),
        groups=tuple(sorted(user.group_list)),
        boundary=_boundary(user.permissions_boundary),
        tags=tags_of(user.tags),
    )


def _group(group: GroupDetail) -> Group:
    return Group(
        arn=group.arn,
        name=group.group_name,
        account_id=account_in(group.arn),
        unique_id=group.group_id,
        path=group.path,
        created=utc(group.create_date),
        inline=_inline(group.group_policy_list),
        attached=_attached(group),
    )


def _role(role: RoleDetail) -> Role:
    return Role(
        arn=role.arn,
        name=role.role_name,
        account_id=account_in(role.arn),
        unique_id=role.role_id,
        path=role.path,
        created=utc(role.create_date),
        inline=_inline(role.role_policy_list),
        attached=_attached(role),
        trust=role.assume_role_policy_document.text,
        boundary=_boundary(role.permissions_boundary),
        tags=tags_of(role.tags),
    )


def _managed(policy: ManagedPolicyDetail, account: str) -> ManagedPolicy:
    """The default version. A policy of AWS's own belongs to the account whose dump shows it."""
    default = next(
        (v for v in policy.policy_version_list if v.is_default_version or v.version_id == policy.default_version_id),
        None,
    )
    document = default.document.seen if default and default.document else Unseen()
    return ManagedPolicy(
        arn=policy.arn,
        name=policy.policy_name,
        account_id=account,
        document=document,
        version=policy.default_version_id or (default.version_id if default else ""),
    )


def _profiles(roles: Iterable[RoleDetail]) -> Iterator[InstanceProfile]:
    profiles = {p.arn: p for role in roles for p in role.instance_profile_list}
    for arn, profile in profiles.items():
        yield InstanceProfile(
            arn=arn,
            name=profile.instance_profile_name,
            account_id=account_in(arn),
            roles=tuple(sorted(role.arn for role in profile.roles)),
        )


def _inline(policies: list[PolicyDetail]) -> tuple[InlinePolicy, ...]:
    return tuple(sorted((InlinePolicy(p.policy_name, p.policy_document.text) for p in policies), key=lambda p: p.name))


def _attached(principal: PrincipalDetail) -> tuple[str, ...]:
    return tuple(sorted(p.policy_arn for p in principal.attached_managed_policies))


def _boundary(boundary: Boundary | None) -> str | None:
    return boundary.permissions_boundary_arn if boundary else None


SOURCES = (Source("iam.authorization", authorization, required=(GET_AUTHORIZATION_DETAILS,)),)
