"""The verbs that answer a question: paths, query, snapshots, schema."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.context import workspace
from cli.exits import ExitCode, leave
from cli.line import Output, coverage_codes
from cli.tables import RowFormat, as_json, rows_as
from cli.terminal import deliver, note
from queries.catalog import RAW

if TYPE_CHECKING:
    from cli.stages import Workspace
    from graph.model import Graph
    from queries.paths import Path as FoundPath

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


def paths(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Option("--from", help="A node: ARN, unique name, `account:ID`, `internet`, `ci`, `exposed` …")
    ],
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
    from queries.where import places

    graph = workspace(ctx).graph()
    more = find_paths(graph, places(graph, source), places(graph, target), limit + 1, max_hops, certain)
    found = _each_pair_first(more)[:limit]
    if form is RowFormat.JSON:
        deliver(as_json(paths_document(graph, found)), output)
    else:
        ids = () if form in FOR_PEOPLE else ("source", "target")  # the way names both ends
        columns = (*ids, "verdict", "hops", "way", "conditions")
        deliver(rows_as(form, columns, [_path_row(graph, p) for p in found]), output)
    if len(more) > limit:
        note(f"{limit} of more: raise `--limit` to see the rest")
    if not found:
        note(_no_path(graph, source, target, max_hops))
    leave(*coverage_codes(graph))


def _each_pair_first(paths: list[FoundPath]) -> list[FoundPath]:
    """The best path of each source and target in the order of the ranks, then the second best of each, and so on."""
    turns: Counter[tuple[str, str]] = Counter()
    turn: list[int] = []
    for path in paths:
        turns[path.source, path.target] += 1
        turn.append(turns[path.source, path.target])
    return [path for _, path in sorted(zip(turn, paths, strict=True), key=lambda pair: pair[0])]


def _no_path(graph: Graph, source: str, target: str, max_hops: int) -> str:
    """Why there is none, where one of the ends stands for nobody."""
    from queries.where import CLASSES, places

    for text in (source, target):
        if text in CLASSES and not places(graph, text):
            return f"no path: `{text}` names nothing in this graph: {CLASSES[text][1]}"
    return f"no path from `{source}` to `{target}` within {max_hops} hops"


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
