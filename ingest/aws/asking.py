"""One request to AWS becomes the answers to it, page by page; whatever goes wrong becomes a refusal."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ingest.aws.errors import EXPIRED, refusal_of
from ingest.aws.meter import Meter
from ingest.aws.pace import Pace
from ingest.aws.partitions import PARTITIONS
from ingest.aws.sessions import Account
from ingest.snapshot import Reason, State
from ingest.sources.answers import Answer
from ingest.sources.declare import Ask, Call
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal, one_line
from ingest.sources.shaping import fits, shape, truncated

WAIT_SECONDS, WAITS = 2.0, 60  # for what AWS prepares first


UNREADABLE = (ResponseParserError, AttributeError, KeyError, TypeError, ValueError)  # of the SDK, on other than AWS


class Unreadable(Exception):
    """An answer that the SDK cannot take apart."""


class Stopped(Exception):
    """The collection was interrupted; what was asked so far is no answer."""


class Unready(Exception):
    """What AWS was asked to prepare did not become ready in time."""


@dataclass(frozen=True)
class Asker:
    """Sends requests; what has no region of its own is asked at its partition's home."""

    pace: Pace
    meter: Meter
    page_limit: int = 10_000
    sleep: Callable[[float], None] = time.sleep
    stop: Event = field(default_factory=Event)  # set by who interrupts: nothing is asked any more

    def ask(self, account: Account, call: Call[Any], request: Ask, place: Place) -> list[Answer]:
        """The pages of one request. A token that is refused as expired is renewed once."""
        answers = self._pages(account, call, request, place)
        if answers and answers[-1].refusal and _expired(answers[-1].refusal):
            account.renew()
            answers = self._pages(account, call, request, place)
        return answers

    def _pages(self, account: Account, call: Call[Any], request: Ask, place: Place) -> list[Answer]:
        found: list[Answer] = []
        began = time.perf_counter()
        try:
            client = account.client(call.client, request.region or place.region or PARTITIONS[place.partition].home)
            self._prepared(client, call)
            for page in self._sent(client, call, request):
                found.append(_answer(call, request, place, page))
                self.meter.request(call, time.perf_counter() - began)
                began = time.perf_counter()
                if len(found) == self.page_limit:
                    break  # the page says that there is more, and so the shard will
        except (BotoCoreError, ClientError, Unreadable, Unready) as error:
            self.meter.request(call, time.perf_counter() - began)
            found.append(Answer(call, request.argument, place, request.label, refusal=_refusal(error)))
        return found

    def _sent(self, client: Any, call: Call[Any], request: Ask) -> Iterator[Any]:
        if client.can_paginate(call.method):
            pages = iter(client.get_paginator(call.method).paginate(**request.parameters))
            while page := self._received(call, lambda: next(pages, None)):
                yield page
        else:
            yield self._received(call, lambda: getattr(client, call.method)(**request.parameters))

    def _received(self, call: Call[Any], send: Callable[[], Any]) -> Any:
        self.pace.wait(call.client)
        if self.stop.is_set():
            raise Stopped
        try:
            answer = send()
        except UNREADABLE as error:
            raise Unreadable(f"{call.operation}: the answer cannot be read ({type(error).__name__})") from error
        if answer is not None and "html" in _content_type(answer):  # the SDK reads a proxy's page as an empty answer
            raise Unreadable(f"{call.operation}: the answer is HTML, which AWS never sends: check proxies")
        return answer

    def _prepared(self, client: Any, call: Call[Any]) -> None:
        """Waits for what must be made first, a credential report say."""
        if call.until is None:
            return
        for _ in range(WAITS):
            made = self._received(call.until.call, getattr(client, call.until.call.method))
            answer = shape(as_printed(made), call.until.call.response)
            if answer.response is None:
                raise Unreadable(f"{call.until.call.operation}: not an answer of AWS")
            if call.until.done(answer.response):
                return
            self.sleep(WAIT_SECONDS)
        raise Unready(f"{call.until.call.operation} was not done after {WAITS} requests")


def as_printed(value: Any) -> Any:
    """An answer of the SDK as the CLI prints it: times as ISO 8601, bytes in base64."""
    match value:
        case dict():
            return {key: as_printed(item) for key, item in value.items() if key != "ResponseMetadata"}
        case list():
            return [as_printed(item) for item in value]
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
    return value


def _content_type(answer: Any) -> str:
    return str(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-type", ""))


def _answer(call: Call[Any], request: Ask, place: Place, page: Any) -> Answer:
    """A 200 without what the operation always answers is no answer: the SDK makes `{}` of a proxy's HTML."""
    printed = as_printed(page)
    value = call.unpack(printed) if call.unpack else printed
    if not fits(call, value):
        keys = ", ".join(sorted(value)) if isinstance(value, dict) else ""
        detail = one_line(f"{call.operation}: not an answer of AWS (it holds {keys or 'nothing'})")
        return Answer(
            call, request.argument, place, request.label, refusal=Refusal(State.FAILED, Reason.MALFORMED, detail)
        )
    shaped = shape(value, call.response)
    lost = tuple(shaped.lost)
    if shaped.response is None:
        refusal = Refusal(State.FAILED, Reason.MALFORMED, one_line("; ".join(lost)))
        return Answer(call, request.argument, place, request.label, refusal=refusal)
    return Answer(call, request.argument, place, request.label, shaped.response, truncated=truncated(value), lost=lost)


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Unready):
        return Refusal(State.FAILED, Reason.TIMEOUT, one_line(str(error)))
    if isinstance(error, Unreadable):
        return Refusal(State.FAILED, Reason.MALFORMED, one_line(str(error)))
    return refusal_of(error)


def _expired(refusal: Refusal) -> bool:
    return refusal.detail.partition(":")[0] in EXPIRED
