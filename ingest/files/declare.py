"""What an importer declares: the shape of an answer, the call that gives it, the collector it feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, final

import msgspec

from ingest.snapshot import Record, Unseen

if TYPE_CHECKING:
    from ingest.files.answers import Answers


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
class Call(Generic[R]):
    """One AWS CLI operation.

    `response` also says how to recognise it: the keys without a default must be there, with values of their kind.
    `takes` names the argument of operations that answer about one thing; where `items_tell`, each item of the answer
    says itself what it is about. `any_of` are keys of which one is enough.
    `shared` marks answers that may list things of other accounts, so that the path knows better who was asked;
    `common` a shape that other JSON has too, which is believed only where the path names the operation or service.
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

    @property
    def name(self) -> str:
        return f"{self.service} {self.operation}"

    @property
    def action_prefix(self) -> str:
        """The service's name in IAM actions, where the CLI's differs."""
        return {"s3api": "s3", "sso-admin": "sso"}.get(self.service, self.service)


Build = Callable[["Answers"], Iterable[Record]]


@dataclass(frozen=True)
class Source:
    """How the files of one collector become records.

    A shard is there when one of `required` or `details` was answered or refused; it is fully seen only when all
    of `required` were. `uses` are calls that the builder looks up and other sources own.
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
