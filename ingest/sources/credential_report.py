"""The IAM credential report: a CSV, plain or in base64 as `iam get-credential-report` prints it."""

from __future__ import annotations

import base64
import binascii
import csv
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.snapshot import CredentialReportRow
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Until, account_in, utc

HEADER = "user,arn,user_creation_time,"
ROWS = "CredentialReportRows"
NO_DATE = {"", "N/A", "no_information", "not_supported"}  # what the report prints for a date that is none


class Row(Shape, frozen=True, rename=None):
    """The columns that we keep, under their names in the CSV."""

    user: str
    arn: str
    password_enabled: str
    mfa_active: str
    access_key_1_active: str
    access_key_2_active: str
    password_last_used: str = ""
    access_key_1_last_rotated: str = ""
    access_key_1_last_used_date: str = ""
    access_key_2_last_rotated: str = ""
    access_key_2_last_used_date: str = ""


class CredentialReport(Response, frozen=True):
    credential_report_rows: list[Row]

    def told(self) -> Iterable[str]:
        return (row.arn for row in self.credential_report_rows)


def from_csv(text: str) -> dict[str, Any] | None:
    """The report as an answer; None for other text. A row that was cut off lacks cells, which its shape refuses."""
    if not text.lstrip().startswith(HEADER):
        return None
    rows = csv.DictReader(text.strip().splitlines(), restkey="more")
    try:
        return {ROWS: list(rows)}
    except csv.Error as error:
        return {ROWS: [f"line {rows.line_num}: {error}"]}


def from_answer(value: Any) -> Any:
    """The report inside the CLI's answer; any other value as it is."""
    content = value.get("Content") if isinstance(value, dict) else None
    if not isinstance(content, str) or "ReportFormat" not in value:
        return value
    try:
        return from_csv(base64.b64decode(content).decode()) or value
    except (binascii.Error, UnicodeDecodeError):
        return value


class ReportState(Response, frozen=True):
    state: str


GENERATE_REPORT = Call("iam", "generate-credential-report", ReportState)
GET_CREDENTIAL_REPORT = Call(
    "iam",
    "get-credential-report",
    CredentialReport,
    aliases=("credential-report",),
    until=Until(GENERATE_REPORT, lambda answer: answer.state == "COMPLETE"),
    unpack=from_answer,
)


def rows(answers: Answers) -> Iterator[Row]:
    return (row for page in answers.all(GET_CREDENTIAL_REPORT) for row in page.credential_report_rows)


def credential_report(answers: Answers) -> Iterator[CredentialReportRow]:
    for row in rows(answers):
        yield CredentialReportRow(
            account_id=account_in(row.arn),
            user_arn=row.arn,
            password_enabled=_flag(row.password_enabled),
            mfa_active=row.mfa_active == "true",
            key_1_active=row.access_key_1_active == "true",
            key_1_rotated=date(row.access_key_1_last_rotated),
            key_2_active=row.access_key_2_active == "true",
            key_2_rotated=date(row.access_key_2_last_rotated),
        )


def date(cell: str) -> str:
    return "" if cell in NO_DATE else utc(cell)


def _flag(cell: str) -> bool | None:
    return {"true": True, "false": False}.get(cell.lower())


SOURCES = (Source("iam.credential_report", credential_report, required=(GET_CREDENTIAL_REPORT,)),)
