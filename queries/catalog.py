"""The catalogue: every check and every question is a `.cypher` file with a TOML header in its comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from queries.severity import SEVERITIES

HERE = Path(__file__).parent
CHECKS = HERE / "cypher"
QUESTIONS = HERE / "questions"
NOW = "now"  # the parameter that is the time of the snapshot, ISO 8601
RAW = ":="  # before a value: it is JSON, not text

Value = str | int | list[str]


class CatalogError(Exception):
    """A query that is not in the catalogue, or a file that does not follow its form."""


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One catalogued query. A check has a severity, a `subject` column and a `sentence`; a question has none."""

    id: str
    title: str
    description: str
    columns: tuple[str, ...]
    reads: tuple[str, ...] = ()  # the collectors that its answer rests on
    absence: tuple[str, ...] = ()  # those of them whose silence it takes for a no: unseen, the finding is unknown
    parameters: Mapping[str, Value] = {}  # with their defaults, an empty one has to be given; `now` always is
    severity: str = ""
    subject: str = ""  # the column that holds the id of the node the finding is about
    sentence: str = ""  # the finding in words; `{column}` stands for the value, `{account}` for the account's name
    fix: str = ""
    references: tuple[str, ...] = ()
    engine: str = "any"  # or `neo4j`, for what the embedded engine does not speak
    body: str = ""

    @property
    def needs_now(self) -> bool:
        return f"${NOW}" in self.body


def checks() -> dict[str, Query]:
    """The checks by id."""
    return _folder(CHECKS)


def questions() -> dict[str, Query]:
    """The questions by id."""
    return _folder(QUESTIONS)


def query(name: str) -> Query:
    """A check or question by its id. Raises CatalogError with what was probably meant."""
    import difflib

    known = questions() | checks()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3)
    hint = "did you mean " + ", ".join(f"`{c}`" for c in close) + "?" if close else "see `trustdrift query list`"
    raise CatalogError(f"no query is called `{name}`: {hint}")


def read_query(text: str, origin: str) -> Query:
    """Parses one file: comment lines at its head are the TOML header, the rest is the body."""
    head, body = _split(text)
    try:
        found = msgspec.convert({**tomllib.loads(head), "body": body}, Query)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CatalogError(f"`{origin}` has no valid header: {error}; mend the `//` lines at its head") from error
    _demand(found, origin)
    return found


def bind(query: Query, now: str, given: Mapping[str, object] | None = None) -> dict[str, object]:
    """The parameters of a run: defaults, then what was given, then `now` (ISO 8601) where the query asks for it.

    An empty default has to be given. Raises CatalogError.
    """
    unknown = set(given or {}) - set(query.parameters)
    if unknown:
        known = ", ".join(f"`{name}`" for name in sorted(query.parameters))
        advice = f"it has {known}" if known else "it has none, leave `--set` out"
        raise CatalogError(f"`{query.id}` has no parameter `{min(unknown)}`: {advice}")
    bound = {**query.parameters, **(given or {})}
    if lacking := missing(bound):
        example = " ".join(f"--set {name}={name.rpartition('_')[2].upper()}" for name in lacking)
        raise CatalogError(f"{needed(lacking)}: give `{example}`")
    return {**bound, **({NOW: now} if query.needs_now else {})}


def missing(values: Mapping[str, object]) -> list[str]:
    """The parameters that were left empty."""
    return [name for name, value in values.items() if value == ""]


def needed(names: Iterable[str]) -> str:
    """`` `role` is needed ``, `` `from` and `to` are needed ``."""
    quoted = [f"`{name}`" for name in names]
    *first, last = quoted
    return f"{', '.join(first)} and {last} are needed" if first else f"{last} is needed"


def typed(default: Value | None, text: str, name: str) -> object:
    """What a person typed for a parameter, in the type of its default; JSON where it begins with `:=`.

    Raises CatalogError.
    """
    if text.startswith(RAW):
        try:
            return msgspec.json.decode(text.removeprefix(RAW))
        except msgspec.DecodeError:
            raise CatalogError(f'`{name}` is no JSON: write numbers and lists as 5 or ["a"] after `{RAW}`') from None
    if isinstance(default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise CatalogError(f"`{name}` is `{text}`: a whole number is needed") from None
    return text


def _folder(folder: Path) -> dict[str, Query]:
    found = [read_query(path.read_text(encoding="utf-8"), path.name) for path in sorted(folder.glob("*.cypher"))]
    return {q.id: q for q in found}


def _split(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))
    head = "\n".join(re.sub(r"^// ?", "", line) for line in lines[:end])
    return head, "\n".join(lines[end:]).strip()


def _demand(found: Query, origin: str) -> None:
    """What msgspec cannot say: a check is whole, its subject is a column, and severities are known."""
    if found.severity and found.severity not in SEVERITIES:
        raise CatalogError(f"`{origin}` has the severity `{found.severity}`: use one of {', '.join(SEVERITIES)}")
    if found.severity and (found.subject not in found.columns or not found.sentence or not found.reads):
        raise CatalogError(f"`{origin}` is a check: give it `subject` (a column), `sentence` and `reads`")
