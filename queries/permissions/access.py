"""All that a principal can do by its own policies, by service and access level, and what of it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from graph.estate import Estate
from policy import PolicySet
from policy.catalogue import catalogue
from policy.compare import Change, Comparison, compare
from policy.effective import Effective, Grant, Limit, Row, effective
from policy.verdict import WORDS
from queries.permissions.answer import ANSWERS
from queries.permissions.names import nearest
from queries.permissions.principals import Subject, subject
from queries.where import Unresolved

Part = TypeVar("Part", Row, Change)
ACCESS = ("service", "level", "actions", "answer", "resources", "within", "except", "if", "sends")
CHANGES = ("change", "service", "level", "actions", "before", "after")
MANY = 12  # services with one grant in common, beyond which people read one line for all of them
LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")


def effective_of(who: Subject) -> Effective:
    """Every action that its own policies leave possible."""
    return effective(who.policies, who.principal)


def changed(before: Estate, now: Subject) -> Comparison:
    """What a principal can do now and could not, or could and cannot now; one that was not there could do nothing."""
    try:
        old = subject(before, now.arn)
    except Unresolved:
        return compare(PolicySet(()), now.policies, now.principal)
    return compare(old.policies, now.policies, now.principal, old.principal)


def of_service(service: str) -> str:
    """A service's prefix as the catalogue has it. Raises Unresolved with what was probably meant."""
    known = {cell.service for cell in catalogue().cells}
    if service.lower() in known:
        return service.lower()
    close = nearest(service, known)
    meant = f"did you mean {', '.join(f'`{one}`' for one in close)}?" if close else "use the prefix of its actions"
    raise Unresolved(f"no service has the prefix `{service}`: {meant}")


def only(rows: Iterable[Part], service: str, level: str) -> list[Part]:
    """The rows of one service and access level, of all where these are empty."""
    return [one for one in rows if service in ("", one.service) and level in ("", one.level)]


# -- as rows
def access_rows(found: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The grants as rows of `ACCESS`, one per service, access level and grant."""
    for row in found:
        yield {"service": row.service, "level": row.level, "actions": list(row.actions), **_granted(row.grant)}


def merged_rows(found: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """As `access_rows`, but what is granted in many services alike is one row, with the number of its actions."""
    alike: dict[Grant, list[Row]] = defaultdict(list)
    for row in found:
        alike[row.grant].append(row)
    for grant, rows in alike.items():
        services = dict.fromkeys(row.service for row in rows)
        if len(services) <= MANY:
            yield from access_rows(rows)
            continue
        count = sum(len(row.actions) for row in rows)
        levels = [level for level in LEVELS if level in {row.level for row in rows}]
        said = "all" if len(levels) == len(LEVELS) else ", ".join(levels)
        yield {"service": f"{len(services)} services", "level": said, "actions": f"{count:,}", **_granted(grant)}


def change_rows(found: Comparison, service: str, level: str) -> Iterator[dict[str, Any]]:
    """The difference as rows of `CHANGES`: what was gained, what was lost, then what is otherwise than before."""
    for word, rows, side in (("gained", found.gained, "after"), ("lost", found.lost, "before")):
        for row in only(rows, service, level):
            where = {"service": row.service, "level": row.level, "actions": list(row.actions)}
            yield {"change": word, **where, "before": "", "after": "", side: _said(row.grant)}
    for one in only(found.changed, service, level):
        sides = (" or ".join(map(_said, side)) for side in (one.before, one.after))
        where = {"service": one.service, "level": one.level, "actions": list(one.actions)}
        yield {"change": one.direction, **where, **dict(zip(("before", "after"), sides, strict=True))}


def _granted(grant: Grant) -> dict[str, Any]:
    return {
        "answer": ANSWERS[grant.truth],
        "resources": grant.allowed.text,
        "within": _limits(grant.limits),
        "except": _limits(grant.denied),
        "if": " and ".join(grant.conditions),
        "sends": " and ".join(f"`{key}` = {value}" for key, value in grant.choices),
    }


def _said(grant: Grant) -> str:
    parts = _granted(grant)
    besides = [f"{word} {parts[word]}" for word in ("within", "except", "if") if parts[word]]
    return " ".join([parts["resources"], *besides])


def _limits(limits: Sequence[Limit]) -> str:
    return "; ".join(f"{WORDS[one.layer]}: {' or '.join(scope.text for scope in one.scopes)}" for one in limits)
