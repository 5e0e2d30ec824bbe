"""What a source declares: the shape of an answer, the call that gives it and how to make it, what it feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, final

import msgspec

from ingest.snapshot import Record, Unseen

if TYPE_CHECKING:
    from ingest.sources.answers import Answers


class Shape(msgspec.Struct, rename="pascal", frozen=True):
    """A part of an answer, with the keys that we keep; everything else in it is dropped unread."""


class Response(Shape, frozen=True):
    """What one AWS CLI call prints. A list of shapes is read item by item, so that one bad item costs only itself."""

    def told(self) -> Iterable[str]:
        """ARNs, account ids, regions or availability zones from which its place is known."""
        return ()

    def argument(self) -> str:
        """What was asked about, where the answer tells it."""
        return ""


R = TypeVar("R", bound=Response)


@dataclass(frozen=True)
class Ask:
    """One request: its parameters, what it is about, and the region to send it to where that is not the shard's."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    argument: str = ""
    label: str = ""  # kept with the answer, where one does not say itself what was asked
    region: str = ""


@dataclass(frozen=True)
class Asks:
    """Which requests a call needs. They follow from answers to the calls `after`, and from those to the call itself."""

    make: Callable[[Answers], Iterable[Ask]]
    after: Callable[[], tuple[Call[Any], ...]] = tuple


@dataclass(frozen=True)
class Until:
    """A call that is made again until its answer is `done`, before another one is made."""

    call: Call[Any]
    done: Callable[[Any], bool]


ONCE = Asks(lambda answers: (Ask(),))
# Words of operations that the API and IAM spell in capitals.
CAPITALS = frozenset({"db", "id", "mfa", "saml"})
ACTION_PREFIXES = {
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "s3api": "s3",
    "s3control": "s3",
    "sso-admin": "sso",
    "stepfunctions": "states",
}


@dataclass(frozen=True)
class Call(Generic[R]):
    """One AWS operation, under its name in the AWS CLI.

    `response` also says how to recognise it: the keys without a default must be there, with values of their kind.
    `takes` names the argument of operations that answer about one thing; where `items_tell`, each item of the answer
    says itself what it is about. `any_of` are keys of which one is enough.
    `shared` marks answers that may list things of other accounts, so that the path knows better who was asked;
    `common` a shape that other JSON has too, which is believed only where the path names the operation or service.
    `may_be_empty` says that AWS prints no key at all where there is nothing.
    `homonym` says that an older call of ours has the operation's name, so that the path must name the service.
    `asks` says which requests the API needs, None for an operation that only files hold; `permission` is the IAM
    action where its name is another than the operation's; `per` the records that each cost a request, one for all
    without it.
    """

    service: str
    operation: str
    response: type[R]
    takes: str = ""
    items_tell: bool = False
    any_of: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    shared: bool = False
    common: bool = False
    homonym: bool = False
    may_be_empty: bool = False
    asks: Asks | None = ONCE
    until: Until | None = None
    unpack: Callable[[Any], Any] | None = None
    permission: str = ""
    per: type[Record] | None = None

    @property
    def name(self) -> str:
        return f"{self.service} {self.operation}"

    @property
    def client(self) -> str:
        """The service's name in the API's SDK."""
        return {"s3api": "s3"}.get(self.service, self.service)

    @property
    def method(self) -> str:
        """The operation's name as the SDK's clients spell it."""
        return self.operation.replace("-", "_")

    @property
    def action(self) -> str:
        """The IAM action that a caller needs.

        Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
        """
        words = (w.upper() if w in CAPITALS else w.capitalize() for w in self.operation.split("-"))
        return self.permission or f"{self.action_prefix}:{''.join(words)}"

    @property
    def action_prefix(self) -> str:
        """The service's name in IAM actions, where the CLI's differs."""
        return ACTION_PREFIXES.get(self.service, self.service)


def each(call: Call[R], names: Callable[[R], Iterable[str]], parameter: str, **fixed: str) -> Asks:
    """A request for each name in the answers to another call, under `parameter`, with `fixed` ones beside it."""

    def make(answers: Answers) -> Iterable[Ask]:
        for page in answers.all(call):
            yield from (Ask({parameter: name, **fixed}, name) for name in names(page))

    return Asks(make, lambda: (call,))


Build = Callable[["Answers"], Iterable[Record]]


@dataclass(frozen=True)
class Source:
    """How the files of one collector become records.

    A shard is there when one of `required` or `details` was answered or refused; it is fully seen only when all
    of `required` were. `uses` are calls that the builder looks up and other sources own.
    `costs` says what is unknown without it.
    """

    collector: str
    build: Build
    required: tuple[Call[Any], ...]
    details: tuple[Call[Any], ...] = ()
    uses: tuple[Call[Any], ...] = ()

    @property
    def calls(self) -> tuple[Call[Any], ...]:
        return self.required + self.details


@final
class Document:
    """A policy document: canonical text, or what AWS printed where that is not readable as JSON."""

    __slots__ = ("readable", "text")

    def __init__(self, text: str, readable: bool = True) -> None:
        self.text, self.readable = text, readable

    @property
    def seen(self) -> str | Unseen:
        return self.text if self.readable else Unseen("malformed")


Timestamp = str | int | float


class Tag(Shape, frozen=True):
    key: str
    value: str = ""


def tags_of(pairs: Iterable[Tag]) -> dict[str, str]:
    return {pair.key: pair.value for pair in pairs}


def utc(stamp: Timestamp | None) -> str:
    """ISO 8601 in UTC, whichever of its timestamp formats the CLI was set to; a text that is no time stays as it is."""
    if stamp is None:
        return ""
    try:
        moment = datetime.fromisoformat(stamp) if isinstance(stamp, str) else datetime.fromtimestamp(stamp, UTC)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(stamp)


def account_in(arn: str) -> str:
    return (arn.split(":", 5) + [""] * 5)[4]


def region_in(arn: str) -> str:
    return (arn.split(":", 5) + [""] * 5)[3]


def last_part(name: str) -> str:
    """`key/1234` of an ARN, `1234` alone: what an argument and an ARN of the same thing have in common."""
    return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
