"""A server that stands in for AWS: over HTTP on the loopback, or inside the SDK without a socket."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request as WsgiRequest

from benchmarks.aws.wire import PAGE, Http, Refused, Request, Response, access_key, decode, encode, encode_error, paged

Effect = Callable[[Request], Response | None]


class Estate(Protocol):
    """What the server tells of."""

    def answer(self, request: Request) -> dict[str, Any]:
        """The answer with the keys of the CLI. Raises: Refused."""


@dataclass
class Fault:
    """What goes wrong with the requests that it `hits`: after the first `spared` of them, `times` times."""

    hits: Callable[[Request], bool]
    does: Effect
    spared: int = 0
    times: int = 1_000_000

    def strikes(self, request: Request) -> bool:
        if not self.hits(request) or not self.times:
            return False
        self.spared -= 1
        self.times -= self.spared < 0
        return self.spared < 0


@dataclass
class AwsServer:
    """Answers about an estate. `page_size` 0 answers everything at once. Roles may be assumed from anywhere."""

    estate: Estate
    page_size: int = 0
    lifetime: timedelta = timedelta(hours=1)
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _begun: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, http: Http) -> Response:
        request = decode(http)
        with self._lock:
            self.requests.append(request)
            fault = next((f for f in self.faults if f.strikes(request)), None)
        if fault and (response := fault.does(request)):
            return response
        try:
            return encode(request, paged(request, self._whole(request), self.page_size, spare=True))
        except Refused as refused:
            return encode_error(request, refused)

    def _whole(self, request: Request) -> dict[str, Any]:
        """The whole answer; that of later pages is the one whose first page was asked for."""
        if request.service == "sts":
            return self._sts(request)
        if not self.page_size:
            return self.estate.answer(request)
        parameters = {k: v for k, v in request.parameters.items() if not str(v).startswith(PAGE)}
        key = repr((request.account, request.region, request.service, request.operation, sorted(parameters.items())))
        if not request.page:
            self._begun[key] = self.estate.answer(request)
        return self._begun[key]

    def counted(self) -> Counter[tuple[str, str]]:
        """How often each operation of a service was asked."""
        return Counter((r.service, r.operation) for r in self.requests)

    def _sts(self, request: Request) -> dict[str, Any]:
        partition = partition_of(request.region)
        if request.operation == "GetCallerIdentity":
            arn = f"arn:{partition}:sts::{request.account}:assumed-role/reader/session"
            return {"UserId": "AROAREADER:session", "Account": request.account, "Arn": arn}
        arn = request.parameters["RoleArn"]
        key = access_key(arn.split(":")[4], len(self.requests) % 10_000)
        expires = datetime.now(UTC) + self.lifetime
        credentials = {"AccessKeyId": key, "SecretAccessKey": "none", "SessionToken": key, "Expiration": expires}
        return {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": f"{key}:session", "Arn": arn}}

    def inside(self, client: Any) -> None:
        """Answers a client of botocore before it opens a socket; for `Sessions(prepare=…)`."""

        def before_send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            return received(request.url, self.respond(sent(request)))

        client.meta.events.register_first("before-send", before_send)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = WsgiRequest(environ)
        headers = {name.lower(): value for name, value in request.headers}
        try:
            response = self.respond(Http(request.method, environ["REQUEST_URI"], headers, request.get_data()))
        except ConnectionAbortedError:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise
        length = str(len(response.body))
        start_response(f"{response.status} OK", [("Content-Type", response.kind), ("Content-Length", length)])
        return [response.body]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None: ...


@contextmanager
def serving(server: AwsServer) -> Iterator[str]:
    """Runs the server on the loopback. Yields its URL."""
    http = make_server("127.0.0.1", 0, server, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def sent(request: AWSPreparedRequest) -> Http:
    """What the SDK would send."""
    url, body = urlsplit(request.url), request.body or b""
    headers = {name.lower(): v.decode() if isinstance(v, bytes) else v for name, v in request.headers.items()}
    target = url._replace(scheme="", netloc="").geturl()
    body = body.encode() if isinstance(body, str) else body
    return Http(request.method, target, {**headers, "host": url.netloc}, body)


def received(url: str, response: Response) -> AWSResponse:
    headers = {"Content-Type": response.kind}
    return AWSResponse(url, response.status, headers, _Body(response.body))  # type: ignore[arg-type]


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def partition_of(region: str) -> str:
    """The partition that a region's name tells."""
    return {"us-gov": "aws-us-gov", "cn-nor": "aws-cn"}.get(region[:6], "aws")


def of(service: str, operation: str = "", account: str = "", region: str = "") -> Callable[[Request], bool]:
    """Picks requests; what is empty does not matter."""
    wanted = {"service": service, "operation": operation, "account": account, "region": region}
    wanted = {name: value for name, value in wanted.items() if value}
    return lambda request: all(getattr(request, name) == value for name, value in wanted.items())


def refusing(code: str, message: str = "no", status: int = 400) -> Effect:
    return lambda request: encode_error(request, Refused(code, message, status))


def saying(body: bytes, status: int = 200, kind: str = "text/html") -> Effect:
    return lambda request: Response(status, kind, body)


def waiting(seconds: float) -> Effect:
    return lambda request: time.sleep(seconds)


def raising(error: Exception) -> Effect:
    """For servers inside the SDK: what its HTTP library would raise."""

    def effect(request: Request) -> Response:
        raise error

    return effect


hanging_up = raising(ConnectionAbortedError())  # for servers on HTTP: the connection is closed without a word
