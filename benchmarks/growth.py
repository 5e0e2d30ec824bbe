"""How figures grow with the estate: the exponent over three sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from benchmarks.estate import Params, generate
from benchmarks.figures import Figure
from benchmarks.run import measured

ACCOUNTS = (2, 4, 8)
ROLES = 60


def grown(names: Sequence[str]) -> list[Figure]:
    """The figures at each size, named after it, then their exponents."""
    by_name: dict[str, list[Figure]] = defaultdict(list)
    for accounts in ACCOUNTS:
        with TemporaryDirectory(prefix="trustdrift-estate-") as folder:
            estate = Path(folder) / "estate"
            generate(Params(accounts=accounts, roles=ROLES, drift=10), estate)
            for figure in measured(names, estate):
                by_name[figure.name].append(figure)
    return [*_sized(by_name), *_exponents(by_name)]


def _sized(by_name: dict[str, list[Figure]]) -> Iterator[Figure]:
    for name, figures in by_name.items():
        for accounts, figure in zip(ACCOUNTS, figures, strict=True):
            yield msgspec.structs.replace(figure, name=f"{name} at {accounts}x{ROLES}")


def _exponents(by_name: dict[str, list[Figure]]) -> Iterator[Figure]:
    for name, figures in by_name.items():
        values = [figure.value for figure in figures]
        if min(values) > 0:
            yield Figure(f"{name} growth", exponent(ACCOUNTS, values), "exponent")


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of the line through the logarithms: 1 is linear, 2 is quadratic."""
    slope, _ = np.polyfit(np.log(sizes), np.log(values), 1)
    return float(slope)
