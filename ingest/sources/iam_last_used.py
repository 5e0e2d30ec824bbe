"""Last uses of roles, passwords and keys: facts that change by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.snapshot import AccessKey, AccessKeyUse, CredentialUse, Record, RoleUse
from ingest.sources.answers import Answers
from ingest.sources.credential_report import GET_CREDENTIAL_REPORT, Row, date, rows
from ingest.sources.declare import Call, Response, Source, account_in, each, utc
from ingest.sources.iam_authorization import GET_AUTHORIZATION_DETAILS, LastUsed, RoleDetail
from ingest.sources.iam_credentials import LIST_ACCESS_KEYS


class KeyLastUsed(Response, frozen=True):
    access_key_last_used: LastUsed
    user_name: str = ""


GET_KEY_LAST_USED = Call(
    "iam",
    "get-access-key-last-used",
    KeyLastUsed,
    takes="access key",
    asks=each(LIST_ACCESS_KEYS, lambda page: (key.access_key_id for key in page.access_key_metadata), "AccessKeyId"),
    per=AccessKey,
)


def last_used(answers: Answers) -> Iterator[Record]:
    for page in answers.all(GET_AUTHORIZATION_DETAILS):
        yield from map(_role_use, page.role_detail_list or ())
    yield from map(_credential_use, rows(answers))
    answers.expect_answers(LIST_ACCESS_KEYS)
    answers.expect_answers(GET_KEY_LAST_USED)
    for key, pages in answers.by_argument(GET_KEY_LAST_USED).items():
        used = utc(pages[0].access_key_last_used.last_used_date)
        yield AccessKeyUse(account_id=answers.account, key_id=key, last_used=used or None)


def _role_use(role: RoleDetail) -> RoleUse:
    used = role.role_last_used
    return RoleUse(
        account_id=account_in(role.arn),
        role_arn=role.arn,
        last_used=utc(used.last_used_date) or None,
        region=used.region,
    )


def _credential_use(row: Row) -> CredentialUse:
    return CredentialUse(
        account_id=account_in(row.arn),
        user_arn=row.arn,
        password_last_used=date(row.password_last_used) or None,
        key_1_last_used=date(row.access_key_1_last_used_date) or None,
        key_2_last_used=date(row.access_key_2_last_used_date) or None,
    )


SOURCES = (
    Source(
        "iam.last_used",
        last_used,
        required=(GET_AUTHORIZATION_DETAILS,),
        details=(GET_CREDENTIAL_REPORT, GET_KEY_LAST_USED),
        uses=(LIST_ACCESS_KEYS,),
    ),
)
