"""The verbs about ways: paths, blast, exposed, chokepoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import workspace
from cli.exits import leave
from cli.line import Output, coverage_codes
from cli.permissions import AsOf
from cli.questions import RowForm
from cli.tables import RowFormat, as_json, rows_as
from cli.terminal import deliver, note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from graph.model import Graph

SHOWN = 50  # rows of a table for people
EVERY = 1_000  # paths that `--all` shows at most
From = Annotated[
    str,
    typer.Option("--from", help="A node: ARN, unique name, `account:ID`, `internet`, `ci`, `exposed`, `zone:NAME` …"),
]
MaxHops = Annotated[int, typer.Option("--max-hops", min=1, max=50, help="The most steps that a way may have.")]


def paths(
    ctx: typer.Context,
    source: From,
    target: Annotated[str, typer.Option("--to", help="A node, or `admin`, `org-admin`, `jewels` …")],
    max_hops: MaxHops = 12,
    k: Annotated[int, typer.Option("-k", min=1, help="How many ways each pair of a source and a target may have.")] = 4,
    every: Annotated[bool, typer.Option("--all", help=f"Every way of every pair, up to {EVERY:,}.")] = False,
    certain: Annotated[bool, typer.Option("--certain", help="Only ways without an open condition.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=EVERY, help="How many ways to show.")] = 20,
    as_of: AsOf = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Find the ways from one place to another, certain ones first, then the shortest.

    The best certain way is always named, also where a shorter one is possible. Exit code 4 where not all was seen: a
    way may hide there.
    """
    from cli.ways import WAY, way_lines, way_row
    from queries.paths import Question, ranked_paths
    from queries.picture import paths_document

    graph = _graph(ctx, as_of)
    places = [_places(ctx, graph, text) for text in (source, target)]
    asked = Question(*places, None if every else k, EVERY if every else limit, max_hops, certain)
    answer = ranked_paths(graph, asked)
    if form is RowFormat.TABLE:
        deliver("\n".join(way_lines(graph, answer.paths)), output)
    elif form is RowFormat.JSON:
        deliver(as_json(paths_document(graph, answer.paths)), output)
    else:
        deliver(rows_as(form, WAY, [way_row(graph, path) for path in answer.paths]), output)
    if answer.has_more:
        note(f"{asked.limit} of more: raise `--limit`, or name fewer places")
    if answer.cut:
        note(answer.cut, style="yellow")
    if not answer.paths:
        note(_no_path(graph, source, target, max_hops))
    _leave(graph)


def blast(
    ctx: typer.Context,
    principal: Annotated[str, typer.Argument(help="Whose: an ARN, a unique name, ACCOUNT/NAME, `internet`.")],
    max_hops: MaxHops = 12,
    as_of: AsOf = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """List all that somebody can reach, worst first: administrator rights, crown jewels, data, roles, workloads.

    Exit code 4 where not all was seen.
    """
    from cli.ways import BLAST, blast_document, blast_row
    from queries.paths import blast as blast_of

    graph = _graph(ctx, as_of)
    places = _places(ctx, graph, principal)
    if len(places) != 1:
        raise typer.BadParameter(f"`{principal}` names {len(places)} nodes: name one of them")
    found = blast_of(graph, places[0], max_hops)
    if form is RowFormat.JSON:
        deliver(as_json(blast_document(graph, found)), output)
    else:
        _deliver_rows(form, BLAST, [blast_row(graph, found, row) for row in found.rows], output)
    if not found.rows:
        note(f"`{principal}` reaches nothing that was seen within {max_hops} hops")
    _leave(graph)


def exposed(
    ctx: typer.Context,
    as_of: AsOf = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Show who reaches administrator rights or a crown jewel, grouped by the first step that could be avoided.

    Read from its end, that is the first step of a way that is not the right of an administrator. Those who are
    administrators by right come after, with the reason that the settings give for it. Exit code 4 where not all was
    seen.
    """
    from cli.ways import EXPOSED, exposure_document, exposure_rows
    from queries.paths import exposure

    graph = _graph(ctx, as_of)
    found = exposure(graph)
    if form is RowFormat.JSON:
        deliver(as_json(exposure_document(graph, found)), output)
    else:
        _deliver_rows(form, EXPOSED, exposure_rows(graph, found), output)
    if not found.gates:
        note("nobody who was seen reaches administrator rights or a crown jewel, administrators aside")
    _leave(graph)


def chokepoints(
    ctx: typer.Context,
    source: From = "exposed",
    target: Annotated[str, typer.Option("--to", help="A node or a class; else `admin` and `jewels`.")] = "",
    budget: Annotated[int, typer.Option(min=1, max=50, help="How many edits a plan may have.")] = 5,
    as_of: AsOf = None,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Find the few edits that close most ways, each checked by searching again without what it takes away.

    A plan is greedy: each edit counts what it closes after those before it. How much a plan of as many edits can close
    at most is told with it. Exit code 4 where not all was seen.
    """
    from cli.ways import CHOKEPOINTS, chokepoint_rows, chokepoints_document, closing
    from queries.chokepoints import chokepoints as choke

    graph = _graph(ctx, as_of)
    targets = [node for text in ((target,) if target else ("admin", "jewels")) for node in _places(ctx, graph, text)]
    found = choke(graph, _places(ctx, graph, source), targets, budget)
    if form is RowFormat.JSON:
        deliver(as_json(chokepoints_document(graph, found)), output)
    else:
        _deliver_rows(form, CHOKEPOINTS, chokepoint_rows(found), output)
    note(closing(found))
    _leave(graph)


def _graph(ctx: typer.Context, snapshot_id: str | None) -> Graph:
    """The loaded graph, or that of a snapshot, which is built where it was not yet."""
    from cli.stages import build

    space = workspace(ctx)
    return build(space, space.snapshot(snapshot_id)) if snapshot_id else space.graph()


def _places(ctx: typer.Context, graph: Graph, text: str) -> list[str]:
    """The nodes that a text names. Raises Unresolved."""
    from queries.paths import endpoints

    return endpoints(graph, text, workspace(ctx).settings.build_options().zones)


def _deliver_rows(
    form: RowFormat, columns: Sequence[str], rows: Sequence[Mapping[str, object]], output: Path | None
) -> None:
    """All rows for programs; the first ones for people."""
    shown = rows[:SHOWN] if form is RowFormat.TABLE and output is None else rows
    deliver(rows_as(form, columns, shown), output)
    if len(shown) < len(rows):
        note(f"{len(shown)} of {len(rows):,} rows: ask with `--format json`, or write them with `--output`")


def _no_path(graph: Graph, source: str, target: str, max_hops: int) -> str:
    """Why there is none, where one of the ends stands for nobody."""
    from queries.where import CLASSES, places

    for text in (source, target):
        if text in CLASSES and not places(graph, text):
            return f"no path: `{text}` names nothing in this graph: {CLASSES[text][1]}"
    return f"no path from `{source}` to `{target}` within {max_hops} hops"


def _leave(graph: Graph) -> None:
    """Says what was not seen, and ends with the code for it."""
    unseen = [node for node in graph.of("Coverage") if node.properties.get("state") != "seen"]
    if unseen:
        accounts = len({node.properties.get("account_id") for node in unseen})
        sources = f"{len(unseen)} of {len(graph.of('Coverage'))} sources"
        note(f"not completely seen: {sources}, in {accounts} accounts; a way may hide there", style="yellow")
    leave(*coverage_codes(graph))
