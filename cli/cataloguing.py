"""The verb that lists what escalation is searched for, and docs/TECHNIQUES.md: `python -m cli.cataloguing`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from cli.tables import RowFormat, rows_as

if TYPE_CHECKING:
    from graph.techniques import Need, Technique

COLUMNS = ("id", "name", "permissions", "gains", "detect", "fix", "source")
SHOWN = ("id", "name", "permissions", "gains")
INTRODUCTION = """# Escalation techniques

Rendered from `graph/techniques/*.toml` by `make docs`; do not edit.

Each row is executed while the graph is built: every need is asked of the policy engine with boundary, SCPs and Deny
statements, and becomes an edge `CAN_ESCALATE` (certain) or `MAY_ESCALATE` (possible) with its proof. An id is
pathfinding.cloud's where it has one. *Open* is what no snapshot tells: such a step is possible at most.
"""
EXISTS = {
    "instance_profile": "the role is in an instance profile",
    "spare_access_key": "the user has fewer than two access keys",
    "no_spare_access_key": "the user has two access keys",
    "login_profile": "the user has a console password",
    "no_login_profile": "the user has no console password",
    "running": "the instance runs",
    "managed_instance": "the instance runs, and Systems Manager reaches it",
    "container_instance": "the account has a container instance of ECS",
    "ecs_cluster": "the account has a cluster of ECS",
    "launched_by_latest": "an Auto Scaling group takes the template's latest version",
    "launched_by_default": "an Auto Scaling group takes the template's default version",
    "command_task": "the tasks take commands, and their role lets the agent that carries them talk to Systems Manager",
    "reachable_endpoint": "the endpoint has a public address; open where it has none",
    "batch_builds": "the project is set up for batch builds; open where it is not",
    "updatable": "the stack is in a state in which it can be updated",
    "open_cluster": "the cluster lets people in by access entries, and the caller reaches it",
    "studio_of_iam": "its domain lets people in by IAM",
    "stopped": "it is stopped",
}


class ListFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    MD = "md"


def techniques(
    service: Annotated[str, typer.Option(help="Those of one AWS service, as their ids begin: iam, lambda, …")] = "",
    form: Annotated[ListFormat, typer.Option("--format", help="How to print them.")] = ListFormat.TABLE,
) -> None:
    """List the escalation techniques that are searched for: what each needs and gains, how it is seen and closed."""
    from graph.techniques import techniques as declared

    found = [t for t in declared().values() if service in ("", t.service)]
    if not found:
        known = ", ".join(dict.fromkeys(t.service for t in declared().values()))
        raise typer.BadParameter(f"no technique of `{service}`: give one of {known}", param_hint="--service")
    if form is ListFormat.MD:
        typer.echo(render(found), nl=False)
    else:
        columns = SHOWN if form is ListFormat.TABLE else COLUMNS
        typer.echo(rows_as(RowFormat(form.value), columns, [_row(t) for t in found]))


def _row(technique: Technique) -> dict[str, object]:
    permissions = list(dict.fromkeys(need.action for need in technique.needs))
    return {**{c: getattr(technique, c, None) for c in COLUMNS}, "permissions": permissions}


def render(found: Sequence[Technique]) -> str:
    """The techniques as one Markdown document, service by service."""
    parts = [INTRODUCTION]
    for service, rows in groupby(found, lambda t: t.service):
        parts.append(f"\n## {service}\n")
        parts += [line for row in rows for line in _section(row)]
    return "".join(parts)


def _section(technique: Technique) -> Iterator[str]:
    yield f"\n### {technique.id}: {technique.name}\n\n{technique.why} It gains {technique.gains}.\n\n"
    yield from (f"- needs {_need(need)}\n" for need in technique.needs)
    if technique.trusts:
        yield f"- the role trusts `{technique.trusts}`\n"
    if technique.exists:
        yield f"- {EXISTS[technique.exists]}\n"
    if technique.open:
        yield f"- open: {technique.open}\n"
    yield f"- seen in CloudTrail: {', '.join(f'`{event}`' for event in technique.detect)}\n"
    yield f"- fix: {technique.fix}\n- source: <{technique.source}>\n"


ON = {
    "target": "the target",
    "gained": "the role that is gained",
    "self": "the caller itself",
    "new": "one that the caller names, `{resource}`",
    "any": "some `{resource}`",
    "existing": "one that is there, `{resource}`",
    "*": "`*`",
}


def _need(need: Need) -> str:
    where = ON.get(need.on, f"`{need.on}`").replace("{resource}", need.resource)
    keys = "".join(f" with `{key}` `{value}`" for key, value in need.context.items())
    return f"`{need.action}` on {where}{keys}"


if __name__ == "__main__":
    from graph.techniques import techniques as every

    typer.echo(render(list(every().values())), nl=False)
