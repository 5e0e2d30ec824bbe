"""The two that are compared: our engine, and an outside one as a process that speaks JSON lines."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Timer
from types import TracebackType
from typing import Any, NamedTuple

from policy.interchange import evaluate

Case = dict[str, Any]
BATCH_SECONDS = 600  # after which a silent engine is ended


class OracleFailed(RuntimeError):
    """The outside process ended early, or answered something else than what was asked."""


class Answer(NamedTuple):
    """A decision, or `Error: ...`, and the layers that stand in the way of an Allow, as far as they are named."""

    decision: str
    blocked_by: tuple[str, ...] = ()

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Answer:
        if "error" in answer:
            return cls(f"Error: {answer['error']}")
        return cls(answer["decision"], tuple(sorted(answer.get("blocked_by", ()))))

    def __str__(self) -> str:
        return f"{self.decision} by {', '.join(self.blocked_by)}" if self.blocked_by else self.decision


def ours(case: Case) -> Answer:
    """Our answer. An exception is an answer too, the worst: it is compared, shown and never ruled away."""
    try:
        return Answer.read(evaluate(case))
    except Exception as error:  # noqa: BLE001
        return Answer(f"Error: {error!r}")


def agree(one: Answer, oracle: Answer) -> bool:
    """The same decision, and the same layers where the outside engine names any."""
    return one.decision == oracle.decision and oracle.blocked_by in ((), one.blocked_by)


class Oracle:
    """An outside engine as a process: JSON lines in, and in the same order out."""

    def __init__(self, command: str, seconds: float = BATCH_SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(2)  # one writes, and where the caller does not wait, one reads
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> Oracle:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()
        self._threads.shutdown()

    def ask(self, cases: Sequence[Case]) -> list[Answer]:
        """The answers to one batch. Raises OracleFailed."""
        deadline = Timer(self._seconds, self._process.kill)
        deadline.start()
        try:
            written = self._threads.submit(self._write, cases)
            answers = [self._read(case) for case in cases]
            written.result()
        finally:
            deadline.cancel()
        return answers

    def start(self, cases: Sequence[Case]) -> Future[list[Answer]]:
        """The same while the caller does something else: one batch at a time."""
        return self._threads.submit(self.ask, cases)

    def _write(self, cases: Sequence[Case]) -> None:
        assert self._process.stdin is not None
        for case in cases:
            self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()

    def _read(self, case: Case) -> Answer:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OracleFailed(f"the oracle ended before it answered `{case['id']}`: run its command by hand")
        try:
            answer = json.loads(line)
            if answer["id"] == case["id"]:
                return Answer.read(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise OracleFailed(f"no answer: `{line.strip()[:200]}`; one JSON object per line is needed") from error
        raise OracleFailed(f"`{answer['id']}` was answered where `{case['id']}` was asked: keep the order")
