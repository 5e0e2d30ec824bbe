"""A server that greets as an old version does: the first words of Bolt 4.4, and nothing behind them."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

VERSION = b"\x00\x00\x04\x04"
SUCCESS_OF_TWO = b"\xb1\x70\xa2"  # a structure of one field, SUCCESS, which is a map of two


@contextmanager
def old_server(agent: str) -> Iterator[str]:
    """The address of a server that calls itself `agent`."""

    class Greeting(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.read(20)  # the magic number and four proposals
            self.wfile.write(VERSION)
            size = int.from_bytes(self.rfile.read(2), "big")
            self.rfile.read(size + 2)  # HELLO and the end of its chunks
            fields = _text("server") + _text(agent) + _text("connection_id") + _text("bolt-1")
            message = SUCCESS_OF_TWO + fields
            self.wfile.write(len(message).to_bytes(2, "big") + message + b"\x00\x00")
            self.rfile.read()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Greeting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"bolt://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _text(value: str) -> bytes:
    """A string of PackStream with a length of one byte."""
    encoded = value.encode()
    return bytes([0xD0, len(encoded)]) + encoded
