"""A question on its way: asked in a thread of its own, so that the page stays free and can leave it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from graph.store import AdhocResult, open_store
from queries.adhoc import SCREEN, ask, audit_file
from ui.questions import Question

if TYPE_CHECKING:
    from settings import Settings

ANOTHER = "the store holds another graph than these screens show: run `trustdrift load`"
NOTHING = "the store holds no graph, or one is being loaded: ask again in a moment, or run `trustdrift load`"


@dataclass(frozen=True)
class Answer:
    """What the store said. `remark` is a sentence about the graph that answered, or empty."""

    result: AdhocResult
    remark: str


@dataclass(frozen=True)
class Run:
    """A question and its answer to come."""

    question: Question
    answer: Future[Answer]
    stopped: Event
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def stop(self) -> None:
        """Ends it, on the engine too."""
        self.stopped.set()

    def ended(self, within: float = 0.0) -> bool:
        """Whether it ends within so many seconds."""
        return bool(wait([self.answer], within).done)


def begin(settings: Settings, question: Question, graph_id: str) -> Run:
    """Asks the store; `graph_id` is the graph that the screens show."""
    run = Run(question, Future(), Event())
    Thread(target=lambda: _settle(run.answer, lambda: _asked(settings, run, graph_id)), daemon=True).start()
    return run


def _settle(answer: Future[Answer], work: Callable[[], Answer]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001  # it is raised again where the answer is looked at
        answer.set_exception(error)


def _asked(settings: Settings, run: Run, graph_id: str) -> Answer:
    store = settings.store
    with open_store(store.url, audit=audit_file(settings.state.path), auth=store.auth) as opened:
        result = ask(opened, run.question.text, run.question.values, SCREEN, run.stopped)
        held = opened.current()
    remark = "" if held and held.graph_id == graph_id else ANOTHER if held else NOTHING
    return Answer(result, remark)
