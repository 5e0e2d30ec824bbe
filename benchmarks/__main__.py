"""The command line of the measurements: `python -m benchmarks [NAME…] [--estate DIR | --growth] [--json OUT]`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bench import BenchError
from benchmarks.estate import Params, generate
from benchmarks.figures import Figure, as_json, as_table
from benchmarks.growth import grown
from benchmarks.measurements import MEASUREMENTS
from benchmarks.run import measured
from cli.terminal import write_whole

Name = StrEnum("Name", {name: name for name in MEASUREMENTS})
DEFAULT = Params(accounts=10, roles=100, drift=10)


def main(
    names: Annotated[list[Name] | None, typer.Argument(help="What to measure; else everything.")] = None,
    estate: Annotated[
        Path | None, typer.Option(help="A generated estate, its twin beside it; else one of 10 accounts x 100 roles.")
    ] = None,
    growth: Annotated[bool, typer.Option("--growth", help="Measure three sizes and report exponents.")] = False,
    output: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
) -> None:
    """Measure: CPU seconds of one core and peak memory, each measurement in a process of its own."""
    wanted = [name.value for name in names] if names else list(MEASUREMENTS)
    if estate and growth:
        raise typer.BadParameter("`--growth` makes its own estates: leave `--estate` out")
    try:
        figures = grown(wanted) if growth else measured(wanted, estate) if estate else _on_default(wanted)
    except BenchError as error:
        raise typer.BadParameter(str(error)) from None
    Console().print(as_table(figures))
    if output:
        write_whole(output, as_json(figures))


def _on_default(names: Sequence[str]) -> list[Figure]:
    with TemporaryDirectory(prefix="trustdrift-estate-") as folder:
        generate(DEFAULT, Path(folder) / "estate")
        return measured(names, Path(folder) / "estate")


if __name__ == "__main__":
    typer.run(main)
