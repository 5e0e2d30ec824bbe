"""The app as its own process, for tests that need a real one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
SERVE = (
    "import sys; from pathlib import Path; from settings import load_settings; from ui.serve import serve; "
    "serve(load_settings(Path(sys.argv[1])), lambda url: print(url, flush=True))"
)


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[str]
    url: str
    log: IO[str]

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        return self.process.pid

    def errors(self) -> str:
        self.log.seek(0)
        return self.log.read()


@contextmanager
def start(base: Path) -> Iterator[Served]:
    """Serves what was promoted in a folder; the process ends with the context."""
    config = base / "trustdrift.toml"
    config.touch()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(  # a process of its own, because Streamlit keeps global state
            [sys.executable, "-c", SERVE, str(config)], stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            served = Served(process, url, log)
            assert url.startswith("http://127.0.0.1:"), served.errors()
            yield served
        finally:
            process.terminate()
            process.wait(timeout=20)
            process.stdout.close()
