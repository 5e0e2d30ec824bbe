"""The condition keys of one request: what each is, if anyone here can say."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from policy.catalogue import catalogue
from policy.decision.keys import ACCOUNTS_ID, EVERY, KEYS, PRINCIPAL_TAGS, Key, resolve
from policy.language.conditions import Values
from policy.request import Request


class Circumstances:
    """Answers a request's keys. `choice` adds what the caller was assumed to choose, by canonical key."""

    __slots__ = ("_found", "choice", "request")

    def __init__(self, request: Request, choice: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.request = request
        self.choice = choice or {}
        self._found: dict[str, Values] = {}

    def values(self, name: str) -> Values:
        """The values of a lower-cased key: `()` where it is absent, None where nobody here knows."""
        try:
            return self._found[name]
        except KeyError:
            found = self._found[name] = self._look_up(name)
            return found

    def _look_up(self, name: str) -> Values:
        request, (key, row) = self.request, resolve(name)
        principal = request.principal
        if request.context and (given := request.context.get(name, request.context.get(key))) is not None:
            return given
        if principal.context and (given := principal.context.get(name, principal.context.get(key))) is not None:
            return given if request.complete or not self._is_overridden(row) else None
        if request.complete and key != ACCOUNTS_ID:
            return ()
        if self.choice and (chosen := self.choice.get(key)) is not None:
            return chosen
        if row is None or key in principal.unknown or row.name in principal.unknown or self._is_overridden(row):
            return None
        found = row.derive(request) if row.derive is not None else row.callers.get(principal.caller)
        return () if found is None and row.chosen and _bearing(row.name, request.action) is Bearing.ABSENT else found

    def _is_overridden(self, row: Key | None) -> bool:
        """Whether the session in which a principal acts may say otherwise than the principal."""
        return self.request.principal.may_be_tagged and row is not None and row.name == PRINCIPAL_TAGS

    def is_chosen(self, name: str) -> bool:
        """Whether the caller decides what this key holds."""
        row = resolve(name)[1]
        if row is None or not row.chosen or self.values(name) is not None:
            return False
        return _bearing(row.name, self.request.action) is Bearing.CHOSEN


class Bearing(Enum):
    """What a key that callers choose is on one action."""

    CHOSEN = "chosen"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@lru_cache(maxsize=16_384)
def _bearing(name: str, action: str) -> Bearing:
    """Of an action that the catalogue does not list nobody knows better than that it may be chosen."""
    row = KEYS[name]
    listed = catalogue().request_keys(action)
    if row.on == EVERY or listed is None or action.lower() in row.on or (not row.on and row.name in listed):
        return Bearing.CHOSEN
    return Bearing.UNKNOWN if row.elsewhere_unknown else Bearing.ABSENT
