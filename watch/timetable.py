"""When each job is due: cron expressions, read in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from watch.jobs import Job

ADVICE = "write minute, hour, day, month and weekday as in `0 6 * * *`, in UTC"
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERED = re.compile(r"([0-7])(?:-([0-7]))?(?:/(\d+))?")


class ScheduleError(Exception):
    """A cron expression that cannot be used; the sentence names the setting."""


def triggers(expressions: Mapping[str, str]) -> dict[Job, CronTrigger]:
    """The trigger of each job that has an expression; an empty one switches it off. Raises ScheduleError."""
    return {job: trigger(job, text) for job in Job if (text := expressions.get(job, "").strip())}


def trigger(job: Job, text: str) -> CronTrigger:
    """The trigger of a cron expression of five fields. Raises ScheduleError, also where it never fires."""
    try:
        made = CronTrigger.from_crontab(_named_weekdays(text), timezone=UTC)
    except (ValueError, TypeError, OverflowError) as error:
        reason = str(error)[:1].lower() + str(error)[1:]
        raise ScheduleError(f"`schedule.{job}`: `{text}` is no cron expression ({reason}): {ADVICE}") from None
    if next_due(made, datetime.now(UTC)) is None:
        raise ScheduleError(f"`schedule.{job}`: `{text}` never comes: {ADVICE}")
    return made


def _named_weekdays(text: str) -> str:
    """The expression with weekdays by name: APScheduler's 0 is Monday, cron's is Sunday."""
    *fields, weekday = text.split()
    return " ".join([*fields, ",".join(map(_days, weekday.split(",")))])


def _days(part: str) -> str:
    found = NUMBERED.fullmatch(part)
    if found is None or (found[3] and not found[2]):
        return part
    first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    return ",".join(WEEKDAYS[day] for day in range(first, last + 1, step)) or part


def next_due(when: CronTrigger, after: datetime) -> datetime | None:
    """The first time after `after`."""
    found: datetime | None = when.get_next_fire_time(None, after + timedelta(microseconds=1))
    return found


def last_due(when: CronTrigger, after: datetime, until: datetime) -> datetime | None:
    """The last time after `after` that is not later than `until`; found from the end, whatever lies between."""
    span, found = timedelta(minutes=1), None
    start = max(after, until - span)
    while start > after and not _due_by(when, start, until):
        span *= 2
        start = max(after, until - span)
    while following := _due_by(when, found or start, until):
        found = following
    return found


def _due_by(when: CronTrigger, after: datetime, until: datetime) -> datetime | None:
    following = next_due(when, after)
    return following if following and following <= until else None


def late(when: CronTrigger, success: datetime, now: datetime) -> bool:
    """Whether two runs have been due since the last one that succeeded."""
    first = next_due(when, success)
    second = next_due(when, first) if first else None
    return second is not None and second < now
