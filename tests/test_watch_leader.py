"""Leadership: one leader at a time, tokens that only rise, each due run claimed once; in a file and on a server."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.store import StoreError
from graph.store.fencing import check_file, check_transaction
from graph.store.leader import FileLeadership, Leadership, ServerLeadership, open_leadership
from tests.neo4j_server import LONG_TERM, Neo4jServer
from tests.require import repetitions

LONG, NONE = 60.0, 0.0
DAY = 86_400_000  # milliseconds


class Monotonic:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server(neo4j_servers) -> Neo4jServer:
    """A server with nothing in it."""
    running = neo4j_servers(LONG_TERM)
    running.wipe()
    return running


@pytest.fixture(params=["file", "server"])
def leadership(request, tmp_path) -> Iterator[Leadership]:
    if request.param == "file":
        yield FileLeadership(tmp_path)
        return
    running = request.getfixturevalue("server")
    yield ServerLeadership(running.url, running.auth)


def test_one_leads_until_it_releases(leadership):
    first = leadership.acquire("a", LONG)
    assert first is not None
    assert (leadership.acquire("b", LONG), leadership.holder()) == (None, "a")
    assert leadership.renew(first, LONG)
    leadership.release(first)
    assert leadership.holder() is None
    second = leadership.acquire("b", LONG)
    assert second is not None
    assert second > first
    assert (leadership.renew(first, LONG), leadership.renew(second, LONG)) == (False, True)
    leadership.release(first)  # of a former leader means nothing
    assert leadership.holder() == "b"


def test_a_lease_runs_out(leadership):
    first = leadership.acquire("a", NONE)
    assert first is not None
    assert not leadership.renew(first, LONG)
    assert leadership.acquire("b", LONG) == first + 1


def test_of_many_at_once_one_leads(leadership):
    with ThreadPoolExecutor(8) as pool:
        for turn in range(1, 4):
            tokens = [token for token in pool.map(lambda i: leadership.acquire(str(i), LONG), range(8)) if token]
            assert tokens == [turn]
            leadership.release(turn)


def test_a_run_is_claimed_once_and_by_the_leader(leadership):
    token = leadership.acquire("a", LONG)
    assert token is not None
    assert [leadership.claim(token, "identity", due, DAY) for due in (5, 5, 4, 6)] == [True, False, False, True]
    assert leadership.claim(token, "network", 5, DAY)
    assert (leadership.claimed("identity"), leadership.claimed("report")) == (6, 0)
    leadership.release(token)
    assert not leadership.claim(token, "identity", 7, DAY)
    later = leadership.acquire("b", LONG)
    assert later is not None
    assert [leadership.claim(token, "identity", 7, DAY), leadership.claim(later, "identity", 6, DAY)] == [False, False]
    assert leadership.claim(later, "identity", 7, DAY)


def test_a_claim_that_a_wrong_clock_made_binds_nobody(leadership):
    token = leadership.acquire("a", LONG)
    assert token is not None
    assert leadership.claim(token, "identity", 10 * DAY, 10 * DAY)
    assert leadership.claim(token, "identity", DAY, DAY)
    assert not leadership.claim(token, "identity", DAY, DAY)


def test_a_promotion_by_a_former_leader_is_refused(tmp_path):
    leadership = FileLeadership(tmp_path)
    first = leadership.acquire("a", NONE)
    assert first is not None
    check_file(tmp_path, first)  # nobody else leads yet
    leadership.acquire("b", LONG)
    with pytest.raises(StoreError, match="another watcher leads now"):
        check_file(tmp_path, first)


def test_a_promotion_by_a_former_leader_is_refused_on_a_server(server):
    """Whichever is first: the next leader waits for the transaction that checked, and is then the one that counts."""
    leadership = ServerLeadership(server.url, server.auth)
    first = leadership.acquire("a", NONE)
    assert first is not None
    with server.driver() as driver, driver.session(database="neo4j") as session, ThreadPoolExecutor(1) as pool:
        with session.begin_transaction() as tx:
            check_transaction(tx.run, first)
            next_one = pool.submit(leadership.acquire, "b", LONG)
            with pytest.raises(TimeoutError):
                next_one.result(0.5)
            tx.commit()
        assert next_one.result() == first + 1
        with session.begin_transaction() as tx, pytest.raises(StoreError, match="another watcher leads now"):
            check_transaction(tx.run, first)


def test_what_a_load_leaves_of_the_leader(server):
    """A load clears the graph; the leadership is none of it."""
    from graph.store import open_store

    leadership = ServerLeadership(server.url, server.auth)
    token = leadership.acquire("a", LONG)
    assert token is not None
    with closing(open_store(server.url, auth=server.auth)) as store:
        store.wipe()
    assert leadership.renew(token, LONG)


@pytest.mark.parametrize("seed", range(repetitions(10)))
def test_whatever_happens_one_leads_and_tokens_rise(tmp_path, seed):
    """Three holders and a clock, at random, against what a lease is."""
    chance, clock = random.Random(seed), Monotonic()
    leadership, until, token, tokens = FileLeadership(tmp_path, clock), 0.0, 0, [0]
    for _ in range(100):
        clock.now += chance.choice((0.0, 1.0, 5.0))
        seconds, asked = chance.choice((2.0, 8.0)), chance.choice(tokens)
        match chance.choice(("acquire", "acquire", "renew", "release")):
            case "acquire":
                got = leadership.acquire("x", seconds)
                assert (got is not None) == (clock.now >= until)
                if got is not None:
                    assert got > max(tokens)
                    token, until = got, clock.now + seconds
                    tokens.append(got)
            case "renew":
                held = asked == token and clock.now < until
                assert leadership.renew(asked, seconds) == held
                until = clock.now + seconds if held else until
            case "release":
                leadership.release(asked)
                until = clock.now if asked == token else until


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0.1, 100))
def test_after_a_restart_of_the_machine_nobody_waits_longer_than_a_lease(before, after, seconds):
    """The monotonic clock begins again: a lease of the former life is over at once, or when its time is."""
    from graph.store.fencing import Record

    record = Record(1, "a", before, seconds)
    assert not record.live(after) or before <= after <= before + seconds


def test_a_record_that_cannot_be_read_is_no_new_beginning(tmp_path):
    (tmp_path / "leader.json").write_text("{")
    leadership = FileLeadership(tmp_path)
    for ask in (lambda: leadership.acquire("a", LONG), leadership.holder, lambda: check_file(tmp_path, 1)):
        with pytest.raises(StoreError, match="stop every watcher, then remove it"):
            ask()


def test_a_store_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="make room or allow it"):
        FileLeadership(tmp_path / "file" / "store").acquire("a", LONG)


def test_a_server_that_is_not_there():
    with pytest.raises(StoreError, match="does not answer"):
        open_leadership("bolt://127.0.0.1:9", ("neo4j", "x")).acquire("a", LONG)


def test_the_address_of_a_store_leads_to_its_leadership(tmp_path):
    leadership = open_leadership(f"embedded://{tmp_path}/graph")
    leadership.acquire("a", LONG)
    assert Path(tmp_path / "graph" / "leader.json").exists()
