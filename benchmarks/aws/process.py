"""Starts the stand-in for AWS beside a measurement, and asks it what it counted."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.aws.serve import COUNTS

ROOT = Path(__file__).parent.parent.parent


class Counts(msgspec.Struct, frozen=True):
    """Requests by `service Operation`; those refused are among those asked."""

    asked: dict[str, int]
    refused: dict[str, int]


@dataclass(frozen=True)
class StandIn:
    url: str
    pid: int

    def counts(self) -> Counts:
        with urllib.request.urlopen(self.url + COUNTS, timeout=30) as answer:  # noqa: S310  our own address
            return msgspec.json.decode(answer.read(), type=Counts)


@contextmanager
def standing_in(estate: Path, latency: float = 0.0, throttle: float | None = None) -> Iterator[StandIn]:
    """Runs the server while the block runs. `latency` in milliseconds, see `benchmarks.aws`."""
    options = ["--latency", str(latency), *(["--throttle", str(throttle)] if throttle else [])]
    command = [sys.executable, "-m", "benchmarks.aws", str(estate), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603  ourselves
    try:
        assert process.stdout is not None
        yield StandIn(process.stdout.readline().strip(), process.pid)
    finally:
        process.terminate()
        process.wait(30)
