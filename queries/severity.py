"""Severities, worst first, and how they compare."""

from __future__ import annotations

from collections.abc import Iterable

SEVERITIES = ("critical", "high", "medium", "low", "info")


def rank(severity: str) -> int:
    """0 for the worst."""
    return SEVERITIES.index(severity)


def worst(severities: Iterable[str]) -> str:
    """The worst of some severities; `info` of none."""
    return min(severities, key=rank, default="info")


def at_least(severity: str, threshold: str) -> bool:
    """Whether a severity is as bad as a threshold or worse."""
    return rank(severity) <= rank(threshold)
