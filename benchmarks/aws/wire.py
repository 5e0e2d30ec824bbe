"""Requests and answers of AWS's protocols, by botocore's models of the services."""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

import orjson
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

SCOPE = re.compile(r"Credential=ASIA(\d{12})\w*/\d+/([^/]*)/([^/]*)/aws4_request")
BUCKET = re.compile(r"(.+)\.s3(?!-control)[.-].*\bamazonaws\.com")  # in a host
SIGNING_NAMES = {  # where the name in signatures is not the SDK's
    "bedrock": "bedrock-agent",
    "bedrock-agentcore": "bedrock-agentcore-control",
    "sso": "sso-admin",
    "states": "stepfunctions",
}
OF_S3_CONTROL = "/v20180820/"  # which is signed as S3
LOADER = Loader()
PAGE = "page:"
XML, JSON = "text/xml", "application/x-amz-json-1.1"
ERRORS = {
    "ec2": "<Response><Errors>{}</Errors><RequestID>1</RequestID></Response>",
    "query": "<ErrorResponse>{}<RequestId>1</RequestId></ErrorResponse>",
    "rest-xml": "{}",
}


class Refused(Exception):
    """An error that AWS answers."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status = code, message, status


class Http(NamedTuple):
    """An HTTP request; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Request(NamedTuple):
    """One API request. `account` is the one that its access key belongs to, see `access_key`.

    `parameters` bear the names on the wire; those in a path, which have none there, are called `path0` and so on.
    """

    service: str
    operation: str
    account: str
    region: str
    parameters: dict[str, Any]
    http: Http = Http("POST", "/", {}, b"")

    @property
    def protocol(self) -> str:
        return str(model_of(self.service).resolved_protocol)

    @property
    def cli(self) -> str:
        """The operation's name in the AWS CLI."""
        return str(xform_name(self.operation, "-"))

    @property
    def host(self) -> str:
        return self.http.headers["host"]

    @property
    def texts(self) -> list[str]:
        """The parameters that are texts."""
        return [value for value in self.parameters.values() if isinstance(value, str)]

    @property
    def page(self) -> int:
        """Which page is asked for, from 0."""
        return next((int(text.removeprefix(PAGE)) for text in self.texts if text.startswith(PAGE)), 0)


class Response(NamedTuple):
    """An HTTP response of a content type."""

    status: int
    kind: str
    body: bytes


def access_key(account: str, serial: int = 0) -> str:
    """An access key that tells its account, so that no server has to remember it."""
    return f"ASIA{account}{serial:04d}"


@cache
def model_of(service: str) -> ServiceModel:
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


@cache
def operation_of(service: str, operation: str) -> OperationModel:
    return model_of(service).operation_model(operation)


def decode(http: Http) -> Request:
    """The request that an SDK meant."""
    found = SCOPE.search(http.headers.get("authorization", ""))
    assert found, f"not signed with a key of this server: {http.target}"
    account, region, signed = found.groups()
    service = "s3control" if http.target.startswith(OF_S3_CONTROL) else SIGNING_NAMES.get(signed, signed)
    match model_of(service).resolved_protocol:
        case "json":
            operation, parameters = http.headers["x-amz-target"].rpartition(".")[2], orjson.loads(http.body or b"{}")
        case "ec2" | "query":
            parameters = {k: v[0] for k, v in parse_qs(http.body.decode()).items()}
            operation = parameters.pop("Action")
        case _:
            operation, parameters = _routed(service, http.method, _path_style(http))
            if http.body.startswith(b"{"):
                parameters |= orjson.loads(http.body)
    return Request(service, operation, account, region, parameters, http)


def _path_style(http: Http) -> str:
    """The target with the bucket that S3's clients name in the host, unless an endpoint is set."""
    bucket = BUCKET.match(http.headers.get("host", ""))
    return f"/{bucket[1]}{http.target}" if bucket else http.target


def _routed(service: str, method: str, target: str) -> tuple[str, dict[str, str]]:
    """The operation of a REST service: of those whose path fits, the one that asks for most of the query.

    Of operations that only headers tell apart it is the first by name, which is `ListBuckets` for `GET /`.
    """
    path, _, query = target.partition("?")
    given = {k: v[0] for k, v in parse_qs(query, keep_blank_values=True).items()}
    fitting = [
        (len(flags), operation, found)
        for pattern, flags, operation in _routes(service)[method]
        if flags <= given.items() and (found := pattern.fullmatch(path))
    ]
    _, operation, found = max(fitting, key=lambda fit: fit[0])
    return operation, given | {f"path{i}": unquote(value) for i, value in enumerate(found.groups())}


