"""The stand-in for AWS as a process of its own: `python -m benchmarks.aws ESTATE [--latency MS] [--throttle SPEED]`."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.aws.answers import Estate
from benchmarks.aws.serve import Server, serve
from benchmarks.aws.throttle import Buckets


def main(
    estate: Annotated[Path, typer.Argument(help="A generated estate.", exists=True, file_okay=False)],
    latency: Annotated[float, typer.Option(help="Milliseconds before each answer.", min=0)] = 0,
    throttle: Annotated[
        float | None, typer.Option(help="Refuse as AWS does, at rates that many times its own.", min=0.001)
    ] = None,
) -> None:
    """Answer AWS's API about an estate on the loopback; the first line printed is the address."""
    server = Server(Estate(estate.resolve()), latency / 1000, Buckets(throttle) if throttle else None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # how it is meant to end
        asyncio.run(serve(server, lambda port: print(f"http://127.0.0.1:{port}", flush=True)))


if __name__ == "__main__":
    typer.run(main)
