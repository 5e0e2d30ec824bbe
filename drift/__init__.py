"""Drift: what changed against what was approved."""

from drift.baseline import Approval, Baseline, BaselineError, NoBaseline, approve, load_baseline
from drift.compare import compare
from drift.items import CHANGES, FAMILIES, Drift, DriftItem

__all__ = [
    "CHANGES",
    "FAMILIES",
    "Approval",
    "Baseline",
    "BaselineError",
    "Drift",
    "DriftItem",
    "NoBaseline",
    "approve",
    "compare",
    "load_baseline",
]
