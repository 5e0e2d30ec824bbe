"""Which AWS CLI call a JSON value answers: by its contents, and by its path where contents leave it open."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from ingest.snapshot import Reason, State
from ingest.sources.declare import Call
from ingest.sources.refusals import Refusal, refusal_in_answer
from ingest.sources.shaping import fits, keys_in, keys_of, shape

NESTING = 4  # levels of wrapping above an answer
AnyCall = Call[Any]
SERVICE_FOLDERS = {"s3": "s3api", "sso": "sso-admin", "organization": "organizations", "awslambda": "lambda"}


class Found(NamedTuple):
    """An answer in a file: the JSON object, or a refusal in its place, or None for "about nothing"."""

    call: AnyCall
    argument: str
    value: dict[str, Any] | Refusal | None


def services_in(path: PurePosixPath) -> frozenset[str]:
    """The words of a path that may be names of services, as the CLI spells these."""
    parts = [p.lower() for p in (path.stem, *path.parent.parts)]
    return frozenset({SERVICE_FOLDERS.get(p, p) for p in parts} | {p.split("-")[0] for p in parts[:1]})


def squeeze(name: str) -> str:
    """`ListAccessKeys`, `list_access_keys` and `list-access-keys` are the same name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True)
class Catalogue:
    """The calls that can be recognised, indexed by the keys and names they are recognised by."""

    calls: Sequence[AnyCall]
    by_key: dict[str, list[AnyCall]] = field(init=False)
    by_name: dict[str, list[AnyCall]] = field(init=False)

    def __post_init__(self) -> None:
        by_key, by_name = defaultdict(list), defaultdict(list)
        for call in self.calls:
            for key in call.any_of or [k.name for k in keys_of(call.response) if k.required]:
                by_key[key].append(call)
            for name in (call.operation, *call.aliases):
                by_name[squeeze(name)].append(call)
        object.__setattr__(self, "by_key", dict(by_key))
        object.__setattr__(self, "by_name", dict(by_name))

    def fitting(self, value: Any) -> list[AnyCall]:
        if not isinstance(value, dict):
            return []
        candidates = dict.fromkeys(call for key in value for call in self.by_key.get(key, ()))
        return [call for call in candidates if fits(call, value)]

    def named_in(self, path: PurePosixPath) -> list[AnyCall]:
        """The calls that the file's name or the nearest folder names; of names within names the longest."""
        for part in (path.stem, *reversed(path.parent.parts)):
            squeezed = squeeze(part)
            if names := [name for name in self.by_name if name in squeezed]:
                return self.called(max(names, key=len), path)
        return []

    def called(self, name: str, path: PurePosixPath) -> list[AnyCall]:
        """The calls of this name, squeezed. Where several services have one the path tells which, if it names any."""
        calls, services = self.by_name.get(name, []), services_in(path)
        return [c for c in calls if c.service in services] or [c for c in calls if not c.homonym]

    def with_keys_in(self, text: str) -> list[AnyCall]:
        """The calls one of whose own keys stands in a text that cannot be read as a whole."""
        return next(
            (
                calls
                for key, calls in self.by_key.items()
                if len(calls) == 1 and re.search(rf'"{re.escape(key)}"\s*:', text)
            ),
            [],
        )


