"""Writes Harborline's two dumps from its declarations: `python -m demo.generate`."""

from __future__ import annotations

import shutil
from pathlib import Path

from demo import baseline_dir, week_dir
from demo.company import baseline, week
from demo.responses import responses


def dumps() -> dict[Path, dict[str, str]]:
    """The folder of each dump, and its files by path below it."""
    return {baseline_dir(): responses(baseline()), week_dir(): responses(week())}


def write(folder: Path, files: dict[str, str]) -> None:
    """Replaces the folder, so that no file of an earlier version stays."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for folder, files in dumps().items():
        write(folder, files)
