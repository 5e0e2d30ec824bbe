"""A release of Cartography (Apache-2.0), fetched once per machine: the queries that its pages and its rules publish.

Its texts are asked as they are in the release and kept nowhere else: `tests/cartography/queries.json` names each by the
file it stands in and by its digest.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from tests.require import require

RELEASE = Path(__file__).parent / "cartography" / "requirements.txt"
FETCH_SECONDS = 300.0
BLOCK = re.compile(r"^```cypher\n(.*?)^```", re.MULTILINE | re.DOTALL)
LICENCE = "LICENSE"


def published(file: str, digest: str) -> str:
    """The query in a file of the release whose SHA-256 begins with `digest`."""
    found = [text for text in texts(file) if hashlib.sha256(text.encode()).hexdigest().startswith(digest)]
    assert found, f"`{file}` has no query {digest}: the release is another one"
    return found[0]


@cache
def texts(file: str) -> tuple[str, ...]:
    """What may be a query in a file: the Cypher blocks of a page, the text literals of a module."""
    content = (release() / file).read_text(encoding="utf-8")
    return tuple(BLOCK.findall(content) if file.endswith(".md") else _literals(content))


def _literals(content: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def release() -> Path:
    """The folder of the unpacked release."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trustdrift"
    folder = base / f"cartography-{hashlib.sha256(RELEASE.read_bytes()).hexdigest()[:16]}"
    base.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    with TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as unfinished:
        choice = ["--no-deps", "--no-binary", "cartography", "--require-hashes", "--requirement", str(RELEASE)]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", *choice, "--dest", unfinished],
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
        require("cartography", done.returncode == 0, f"pip could not fetch Cartography: {done.stderr[-500:]}")
        [archive] = Path(unfinished).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(unfinished, filter="data")
        [unpacked] = (path for path in Path(unfinished).iterdir() if path.is_dir())
        unpacked.rename(folder)
