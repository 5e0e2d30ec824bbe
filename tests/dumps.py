"""Files as the AWS CLI prints them, written and imported for a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from ingest.files import Collected, collect_files
from ingest.snapshot import Reason, Record, State

A, REGION = "111111111111", "eu-west-1"
HERE = f"accounts/{A}/{REGION}"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
CANONICAL = '{"Statement":[{"Action":"*","Effect":"Deny","Principal":"*","Resource":"*"}],"Version":"2012-10-17"}'
DENIED = {"Error": {"Code": "AccessDenied", "Message": "no"}}
SEEN = (State.SEEN, Reason.NONE)

R = TypeVar("R", bound=Record)


def imported(folder: Path, files: dict[str, Any]) -> Collected:
    """What comes of files below a folder, those of earlier calls included. A file is a JSON value or a text."""
    for name, content in files.items():
        path = folder / "dump" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return collect_files(folder / "dump")


def records(collected: Collected, kind: type[R]) -> list[R]:
    return [r for shard in collected.shards.values() for r in shard.records if type(r) is kind]


def state(collected: Collected, collector: str) -> tuple[State, Reason]:
    [shard] = [shard for scope, shard in collected.shards.items() if scope.collector == collector]
    return shard.state, shard.reason
