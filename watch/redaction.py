"""Takes secrets out of what is kept or shown: by their values, wherever they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

SECRET_NAMES = re.compile(
    r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|(^|_)KEY(_|$)|KEY_ID|EXTERNAL_?ID|WEBHOOK|AUTH", re.IGNORECASE
)
USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
SHORTEST = 4  # characters; a shorter value cannot be told from ordinary text
REDACTED = "[redacted]"


class Redaction:
    """Knows the secrets of a process: what its environment calls so, and what it is told besides."""

    def __init__(self, environment: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        named = (value for name, value in environment.items() if SECRET_NAMES.search(name))
        values = {value.strip() for value in (*named, *secrets) if len(value.strip()) >= SHORTEST}
        written = {form for value in values for form in _forms(value)}
        longest_first = sorted(written, key=lambda value: (-len(value), value))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if written else None

    def text(self, text: str) -> str:
        """The text without secrets, and without user and password in addresses."""
        if self._values is not None:
            text = self._values.sub(REDACTED, text)
        return USERINFO.sub(f"{REDACTED}@", text)

    def __call__(self, value: Any) -> Any:
        """The same value, of strings, lists, dicts and scalars, without secrets; the keys of dicts count too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self(key): self(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self(item) for item in value]
        return value


def _forms(value: str) -> tuple[str, ...]:
    """A value as programs write it: as it is, in JSON, in a Python message, in an address."""
    return (
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value, ""),
    )
