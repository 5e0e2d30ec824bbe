"""The command line of the measurements: `python -m benchmarks [NAME…] [--estate DIR | --growth | --accounts N]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bench import Bench, BenchError
from benchmarks.estate import Params, generate
from benchmarks.estate.names import REGIONS
from benchmarks.figures import Figure, as_json, as_table
from benchmarks.growth import grown
from benchmarks.measurements import MEASUREMENTS
from benchmarks.run import measured
from cli.terminal import write_whole

Name = StrEnum("Name", {name: name for name in MEASUREMENTS})
DEFAULT = Params(accounts=10, roles=100, drift=10)
# Many accounts are small ones.
SMALL = Params(roles=40, users=3, groups=3, managed_policies=10, sgs=20, instances=10, lambdas=5, buckets=5, chains=0)


def main(
    names: Annotated[list[Name] | None, typer.Argument(help="What to measure; else everything.")] = None,
    estate: Annotated[
        Path | None, typer.Option(help="A generated estate, its twin beside it; else one of 10 accounts x 100 roles.")
    ] = None,
    growth: Annotated[bool, typer.Option("--growth", help="Measure three sizes and report exponents.")] = False,
    accounts: Annotated[
        int | None, typer.Option(help="Measure an organization of so many small accounts.", min=1)
    ] = None,
    regions: Annotated[int, typer.Option(help="Regions in use there.", min=1, max=len(REGIONS))] = 1,
    output: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
) -> None:
    """Measure: CPU seconds of one core and peak memory, each measurement in a process of its own."""
    wanted = [name.value for name in names] if names else list(MEASUREMENTS)
    if sum(map(bool, (estate, growth, accounts))) > 1:
        raise typer.BadParameter("`--estate`, `--growth` and `--accounts` each say what to measure on: give one")
    made = replace(SMALL, accounts=accounts, regions=regions, drift=_drift(wanted)) if accounts else DEFAULT
    try:
        figures = grown(wanted) if growth else measured(wanted, estate) if estate else _on(made, wanted)
    except BenchError as error:
        raise typer.BadParameter(str(error)) from None
    Console().print(as_table(figures))
    if output:
        write_whole(output, as_json(figures))


def _drift(names: Sequence[str]) -> int:
    """The changes that these measurements need; an estate without any is made in half the time."""
    return DEFAULT.drift if any(Bench.twin_graph in MEASUREMENTS[name].needs for name in names) else 0


def _on(params: Params, names: Sequence[str]) -> list[Figure]:
    with TemporaryDirectory(prefix="trustdrift-estate-") as folder:
        generate(params, Path(folder) / "estate")
        return measured(names, Path(folder) / "estate")


if __name__ == "__main__":
    typer.run(main)
