"""What one session has on the Cypher page: the question being written, the one being asked, and those before."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from graph.store import StoreError
from queries.adhoc import place
from settings import SettingsError
from ui import words
from ui.editor import Edited
from ui.questions import LinkError, Question, packed, unpacked
from ui.running import Answer, Run

REMEMBERED = 50  # questions
LINK = "q"  # the parameter of the address that holds the question
CANCELLED = "cancelled: run it again for its answer"
STARTER = "MATCH p = (:AWSPrincipal)-[:HOLDS]->(:AccessSet)-[:CAN_ACCESS]->()-[:IS_JEWEL]->()\nRETURN p LIMIT 25"


@dataclass(frozen=True)
class Past:
    """A question that was asked, when, and how it ended, in a few words."""

    question: Question
    at: datetime
    ending: str


@dataclass
class Desk:
    """`loaded` is the question that the editor began with, `draft` what became of it. `loads` changes with each
    question that is loaded, and with it the keys of the editor and of the fields."""

    loaded: Question = field(default_factory=lambda: Question(STARTER))
    draft: Question = field(default_factory=lambda: Question(STARTER))
    loads: int = 0
    edited: Edited = field(default_factory=lambda: Edited("", 0, 0, ""))
    run: Run | None = None
    answer: Answer | None = None
    problem: str = ""
    history: deque[Past] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    link: str = ""
    submitted: str = ""

    @property
    def editor_key(self) -> str:
        return f"editor-{self.loads}"

    def load(self, question: Question) -> None:
        """Puts a question into the editor; nothing is asked."""
        self.loaded = self.draft = question
        self.answer, self.problem = None, ""
        self.loads += 1

    def follow_link(self) -> None:
        """Loads the question of the address, once; what cannot be read of it is the problem."""
        link = st.query_params.get(LINK, "")
        if link and link != self.link:
            try:
                self.load(unpacked(link))
            except LinkError as error:
                self.problem = str(error)
        self.link = link

    def asks(self, edited: Edited) -> bool:
        """Whether Ctrl-Enter was pressed since this was last asked."""
        new = bool(edited.submitted) and edited.submitted != self.submitted
        self.submitted = edited.submitted or self.submitted
        return new

    def start(self, run: Run) -> None:
        """Makes a run the one that is waited for, and the address its link."""
        self.run, self.answer, self.problem = run, None, ""
        self.link = packed(run.question)
        if self.link:
            st.query_params[LINK] = self.link
        else:
            st.query_params.pop(LINK, None)

    def refuse(self, problem: str) -> None:
        """Asks nothing, and says why."""
        self.answer, self.problem = None, problem

    def cancel(self) -> None:
        """Stops the run; nobody looks at what comes of it."""
        if self.run:
            self.run.stop()
            self.problem = CANCELLED
            self._end(self.run, "cancelled")

    def finish(self) -> None:
        """Takes the answer of the run that has ended, or the sentence why there is none."""
        run = self.run
        if run is None:
            return
        try:
            self.answer = run.answer.result()
        except (StoreError, SettingsError) as error:
            where = place(error)
            self.problem = f"{error} ({where})" if where else str(error)
            self._end(run, "refused")
        else:
            result = self.answer.result
            rows = words.plural(len(result.rows), "row") + (" of more" if result.truncated else "")
            self._end(run, f"{rows}, {result.milliseconds:,.0f} ms")

    def _end(self, run: Run, ending: str) -> None:
        self.run = None
        self.history.appendleft(Past(run.question, run.at, ending))


def desk() -> Desk:
    """The desk of this session."""
    if "desk" not in st.session_state:
        st.session_state["desk"] = Desk()
    found: Desk = st.session_state["desk"]
    return found
