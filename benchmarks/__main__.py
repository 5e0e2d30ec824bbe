"""The command line of the measurements: `python -m benchmarks [NAME…] [--estate DIR | --growth | --accounts N]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bench import Bench, BenchError, kept_estate
from benchmarks.estate import Params
from benchmarks.estate.names import REGIONS
from benchmarks.figures import as_json, as_table
from benchmarks.growth import grown
from benchmarks.measurements import DEFAULT, GROUPS, MEASUREMENTS, expanded
from benchmarks.peers import Answer, PeerError, beside, peers_on
from benchmarks.run import measured
from cli.terminal import note, working, write_whole

Name = StrEnum("Name", {name: name for name in (*MEASUREMENTS, *GROUPS)})
# Many accounts are small ones.
SMALL = Params(roles=40, users=3, groups=3, managed_policies=10, sgs=20, instances=10, lambdas=5, buckets=5, chains=0)
INCOMPLETE = 4
WIDE = 100  # columns, so that no name is cut where the output is no terminal


def main(
    names: Annotated[list[Name] | None, typer.Argument(help="What to measure; else everything.")] = None,
    estate: Annotated[
        Path | None,
        typer.Option(
            help="A generated estate, its twin beside it; else one that is made once, below the user's cache."
        ),
    ] = None,
    growth: Annotated[bool, typer.Option("--growth", help="Measure three sizes and report exponents.")] = False,
    accounts: Annotated[
        int | None, typer.Option(help="Measure an organization of so many small accounts.", min=1)
    ] = None,
    regions: Annotated[int, typer.Option(help="Regions in use there.", min=1, max=len(REGIONS))] = 1,
    peers: Annotated[
        bool, typer.Option("--peers", help="Measure other programs too, installed below the user's cache.")
    ] = False,
    oracle: Annotated[
        str, typer.Option(help="With `--peers`: a program that answers cases as JSON lines, one more peer.")
    ] = "",
    output: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
) -> None:
    """Measure: CPU seconds of one core and peak memory, each measurement in a process of its own."""
    wanted = expanded(name.value for name in names or MEASUREMENTS)
    if sum(map(bool, (estate, growth, accounts))) > 1:
        raise typer.BadParameter("`--estate`, `--growth` and `--accounts` each say what to measure on: give one")
    if (peers and growth) or (oracle and not peers):
        raise typer.BadParameter("`--oracle` needs `--peers`, and that an estate instead of `--growth`: drop one")
    made = replace(SMALL, accounts=accounts, regions=regions, drift=_drift(wanted)) if accounts else None
    try:
        places = [] if growth else list(_estates(wanted, estate, made))
        figures = grown(wanted) if growth else [found for place, there in places for found in measured(there, place)]
    except BenchError as error:
        raise typer.BadParameter(str(error)) from None
    others = _others(places, oracle) if peers else []
    figures = beside(figures, others)
    console = Console()
    console.width = max(console.width, WIDE)
    console.print(as_table(figures))
    if output:
        write_whole(output, as_json(figures))
    if peers and not others:
        raise typer.Exit(INCOMPLETE)


def _drift(names: Sequence[str]) -> int:
    """The changes that these measurements need; an estate without any is made in half the time."""
    return DEFAULT.drift if any(Bench.twin_graph in MEASUREMENTS[name].needs for name in names) else 0


def _estates(names: Sequence[str], given: Path | None, made: Params | None) -> Iterator[tuple[Path, list[str]]]:
    """Where to measure what: on the estate that is given, else on those that are kept."""
    if given:
        yield given, list(names)
        return
    by_params: dict[Params, list[str]] = {}
    for name in names:
        by_params.setdefault(made or MEASUREMENTS[name].estate, []).append(name)
    for params, there in by_params.items():
        with working("estate"):
            place = kept_estate(params)
        note(f"measured on `{place}`", style="dim")
        yield place, there


def _others(places: Sequence[tuple[Path, Sequence[str]]], oracle: str) -> list[Answer]:
    """What other programs take for the same; nothing, and a note, where they cannot be had."""
    try:
        return [answer for place, names in places for answer in peers_on(place, names, oracle)]
    except PeerError as error:
        note(f"peers: {error}")
        return []


if __name__ == "__main__":
    typer.run(main)
