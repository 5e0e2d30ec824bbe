"""What measurements work on: an estate, the same after a week, and a folder for what one stage leaves to the next."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from filelock import FileLock

import benchmarks.estate as generator
from benchmarks.estate import Params, drifted_twin, generate
from graph.artefact import read_graph, write_graph
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from ingest.files import collect_files
from ingest.snapshot import Snapshot
from ingest.snapshot.repository import Repository

TAKEN_AT = "2026-01-01T00:00:00+00:00"


class BenchError(Exception):
    """An estate that cannot be measured; the sentence says what to do."""


@dataclass(frozen=True)
class Bench:
    """Snapshots and graphs are made when first asked for, and read from `scratch` from then on.

    Raises BenchError where the estate, or the twin that a measurement needs, is missing.
    """

    estate: Path
    scratch: Path

    def __post_init__(self) -> None:
        require_folder(self.estate)

    @property
    def params(self) -> dict[str, float]:
        """What the estate was generated from; nothing for one that was not generated."""
        file = self.estate / "manifest.json"
        return msgspec.json.decode(file.read_bytes())["params"] if file.exists() else {}

    @property
    def management(self) -> str:
        """The account that manages the estate's organization."""
        file = self.estate / "organizations" / "describe-organization.json"
        return str(msgspec.json.decode(file.read_bytes())["Organization"]["MasterAccountId"])

    def base_snapshot(self) -> Snapshot:
        return self._snapshot(self.estate)

    def base_graph(self) -> Graph:
        return self._graph(self.estate)

    def twin_graph(self) -> Graph:
        return self._graph(drifted_twin(self.estate))

    def _snapshot(self, estate: Path) -> Snapshot:
        require_folder(estate)
        repository = Repository(f"file://{self.scratch / estate.name}")
        return repository.latest() or repository.commit(collect_files(estate).shards, TAKEN_AT, str(estate))

    def _graph(self, estate: Path) -> Graph:
        file = self.scratch / f"{estate.name}.graph"
        if not file.exists():
            write_graph(build(self._snapshot(estate), BuildOptions()), file)
        return read_graph(file)


def require_folder(estate: Path) -> None:
    if not estate.is_dir():
        raise BenchError(
            f"no estate in `{estate}`: make it and its twin with `python -m benchmarks.estate … --drift 10`"
        )


def cache_folder() -> Path:
    """Where things lie that are made once and may be thrown away at any time.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trustdrift"


def kept_estate(params: Params) -> Path:
    """The estate of these parameters, made where this generator has not made it before."""
    folder = cache_folder() / "estates" / _digest(params)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            with TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as unfinished:
                generate(params, Path(unfinished) / "new" / "estate")
                (Path(unfinished) / "new").rename(folder)
    return folder / "estate"


def _digest(params: Params) -> str:
    """Of the parameters, and of the generator: a changed one makes another estate of them."""
    found = hashlib.sha256(repr(params).encode())
    for file in sorted(Path(generator.__file__).parent.glob("*.[pt]*")):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]
