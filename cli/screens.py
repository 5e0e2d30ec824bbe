"""The verbs to look: `app` for one's own estate, `demo` for Harborline."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import demonstration
from cli.context import Invocation, workspace

if TYPE_CHECKING:
    from cli.stages import Workspace

Address = Annotated[str | None, typer.Option(help="The address to listen on; else the settings' one.")]
WHAT_TO_SEE = """Harborline is a payments company; its baseline was approved on 9 November, and this is a week later.
  Overview  what could not be read, what the week changed, where to look first
  Drift     each change with its evidence: a CI role that any repository can use, a guardrail that is gone, …
  Paths     from `ci` to `jewels`: how any branch of any repository reaches the ledger
In another terminal: trustdrift --config {config} paths --from ci --to jewels"""
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="The port; a taken one means the next free one.")]


def app(ctx: typer.Context, address: Address = None, port: Port = None) -> None:
    """Look at it: serve the app until Ctrl-C."""
    given = {"address": address, "port": port}
    ctx.find_object(Invocation).flags["app"] = {k: v for k, v in given.items() if v is not None}
    serve(workspace(ctx))


def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo keeps its things.")] = Path(
        ".trustdrift-demo"
    ),
    port: Port = None,
) -> None:
    """Look at Harborline, a payments company: an approved baseline and a week later."""
    space = demonstration.workspace(directory, {} if port is None else {"app": {"port": port}})
    running = demonstration.store_is_running(space)
    try:
        demonstration.prepare(space)
        typer.echo(WHAT_TO_SEE.format(config=directory / "trustdrift.toml"))
        serve(space)
    finally:
        if not running:
            demonstration.stop_store(space)


def serve(space: Workspace) -> None:
    """Serves until SIGINT or SIGTERM, which end the app alike."""
    from ui.serve import serve as serve_app

    signal.signal(signal.SIGTERM, _interrupt)
    serve_app(space.settings, on_ready=lambda url: typer.echo(f"the app is at {url} (Ctrl-C ends it)"))


def _interrupt(_: int, __: FrameType | None) -> Any:
    raise KeyboardInterrupt
