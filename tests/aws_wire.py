"""What AWS's SDKs put on the wire, in both directions, from botocore's own models of the services."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from botocore import xform_name
from botocore.parsers import create_parser
from botocore.validate import ParamValidator
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as HttpRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import XFormedAttributePicker, get_serializer_class
from moto.core.utils import get_pagination_model, get_service_model

SCOPE = re.compile(r"Credential=(\w{4})(\d{12})\w*/\d+/([^/]*)/([^/]*)/aws4_request")
SIGNING_NAMES = {"sso": "sso-admin"}  # where the name in signatures is not the SDK's
TOKEN = "next:"
ENVELOPES = {
    "ec2": "<Response><Errors>{}</Errors><RequestID>1</RequestID></Response>",
    "query": "<ErrorResponse>{}<RequestId>1</RequestId></ErrorResponse>",
    "rest-xml": "{}",
}


class Response(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """An error that AWS answers."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Request:
    """One API request. `account` is the one that its access key belongs to, see `access_key`."""

    service: str
    operation: str
    parameters: dict[str, Any]
    account: str
    region: str
    http: HttpRequest = field(compare=False, repr=False)

    @property
    def protocol(self) -> str:
        return determine_request_protocol(get_service_model(self.service), self.http.content_type)

    @property
    def cli(self) -> str:
        """The operation's name in the AWS CLI."""
        return xform_name(self.operation, "-")

    @property
    def host(self) -> str:
        return str(self.http.host)

    @property
    def page(self) -> int:
        """Which page is asked for, from 0."""
        tokens = [v for v in self.parameters.values() if isinstance(v, str) and v.startswith(TOKEN)]
        return int(tokens[0].removeprefix(TOKEN)) if tokens else 0


def access_key(account: str, serial: int = 0) -> str:
    """An access key that tells its account, so that no server has to remember it."""
    return f"ASIA{account}{serial:04d}"


def model_of(service: str, operation: str) -> OperationModel:
    return get_service_model(service).operation_model(operation)


def decode(http: HttpRequest) -> Request:
    """The request that an SDK meant."""
    http.get_data()  # before the form is read, so that the body can be passed on
    found = SCOPE.search(http.headers.get("Authorization", ""))
    assert found, f"not signed with a key of ours: {http.url}"
    _, account, region, signed = found.groups()
    service = SIGNING_NAMES.get(signed, signed)
    model = get_service_model(service)
    operation, uri = get_service_router(service).match(http)
    protocol = determine_request_protocol(model, http.content_type)
    parsed = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": http.method,
            "values": http.values,
            "headers": http.headers,
            "body": http.data,
            "url_path": http.path,
            "url_params": uri,
        }
    )
    return Request(service, str(operation.name), dict(parsed), account, region, http)


def encode(request: Request, answer: Mapping[str, Any]) -> Response:
    """An answer with the keys of the CLI, as the service's protocol has it."""
    operation = model_of(request.service, request.operation)
    serializer = get_serializer_class(request.service, request.protocol)
    found = serializer(operation, value_picker=XFormedAttributePicker()).serialize(answer)
    body = found["body"]
    return Response(found["status_code"], dict(found["headers"]), body if isinstance(body, bytes) else body.encode())


def encode_error(request: Request, error: Refused) -> Response:
    """An error, as the service's protocol has it."""
    if request.protocol in ("json", "rest-json"):
        body = json.dumps({"__type": error.code, "message": error.message})
        return Response(error.status, {"Content-Type": "application/json"}, body.encode())
    message = escape(error.message)
    inner = f"<Error><Code>{error.code}</Code><Message>{message}</Message></Error>"
    body = ENVELOPES[request.protocol].format(inner)
    return Response(error.status, {"Content-Type": "text/xml"}, body.encode())


def parse(request: Request, response: Response) -> dict[str, Any]:
    """What botocore makes of a response. Raises: Refused."""
    shape = model_of(request.service, request.operation).output_shape
    raw = {"status_code": response.status, "headers": response.headers, "body": response.body}
    found = create_parser(request.protocol).parse(raw, shape)
    if "Error" in found and response.status >= 300:
        raise Refused(found["Error"]["Code"], found["Error"].get("Message", ""), response.status)
    if request.operation == "GetBucketLocation":  # the one answer that botocore takes apart elsewhere
        return {"LocationConstraint": ElementTree.fromstring(response.body).text}
    return {k: v for k, v in found.items() if k != "ResponseMetadata"}


def checked(request: Request, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of the CLI in the types of botocore's model, which it must fit; keys may be left out, texts empty."""
    shape = model_of(request.service, request.operation).output_shape
    typed: dict[str, Any] = _typed(answer, shape)
    report = ParamValidator().validate(typed, shape).generate_report().splitlines()
    wrong = [line for line in report if not line.startswith(("Missing required parameter", "Invalid length"))]
    assert not wrong, f"{request.service} {request.operation}: {wrong}"
    return typed


def _typed(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {k: _typed(v, shape.members[k]) if k in shape.members else v for k, v in value.items() if v is not None}
    if shape.type_name == "list":
        return [_typed(item, shape.member) for item in value]
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    if shape.name == "policyDocumentType" and not isinstance(value, str):
        return quote(json.dumps(value))  # what the CLI decodes
    return value


def members_of(request: Request) -> frozenset[str]:
    """The keys that answers may have."""
    return frozenset(_members(request))


def nothing(request: Request) -> dict[str, Any]:
    """The answer of an operation that lists, where there is nothing."""
    return {name: [] for name, member in _members(request).items() if member.type_name == "list"}


def _members(request: Request) -> Mapping[str, Any]:
    shape = model_of(request.service, request.operation).output_shape
    return shape.members if shape is not None else {}


def paged(request: Request, answer: dict[str, Any], size: int) -> dict[str, Any]:
    """One page of `size` items, and then always one more page, which may be empty, as AWS's are at times."""
    rule = get_pagination_model(request.service).get(request.operation) if size else None
    if rule is None or not isinstance(rule["input_token"], str):
        return answer
    keys = rule["result_key"] if isinstance(rule["result_key"], list) else [rule["result_key"]]
    items = [(key, item) for key in keys for item in answer.get(key) or ()]
    start = request.page * size
    page = {k: v for k, v in answer.items() if k not in (rule["output_token"], rule.get("more_results"))}
    page |= {key: [item for k, item in items[start : start + size] if k == key] for key in keys}
    more = start < len(items) or not request.page
    if more:
        page[rule["output_token"]] = f"{TOKEN}{request.page + 1}"
    if "more_results" in rule:
        page[rule["more_results"]] = more
    return page


def paginated(service: str, operation: str) -> bool:
    """Whether an operation, under its name in the SDK, answers in pages."""
    return operation in {xform_name(name) for name in _paginators(service)}


def _paginators(service: str) -> Iterator[str]:
    yield from get_pagination_model(service)
