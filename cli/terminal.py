"""What a verb says and where: data on stdout or in a file, notes and progress on stderr."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.whole_file import write_whole

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

UNWRAPPED = 100_000  # columns


@cache
def stderr() -> Console:
    """The console for notes; rich takes NO_COLOR and a missing terminal into account."""
    from rich.console import Console

    return Console(stderr=True, soft_wrap=True, highlight=False)


def printable(text: str) -> str:
    """The text on one line, hidden characters written out: names come from strangers."""
    from report.words import clean

    return clean(text)


def note(text: str, style: str = "") -> None:
    stderr().print(printable(text), style=style, markup=False)


@contextmanager
def working(what: str, spinner: bool = True) -> Iterator[None]:
    """A spinner while a stage runs, on a terminal only; then a line with its seconds."""
    started = time.perf_counter()
    if spinner and stderr().is_terminal:
        with stderr().status(printable(what)):
            yield
    else:
        yield
    note(f"{what}: {time.perf_counter() - started:.1f} s", style="dim")


def deliver(text: str, output: Path | None) -> None:
    """Writes the result to stdout, or to a file that is there whole or not at all, for its owner's eyes."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        return
    write_whole(output, text.encode("utf-8"))
    note(f"written to {output}")


def plain_unless_shown(text: str, output: Path | None) -> str:
    """Coloured text as it is for a terminal, without its colours for anything else."""
    from rich.text import Text

    shown = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return text if shown else Text.from_ansi(text).plain


def paint(renderable: RenderableType) -> str:
    """What rich makes of a table: coloured and as wide as the terminal, or plain and unwrapped where there is none."""
    import io

    from rich.console import Console

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else UNWRAPPED
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width)
    console.print(renderable)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in lines)
