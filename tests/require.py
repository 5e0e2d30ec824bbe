"""What a test needs of the machine, and how often it repeats."""

from __future__ import annotations

import os

import pytest


def require(name: str, available: bool, reason: str) -> None:
    """Skips with the reason when something is missing; fails when TRUSTDRIFT_REQUIRE names it."""
    if available:
        return
    if name in os.environ.get("TRUSTDRIFT_REQUIRE", "").split(","):
        pytest.fail(f"{name} is required here: {reason}")
    pytest.skip(reason)


def repetitions(gate: int) -> int:
    """How often to repeat: `gate` times, and TRUSTDRIFT_SOAK times as often where that is set."""
    return gate * int(os.environ.get("TRUSTDRIFT_SOAK", "1"))
