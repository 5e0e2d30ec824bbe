"""What can go wrong with a request to AWS, and what a shard must say of it."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from benchmarks.aws.wire import JSON, XML, Request, Response
from ingest.snapshot import Reason, State
from tests.aws_server import Effect, raising, refusing, saying

BY_SCP = (
    "User: arn:aws:sts::210000000055:assumed-role/reader/run is not authorized to perform: iam:ListUsers "
    "on resource: * with an explicit deny in a service control policy"
)
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>"
ENDPOINT = "https://service.region.amazonaws.com/"


def without_keys(request: Request) -> Response:
    """A good answer of the protocol that holds nothing."""
    name = request.operation
    if request.protocol in ("json", "rest-json"):
        return Response(200, JSON, b"{}")
    inner = f"<{name}Result></{name}Result>" if request.protocol == "query" else ""
    return Response(200, XML, f"<{name}Response>{inner}</{name}Response>".encode())


@dataclass(frozen=True)
class Kind:
    """A fault, and the state and reason of a shard of which nothing else was seen."""

    does: Effect
    state: State
    reason: Reason
    page: int = 0  # the first page that it strikes


KINDS = {
    "denied": Kind(refusing("AccessDenied", "not authorized", 403), State.DENIED, Reason.DENIED),
    "denied-on-page-2": Kind(refusing("AccessDeniedException", "no", 400), State.DENIED, Reason.DENIED, page=1),
    "denied-by-scp": Kind(refusing("AccessDeniedException", BY_SCP, 400), State.DENIED, Reason.SCP_DENIED),
    "unauthorized": Kind(refusing("UnauthorizedOperation", "no", 403), State.DENIED, Reason.DENIED),
    "not-opted-in": Kind(refusing("OptInRequired", "subscribe", 401), State.SKIPPED, Reason.NOT_OPTED_IN),
    "throttled": Kind(refusing("ThrottlingException", "Rate exceeded"), State.FAILED, Reason.THROTTLED),
    "read-timeout": Kind(raising(ReadTimeoutError(endpoint_url=ENDPOINT)), State.FAILED, Reason.TIMEOUT),
    "no-connection": Kind(
        raising(EndpointConnectionError(endpoint_url=ENDPOINT, error="refused")), State.FAILED, Reason.ERROR
    ),
    "internal-error": Kind(refusing("InternalFailure", "oops", 500), State.FAILED, Reason.ERROR),
    "html": Kind(saying(HTML), State.FAILED, Reason.MALFORMED),
    "missing-key": Kind(without_keys, State.FAILED, Reason.MALFORMED),
    "expired-token": Kind(refusing("ExpiredTokenException", "expired", 403), State.FAILED, Reason.ERROR),
}
