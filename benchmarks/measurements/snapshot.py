"""From files to a committed snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import TAKEN_AT, Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from ingest.files import collect_files
from ingest.snapshot.repository import Repository


def measure(bench: Bench) -> Iterator[Figure]:
    seconds, collected = cpu_seconds(lambda: collect_files(bench.estate))
    yield Figure("snapshot.collect", seconds, "s")
    repository = Repository(f"file://{bench.scratch / 'measured'}")
    seconds, _ = cpu_seconds(lambda: repository.commit(collected.shards, TAKEN_AT, str(bench.estate)))
    yield Figure("snapshot.commit", seconds, "s")
