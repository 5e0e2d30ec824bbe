"""Serves the app on one address until it is interrupted."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from settings import Settings

LOOPBACK_NAMES = ("127.0.0.1", "localhost")
PORTS_TRIED = 50
TAKEN = (errno.EADDRINUSE, errno.EACCES)
GRACE = 2  # seconds that open websockets get when the app ends


class ServeError(Exception):
    """The app cannot be served like this; the sentence says what to do."""


def serve(settings: Settings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serves until SIGINT or SIGTERM. `on_ready` gets the address once it answers; a taken port means the next free.

    Raises ServeError for an address that others reach, because nothing would ask them who they are.
    """
    check_address(settings.app.address, settings.app.auth)
    with bind(settings.app.address, settings.app.port) as listener:
        from ui import data  # Streamlit takes half a second, wanted only by those who serve
        from ui.shell import make_app

        data.use(settings)
        config = uvicorn.Config(
            make_app([*LOOPBACK_NAMES, settings.app.address]),
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=GRACE,
            ws_max_size=16 * 2**20,
        )
        url = f"http://{settings.app.address}:{listener.getsockname()[1]}"
        with contextlib.suppress(KeyboardInterrupt):  # the usual way to end it
            _Server(config, url, on_ready).run(sockets=[listener])


def check_address(address: str, auth: str) -> None:
    """Only loopback can be served while there is no sign-in. Raises ServeError."""
    if auth != "none":
        raise ServeError(f"app.auth `{auth}` is not built yet: use `none` on a loopback address")
    if address == "localhost":
        return
    try:
        loopback = ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        raise ServeError(f"app.address `{address}` is no IPv4 address: use 127.0.0.1") from None
    if not loopback:
        raise ServeError(
            f"app.address `{address}` can be reached by others and nobody would be asked who they are: "
            "use 127.0.0.1, and a tunnel to look from elsewhere"
        )


def bind(address: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one above it. Raises ServeError."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            return socket.create_server((address, candidate), backlog=socket.SOMAXCONN)
        except OSError as error:
            if error.errno not in TAKEN:
                raise ServeError(f"cannot listen on `{address}` ({error.strerror}): use 127.0.0.1") from None
    raise ServeError(f"no free port from `{port}` on `{address}`: choose another app.port")


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, url: str, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self.url, self.on_ready = url, on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.on_ready:
            self.on_ready(self.url)
