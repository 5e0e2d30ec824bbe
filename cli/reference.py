"""Renders docs/CLI.md from the verbs themselves: `python -m cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from cli.exits import ExitCode

INTRODUCTION = """# The command line

Rendered from the verbs by `make docs`; do not edit.

Data goes to stdout (or to the file of `--output`), progress and notes to stderr. Colour is off where stderr is no
terminal or `NO_COLOR` is set. Settings come from `trustdrift.toml` in the working directory (`trustdrift init` writes
a commented one), then from environment variables such as `TRUSTDRIFT_STORE__URL`, then from flags.

| exit code | meaning |
|---|---|
"""
MEANINGS = {
    ExitCode.CLEAN: "nothing to report",
    ExitCode.ERROR: "an error: nothing usable came out; stderr says why in one sentence",
    ExitCode.USAGE: "the command line itself is wrong",
    ExitCode.FINDINGS: "findings or drift at or above `--fail-on`",
    ExitCode.INCOMPLETE: "some data could not be read or is stale",
    ExitCode.INTERRUPTED: "interrupted",
}


def render(app: typer.Typer) -> str:
    """The reference of every verb, in the order of `--help`."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    codes = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    closing = "\nOf several the first of 1, 3 and 4 counts.\n"
    return INTRODUCTION + codes + closing + "".join(_verb(name, verb) for name, verb in _verbs(group))


def _verbs(group: TyperGroup) -> Iterator[tuple[str, TyperCommand]]:
    yield "", group  # type: ignore[misc]
    yield from group.commands.items()  # type: ignore[misc]


def _verb(name: str, verb: TyperCommand) -> str:
    lines = [f"\n## `{f'trustdrift {name}'.strip()}`\n", verb.help or "", ""]
    rows = [_row(p) for p in verb.params if isinstance(p, TyperOption | TyperArgument) and p.name != "help"]
    if rows:
        lines += ["| option | default | what it does |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(parameter: TyperOption | TyperArgument) -> str:
    names = ", ".join(f"`{o}`" for o in parameter.opts) if isinstance(parameter, TyperOption) else f"`{parameter.name}`"
    default = "required" if parameter.required else _default(parameter.default)
    return f"| {names} | {default} | {parameter.help or ''} |"


def _default(value: object) -> str:
    return "" if value in (None, False, "") else f"`{getattr(value, 'value', value)}`"


if __name__ == "__main__":
    from trustdrift import app

    typer.echo(render(app), nl=False)