@dataclass(frozen=True)
class Sniffer:
    """Finds the answers in one file."""

    catalogue: Catalogue
    named: Sequence[AnyCall]
    services: frozenset[str]
    ambiguous: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, catalogue: Catalogue, path: PurePosixPath) -> Sniffer:
        return cls(catalogue, catalogue.named_in(path), services_in(path))

    def find(self, value: Any, argument: str = "", depth: int = 0) -> Iterator[Found]:
        """Answers in a value: one, several side by side, a list of pages, or wrapped by argument or operation."""
        if depth > NESTING or not isinstance(value, dict | list):
            return
        if isinstance(value, list):
            for page in value:
                yield from self.find(page, argument, depth + 1)
        elif refusal := refusal_in_answer(value):
            yield from (Found(call, argument, refusal) for call in self.named[:1])
        else:
            plain = list(self._plain(value, argument) if value else self._nothing())
            yield from plain or self._wrapped(value, depth)

    def _nothing(self) -> Iterator[Found]:
        """What `{}` says, in a file that is named after a call that may answer so."""
        return (Found(call, "", {}) for call in self.named if call.may_be_empty)

    def _fitting(self, value: Any) -> list[AnyCall]:
        """The calls whose answer a value may be."""
        return [
            call
            for call in self.catalogue.fitting(value)
            if not (call.common or call.homonym) or call in self.named or call.service in self.services
        ]

    def _plain(self, value: dict[str, Any], argument: str) -> Iterator[Found]:
        """The call that explains most keys comes first, and leaves the rest to others."""
        candidates = self._fitting(value)
        while candidates:
            keys = max((keys_in(c, value) for c in candidates), key=len)
            rivals = [c for c in candidates if keys_in(c, value) == keys]
            if call := self._choose(rivals, [value], [argument] if argument else []):
                yield Found(call, argument, value)
            candidates = [c for c in candidates if not keys_in(c, value) & keys]

    def _wrapped(self, value: dict[str, Any], depth: int) -> Iterator[Found]:
        operations = {key: self.catalogue.by_name.get(squeeze(key), []) for key in value}
        if any(operations.values()):
            for key, child in value.items():
                yield from replace(self, named=operations[key] or self.named).find(child, "", depth + 1)
        elif call := self._wrapped_call(value):
            yield from self._by_argument(call, value)
        else:
            for key, child in value.items():
                yield from self.find(child, key, depth + 1)

    def _wrapped_call(self, value: dict[str, Any]) -> AnyCall | None:
        """The call that most of the wrapped answers fit; the path's where there is nothing to fit."""
        pages = [page for child in value.values() for page in _pages(child) if page and not refusal_in_answer(page)]
        named = [call for call in self.named if call.takes]
        if not pages:
            return named[0] if len(named) == 1 and all(isinstance(c, dict) for c in value.values()) else None
        votes = Counter(call for page in pages for call in self._fitting(page))
        winners = [call for call, count in votes.items() if count * 2 > len(pages)]
        explained = {call: sum(len(keys_in(call, page)) for page in pages) for call in winners}
        winners = [call for call in winners if explained[call] == max(explained.values())]
        return self._choose([c for c in named if c in votes] or winners, pages, list(value))

    def _by_argument(self, call: AnyCall, value: dict[str, Any]) -> Iterator[Found]:
        if not value:
            yield Found(call, "", None)
        for argument, child in value.items():
            for page in _pages(child) or [child]:
                refusal = refusal_in_answer(page)
                yield Found(call, argument, refusal or (page if fits(call, page) else _strange(call, page)))

    def _choose(self, rivals: list[AnyCall], samples: list[dict[str, Any]], arguments: list[str]) -> AnyCall | None:
        """Of calls whose answers look alike: the one that the path, the argument or the contents speak for."""
        tests: tuple[Callable[[AnyCall], bool], ...] = (
            lambda c: c in self.named,
            lambda c: c.service in self.services,
            lambda c: any(a.startswith("arn:") and a.split(":")[2] == c.service for a in arguments),
            lambda c: bool(c.takes) and any(_tells_argument(c, s) for s in samples[:3]),
            lambda c: bool(c.takes) == bool(arguments),
        )
        for test in tests:
            if len(rivals) > 1:
                rivals = [c for c in rivals if test(c)] or rivals
        if len(rivals) > 1:
            names = " or ".join(f"`{c.name}`" for c in rivals)
            self.ambiguous.append(f"could be {names}: name the file or its folder after the operation")
            return None
        return rivals[0] if rivals else None


def argument_in_path(call: AnyCall, path: PurePosixPath) -> str:
    """`list-access-keys-alice.json` and `list-access-keys/alice.json` are about alice; other names tell nothing.

    A `/` in what was asked about is written `%2F` there.
    """
    return _argument_in_path(call, path).replace("%2F", "/")


def _argument_in_path(call: AnyCall, path: PurePosixPath) -> str:
    for name in (call.operation, *call.aliases):
        words = "[-_ ]?".join(map(re.escape, name.split("-")))
        if found := re.search(words, path.stem, re.IGNORECASE):
            return path.stem[found.end() :].strip("-_.@= ")
        if any(squeeze(name) in squeeze(part) for part in path.parent.parts):
            return path.stem
    return ""


def _pages(child: Any) -> list[dict[str, Any]]:
    return [page for page in (child if isinstance(child, list) else [child]) if isinstance(page, dict)]


def _tells_argument(call: AnyCall, value: dict[str, Any]) -> bool:
    response = shape(value, call.response).response
    return response is not None and bool(response.argument())


def _strange(call: AnyCall, value: Any) -> Refusal:
    keys: Iterable[str] = (k.name for k in keys_of(call.response) if k.required)
    missing = next((k for k in keys if not isinstance(value, dict) or k not in value), "")
    why = f"`{missing}` is missing" if missing else "its contents are of another kind"
    return Refusal(State.FAILED, Reason.MALFORMED, f"not an answer of `{call.name}`: {why}")
