"""Runs the command line as a user does: in a process of its own, in the working directory of the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "trustdrift.py"), *map(str, arguments)]


def environment() -> dict[str, str]:
    """This process's environment; the variables that steer tests reach no verb."""
    steering = ("TRUSTDRIFT_REQUIRE", "TRUSTDRIFT_CASES", "TRUSTDRIFT_SOAK")
    return {k: v for k, v in os.environ.items() if k not in steering} | {"PYTHONPATH": str(ROOT)}


def cli(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment(), timeout=120, check=False
    )


def end_store(folder: Path) -> None:
    """Ends the graph engine that verbs started for a workplace."""
    from graph.store import stop_owner

    stop_owner(f"embedded://{folder}/.trustdrift/graph")
