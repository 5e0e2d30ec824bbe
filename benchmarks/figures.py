"""Figures: what was measured, against what goal, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from rich.table import Table


class Figure(msgspec.Struct, frozen=True):
    """One value; smaller is better unless the unit ends in `/s`. `ratio` is how many times better than the peer."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    peer: float | None = None
    ratio: float | None = None


def as_json(figures: Iterable[Figure]) -> bytes:
    """One array of figures."""
    return msgspec.json.format(msgspec.json.encode(list(figures)), indent=2) + b"\n"


def as_table(figures: Iterable[Figure]) -> Table:
    table = Table("name", "unit")
    for column in ("value", "goal", "peer", "ratio"):
        table.add_column(column, justify="right")
    for f in figures:
        table.add_row(f.name, f.unit, *(_short(number) for number in (f.value, f.goal, f.peer, f.ratio)))
    return table


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 1_000 else f"{number:.3g}"
