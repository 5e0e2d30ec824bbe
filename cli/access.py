"""The verbs about access to AWS: what is missing (`doctor`), and the roles that grant it (`role-policy`)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import workspace
from cli.exits import ExitCode, leave
from cli.terminal import deliver, note, printable

if TYPE_CHECKING:
    from cli.diagnosis import Diagnosis

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")]


class RoleKind(StrEnum):
    MEMBER = "member"
    MANAGEMENT = "management"
    LOG_ARCHIVE = "log-archive"


class RoleForm(StrEnum):
    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


class DoctorForm(StrEnum):
    TABLE = "table"
    JSON = "json"


class PartitionName(StrEnum):
    AWS = "aws"
    US_GOV = "aws-us-gov"
    CN = "aws-cn"


def role_policy(
    ctx: typer.Context,
    kind: Annotated[
        RoleKind, typer.Argument(help="Whose role: of every account, or of whoever reads the organization.")
    ] = RoleKind.MEMBER,
    form: Annotated[RoleForm, typer.Option("--format", help="How the role is written.")] = RoleForm.JSON,
    trust: Annotated[
        str, typer.Option(help="Who may take the role: an account's number, or the ARN of a role or user.")
    ] = "",
    external_id: Annotated[
        str | None, typer.Option(help="What they must know besides; else `aws.external_id` of the settings.")
    ] = None,
    organization: Annotated[str, typer.Option(help="The organization's id, o-…, that they must belong to.")] = "",
    partition: Annotated[
        PartitionName, typer.Option(help="The partition of JSON; the other formats find it out.")
    ] = PartitionName.AWS,
    output: Output = None,
) -> None:
    """Print a read-only role: exactly what collecting needs, and a Deny for contents and secrets.

    `member` belongs into every account. `management` reads the organization and Identity Center too, from the
    management account or a delegated administrator, and enters the accounts. Service-managed StackSets skip the
    management account: deploy its role there as a plain stack. A `log-archive` role is for later, when trails are read.
    """
    from ingest.aws.role_files import Notation, role_file
    from ingest.aws.roles import Kind, Reader, RoleError

    aws = workspace(ctx).settings.aws
    known = aws.external_id if external_id is None else external_id
    try:
        text = role_file(Kind(kind), Reader(aws.role_name, trust, known, organization), Notation(form), partition)
    except RoleError as error:
        raise typer.BadParameter(str(error)) from None
    if trust and not known:
        note("no external id: whoever may act for the trusted account may take the role; set `aws.external_id`")
    deliver(text, output)


def doctor(
    ctx: typer.Context,
    everywhere: Annotated[
        bool, typer.Option("--all", help="Try permissions in every account and region, not in a few.")
    ] = False,
    form: Annotated[DoctorForm, typer.Option("--format", help="How it is written.")] = DoctorForm.TABLE,
    output: Output = None,
) -> None:
    """Find out what keeps a run from being whole: credentials, accounts, permissions, store, disk.

    Every account is entered and every permission is tried once. What is missing is printed as statements, with what
    its absence costs. Exit code 4 where something is missing, 1 where no credentials work.
    """
    from cli.collecting import run_name
    from cli.diagnosis import diagnose

    space = workspace(ctx)
    found = diagnose(space, everywhere, run_name(space), lambda text: note(text, style="dim"))
    deliver(_json(found) if form is DoctorForm.JSON else _table(found), output)
    if found.hopeless:
        leave(ExitCode.ERROR)
    leave(*(() if found.healthy else (ExitCode.INCOMPLETE,)))


def _json(found: Diagnosis) -> str:
    from cli.tables import as_json

    return as_json(
        {
            "checks": [row._asdict() for row in found.rows],
            "missing": [one._asdict() for one in found.missing],
            "costs": {action: [cost._asdict() for cost in rows] for action, rows in sorted(found.costs.items())},
        }
    )


def _table(found: Diagnosis) -> str:
    from cli.diagnosis import Row, lines
    from cli.tables import RowFormat, rows_as

    table = rows_as(RowFormat.TABLE, Row._fields, [row._asdict() for row in found.rows])
    below = "\n".join(line for text in lines(found) for line in map(printable, text.split("\n")))
    return "\n".join(filter(None, (table, below)))