@cache
def _routes(service: str) -> dict[str, list[tuple[re.Pattern[str], frozenset[tuple[str, str]], str]]]:
    """By HTTP method: patterns of paths, what the query must hold, and operations, by name."""
    routes = defaultdict(list)
    for name in sorted(model_of(service).operation_names):
        http = operation_of(service, name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{[^}]*?\\\}", "([^/]+)", re.escape(path.rstrip("/"))) + "/?"
        flags = frozenset((key, value[0]) for key, value in parse_qs(query, keep_blank_values=True).items())
        routes[http["method"]].append((re.compile(pattern), flags, name))
    return routes


def encode(request: Request, answer: Mapping[str, Any]) -> Response:
    """An answer with the keys of the CLI, and its types or those of the SDK, as the service's protocol has it."""
    if request.protocol in ("json", "rest-json"):
        return Response(200, JSON, orjson.dumps(answer, default=_base64))
    if request.operation == "GetBucketLocation":  # the one answer whose root element is a value
        location = answer["LocationConstraint"] or ""
        return Response(200, XML, f"<LocationConstraint>{location}</LocationConstraint>".encode())
    output, members = operation_of(request.service, request.operation).output_shape, members_of(request)
    traits = output.serialization if output else {}
    if payload := traits.get("payload"):
        if members[payload].type_name == "string":
            return Response(200, XML, _text(members[payload], answer[payload]).encode())
        members, answer = members[payload].members, answer[payload]
    parts: list[str] = []
    _structure(members, answer, parts)
    wrapper = traits.get("resultWrapper")
    inner = f"<{wrapper}>{''.join(parts)}</{wrapper}>" if wrapper else "".join(parts)
    return Response(200, XML, f"<{request.operation}Response>{inner}</{request.operation}Response>".encode())


def encode_error(request: Request, error: Refused) -> Response:
    """An error, as the service's protocol has it."""
    if request.protocol in ("json", "rest-json"):
        return Response(error.status, JSON, orjson.dumps({"__type": error.code, "message": error.message}))
    inner = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    return Response(error.status, XML, ERRORS[request.protocol].format(inner).encode())


def _structure(members: Mapping[str, Shape], value: Mapping[str, Any], parts: list[str]) -> None:
    for name, member in members.items():
        if value.get(name) is not None:
            _element(member, member.serialization.get("name", name), value[name], parts)


def _element(shape: Shape, name: str, value: Any, parts: list[str]) -> None:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        for item in value:
            _element(shape.member, shape.member.serialization.get("name", name), item, parts)
        return
    parts.append(f"<{name}>")
    match shape.type_name:
        case "structure":
            _structure(shape.members, value, parts)
        case "list":
            for item in value:
                _element(shape.member, shape.member.serialization.get("name", "member"), item, parts)
        case "map":
            for key, item in value.items():
                parts.append(f"<entry><key>{escape(key)}</key>")
                _element(shape.value, "value", item, parts)
                parts.append("</entry>")
        case _:
            parts.append(escape(_text(shape, value)))
    parts.append(f"</{name}>")


def _text(shape: Shape, value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case dict():  # a policy document, which the CLI decodes
            text = json.dumps(value, separators=(",", ":"))
            return quote(text) if shape.name == "policyDocumentType" else text
        case bytes():
            return _base64(value)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@cache
def _paginators(service: str) -> dict[str, Any]:
    found: dict[str, Any] = LOADER.load_service_model(service, "paginators-1")["pagination"]
    return found


def paginated(service: str, operation: str) -> bool:
    """Whether an operation, under its name in the SDK, answers in pages."""
    return operation in {xform_name(name) for name in _paginators(service)}


def paged(request: Request, answer: dict[str, Any], size: int, spare: bool = False) -> dict[str, Any]:
    """One page of an answer, `size` items long; all of it where the operation has no pages or `size` is 0.

    With a `spare` page, the items are followed by one that is empty, as AWS's are at times.
    """
    rule = _paginators(request.service).get(request.operation) if size else None
    if rule is None or not isinstance(rule["output_token"], str):
        return answer
    keys: Iterable[str] = [rule["result_key"]] if isinstance(rule["result_key"], str) else rule["result_key"]
    items = [(key, item) for key in keys for item in answer.get(key) or ()]
    start, stop = request.page * size, (request.page + 1) * size
    page = answer | {key: [item for k, item in items[start:stop] if k == key] for key in keys}
    page.pop(rule["output_token"], None)
    more = (start < len(items) or not start) if spare else stop < len(items)
    if more:
        page[rule["output_token"]] = f"{PAGE}{request.page + 1}"
    if "more_results" in rule:
        page[rule["more_results"]] = more
    return page


def members_of(request: Request) -> Mapping[str, Shape]:
    """The keys that answers may have, and what they hold."""
    shape = operation_of(request.service, request.operation).output_shape
    return shape.members if shape else {}


def nothing(request: Request) -> dict[str, Any]:
    """The answer of an operation that lists, where there is nothing."""
    empty: dict[str, Any] = {"list": [], "map": {}}
    return {name: empty[member.type_name] for name, member in members_of(request).items() if member.type_name in empty}
