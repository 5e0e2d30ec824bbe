"""The command line of Trustdrift; `trustdrift --help` lists its verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import access, cataloguing, collecting, evaluating, line, paths, permissions, questions, screens, watching
from cli.context import Invocation
from cli.exits import Verbs

THE_LINE = "The line, stage by stage"
QUESTIONS = "Questions"
SCREENS = "To look"
READING_AWS = "Reading AWS"

app = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
PANELS = {
    THE_LINE: (
        line.init,
        line.run,
        collecting.collect,
        line.build,
        line.load,
        line.check,
        line.approve,
        line.drift,
        line.report,
        watching.watch,
    ),
    QUESTIONS: (
        permissions.can,
        permissions.access,
        permissions.whocan,
        paths.paths,
        paths.exposed,
        paths.blast,
        paths.chokepoints,
        questions.query,
        questions.snapshots,
        cataloguing.techniques,
        questions.schema,
        evaluating.evaluate,
    ),
    SCREENS: (screens.app, screens.demo),
    READING_AWS: (access.doctor, access.role_policy),
}
for panel, verbs in PANELS.items():
    for verb in verbs:
        app.command(rich_help_panel=panel)(verb)


@app.callback()
def trustdrift(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The settings file; else trustdrift.toml here, if any.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """Who and what can reach your crown jewels in AWS, and what changed since you approved it."""
    ctx.obj = Invocation(config)


def main() -> None:
    app(prog_name="trustdrift")


if __name__ == "__main__":
    main()
