"""The sentences of a report: how fresh it is, what the week brought, and why each kind of change matters."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from drift import Approval, Drift, DriftItem

WHY = {
    "path": "Whoever holds the start can walk these steps to what must never be lost.",
    "access": "It is a right that nobody approved; what it allows is allowed from now on.",
    "rule": "It decides which packets get through, before any password is asked for.",
    "finding": "A check found a weakness here that was not there at the baseline.",
    "coverage": "No answer about this source holds until it is read again: unseen does not mean gone.",
}
NO_BASELINE = "Nothing is approved yet, so nothing is compared: approve a baseline with `trustdrift approve`."
WHY_OF_CHANGE = {
    "fixed": "It was open at the baseline and is closed now.",
    "removed": "It was there at the baseline and is gone.",
    "unseen": "It rests on facts that could not be read this time: nothing here is called new, and nothing gone.",
}
CHANGE_WORDS = {
    "added": "new",
    "changed": "changed",
    "removed": "gone",
    "fixed": "fixed",
    "unseen": "could not be seen",
}
# family -> change -> one and many of it, for the sentence of the week
NEWS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("path", ("added",), "new way to an administrator or a crown jewel", "new ways to administrators or crown jewels"),
    ("path", ("fixed",), "way closed", "ways closed"),
    ("path", ("changed",), "way with another verdict", "ways with another verdict"),
    ("access", ("added", "changed"), "right gained or changed", "rights gained or changed"),
    ("access", ("removed",), "right gone", "rights gone"),
    ("rule", ("added",), "security group with new rules", "security groups with new rules"),
    ("rule", ("removed",), "security group with rules gone", "security groups with rules gone"),
    ("finding", ("added",), "group of new findings", "groups of new findings"),
    ("finding", ("fixed",), "group of findings fixed", "groups of findings fixed"),
    ("coverage", ("unseen",), "source that could not be read", "sources that could not be read"),
)


def week_sentence(drift: Drift, approval: Approval | None) -> str:
    """One sentence about what happened since the baseline."""
    if approval is None:
        return NO_BASELINE
    since = f"Since the baseline of {day(approval.taken_at)}, approved by {clean(approval.who)}"
    news = [_counted(len(have), one, many) for f, c, one, many in NEWS if (have := _of(drift.items, f, c))]
    return f"{since}: {', '.join(news)}." if news else f"{since}: no change."


def freshness(taken_at: str, now: str) -> str:
    """When the facts were collected, and how old that is."""
    age = _moment(now) - _moment(taken_at)
    hours = max(0, round(age.total_seconds() / 3600))
    old = (
        "less than an hour" if hours == 0 else _counted(hours, "hour", "hours") if hours < 48 else f"{hours // 24} days"
    )
    return f"Facts of {day(taken_at)}, {old} old"


def coverage_sentence(coverage: Sequence[Mapping[str, str]], names: Mapping[str, str]) -> str:
    """How much was seen; never silent about what was not."""
    if not coverage:
        return "no coverage was recorded: nothing here can be taken for complete"
    unseen = sorted({f"{row['source']} of {names.get(row['account_id'], row['account_id'])}" for row in gaps(coverage)})
    whole = f"{len(coverage) - len(gaps(coverage))} of {_counted(len(coverage), 'source', 'sources')} seen whole"
    more = f" and {len(unseen) - 3} more" if len(unseen) > 3 else ""
    return whole + (f"; not {', '.join(unseen[:3])}{more}" if unseen else "")


def gaps(coverage: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The rows that were not seen whole."""
    return [row for row in coverage if row["state"] != "seen"]


def why(item: DriftItem) -> str:
    return WHY_OF_CHANGE.get(item.change, WHY[item.family]) if item.family != "coverage" else WHY["coverage"]


def day(moment: str) -> str:
    """`9 Nov 2026, 06:00 UTC`."""
    when = _moment(moment)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def clean(text: object) -> str:
    """A text without control or direction characters: they are written out, so that nobody is fooled by them."""
    return "".join(_visible(c) for c in str(text))


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return f"\\u{{{ord(character):x}}}" if hidden else character


def _of(items: Sequence[DriftItem], family: str, changes: tuple[str, ...]) -> list[DriftItem]:
    return [item for item in items if item.family == family and item.change in changes]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _moment(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
