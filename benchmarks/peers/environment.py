"""The Python environment of the peers: made once, below the user's cache, with pinned versions."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from benchmarks.bench import cache_folder

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
LAST_LINES = 3  # of what a program said when it failed


class PeerError(Exception):
    """A peer that cannot be measured; the sentence says what to do."""


def interpreter() -> Path:
    """The environment's Python. Raises PeerError where it cannot be made."""
    key = hashlib.sha256(sys.version.encode() + REQUIREMENTS.read_bytes()).hexdigest()[:16]
    folder = cache_folder() / "peers" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    finished, python = folder / "finished", folder / "bin" / "python"
    with FileLock(folder.with_suffix(".lock")):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            run([sys.executable, "-m", "venv", str(folder)])
            run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS)])
            finished.touch()
    return python


def run(command: list[str], text: str | None = None) -> str:
    """What a program prints. Raises PeerError where it fails."""
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603  # ours, and the user's
    except OSError as error:
        raise PeerError(f"`{command[0]}` cannot be started ({error.strerror}): check the command") from None
    if done.returncode:
        said = " ".join(done.stderr.split("\n")[-LAST_LINES - 1 :]).strip()
        raise PeerError(f"`{' '.join(command)}` failed with {said!r}: mend it, or measure without `--peers`")
    return done.stdout
