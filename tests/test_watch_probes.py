"""/healthz, /readyz and /metrics over HTTP, and no secret in anything that a watcher keeps or shows."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph.store import StoreError
from tests.watching import HOURLY, NOW, Workplace, until
from watch.jobs import Job
from watch.probes import ProbeError, serving
from watch.setup import view

HOUR = timedelta(hours=1)
SUMMARY = {
    "snapshot": "s1",
    "findings": 3,
    "coverage": {"seen": 4, "of": 5},
    "collectors": {
        "iam.authorization": {"seconds": 2.5, "calls": 7, "items": 40, "errors": 1, "throttles": 2},
        'x",job="y': {"seconds": 1.0, "calls": 1},
    },
}


@pytest.fixture
def place(tmp_path) -> Workplace:
    return Workplace(tmp_path)


@pytest.fixture
def serve(place) -> Iterator:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda watcher: stack.enter_context(serving(view(watcher), "127.0.0.1", 0))


def asked(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def ready(url: str) -> tuple[int, dict]:
    status, body = asked(f"{url}/readyz")
    return status, json.loads(body)


def samples(url: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(asked(f"{url}/metrics")[1]):
        for sample in family.samples:
            found[sample.name + "".join(f" {value}" for value in sample.labels.values())] = sample.value
    return found


def said(summary: dict) -> str:
    """A script whose run says this of itself."""
    return f"cat > $0 <<'EOF'\n{json.dumps(summary)}\nEOF\n"


def test_a_leader_that_fares_well(place, serve):
    watcher = place.watcher()
    url = serve(watcher)
    assert asked(f"{url}/healthz")[0] == 503  # it is not at work yet
    with place.at_work(watcher):
        until(lambda: watcher.role() == "leader")
        assert asked(f"{url}/healthz") == (200, '{"alive":true}')
        assert ready(url) == (200, {"ready": True, "role": "leader", "reasons": []})
        assert samples(url)["trustdrift_leader"] == 1
    assert samples(url)["trustdrift_leader"] == 0
    assert asked(f"{url}/")[0] == 404


def test_one_that_stands_by_is_ready_for_that(place, serve):
    place.leadership.acquire("elsewhere:7", 60)
    watcher = place.watcher()
    url = serve(watcher)
    with place.at_work(watcher):
        until(lambda: watcher.parts.leader.other is not None)
        assert ready(url) == (200, {"ready": True, "role": "standby", "reasons": []})


def test_a_load_that_waits_for_a_person(place, serve):
    watcher = place.watcher(said({"held": "50 of 60 `AWSRole` would go: --confirm"}) + "exit 1")
    url = serve(watcher)
    watcher.run_once([Job.IDENTITY])
    assert samples(url)["trustdrift_held identity"] == 1
    restarted = place.watcher()  # whoever starts later knows too
    with place.at_work(restarted):
        until(lambda: restarted.role() == "leader")
        status, body = ready(serve(restarted))
    assert (status, body["reasons"]) == (503, ["`identity` waits: 50 of 60 `AWSRole` would go: --confirm"])
    freed = place.watcher()
    freed.run_once([Job.IDENTITY], confirm=True)
    assert freed.parts.standing.held() == {}
    assert samples(serve(freed))["trustdrift_held identity"] == 0


def test_a_job_that_does_not_succeed(place, serve):
    """Two turns after its last success; a failure in between changes nothing, and a success everything."""
    watcher = place.watcher()
    watcher.run_once([Job.IDENTITY])
    success = place.events("ended")[0].at
    standing, triggers = watcher.parts.standing, watcher.parts.triggers
    assert standing.late(triggers, success + HOUR) == []
    assert standing.late(triggers, success + 2 * HOUR) == ["identity"]
    place.watcher("exit 1").run_once([Job.IDENTITY])
    later = place.watcher()
    assert later.parts.standing.late(triggers, success + 2 * HOUR) == ["identity"]
    later.run_once([Job.IDENTITY])
    assert later.parts.standing.late(triggers, place.events("ended")[-1].at + HOUR) == []


def test_a_store_that_does_not_answer(place, serve, monkeypatch):
    def broken(*_: object) -> int:
        raise StoreError("the store has gone: start it")

    monkeypatch.setattr(place.leadership, "acquire", broken)
    watcher = place.watcher()
    with place.at_work(watcher):
        until(lambda: bool(watcher.reasons()))
        assert ready(serve(watcher)) == (
            503,
            {"ready": False, "role": "standby", "reasons": ["the store has gone: start it"]},
        )


def test_a_loop_that_does_not_beat(place, serve):
    watcher = place.watcher()
    with place.at_work(watcher):
        url = serve(watcher)
        assert asked(f"{url}/healthz")[0] == 200
        watcher.parts.leader._beaten -= 1000
        assert asked(f"{url}/healthz")[0] == 503


def test_figures_of_the_collectors(place, serve):
    watcher = place.watcher(said(SUMMARY) + "exit 4")
    watcher.run_once([Job.IDENTITY, Job.NETWORK])
    found = samples(serve(watcher))
    iam = {name: found[f"trustdrift_collector_{name} iam.authorization"] for name in ("seconds", "items")}
    assert iam == {"seconds": 2.5, "items": 40}
    for name, of_two_runs in (("calls", 14), ("errors", 2), ("throttles", 4)):
        assert found[f"trustdrift_collector_{name}_total iam.authorization"] == of_two_runs
    assert found["trustdrift_collector_seconds other"] == 1.0  # the name is none of ours
    assert "trustdrift_collector_errors_total other" not in found  # not measured is not zero
    assert found["trustdrift_runs_total identity incomplete"] == 1
    assert found["trustdrift_last_success_timestamp_seconds network"] == pytest.approx(NOW.timestamp(), abs=60)
    assert 0 < found["trustdrift_snapshot_age_seconds"] < 60
    assert "y" not in {label for key in found for label in key.split()[1:]}


def test_a_watcher_that_was_started_anew_knows_what_was(place, serve):
    """The last success and the last snapshot, whatever failed after them."""
    place.watcher(said(SUMMARY)).run_once([Job.IDENTITY])
    place.watcher("exit 1").run_once([Job.IDENTITY])
    took = place.events("started")[0]
    ended = place.events("ended")[0]
    restarted = place.watcher()
    with place.at_work(restarted):
        until(lambda: restarted.role() == "leader")
        url = serve(restarted)
        until(lambda: "trustdrift_last_success_timestamp_seconds identity" in samples(url))
        found, now = samples(url), place.clock()
    assert found["trustdrift_last_success_timestamp_seconds identity"] == ended.at.timestamp()
    assert 0 < found["trustdrift_snapshot_age_seconds"] <= (now - took.at).total_seconds()


def test_an_address_that_cannot_be_had(place):
    watcher = place.watcher()
    with serving(view(watcher), "127.0.0.1", 0) as url:
        port = int(url.rpartition(":")[2])
        with (
            pytest.raises(ProbeError, match=r"choose another `watch\.port`"),
            serving(view(watcher), "127.0.0.1", port),
        ):
            pass
    with pytest.raises(ProbeError, match="cannot be listened on"), serving(view(watcher), "203.0.113.1", port):
        pass


def test_no_secret_is_kept_or_shown(place, serve):
    """A run that tells all it knows, in every place that it can."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": "canary-key-id",
        "AWS_SECRET_ACCESS_KEY": "canary/secret+key",
        "AWS_SESSION_TOKEN": 'canary"token\\x',
        "TRUSTDRIFT_STORE__PASSWORD": "canary-store-password",
    }
    secrets = ["canary-password-of-a-file", "canary-external-id"]
    everything = {"all": [*environment.values(), *secrets]}
    text = " ".join([*environment.values(), *secrets])
    summary = {"held": text, "snapshot": text, "promotion": {"kind": text}, "collectors": {text: {"calls": 1}}}
    (place.folder / "say").write_text(json.dumps(summary))
    (place.folder / "tell").write_text(text + "\n" + json.dumps(everything) + "\nand last: " + text + "\n")
    script = f"cat {place.folder}/say > $0; cat {place.folder}/tell >&2; exit 1"
    watcher = place.watcher(script, HOURLY, environment=environment, secrets=secrets)
    (end,) = watcher.run_once([Job.IDENTITY])
    assert end.result == "held"
    url = serve(watcher)
    for name in ("say", "tell"):
        (place.folder / name).unlink()
    kept = [file.read_text() for file in place.folder.rglob("*") if file.is_file()]
    shown = [place.log.getvalue(), *(asked(f"{url}/{path}")[1] for path in ("readyz", "metrics", "healthz"))]
    assert "redacted" in "".join(kept)
    assert "canary" not in "".join([*kept, *shown])
