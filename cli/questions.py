"""The verbs that answer a question: paths, query, snapshots, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import workspace
from cli.exits import ExitCode, UsageProblem, leave
from cli.line import Output, coverage_codes
from cli.tables import RowFormat, as_json, rows_as
from cli.terminal import deliver, note

if TYPE_CHECKING:
    from graph.model import Graph
    from queries.paths import Path as FoundPath

RowForm = Annotated[RowFormat, typer.Option("--format", help="How the rows are written.")]
FOR_PEOPLE = (RowFormat.TABLE, RowFormat.MD)
MAX_SECONDS, MAX_ROWS, MAX_BYTES = 30.0, 10_000, 20 * 2**20  # caps of a question in Cypher


def snapshots(ctx: typer.Context, form: RowForm = RowFormat.TABLE, output: Output = None) -> None:
    """List the snapshots with their coverage."""
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


def paths(
    ctx: typer.Context,
    source: Annotated[str, typer.Option("--from", help="A node: ARN, unique name, `account:ID`, `internet`, `ci` …")],
    target: Annotated[str, typer.Option("--to", help="A node, or `admin`, `org-admin`, `jewels` …")],
    max_hops: Annotated[int, typer.Option(min=1, max=50, help="The longest path to look for.")] = 12,
    certain: Annotated[bool, typer.Option("--certain", help="Only paths without an open condition.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many paths to show.")] = 20,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Find the best paths from one place to another."""
    from queries.paths import find_paths
    from queries.picture import paths_document
    from queries.where import resolve

    graph = workspace(ctx).graph()
    found = find_paths(graph, resolve(graph, source), resolve(graph, target), limit, max_hops, certain)
    if form is RowFormat.JSON:
        deliver(as_json(paths_document(graph, found)), output)
    else:
        ids = () if form in FOR_PEOPLE else ("source", "target")  # the way names both ends
        columns = (*ids, "verdict", "hops", "way", "conditions")
        deliver(rows_as(form, columns, [_path_row(graph, p) for p in found]), output)
    if not found:
        note(f"no path from `{source}` to `{target}` within {max_hops} hops")
    leave(*coverage_codes(graph))


def _path_row(graph: Graph, path: FoundPath) -> dict[str, object]:
    from queries.where import full_name

    way = [full_name(graph, path.source)]
    for hop in path.hops:
        way.append(f"-{hop.type}{f' {hop.key}' if hop.key else ''}-> {full_name(graph, hop.target)}")
    return {
        "source": path.source,
        "target": path.target,
        "verdict": path.verdict,
        "hops": len(path.hops),
        "way": " ".join(way),
        "conditions": "; ".join(path.conditions),
    }


def query(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A query of the catalogue, or `list`.")] = "list",
    cypher: Annotated[str, typer.Option("--cypher", "-c", help="A question of your own; it can only read.")] = "",
    parameters: Annotated[list[str] | None, typer.Option("--set", help="A parameter as NAME=VALUE.")] = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Ask the catalogue, or ask in Cypher; `query list` names what the catalogue has."""
    if name == "list" and not cypher:
        deliver(rows_as(form, ("id", "kind", "title", "parameters"), _catalogue()), output)
        return
    space, given = workspace(ctx), dict(_parameter(p) for p in parameters or [])
    with space.open_store() as store:
        text, bound = (cypher, given) if cypher else _catalogued(name, given, space.promoted().taken_at)
        answer = store.adhoc(text, bound, timeout=MAX_SECONDS, max_rows=MAX_ROWS, max_bytes=MAX_BYTES)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    deliver(rows_as(form, answer.columns, rows), output)
    if answer.truncated:
        note(f"cut short: more than {MAX_ROWS:,} rows or {MAX_BYTES >> 20} MB; add a LIMIT or ask for less")


def schema(output: Output = None) -> None:
    """Print every label, relationship and property of the graph, with an example each."""
    from graph.schema.document import render

    deliver(render(), output)


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageProblem(f"`--set {text}` is no parameter: write it as NAME=VALUE")
    return name, value


def _catalogue() -> list[dict[str, object]]:
    from queries.catalog import checks, questions

    rows = [("question", q) for q in questions().values()] + [("check", q) for q in checks().values()]
    return [{"id": q.id, "kind": kind, "title": q.title, "parameters": ", ".join(q.parameters)} for kind, q in rows]


def _catalogued(name: str, given: dict[str, str], now: str) -> tuple[str, dict[str, object]]:
    """The text and parameters of a query of the catalogue. Raises CatalogError."""
    from queries.catalog import bind
    from queries.catalog import query as find

    found = find(name)
    typed = {k: _like(found.parameters.get(k, ""), v, k) for k, v in given.items()}
    return found.body, bind(found, now, typed)


def _like(default: str | int | list[str], text: str, name: str) -> str | int | list[str]:
    """A parameter's text in the type of its default."""
    if isinstance(default, list):
        return text.split(",")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise UsageProblem(f"`--set {name}={text}`: a whole number is needed") from None
    return text
