"""The verbs that answer a question: paths, query, snapshots, schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.context import workspace
from cli.exits import ExitCode, leave
from cli.line import Output
from cli.tables import RowFormat, rows_as
from cli.terminal import deliver, note
from queries.catalog import RAW

if TYPE_CHECKING:
    from cli.stages import Workspace

RowForm = Annotated[RowFormat, typer.Option("--format", help="How the rows are written.")]
FOR_PEOPLE = (RowFormat.TABLE, RowFormat.MD)
PARAMETER = re.compile(r"(?P<name>\w+)(?P<raw>:?)=(?P<value>.*)", re.DOTALL)


def snapshots(ctx: typer.Context, form: RowForm = RowFormat.TABLE, output: Output = None) -> None:
    """List the snapshots with their coverage.

    Counted are the sources that were collected or tried; what should be there and is not, `report` counts as well.
    """
    infos = workspace(ctx).repository.list()
    rows = [
        {
            "id": i.id,
            "taken_at": i.taken_at,
            "source": i.source,
            "seen": i.seen,
            "of": i.total,
            "not_seen": ", ".join(f"{n} {state}" for state, n in sorted(i.states.items()) if state != "seen"),
            "problem": i.problem,
        }
        for i in infos
    ]
    deliver(rows_as(form, ("id", "taken_at", "source", "seen", "of", "not_seen", "problem"), rows), output)
    leave(*{ExitCode.INCOMPLETE for i in infos if i.problem})


def query(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A query of the catalogue, or `list`.")] = "list",
    cypher: Annotated[str, typer.Option("--cypher", "-c", help="A question of your own; it can only read.")] = "",
    parameters: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter as NAME=VALUE, or NAME:=JSON for numbers and lists.")
    ] = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Ask the catalogue, or ask in Cypher; `query list` names what the catalogue has."""
    if name == "list" and not cypher:
        deliver(rows_as(form, ("id", "kind", "title", "parameters"), _catalogue()), output)
        return
    from queries.adhoc import TERMINAL, ask

    space, given = workspace(ctx), dict(_parameter(p) for p in parameters or [])
    asked = _written(cypher, given, space) if cypher else _catalogued(name, given, space)
    with space.open_store() as store:
        answer = ask(store, asked.text, asked.parameters, TERMINAL)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    deliver(rows_as(form, answer.columns or asked.columns, rows), output)
    if not rows:
        note("no rows: nothing in the loaded graph answers this")
    if cut := TERMINAL.cut(answer):
        note(cut)


def schema(output: Output = None) -> None:
    """Print every label, relationship and property of the graph, with an example each."""
    from graph.schema.document import render

    deliver(render(), output)


class _Asked(NamedTuple):
    """A query as it is run; `columns` are those of the catalogue, since an answer without rows may name none."""

    text: str
    parameters: Mapping[str, object]
    columns: tuple[str, ...]


def _parameter(text: str) -> tuple[str, str]:
    """A name and what was typed for it; JSON keeps its `:=`."""
    found = PARAMETER.fullmatch(text)
    if not found:
        raise typer.BadParameter(f"`--set {text}` is no parameter: write it as NAME=VALUE or NAME:=JSON")
    return found["name"], f"{RAW}{found['value']}" if found["raw"] else found["value"]


def _catalogue() -> list[dict[str, object]]:
    from queries.catalog import checks, questions

    rows = [("question", q) for q in questions().values()] + [("check", q) for q in checks().values()]
    return [{"id": q.id, "kind": kind, "title": q.title, "parameters": _signature(q.parameters)} for kind, q in rows]


def _signature(parameters: Mapping[str, str | int | list[str]]) -> str:
    """Names with their defaults; one without a default has to be given."""
    shown = {k: ",".join(v) if isinstance(v, list) else str(v) for k, v in parameters.items()}
    return " ".join(f"{name}={value}" if value else name for name, value in shown.items())


def _catalogued(name: str, given: dict[str, str], space: Workspace) -> _Asked:
    """A query of the catalogue. Raises CatalogError."""
    from queries.catalog import bind, typed
    from queries.catalog import query as find

    found = find(name)
    values = {k: typed(found.parameters.get(k), text, k) for k, text in given.items()}
    return _Asked(found.body, bind(found, space.promoted().taken_at, values), found.columns)


def _written(text: str, given: dict[str, str], space: Workspace) -> _Asked:
    """A question of the asker's own. Raises CatalogError."""
    from queries.adhoc import bound
    from queries.catalog import typed

    values = {k: typed(None, value, k) for k, value in given.items()}
    return _Asked(text, bound(text, lambda: space.promoted().taken_at, values), ())
