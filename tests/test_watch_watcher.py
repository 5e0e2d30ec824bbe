"""The watcher: what is due is done once, in order, and what is not done is written down."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED

from graph.store import StoreError
from tests.watching import HOURLY, NOW, Workplace, milliseconds, until
from watch.jobs import Job

SIX = NOW.replace(minute=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path) -> Workplace:
    return Workplace(tmp_path)


def due(watcher, job, at, code=EVENT_JOB_EXECUTED) -> None:
    """The scheduler says that a job is due."""
    watcher._heard(SimpleNamespace(code=code, job_id=job, scheduled_run_time=at, scheduled_run_times=[at]))


@pytest.mark.parametrize(
    ("script", "result", "reason"),
    [
        ("exit 0", "clean", ""),
        ("echo noise >&2; exit 3", "findings", ""),
        ("exit 4", "incomplete", ""),
        ("echo 'first' >&2; echo 'it broke: mend it' >&2; echo '──' >&2; exit 1", "error", "it broke: mend it"),
        ("exit 2", "error", "it said nothing"),
        ("kill -9 $$", "error", "signal 9: it said nothing"),
        ("sleep 60", "deadline", "it took longer than `watch.deadline_minutes`"),
        ("""echo '{"held": "too much goes: --confirm"}' > $0; exit 1""", "held", "too much goes: --confirm"),
        ("""echo '{"held": }' > $0; exit 1""", "error", "it said nothing; its summary could not be read"),
    ],
)
def test_how_a_run_ends(place, script, result, reason):
    (end,) = place.watcher(script, deadline_seconds=0.5).run_once([Job.IDENTITY])
    assert (end.result, end.reason.startswith(reason)) == (result, True)
    (order,) = place.orders
    assert [(e.event, e.run) for e in place.history().events] == [
        (kind, order.run) for kind in ("scheduled", "started", "ended")
    ]
    assert bool(end.stderr) == (result == "error" and "echo" in script and "held" not in script)


def test_a_run_id_can_name_a_session(place):
    place.watcher().run_once([Job.IDENTITY, Job.NETWORK])
    for order in place.orders:
        assert len(order.run) <= 64
        assert order.run.replace("-", "").isalnum()


def test_confirm_reaches_the_runs(place):
    place.watcher().run_once([Job.IDENTITY], confirm=True)
    place.watcher().run_once([Job.IDENTITY])
    assert [order.confirm for order in place.orders] == [True, False]
    assert [order.token for order in place.orders] == [1, 2]


def test_once_leaves_it_to_another_that_leads(place):
    place.leadership.acquire("elsewhere:7", 60)
    watcher = place.watcher(lease_seconds=0.4)
    assert watcher.run_once([Job.IDENTITY]) == []
    assert (watcher.parts.leader.other, place.orders) == ("elsewhere:7", [])
    assert [e.reason for e in place.events("skipped")] == ["`elsewhere:7` leads"]


def test_once_says_where_the_store_cannot_be_asked(place):
    (place.folder / "leader.json").write_text("{")
    with pytest.raises(StoreError, match="stop every watcher"):
        place.watcher(lease_seconds=0.4).run_once([Job.IDENTITY])
    assert "stop every watcher" in place.events("skipped")[0].reason


def test_what_was_missed_while_nobody_watched_is_caught_up_with(place):
    """Three runs are due since the last one; the latest is recent enough to be done now."""
    place.claimed("identity", SIX - 3 * HOUR)
    with place.at_work(place.watcher(grace_seconds=1800)):
        until(lambda: bool(place.events("ended")))
    (order,) = place.orders
    assert order.due == SIX
    assert [(e.due, e.until) for e in place.events("missed")] == [(SIX - 2 * HOUR, SIX)]


def test_what_is_too_late_is_only_written_down(place):
    place.claimed("identity", SIX - 3 * HOUR)
    with place.at_work(place.watcher(grace_seconds=60)):
        until(lambda: len(place.events("missed")) == 2)
    assert place.orders == []
    assert [(e.due, e.until) for e in place.events("missed")] == [
        (SIX - 2 * HOUR, SIX),
        (SIX, SIX + HOUR),
    ]
    with place.at_work(place.watcher(grace_seconds=60)):  # and only once
        time.sleep(0.2)
    assert len(place.events("missed")) == 2


def test_a_claim_of_a_clock_that_was_wrong_stops_nothing(place):
    place.claimed("identity", SIX + 1000 * HOUR)
    with place.at_work(place.watcher()) as watcher:
        until(lambda: watcher._prepared is not None)
        due(watcher, "identity", SIX)
        until(lambda: bool(place.events("ended")))
    assert [order.due for order in place.orders] == [SIX]


def test_a_job_that_is_due_while_another_runs_waits_and_runs_once(place):
    """One process at a time over all jobs; three turns of a job that waits are one run, and two misses."""
    place.claimed("network", SIX - 3 * HOUR)
    place.claimed("identity", SIX - HOUR)
    schedule = HOURLY | {"network": "0 * * * *"}
    script = f"cd {place.folder}; mkdir running || exit 1; while [ ! -e go ]; do sleep 0.02; done; rmdir running"
    with place.at_work(place.watcher(script, schedule, grace_seconds=7200)) as watcher:
        until(lambda: bool(place.events("started")))
        for hour in range(3):
            due(watcher, "network", SIX + hour * HOUR, EVENT_JOB_MAX_INSTANCES if hour == 2 else EVENT_JOB_EXECUTED)
        (place.folder / "go").touch()
        until(lambda: len(place.events("ended")) == 2)
    assert [e.result for e in place.events("ended")] == ["clean", "clean"]
    assert [(o.job, o.due) for o in place.orders][-1] == ("network", SIX + 2 * HOUR)
    assert [(e.job, e.due, e.until) for e in place.events("missed")] == [
        ("network", SIX - 2 * HOUR, SIX + 2 * HOUR),
    ]


def test_what_the_scheduler_comes_to_too_late_is_missed(place):
    with place.at_work(place.watcher()) as watcher:
        until(lambda: watcher._prepared is not None)
        due(watcher, "identity", SIX, EVENT_JOB_MISSED)
        until(lambda: bool(place.events("missed")))
        due(watcher, "identity", SIX)  # however often it is said
        until(lambda: bool(place.events("skipped")))
    assert place.orders == []
    assert b'trustdrift_missed_total{job="identity"} 1.0' in watcher.parts.metrics.text()


def test_the_scheduler_itself_says_what_is_due(place):
    """With the real clock: a job of every second."""
    from apscheduler.triggers.cron import CronTrigger

    from watch.watcher import Watcher

    made = place.watcher()
    parts = vars(made.parts) | {"triggers": {Job.REPORT: CronTrigger(second="*", timezone="UTC")}}
    with place.at_work(Watcher(type(made.parts)(**parts))):
        until(lambda: len(place.events("ended")) >= 2)
    assert {order.job for order in place.orders} == {Job.REPORT}


def test_one_that_stands_by_does_nothing_until_it_leads(place):
    token = place.leadership.acquire("elsewhere:7", 60)
    assert token is not None
    with place.at_work(place.watcher(lease_seconds=0.4)) as watcher:
        until(lambda: watcher.parts.leader.other == "elsewhere:7")
        due(watcher, "identity", SIX)
        time.sleep(0.3)
        assert (watcher.role(), watcher.reasons(), place.orders) == ("standby", [], [])
        assert place.leadership.claim(token, "identity", milliseconds(SIX - HOUR), milliseconds(NOW))
        place.leadership.release(token)
        until(lambda: bool(place.events("ended")))  # caught up with, by the claims
        assert watcher.role() == "leader"
    assert place.leadership.holder() is None


def test_a_lost_leadership_ends_the_run(place):
    with place.at_work(place.watcher("sleep 60", lease_seconds=1.0)) as watcher:
        until(lambda: watcher._prepared is not None)
        due(watcher, "identity", SIX)
        until(lambda: bool(place.events("started")))
        place.leadership.release(1)
        place.leadership.acquire("elsewhere:7", 60)
        until(lambda: bool(place.events("ended")), 2.0)
        assert watcher.role() == "standby"
    (end,) = place.events("ended")
    assert (end.result, end.code) == ("replaced", -15)


def test_a_leadership_that_was_lost_and_won_again_ends_the_run(place):
    """Its token is no longer the leader's, so it could promote nothing."""
    with place.at_work(place.watcher("sleep 60", lease_seconds=1.0)) as watcher:
        until(lambda: watcher._prepared is not None)
        due(watcher, "identity", SIX)
        until(lambda: bool(place.events("started")))
        place.leadership.release(1)
        until(lambda: bool(place.events("ended")), 2.0)
        assert watcher.parts.leader.token == 2
    assert place.events("ended")[0].result == "replaced"


