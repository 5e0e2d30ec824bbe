"""Collects from the server at AWS_ENDPOINT_URL; prints the id of the snapshot. Run as a program, so that it can be
killed: `python -m tests.aws_program FOLDER COLLECTOR…`."""

from __future__ import annotations

import sys
from pathlib import Path

from ingest.aws.collect import Collection
from ingest.aws.estate import Organization
from ingest.aws.sessions import Sessions
from ingest.aws.unfinished import Unfinished
from ingest.snapshot.repository import Repository
from tests.aws_collecting import NOW, READER, Told, asker


def main(folder: Path, collectors: frozenset[str]) -> None:
    organization = Organization.of("main", Sessions("", "run-1"), READER)
    unfinished = Unfinished(folder / "unfinished", "key", NOW)
    collection = Collection(asker(), unfinished, Told(), wanted=lambda name: name in collectors, workers=2)
    found = collection.collect([organization])
    print(Repository(f"file://{folder}/snapshots").commit(found.shards, NOW.isoformat(), "aws").id)
    unfinished.forget()


if __name__ == "__main__":
    main(Path(sys.argv[1]), frozenset(sys.argv[2:]))
