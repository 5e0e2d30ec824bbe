"""The timetable: cron as people know it, in UTC, with a sentence for what is no cron expression."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.jobs import Job
from watch.timetable import ScheduleError, last_due, late, next_due, trigger, triggers

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


def test_an_empty_expression_switches_a_job_off():
    assert set(triggers({"identity": "0 * * * *", "network": " ", "report": ""})) == {Job.IDENTITY}


@pytest.mark.parametrize(
    "text",
    ["x", "61 * * * *", "0 6 * *", "0 6 * * 8", "@daily", "0 0 30 2 *", "0 6 * * 5-1", "0 6 * * 1-5/0", "* * * * * *"],
)
def test_what_cannot_be_used_is_named_with_its_setting(text):
    with pytest.raises(ScheduleError, match=r"`schedule\.network`: .*write minute, hour, day, month and weekday"):
        triggers({"network": text})


@given(st.integers(0, 7), st.integers(0, 7), st.integers(1, 3))
def test_weekdays_are_those_of_cron(first, last, step):
    """Sunday is 0 and 7, as in every crontab; the scheduler's own numbers begin on Monday."""
    first, last = min(first, last), max(first, last)
    when = trigger(Job.REPORT, f"0 6 * * {first}-{last}/{step}")
    due, found = SUNDAY - timedelta(seconds=1), set()
    while (due := next_due(when, due)) and due < SUNDAY + timedelta(days=7):
        found.add((due.weekday() + 1) % 7)
    assert found == {day % 7 for day in range(first, last + 1, step)}


def test_no_hour_is_missing_or_doubled_where_clocks_are_changed():
    """The night in which Europe goes back an hour, and the one in which it goes ahead, in UTC."""
    when = trigger(Job.IDENTITY, "30 * * * *")
    for day in (datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)):
        due, found = day, []
        while (due := next_due(when, due)) and due < day + timedelta(days=1):
            found.append(due)
        assert [due - day for due in found] == [timedelta(hours=h, minutes=30) for h in range(24)]


@given(st.integers(0, 10_000), st.integers(0, 600))
def test_the_last_time_that_was_due(start, minutes):
    when, after = trigger(Job.IDENTITY, "*/10 * * * *"), SUNDAY + timedelta(seconds=start)
    until = after + timedelta(minutes=minutes)
    expected = SUNDAY + (until - SUNDAY) // timedelta(minutes=10) * timedelta(minutes=10)
    assert last_due(when, after, until) == (expected if expected > after else None)


def test_a_weekend_is_not_late():
    workdays = trigger(Job.REPORT, "0 6 * * 1-5")
    friday = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
    tuesday = datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert not late(workdays, friday, tuesday)
    assert late(workdays, friday, tuesday + timedelta(minutes=1))