def test_a_store_that_does_not_answer_ends_the_run_before_the_lease_ends(place, monkeypatch):
    def broken(*_: object) -> bool:
        raise StoreError("the store has gone: start it")

    with place.at_work(place.watcher("sleep 60", lease_seconds=2.0)) as watcher:
        until(lambda: watcher._prepared is not None)
        due(watcher, "identity", SIX)
        until(lambda: bool(place.events("started")))
        monkeypatch.setattr(place.leadership, "renew", broken)
        monkeypatch.setattr(place.leadership, "acquire", broken)
        until(lambda: bool(place.events("ended")), 2.0)
        assert place.leadership.holder() is not None  # its lease, still
        assert "the store has gone: start it" in watcher.reasons()
        monkeypatch.undo()
        until(lambda: watcher.role() == "leader" and not watcher.reasons())
    assert place.events("ended")[0].result == "replaced"
    assert "the store has gone" in place.log.getvalue()


def test_stopping_ends_the_run_and_gives_the_lease_back(place):
    watcher = place.watcher("sleep 60")
    ends = []
    thread = threading.Thread(target=lambda: ends.extend(watcher.run_once([Job.IDENTITY, Job.NETWORK])))
    thread.start()
    until(lambda: bool(place.events("started")))
    watcher.stop()
    thread.join(10)
    assert [end.result for end in ends] == ["interrupted"]
    assert place.leadership.holder() is None
    assert len(place.orders) == 1


