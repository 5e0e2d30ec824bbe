"""A real Neo4j Community server for tests: put together by Maven once per machine, started with java alone."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil
from filelock import FileLock
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from tests.require import require

FILES = Path(__file__).parent / "neo4j"
LONG_TERM, CALENDAR = "5.26.30", "2025.10.1"
# The Java that each needs at least, and what starts it.
VERSIONS = {
    LONG_TERM: (17, "org.neo4j.server.CommunityEntryPoint"),
    CALENDAR: (21, "org.neo4j.server.Neo4jCommunity"),
}
ADMIN = "org.neo4j.cli.AdminTool"
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
HOST = "127.0.0.1"
START_SECONDS, STOP_SECONDS, FETCH_SECONDS = 90.0, 30.0, 300.0
# The shell outlives its reader by nothing: when this process ends, however it ends, the pipe closes and the server too.
WATCHED = 'ulimit -f "$1"; shift; "$@" & echo $!; read -r _; kill -9 $!'


class Neo4jServer:
    """A server with a directory, a port and a password of its own. It can be killed and started again."""

    def __init__(self, home: Path, version: str) -> None:
        self.home, self.version = home, version
        self.port, self.password = _free_port(), secrets.token_urlsafe(12)
        self.url, self.auth = f"bolt://{HOST}:{self.port}", ("neo4j", self.password)
        minimum, self._main = VERSIONS[version]
        self._java, self._libraries = _java(minimum), libraries(version)
        self._shell: subprocess.Popen[str] | None = None
        self._process: psutil.Process | None = None
        (home / "conf").mkdir(parents=True)
        self._configure({})
        self._run(ADMIN, "dbms", "set-initial-password", self.password)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.status() != psutil.STATUS_ZOMBIE

    def start(self, *, file_blocks: str = "unlimited", **settings: str) -> None:
        """Start it, with settings (`__` stands for a dot) over those of neo4j.conf, and wait until it answers.

        No file of its grows over `file_blocks`, in blocks of 512 bytes.
        """
        self._configure({name.replace("__", "."): value for name, value in settings.items()})
        places = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"]
        command = self._command(self._main, *places, "--console-mode")
        with (self.home / "console.log").open("ab") as log:
            self._shell = subprocess.Popen(
                ["sh", "-c", WATCHED, "sh", file_blocks, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env=self._environment,
            )
        assert self._shell.stdout is not None
        self._process = psutil.Process(int(self._shell.stdout.readline()))
        self._await()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def driver(self) -> Driver:
        return GraphDatabase.driver(self.url, auth=self.auth, telemetry_disabled=True, notifications_min_severity="OFF")

    def wipe(self) -> None:
        """Make its database empty; the constraints stay."""
        with self.driver() as driver:
            for pattern, what in (("()-[x]->()", "x"), ("(x)", "x")):
                driver.execute_query(f"MATCH {pattern} CALL ({what}) {{ DELETE {what} }}", database_="neo4j")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._shell is None:
            return
        if self.running:
            self._process.send_signal(number)
        deadline = time.monotonic() + STOP_SECONDS
        while self.running and time.monotonic() < deadline:
            time.sleep(0.05)
        self._shell.communicate()  # closes its pipe: what still runs is killed
        self._process = self._shell = None

    def _configure(self, settings: Mapping[str, str]) -> None:
        own = {f"server.bolt.{which}_address": f"{HOST}:{self.port}" for which in ("listen", "advertised")}
        common = dict(_lines((FILES / "neo4j.conf").read_text(encoding="utf-8")))
        lines = (f"{name}={value}\n" for name, value in (common | own | settings).items())
        (self.home / "conf" / "neo4j.conf").write_text("".join(lines))

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                raise AssertionError(f"Neo4j {self.version} ended: {self._said()}")
            try:
                with self.driver() as driver, driver.session(database="neo4j") as session:
                    session.run("RETURN 1").consume()
                return
            except (Neo4jError, DriverError):
                time.sleep(0.2)
        raise AssertionError(f"Neo4j {self.version} did not answer in time: {self._said()}")

    def _said(self) -> str:
        logs = [self.home / "console.log", self.home / "logs" / "neo4j.log"]
        return "\n".join(log.read_text(errors="replace")[-2_000:] for log in logs if log.exists())

    def _run(self, main: str, *arguments: str) -> None:
        subprocess.run(self._command(main, *arguments), env=self._environment, check=True, capture_output=True)

    def _command(self, main: str, *arguments: str) -> list[str]:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
        java = [str(self._java), "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *opened]
        return [*java, "-cp", f"{self._libraries}/*", main, *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        return dict(os.environ) | {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}


@contextmanager
def serving(home: Path, version: str = LONG_TERM, **settings: str) -> Iterator[Neo4jServer]:
    """A running server in `home`, which ends with the block."""
    server = Neo4jServer(home, version)
    try:
        server.start(**settings)
        yield server
    finally:
        server.kill()


@cache
def libraries(version: str) -> Path:
    """The folder with the jars of a version, filled when it is first asked for on this machine."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trustdrift"
    folder = base / f"neo4j-{version}"
    base.mkdir(parents=True, exist_ok=True)
    with FileLock(base / f"neo4j-{version}.lock"):
        if not folder.is_dir():
            _fetch(version, base / f"neo4j-{version}.new", folder)
    return folder


def _fetch(version: str, partial: Path, folder: Path) -> None:
    maven = shutil.which("mvn")
    require("neo4j", maven is not None, f"Neo4j {version} is not on this machine and `mvn` is missing: install Maven")
    shutil.rmtree(partial, ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={partial}"]
    done = subprocess.run(
        [str(maven), "-q", "-B", "-f", str(FILES / "pom.xml"), f"-Dneo4j.version={version}", *goal],
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
        check=False,
    )
    require("neo4j", done.returncode == 0, f"Maven could not fetch Neo4j {version}: {done.stdout[-500:]}")
    partial.rename(folder)


@cache
def _java(minimum: int) -> Path:
    """The oldest Java on this machine that is new enough: what JAVA_HOME, PATH and /usr/lib/jvm have."""
    homes = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    places = [home / "bin" / "java" for home in [*homes, *sorted(Path("/usr/lib/jvm").glob("*"))]]
    on_path = shutil.which("java")
    found = {_java_version(java): java for java in [*places, *([Path(on_path)] if on_path else [])] if java.exists()}
    enough = sorted(version for version in found if version >= minimum)
    require("neo4j", bool(enough), f"a Neo4j server needs Java {minimum}: install one, or set JAVA_HOME")
    return found[enough[0]]


def _java_version(java: Path) -> int:
    said = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _lines(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value
