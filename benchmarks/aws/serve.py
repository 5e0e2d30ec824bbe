"""The server: HTTP/1.1 with connections kept open, as little of it as AWS's SDKs use."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from benchmarks.aws.answers import Estate
from benchmarks.aws.throttle import Buckets
from benchmarks.aws.wire import JSON, Http, Refused, Request, Response, decode, encode, encode_error, paged

PAGES = {"organizations": 20, "sso-admin": 100, "identitystore": 100, "iam": 100}
COUNTS = "/counts"  # asked without a signature
END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Server:
    """Answers about an estate, `latency` seconds late, and counts."""

    estate: Estate
    latency: float = 0.0
    buckets: Buckets | None = None
    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def respond(self, http: Http) -> Response:
        if http.target == COUNTS:
            counts = {"asked": self.asked, "refused": self.refused}
            return Response(200, JSON, orjson.dumps(counts))
        request = decode(http)
        try:
            self._admit(request)
            answer = self.estate.answer(request)
            return encode(request, paged(request, answer, PAGES.get(request.service, 0)))
        except Refused as refused:
            return encode_error(request, refused)

    def _admit(self, request: Request) -> None:
        self.asked[f"{request.service} {request.operation}"] += 1
        try:
            if self.buckets:
                self.buckets.take(request)
        except Refused:
            self.refused[f"{request.service} {request.operation}"] += 1
            raise


class Connection(asyncio.Protocol):
    """One connection; the SDKs send a request when the last one was answered."""

    def __init__(self, server: Server) -> None:
        self._server, self._received = server, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(END_OF_HEAD)
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) >= length:
            self._received = rest[length:]
            response = self._server.respond(Http(method, target, headers, rest[:length]))
            asyncio.get_running_loop().call_later(self._server.latency, self._send, response)

    def _send(self, response: Response) -> None:
        status, kind, body = response
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}"
        self._transport.write(head.encode() + END_OF_HEAD + body)


async def serve(server: Server, told: Callable[[int], None]) -> None:
    """Serves on a free port of the loopback, which `told` is called with, until it is cancelled."""
    listener = await asyncio.get_running_loop().create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=512)
    told(listener.sockets[0].getsockname()[1])
    await listener.serve_forever()
