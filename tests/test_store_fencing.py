"""A run of a watcher that leads no longer loads nothing, whatever it was doing; and a query that is stopped ends."""

from __future__ import annotations

import threading
import time

import pytest

from graph.store import StoreError
from graph.store.leader import open_leadership
from tests.engines import Engine
from tests.store_samples import COUNTS, counts, estate

RED, BLUE, GREEN = estate("red", 30), estate("blue", 40), estate("green", 20)
ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a WHERE a < 0 RETURN count(a) AS n"


@pytest.fixture
def leadership(engine: Engine):
    return open_leadership(engine.url, engine.auth)


def test_the_leader_loads_and_the_one_before_does_not(engine, leadership):
    first = leadership.acquire("first", 60)
    with engine.open() as store:
        assert store.promote(RED, fencing_token=first).kind == "full"
        leadership.release(first)
        second = leadership.acquire("second", 60)
        for previous in (RED, None):  # a difference, and a load of everything
            with pytest.raises(StoreError, match="another watcher leads now"):
                store.promote(BLUE, previous, fencing_token=first)
        if engine.embedded:
            assert store.read(COUNTS) == [counts(RED)]
        assert store.promote(GREEN, RED, fencing_token=second).kind in ("difference", "full")
        assert store.read(COUNTS) == [counts(GREEN)]


def test_a_leader_that_is_replaced_while_it_loads_does_not_finish(engine, leadership):
    """The new leader comes after the difference was shown and before it is written."""
    first = leadership.acquire("first", 60)

    def replaced(_: object) -> None:
        leadership.release(first)
        assert leadership.acquire("second", 60)

    with engine.open() as store:
        store.promote(RED, fencing_token=first)
        with pytest.raises(StoreError, match="another watcher leads now"):
            store.promote(BLUE, RED, hold=replaced, fencing_token=first)
        assert store.read(COUNTS) == [counts(RED)]


def test_a_load_does_not_keep_its_own_leader_from_renewing(engine, leadership):
    token = leadership.acquire("first", 60)
    renewed: list[bool] = []
    with engine.open() as store:
        store.promote(RED, fencing_token=token)
        store.promote(BLUE, RED, hold=lambda _: renewed.append(leadership.renew(token, 60)), fencing_token=token)
    assert renewed == [True]


def test_a_query_that_nobody_waits_for_ends_and_says_so(engine):
    stopped, began = threading.Event(), time.monotonic()
    threading.Timer(1.0, stopped.set).start()
    with engine.open() as store:
        store.promote(RED)
        with pytest.raises(StoreError, match="the query was stopped"):
            store.adhoc(ENDLESS, timeout=60, stopped=stopped)
        assert time.monotonic() - began < 50
        assert store.read(COUNTS) == [counts(RED)]
