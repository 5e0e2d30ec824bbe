"""Facts of IAM and of IAM Identity Center. Policy documents are canonical JSON text, statements in AWS's order."""

from __future__ import annotations

import msgspec

from ingest.snapshot.record import ArnRecord, Record, Tags, Unseen


class InlinePolicy(msgspec.Struct, frozen=True):
    name: str
    document: str


class Principal(ArnRecord, frozen=True, kw_only=True, omit_defaults=True):
    """What users, groups and roles have in common."""

    unique_id: str = ""
    path: str = "/"
    created: str = ""  # ISO 8601, UTC
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()  # ARNs of managed policies


class User(Principal, frozen=True, kw_only=True, omit_defaults=True):
    groups: tuple[str, ...] = ()  # names, in the same account
    boundary: str | None = None  # ARN of a managed policy
    tags: Tags = {}


class Group(Principal, frozen=True, kw_only=True, omit_defaults=True):
    pass


class Role(Principal, frozen=True, kw_only=True, omit_defaults=True):
    trust: str  # the AssumeRolePolicyDocument
    boundary: str | None = None
    tags: Tags = {}


class ManagedPolicy(ArnRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A managed policy with its default version. AWS's own policies belong to the account whose dump showed them."""

    document: str | Unseen = Unseen()
    version: str = ""

    @property
    def key(self) -> str:
        return f"{self.account_id} {self.arn}"


class InstanceProfile(ArnRecord, frozen=True, kw_only=True, omit_defaults=True):
    roles: tuple[str, ...] = ()  # ARNs


class IdentityProvider(ArnRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A SAML or OpenID Connect provider of one account."""

    kind: str  # "saml" | "oidc"
    client_ids: tuple[str, ...] | Unseen = Unseen()


class AccessKey(Record, frozen=True, kw_only=True, omit_defaults=True):
    account_id: str
    user_arn: str
    id: str
    active: bool
    created: str = ""

    @property
    def key(self) -> str:
        return f"{self.user_arn} {self.id}"


class LoginProfile(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a user can sign in to the console with a password."""

    account_id: str
    user_arn: str
    exists: bool

    @property
    def key(self) -> str:
        return self.user_arn


class MfaDevices(Record, frozen=True, kw_only=True, omit_defaults=True):
    account_id: str
    user_arn: str
    serials: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.user_arn


class CredentialReportRow(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One row of the credential report; the root user's row has the ARN `arn:...:ACCOUNT:root`.

    Only what people set is here. What changes by itself (last used) is a `CredentialUse`.
    """

    account_id: str
    user_arn: str
    password_enabled: bool | None = None
    mfa_active: bool = False
    key_1_active: bool = False
    key_1_rotated: str = ""
    key_2_active: bool = False
    key_2_rotated: str = ""

    @property
    def key(self) -> str:
        return self.user_arn


class AccountSummary(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What IAM counts in an account, and how its root user may sign in; None where AWS does not say.

    A root access key counts whether it is active or not. Source:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    """

    account_id: str
    root_mfa: bool
    root_access_key: bool
    root_password: bool | None = None
    users: int | None = None
    groups: int | None = None
    roles: int | None = None
    policies: int | None = None  # customer managed
    providers: int | None = None
    mfa_devices: int | None = None

    @property
    def key(self) -> str:
        return self.account_id


class PasswordPolicy(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What an account demands of its users' passwords. Where none `exists`, AWS's default holds.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """

    account_id: str
    exists: bool
    minimum_length: int | None = None  # characters
    symbols: bool | None = None
    numbers: bool | None = None
    uppercase: bool | None = None
    lowercase: bool | None = None
    users_may_change: bool | None = None
    maximum_age: int | None = None  # days; None: passwords do not expire
    reuse_prevention: int | None = None  # passwords that may not come again; None: they may
    hard_expiry: bool | None = None

    @property
    def key(self) -> str:
        return self.account_id


class PermissionSet(Record, frozen=True, kw_only=True, omit_defaults=True):
    arn: str
    name: str
    instance_arn: str
    session_duration: str = ""
    managed: tuple[str, ...] | Unseen = Unseen()
    customer_managed: tuple[str, ...] | Unseen = Unseen()  # path and name
    inline: str | Unseen | None = Unseen()
    boundary: str | Unseen | None = Unseen()

    @property
    def key(self) -> str:
        return self.arn


class Assignment(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One person or group of Identity Center may use one permission set in one account."""

    account_id: str
    permission_set_arn: str
    principal_type: str  # "USER" | "GROUP"
    principal_id: str

    @property
    def key(self) -> str:
        return f"{self.account_id} {self.permission_set_arn} {self.principal_type} {self.principal_id}"


class DirectoryUser(Record, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    name: str
    display_name: str = ""
    email: str = ""

    @property
    def key(self) -> str:
        return self.id


class DirectoryGroup(Record, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    name: str
    member_ids: tuple[str, ...] | Unseen = Unseen()

    @property
    def key(self) -> str:
        return self.id
