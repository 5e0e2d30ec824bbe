"""How the users of an account sign in, and its identity providers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import AccessKey, IdentityProvider, LoginProfile, MfaDevices, Reason, State, Unseen, User
from ingest.sources.answers import Answers, Gap
from ingest.sources.credential_report import GET_CREDENTIAL_REPORT, rows
from ingest.sources.declare import Call, Response, Shape, Source, Timestamp, account_in, each, last_part, utc
from ingest.sources.iam_authorization import GET_AUTHORIZATION_DETAILS


class KeyMetadata(Shape, frozen=True):
    access_key_id: str
    user_name: str = ""
    status: str = "Active"
    create_date: Timestamp | None = None


class AccessKeys(Response, frozen=True):
    access_key_metadata: list[KeyMetadata]

    def argument(self) -> str:
        return _only(key.user_name for key in self.access_key_metadata)


class Profile(Shape, frozen=True):
    user_name: str


class UserLoginProfile(Response, frozen=True):
    login_profile: Profile

    def argument(self) -> str:
        return self.login_profile.user_name


class Device(Shape, frozen=True):
    serial_number: str
    user_name: str = ""


class Devices(Response, frozen=True):
    devices: list[Device] = msgspec.field(name="MFADevices")

    def argument(self) -> str:
        return _only(device.user_name for device in self.devices)


class Provider(Shape, frozen=True):
    arn: str


class SamlProviders(Response, frozen=True):
    providers: list[Provider] = msgspec.field(name="SAMLProviderList")

    def told(self) -> Iterable[str]:
        return (p.arn for p in self.providers)


class OidcProviders(Response, frozen=True):
    providers: list[Provider] = msgspec.field(name="OpenIDConnectProviderList")

    def told(self) -> Iterable[str]:
        return (p.arn for p in self.providers)


class OidcProvider(Response, frozen=True):
    url: str
    client_ids: list[str] = msgspec.field(name="ClientIDList")
    tags: list[dict[str, str]] = []  # not kept; declared so that no other call takes them for its own

    def argument(self) -> str:
        return self.url.removeprefix("https://")


EACH_USER = each(
    GET_AUTHORIZATION_DETAILS, lambda page: (user.user_name for user in page.user_detail_list or ()), "UserName"
)
LIST_ACCESS_KEYS = Call(
    "iam",
    "list-access-keys",
    AccessKeys,
    takes="user",
    items_tell=True,
    asks=EACH_USER,
    per=User,
)
GET_LOGIN_PROFILE = Call(
    "iam",
    "get-login-profile",
    UserLoginProfile,
    takes="user",
    asks=EACH_USER,
    per=User,
)
LIST_MFA_DEVICES = Call(
    "iam",
    "list-mfa-devices",
    Devices,
    takes="user",
    items_tell=True,
    asks=EACH_USER,
    per=User,
)
LIST_SAML = Call("iam", "list-saml-providers", SamlProviders)
LIST_OIDC = Call("iam", "list-open-id-connect-providers", OidcProviders)
GET_OIDC = Call(
    "iam",
    "get-open-id-connect-provider",
    OidcProvider,
    takes="provider",
    asks=each(LIST_OIDC, lambda page: (p.arn for p in page.providers), "OpenIDConnectProviderArn"),
    per=IdentityProvider,
)


def _only(names: Iterable[str]) -> str:
    distinct = set(names)
    return distinct.pop() if len(distinct) == 1 else ""


def _users(answers: Answers, call: Call[AccessKeys] | Call[UserLoginProfile] | Call[Devices]) -> dict[str, str]:
    """The ARNs of the users that a call should have been asked about, by name."""
    if not answers.whole(GET_AUTHORIZATION_DETAILS) and not answers.whole(GET_CREDENTIAL_REPORT):
        answers.gaps.append(Gap(State.SKIPPED, Reason.NOT_ATTEMPTED, "the account's list of users is not known"))
    users = {row.user: row.arn for row in rows(answers) if ":user/" in row.arn}
    for page in answers.all(GET_AUTHORIZATION_DETAILS):
        users |= {user.user_name: user.arn for user in page.user_detail_list or ()}
    answers.expect(call, users)
    return users


def _arn(answers: Answers, users: dict[str, str], name: str) -> str:
    return users.get(name) or answers.arn("iam", f"user/{name}", regional=False)


def access_keys(answers: Answers) -> Iterator[AccessKey]:
    users = _users(answers, LIST_ACCESS_KEYS)
    for argument, pages in answers.by_argument(LIST_ACCESS_KEYS).items():
        for key in (key for page in pages for key in page.access_key_metadata):
            yield AccessKey(
                account_id=answers.account,
                user_arn=_arn(answers, users, key.user_name or argument),
                id=key.access_key_id,
                active=key.status == "Active",
                created=utc(key.create_date),
            )


def login_profiles(answers: Answers) -> Iterator[LoginProfile]:
    users = _users(answers, GET_LOGIN_PROFILE)
    for name in answers.arguments(GET_LOGIN_PROFILE):
        exists = answers.detail(GET_LOGIN_PROFILE, [name], lambda _: True)
        if not isinstance(exists, Unseen):
            yield LoginProfile(account_id=answers.account, user_arn=_arn(answers, users, name), exists=bool(exists))


def mfa_devices(answers: Answers) -> Iterator[MfaDevices]:
    users = _users(answers, LIST_MFA_DEVICES)
    serials: dict[str, set[str]] = {}
    for argument, pages in answers.by_argument(LIST_MFA_DEVICES).items():
        if argument:
            serials.setdefault(argument, set())
        for device in (device for page in pages for device in page.devices):
            serials.setdefault(device.user_name or argument, set()).add(device.serial_number)
    for name, found in serials.items():
        yield MfaDevices(account_id=answers.account, user_arn=_arn(answers, users, name), serials=tuple(sorted(found)))


def providers(answers: Answers) -> Iterator[IdentityProvider]:
    for saml in (p for page in answers.all(LIST_SAML) for p in page.providers):
        yield IdentityProvider(
            arn=saml.arn, name=last_part(saml.arn), account_id=account_in(saml.arn), kind="saml", client_ids=()
        )
    for oidc in (p for page in answers.all(LIST_OIDC) for p in page.providers):
        url = oidc.arn.partition("oidc-provider/")[2]
        yield IdentityProvider(
            arn=oidc.arn,
            name=url,
            account_id=account_in(oidc.arn),
            kind="oidc",
            client_ids=answers.listed(GET_OIDC, [oidc.arn, url], lambda page: page.client_ids),
        )


_OF_USERS = (GET_AUTHORIZATION_DETAILS, GET_CREDENTIAL_REPORT)
SOURCES = (
    Source("iam.access_keys", access_keys, required=(LIST_ACCESS_KEYS,), uses=_OF_USERS),
    Source("iam.login_profiles", login_profiles, required=(GET_LOGIN_PROFILE,), uses=_OF_USERS),
    Source("iam.mfa_devices", mfa_devices, required=(LIST_MFA_DEVICES,), uses=_OF_USERS),
    Source("iam.providers", providers, required=(LIST_SAML, LIST_OIDC), details=(GET_OIDC,)),
)
