"""Serving: who may ask, what every reply carries, which port is taken, and how it ends."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests import app_sample as sample
from tests.app_server import Served, start
from ui.serve import ServeError, bind, check_address
from ui.shell import content_security_policy

HEADERS = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.mktemp("served")
    sample.promote(base, sample.week(), sample.baseline())
    with start(base) as served:
        yield served


def _ask(app: Served, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


@pytest.mark.parametrize("path", ["/", "/paths", "/healthz", "/_stcore/health", "/static/nothing.js"])
def test_every_reply_carries_the_security_headers(app: Served, path: str) -> None:
    have = {name.lower(): value for name, value in _ask(app, path).getheaders()}
    assert have.keys() >= set(HEADERS)
    assert have["content-security-policy"].count("script-src 'self'") == 1
    assert "unsafe-eval" not in have["content-security-policy"]


def test_health_is_answered(app: Served) -> None:
    reply = _ask(app, "/healthz")
    assert (reply.status, reply.read()) == (200, b"ok")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_host_is_refused(app: Served, host: str) -> None:
    assert _ask(app, "/", Host=host).status == 400
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert _ask(app, "/_stcore/stream", Host=host, Origin=f"http://{host}", **upgrade, **key).status in (400, 403)


def test_the_own_host_may_open_a_websocket(app: Served) -> None:
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": f"http://127.0.0.1:{app.port}",
    }  # fmt: skip
    assert _ask(app, "/_stcore/stream", **headers).status == 101


def test_only_loopback_listens(app: Served) -> None:
    listening = [c.laddr.ip for c in psutil.Process(app.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening
    assert set(listening) == {"127.0.0.1"}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_a_browser_is_connected(tmp_path: Path, ending: signal.Signals) -> None:
    with start(tmp_path) as served:
        with closing(socket.create_connection(("127.0.0.1", served.port))):
            begun = time.monotonic()
            served.process.send_signal(ending)
            served.process.wait(timeout=15)
        assert time.monotonic() - begun < 10
        assert served.process.returncode in (0, -ending)
        assert "Traceback" not in served.errors()


def test_a_taken_port_means_the_next_free_one() -> None:
    with bind("127.0.0.1", 18500) as first, bind("127.0.0.1", first.getsockname()[1]) as second:
        assert second.getsockname()[1] > first.getsockname()[1]


def test_no_free_port_is_said() -> None:
    with bind("127.0.0.1", 65535), pytest.raises(ServeError, match=r"no free port from `65535`.*choose another"):
        bind("127.0.0.1", 65535)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_loopback_is_served(address: str) -> None:
    check_address(address, "none")


@pytest.mark.parametrize(
    ("address", "auth", "sentence"),
    [
        ("0.0.0.0", "none", "can be reached by others"),
        ("192.168.1.5", "none", "can be reached by others"),
        ("0.0.0.0", "proxy", "`proxy` is not built yet"),
        ("127.0.0.1", "oidc", "`oidc` is not built yet"),
        ("example.org", "none", "is no IPv4 address"),
        ("::", "none", "is no IPv4 address"),
    ],
)
def test_what_others_could_reach_is_refused(address: str, auth: str, sentence: str) -> None:
    with pytest.raises(ServeError, match=sentence):
        check_address(address, auth)


def test_the_policy_names_the_scripts_of_the_page_and_no_other() -> None:
    policy = content_security_policy("<script>one</script><script src='x.js'></script>")
    assert policy.count("sha256-") == 1
    assert "default-src 'self'" in policy


def test_serving_is_imported_without_streamlit() -> None:
    code = "import sys, ui.serve; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=False).returncode == 0
