"""Reader roles, made from what the sources declare: what each may do, what it must never do, and who may take it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ingest.aws.estate import DESCRIBE_REGIONS
from ingest.snapshot import COLLECTORS
from ingest.sources.declare import Source
from ingest.sources.table import SOURCES

HERE = Path(__file__).parent
# Characters of a managed policy, white space not counted.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
POLICY_SIZE = 6_144
ENTER = "sts:AssumeRole"
NEEDS_NO_PERMISSION = "sts:GetCallerIdentity"

ACCOUNT = re.compile(r"\d{12}")
PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(role|user|assumed-role)/[\w+=,.@/-]+)")
ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)

Statement = dict[str, Any]
Document = dict[str, Any]
Arn = Callable[[str], Any]  # what follows `arn:PARTITION:` -> an ARN in some notation


class RoleError(Exception):
    """A role that cannot be made so. The message is one sentence; its last clause says what to do."""


class Kind(StrEnum):
    MEMBER = "member"
    MANAGEMENT = "management"
    LOG_ARCHIVE = "log-archive"


# What is read where. Whoever reads the organization has an account of its own, which is read like any other.
SCOPES: Mapping[Kind, tuple[str, ...]] = {
    Kind.MEMBER: ("account", "region"),
    Kind.MANAGEMENT: ("organization", "account", "region"),
    Kind.LOG_ARCHIVE: (),
}


@dataclass(frozen=True)
class Reader:
    """A role to be made. `trusted` may take it: an account's number, or the ARN of a role or user; `organization` is
    the id of the one that it must belong to. The name is the same in all accounts. Raises: RoleError."""

    name: str
    trusted: str = ""
    external_id: str = ""
    organization: str = ""

    def __post_init__(self) -> None:
        if self.trusted and not (ACCOUNT.fullmatch(self.trusted) or PRINCIPAL.fullmatch(self.trusted)):
            raise RoleError(
                f"`{self.trusted}` is not one account, role or user, and nobody else may take the role: "
                "name the account's number or the ARN"
            )
        if self.organization and not ORGANIZATION.fullmatch(self.organization):
            raise RoleError(f"`{self.organization}` is no organization's id: it looks like o-a1b2c3d4e5")
        if self.external_id and not EXTERNAL_ID.fullmatch(self.external_id):
            raise RoleError(
                "the external id has characters that AWS does not take: use 2 to 1,224 letters, digits and +=,.@:/_-"
            )


class Denied(NamedTuple):
    """Actions that give contents away, and what those are."""

    sid: str
    reason: str
    actions: tuple[str, ...]
    unless: Mapping[str, Any]


@cache
def denied() -> tuple[Denied, ...]:
    """What no reader role may do, as `denied.toml` says it."""
    rows = tomllib.loads((HERE / "denied.toml").read_text(encoding="utf-8"))["deny"]
    return tuple(Denied(r["sid"], r["reason"], tuple(r["actions"]), r.get("unless", {})) for r in rows)


def sources_for(kind: Kind) -> tuple[Source, ...]:
    return tuple(s for s in SOURCES if COLLECTORS[s.collector].scope in SCOPES[kind])


def actions_for(kind: Kind) -> tuple[str, ...]:
    """The IAM actions that reading takes, sorted; without that of entering other accounts."""
    calls = {call for source in sources_for(kind) for call in source.calls if call.asks}
    calls |= {call.until.call for call in calls if call.until} | ({DESCRIBE_REGIONS} if calls else set())
    return tuple(sorted({call.action for call in calls}))


def allow(sid: str, actions: Iterable[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}


def entering(role: str, arn: Arn) -> Statement:
    """Taking the reader role of every account in the organization of whoever does, and no other."""
    return {
        "Sid": "EnterAccounts",
        "Effect": "Allow",
        "Action": [ENTER],
        "Resource": arn(f"iam::*:role/{role}"),
        "Condition": {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
    }


def permissions(kind: Kind, role: str, arn: Arn, size: int = POLICY_SIZE) -> list[Document]:
    """The policies of a role, as few as their size allows. Raises: RoleError where there is nothing to read."""
    if not sources_for(kind):
        raise RoleError(
            f"nothing is read from a {kind.replace('-', ' ')} account yet that its member role does not read: "
            "make the member role there"
        )
    statements = [allow("ReadConfiguration", actions_for(kind))]
    if kind is Kind.MANAGEMENT:
        statements.append(entering(role, arn))
    return list(_packed([*statements, *_denials()], size))


def trust(reader: Reader, arn: Arn) -> Document:
    """The trust policy of a role. Raises: RoleError where nobody is named."""
    if not reader.trusted:
        raise RoleError("nobody is named who may take the role: give the account or ARN of the credentials in --trust")
    root = arn(f"iam::{reader.trusted}:root")
    wanted = {"sts:ExternalId": reader.external_id, "aws:PrincipalOrgID": reader.organization}
    condition = {"StringEquals": {key: value for key, value in wanted.items() if value}}
    statement = {
        "Sid": "TrustdriftReads",
        "Effect": "Allow",
        "Principal": {"AWS": root if ACCOUNT.fullmatch(reader.trusted) else reader.trusted},
        "Action": ENTER,
    }
    return _document([statement | ({"Condition": condition} if condition["StringEquals"] else {})])


def _denials() -> Iterator[Statement]:
    for row in denied():
        statement = {"Sid": row.sid, "Effect": "Deny", "Action": list(row.actions), "Resource": "*"}
        yield statement | ({"Condition": row.unless} if row.unless else {})


def _packed(statements: Iterable[Statement], size: int) -> Iterator[Document]:
    """The statements in order, in documents that are no larger than need be."""
    page: list[Statement] = []
    for statement in (piece for whole in statements for piece in _pieces(whole, size)):
        if page and _size([*page, statement]) > size:
            yield _document(page)
            page = []
        page.append(statement)
    yield _document(page)


def _pieces(statement: Statement, size: int) -> list[Statement]:
    """A statement that is too large for a document, in several with a part of its actions each."""
    actions, parts = statement["Action"], 1
    while True:
        pieces = [statement | {"Action": actions[i::parts]} for i in range(parts)]
        if parts == len(actions) or all(_size([piece]) <= size for piece in pieces):
            break
        parts += 1
    if parts == 1:
        return pieces
    return [piece | {"Sid": f"{statement['Sid']}{number}"} for number, piece in enumerate(pieces, start=1)]


def _size(statements: list[Statement]) -> int:
    return len(re.sub(r"\s", "", json.dumps(_document(statements))))


def _document(statements: list[Statement]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
