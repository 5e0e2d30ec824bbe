"""The verbs to look: `app` for one's own estate, `demo` for Harborline."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli import demonstration
from cli.context import invocation, workspace

if TYPE_CHECKING:
    from cli.stages import Workspace

Address = Annotated[str | None, typer.Option(help="The address to listen on; else the settings' one.")]
WHAT_TO_SEE = """Harborline is a payments company; its baseline was approved on 9 November, and this is a week later.
  Overview  what could not be read, what the week changed, where to look first
  Drift     each change with its evidence: a CI role that any repository can use, a guardrail that is gone, …
  Paths     from `ci` to `jewels`: how any branch of any repository reaches the ledger
In another terminal: {command} --config {config} paths --from ci --to jewels"""
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="The port; a taken one means the next free one.")]


def app(ctx: typer.Context, address: Address = None, port: Port = None) -> None:
    """Look at it: serve the app until Ctrl-C."""
    given = {"address": address, "port": port}
    invocation(ctx).flags["app"] = {k: v for k, v in given.items() if v is not None}
    with ending_alike():
        serve(workspace(ctx))


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo keeps its things.")] = Path(
        ".trustdrift-demo"
    ),
    port: Port = None,
) -> None:
    """Look at Harborline, a payments company: an approved baseline and a week later."""
    space = demonstration.workspace(directory, {} if port is None else {"app": {"port": port}})
    with ending_alike(), demonstration.prepared(space):
        typer.echo(WHAT_TO_SEE.format(command=demonstration.command(), config=directory / "trustdrift.toml"))
        serve(space)


def serve(space: Workspace) -> None:
    from ui.serve import serve as serve_app

    serve_app(space.settings, on_ready=lambda url: typer.echo(f"the app is at {url} (Ctrl-C ends it)"))


@contextmanager
def ending_alike() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does: cleanly, with what it started."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
