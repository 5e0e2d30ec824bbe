"""Requests and answers of AWS's protocols, by botocore's models of the services: only what reading needs, cheaply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

import orjson
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from ingest.sources.table import CALLS

SCOPE = re.compile(r"Credential=ASIA(\d{12})\w*/\d+/([^/]*)/([^/]*)/aws4_request")
SIGNING_NAMES = {"sso": "sso-admin"}  # where the name in signatures is not the SDK's
LOADER = Loader()
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


class Request(NamedTuple):
    """One API request; `values` are its parameters, whose names nobody needs but the page's and the filter's."""

    service: str
    operation: str
    account: str
    region: str
    parameters: dict[str, str]

    @property
    def page(self) -> int:
        """The first item that is asked for, from 0."""
        return next((int(v.removeprefix("from:")) for v in self.parameters.values() if v.startswith("from:")), 0)


class Response(NamedTuple):
    status: int
    kind: str
    body: bytes


def access_key(account: str) -> str:
    """An access key that tells its account, so that no server has to remember it."""
    return f"ASIA{account}STUB"


@cache
def model_of(service: str) -> ServiceModel:
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


@cache
def operation_of(service: str, operation: str) -> OperationModel:
    return model_of(service).operation_model(operation)


def decode(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """The request that an SDK meant. Header names are lower case."""
    found = SCOPE.search(headers.get("authorization", ""))
    assert found, f"not signed with a key of this server: {target}"
    account, region, signed = found.groups()
    service = SIGNING_NAMES.get(signed, signed)
    if called := headers.get("x-amz-target"):
        parameters = {k: v for k, v in orjson.loads(body or b"{}").items() if isinstance(v, str)}
        return Request(service, called.rpartition(".")[2], account, region, parameters)
    if b"Action=" in body:
        parameters = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        return Request(service, parameters.pop("Action"), account, region, parameters)
    operation, parameters = _routed(service, method, target)
    return Request(service, operation, account, region, parameters)


def _routed(service: str, method: str, target: str) -> tuple[str, dict[str, str]]:
    """The operation of a REST service: of those whose path fits, the one that asks for most of the query."""
    path, _, query = target.partition("?")
    given = {k: v[0] for k, v in parse_qs(query, keep_blank_values=True).items()}
    fitting = [
        (len(flags), operation, found)
        for wanted, pattern, flags, operation in _routes(service)
        if wanted == method and flags <= given.items() and (found := pattern.fullmatch(path))
    ]
    _, operation, found = max(fitting, key=lambda fit: fit[:2])
    return operation, given | {f"path{i}": unquote(value) for i, value in enumerate(found.groups())}


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], frozenset[tuple[str, str]], str]]:
    routes = []
    asked = {call.method for call in CALLS if call.client == service}  # two may differ in what nobody sends
    for name in (n for n in model_of(service).operation_names if xform_name(n) in asked):
        http = operation_of(service, name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{[^}]*?\\\}", "([^/]+)", re.escape(path.rstrip("/"))) + "/?"
        flags = frozenset((key, value[0]) for key, value in parse_qs(query, keep_blank_values=True).items())
        routes.append((http["method"], re.compile(pattern), flags, name))
    return routes


def encode(request: Request, answer: Mapping[str, Any]) -> Response:
    """An answer with the keys of the CLI, as the service's protocol has it."""
    operation = operation_of(request.service, request.operation)
    protocol, output = operation.service_model.resolved_protocol, operation.output_shape
    if protocol in ("json", "rest-json"):
        return Response(200, JSON, orjson.dumps(answer))
    payload = output.serialization.get("payload") if protocol == "rest-xml" else None
    if payload and output.members[payload].type_name == "string":
        return Response(200, XML, _text(output.members[payload], answer[payload]).encode())
    if payload:
        output, answer = output.members[payload], answer[payload]
    parts: list[str] = []
    wrapper = output.serialization.get("resultWrapper")
    _structure(output, answer, parts)
    inner = f"<{wrapper}>{''.join(parts)}</{wrapper}>" if wrapper else "".join(parts)
    if request.operation == "GetBucketLocation":  # the one answer whose root element is a value
        return Response(200, XML, f"<LocationConstraint>{answer['LocationConstraint']}</LocationConstraint>".encode())
    return Response(200, XML, f"<{request.operation}Response>{inner}</{request.operation}Response>".encode())


def encode_error(request: Request, error: Refused) -> Response:
    protocol = model_of(request.service).resolved_protocol
    if protocol in ("json", "rest-json"):
        return Response(error.status, JSON, orjson.dumps({"__type": error.code, "message": error.message}))
    inner = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    return Response(error.status, XML, ERRORS[protocol].format(inner).encode())


def _structure(shape: Shape, value: Mapping[str, Any], parts: list[str]) -> None:
    for name, member in shape.members.items():
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
            _structure(shape, value, parts)
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
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):  # a policy document, which the CLI decodes
        text = json.dumps(value, separators=(",", ":"))
        return quote(text) if shape.name == "policyDocumentType" else text
    return str(value)


@cache
def _paginators(service: str) -> dict[str, Any]:
    found: dict[str, Any] = LOADER.load_service_model(service, "paginators-1")["pagination"]
    return found


def paged(request: Request, answer: dict[str, Any], size: int) -> dict[str, Any]:
    """One page of an answer, `size` items long; all of it where the operation has no pages."""
    rule = _paginators(request.service).get(request.operation) if size else None
    if rule is None or not isinstance(rule["output_token"], str):
        return answer
    keys: Iterable[str] = [rule["result_key"]] if isinstance(rule["result_key"], str) else rule["result_key"]
    items = [(key, item) for key in keys for item in answer.get(key) or ()]
    stop = request.page + size
    page = answer | {key: [item for k, item in items[request.page : stop] if k == key] for key in keys}
    page.pop(rule["output_token"], None)
    if stop < len(items):
        page[rule["output_token"]] = f"from:{stop}"
    if "more_results" in rule:
        page[rule["more_results"]] = stop < len(items)
    return page


def nothing(service: str, operation: str) -> dict[str, Any]:
    """The answer of an operation that lists, where there is nothing."""
    members = operation_of(service, operation).output_shape.members
    empty: dict[str, Any] = {"list": [], "map": {}}
    return {name: empty[member.type_name] for name, member in members.items() if member.type_name in empty}
