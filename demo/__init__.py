"""Harborline, the demo organization: its approved baseline and the week after it."""

from pathlib import Path

HERE = Path(__file__).parent
BASELINE_TAKEN_AT = "2026-11-09T06:00:00+00:00"
WEEK_TAKEN_AT = "2026-11-16T06:00:00+00:00"


def baseline_dir() -> Path:
    """The organization as it was when it was approved, one CLI response a file."""
    return HERE / "harborline" / "baseline"


def week_dir() -> Path:
    """The whole organization a week later, not only what changed."""
    return HERE / "harborline" / "week"


def settings_file() -> Path:
    """What only Harborline knows: its jewels, vendors, zones and the roles it expects everywhere."""
    return HERE / "trustdrift.toml"


def answers_file() -> Path:
    """What the week holds, for tests: each item with the edges, paths and findings it must lead to."""
    return HERE / "week.toml"
