"""Stands in for the `aws` command: what it prints for a call, made by boto3 against a server of ours."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from ingest.aws.sessions import without_account

REFUSED, MISUSED = 254, 252  # exit codes: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
# The command is so often called that it must cost nothing: bash speaks with us.
SCRIPT = """#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/{port}
printf '%s\\0' "$AWS_ACCESS_KEY_ID" "$AWS_REGION" $# "$@" >&3
IFS= read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
"""


class AwsCommand:
    """Runs lines of the AWS CLI against the server at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = cache(self._new_client)

    def run(self, key: str, region: str, words: list[str]) -> tuple[int, str]:
        """The exit code, and what is printed: on stdout for 0, else on stderr."""
        service, operation, *rest = words
        options = given(rest)
        query, form = "".join(options.pop("--query", ())), "".join(options.pop("--output", ("json",)))
        client = self._client(key, {"s3api": "s3"}.get(service, service), "".join(options.pop("--region", (region,))))
        try:
            found = self._call(client, operation.replace("-", "_"), options)
        except ClientError as error:
            problem = error.response["Error"]
            called = f"when calling the {error.operation_name} operation: {problem.get('Message', '')}"
            return REFUSED, f"\nAn error occurred ({problem['Code']}) {called}\n"
        except ParamValidationError as error:
            return MISUSED, f"\n{error}\n"
        found = jmespath.search(query, found) if query else found
        return 0, (as_text(found) if form == "text" else json.dumps(found, default=as_json)) + "\n"

    def _call(self, client: Any, method: str, options: dict[str, list[str]]) -> dict[str, Any]:
        operation = client.meta.method_to_api_mapping[method]
        shape = client.meta.service_model.operation_model(operation).input_shape
        members = {f"--{xform_name(name, '-')}": name for name in shape.members} if shape else {}
        lists = {name for name, member in shape.members.items() if member.type_name == "list"} if shape else ()
        named = {members[option]: values for option, values in options.items()}
        parameters = {name: values if name in lists else values[0] for name, values in named.items()}
        if client.can_paginate(method):
            return dict(client.get_paginator(method).paginate(**parameters).build_full_result())
        return {k: v for k, v in getattr(client, method)(**parameters).items() if k != "ResponseMetadata"}

    def _new_client(self, key: str, service: str, region: str) -> Any:
        client = boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key="none",
        )
        client.meta.events.register("before-send.s3-control", without_account)
        return client


def given(words: list[str]) -> dict[str, list[str]]:
    """Options with their values."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            values = options[word] = []
        else:
            values.append(word)
    return options


def as_text(value: Any) -> str:
    return "\t".join(map(str, value)) if isinstance(value, list) else str(value)


def as_json(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else base64.b64encode(value).decode()


@contextmanager
def command_in(folder: Path, url: str) -> Iterator[Path]:
    """A folder for PATH with an `aws` in it, which works as long as the context lasts."""
    command = AwsCommand(url)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            key, region, count = self._word(), self._word(), int(self._word())
            code, printed = command.run(key, region, [self._word() for _ in range(count)])
            self.wfile.write(f"{code}\n{printed}".encode())

        def _word(self) -> str:
            word = bytearray()
            while (byte := self.rfile.read(1)) not in (b"\0", b""):
                word += byte
            return word.decode()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        script = folder / "aws"
        script.write_text(SCRIPT.format(port=server.server_address[1]), encoding="utf-8")
        script.chmod(0o755)
        yield folder
        server.shutdown()
