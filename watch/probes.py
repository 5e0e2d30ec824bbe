"""What the watcher answers to those who look after it: /healthz, /readyz, /metrics."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from watch.metrics import CONTENT_TYPE_LATEST

OK, UNAVAILABLE = 200, 503
START_SECONDS, POLL_SECONDS = 5.0, 0.02


class ProbeError(Exception):
    """The probes cannot be served there; the sentence says what to do."""


@dataclass(frozen=True)
class View:
    """What the probes ask of a watcher: is it alive, whom does it know to lead, why is it not ready, its metrics."""

    alive: Callable[[], bool]
    role: Callable[[], str]
    reasons: Callable[[], list[str]]
    metrics: Callable[[], bytes]


def make_app(view: View) -> Starlette:
    """The three answers. None of them names anything of the estate but types and counts."""

    def healthz(_: Request) -> Response:
        alive = view.alive()
        return JSONResponse({"alive": alive}, OK if alive else UNAVAILABLE)

    def readyz(_: Request) -> Response:
        reasons = view.reasons()
        body: dict[str, Any] = {"ready": not reasons, "role": view.role(), "reasons": reasons}
        return JSONResponse(body, UNAVAILABLE if reasons else OK)

    def metrics(_: Request) -> Response:
        return Response(view.metrics(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


@contextlib.contextmanager
def serving(view: View, address: str, port: int) -> Iterator[str]:
    """Serve in a thread for as long as the block lasts; its URL. Raises ProbeError where the port cannot be had."""
    with _listen(address, port) as listener:
        config = uvicorn.Config(make_app(view), access_log=False, log_config=None, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        _await(server)
        try:
            yield f"http://{address}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _await(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _listen(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port))
    except (OSError, OverflowError) as error:
        raise ProbeError(
            f"`watch.address` {address}:{port} cannot be listened on ({getattr(error, 'strerror', None) or error}): "
            "choose another `watch.port`, or 0 for a free one"
        ) from None