def test_what_a_killed_watcher_left_is_closed(place):
    """One run that was begun, one that was only scheduled, and half a line."""
    ledger = place.watcher().parts.ledger
    ledger.append("scheduled", "identity", run="a", due=SIX)
    ledger.append("started", "identity", run="a", due=SIX, pid=2**22 + 1, began=1.0)
    ledger.append("scheduled", "network", run="b", due=SIX)
    (place.folder / "runs").mkdir()
    (place.folder / "runs" / "a.json").write_text("{}")
    with (place.folder / "runs.jsonl").open("ab") as file:
        file.write(b'{"event":"star')
    watcher = place.watcher()
    watcher.run_once([])
    assert [(e.event, e.run, e.result) for e in place.history().events[-2:]] == [
        ("missed", "b", None),
        ("ended", "a", "lost"),
    ]
    assert (place.history().open_runs(), place.history().unbegun(), place.history().unreadable) == ([], [], 1)
    assert "could not be read" in place.log.getvalue()
    assert not (place.folder / "runs" / "a.json").exists()
    place.watcher().run_once([])
    assert len(place.events("ended")) == 1


def test_log_lines_are_json_with_the_run(place):
    place.watcher().run_once([Job.IDENTITY])
    lines = [json.loads(line) for line in place.log.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["leading", "run started", "run ended"]
    assert {line.get("run") for line in lines[1:]} == {place.orders[0].run}


def test_a_disk_that_takes_no_more(place, monkeypatch):
    """The run that could not be written down does not begin, and the watcher says why it ends."""
    watcher, append = place.watcher(f"touch {place.folder}/begun"), None
    append = watcher.parts.ledger.append

    def full(event, *rest, **fields):
        if event == "started":
            raise OSError(28, "No space left on device")
        return append(event, *rest, **fields)

    monkeypatch.setattr(watcher.parts.ledger, "append", full)
    with pytest.raises(OSError, match="No space left"):
        watcher.run_once([Job.IDENTITY])
    assert not (place.folder / "begun").exists()
    assert place.leadership.holder() is None
