"""The answers about one account and region, as a builder of records asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

from ingest.snapshot import Reason, State, Unseen
from ingest.sources.declare import Call, Response, Source, last_part
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal

R = TypeVar("R", bound=Response)
T = TypeVar("T")
WORST_FIRST = (
    Reason.DENIED,
    Reason.SCP_DENIED,
    Reason.MALFORMED,
    Reason.THROTTLED,
    Reason.TIMEOUT,
    Reason.ERROR,
    Reason.NOT_OPTED_IN,
    Reason.TRUNCATED,
    Reason.NOT_ATTEMPTED,
)


@dataclass(frozen=True)
class Answer:
    """One answer, or a refusal in its place; neither: a call that was made about nothing."""

    call: Call[Any]
    argument: str
    place: Place
    label: str  # the file it stood in, or what its request was labelled
    response: Response | None = None
    refusal: Refusal | None = None
    truncated: bool = False
    lost: tuple[str, ...] = ()


class Gap(NamedTuple):
    """Why a shard is not fully seen."""

    state: State
    reason: Reason
    detail: str


@dataclass
class Answers:
    """What the files say about one place. Builders state what they miss with `expect`."""

    place: Place
    by_call: Mapping[Call[Any], list[Answer]]
    gaps: list[Gap] = field(default_factory=list)
    regions: tuple[str, ...] = ()  # where to look for what has no region of its own
    _indexed: dict[Call[Any], dict[str, list[Answer]]] = field(default_factory=lambda: defaultdict(dict), repr=False)

    @property
    def account(self) -> str:
        return self.place.account

    @property
    def region(self) -> str:
        return self.place.region

    @property
    def partition(self) -> str:
        return self.place.partition or "aws"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of something here whose answers do not print it."""
        region = self.region if regional else ""
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    def answered(self, call: Call[Any]) -> bool:
        return any(a.refusal is None or a.refusal.absent for a in self.by_call.get(call, ()))

    def all(self, call: Call[R]) -> list[R]:
        """Every page of every answer to a call."""
        return [response for pages in self.by_argument(call).values() for response in pages]

    def answers(self, call: Call[Any]) -> list[Answer]:
        return self.by_call.get(call, [])

    def labelled(self, call: Call[R]) -> Iterator[tuple[str, R]]:
        """Every page of a call with the label of its request."""
        for answer in self.by_call.get(call, ()):
            if answer.response is not None:
                yield answer.label, cast("R", answer.response)

    def by_argument(self, call: Call[R]) -> dict[str, list[R]]:
        """Pages of answers by what was asked about."""
        pages = {
            name: [a.response for a in answers if a.response is not None] for name, answers in self._about(call).items()
        }
        return cast("dict[str, list[R]]", {name: responses for name, responses in pages.items() if responses})

    def arguments(self, call: Call[Any]) -> list[str]:
        """What a call was asked about, answered or refused."""
        return sorted(name for name in self._about(call) if name)

    def complete(self, call: Call[Any]) -> bool:
        """Whether every request of a call was answered, to the last page."""
        answers = self.answers(call)
        cut = any(all(a.truncated for a in pages) for pages in self._pages_by_argument(call).values())
        refused = any(a.lost or (a.refusal and not a.refusal.absent) for a in answers)
        return bool(answers) and not cut and not refused

    def whole(self, call: Call[Any]) -> bool:
        """Whether all of a call was answered, to its last page."""
        return self.answered(call) and not list(self._gaps_of(call, required=True))

    def detail(self, call: Call[R], names: Iterable[str], pick: Callable[[R], T]) -> T | Unseen | None:
        """A fact with a call of its own: its value, None where AWS says there is none, or Unseen with the reason."""
        pages = self.pages(call, names)
        return pick(pages[0]) if isinstance(pages, list) else pages

    def listed(
        self, call: Call[R], names: Iterable[str], items: Callable[[R], Iterable[str]]
    ) -> tuple[str, ...] | Unseen:
        """Like `detail` for a list, which may have several pages; a list that does not exist is empty."""
        pages = self.pages(call, names)
        return pages if isinstance(pages, Unseen) else tuple(sorted({i for page in pages or () for i in items(page)}))

    def tags(self, call: Call[R], names: Iterable[str], pick: Callable[[R], dict[str, str]]) -> dict[str, str] | None:
        """The tags of a thing, from every page; None where they are not known."""
        pages = self.pages(call, names)
        return None if isinstance(pages, Unseen) else {k: v for page in pages or () for k, v in pick(page).items()}

    def pages(self, call: Call[R], names: Iterable[str]) -> list[R] | Unseen | None:
        """All pages about a thing, None where AWS says that there is none, or Unseen with the reason."""
        about = self._about(call)
        wanted = (*dict.fromkeys(map(_plain, names)), "")
        answers = [answer for name in wanted for answer in about.get(name, ())]
        pages = [a for a in answers if a.response is not None and (a.argument or not call.takes)]
        refusal = next((answer.refusal for answer in answers if answer.refusal), None)
        if pages and not (refusal and call.takes and not refusal.absent):
            cut = all(page.truncated for page in pages)
            if cut:
                return Unseen(refusal.reason if refusal else Reason.TRUNCATED)
            return cast("list[R]", [page.response for page in pages])
        if refusal is None:
            return Unseen()
        return None if refusal.absent else Unseen(refusal.reason)

    def expect(self, call: Call[Any], names: Iterable[str]) -> None:
        """States a gap for each thing that a call should have been asked about and gave no answer on."""
        about, wanted = self._about(call), sorted(set(names))
        silent = [name for name in wanted if _plain(name) not in about]
        if silent:
            self.gaps.append(Gap(State.SKIPPED, Reason.NOT_ATTEMPTED, f"no `{call.operation}` for {some(silent)}"))
        self._refused(call, (answer for name in wanted for answer in about.get(_plain(name), ())))

    def expect_answers(self, call: Call[Any]) -> None:
        """States a gap for each request of a call that was refused; the call need not have been made."""
        self._refused(call, self.answers(call))

    def _refused(self, call: Call[Any], answers: Iterable[Answer]) -> None:
        refusals = (a.refusal for a in answers if a.refusal and not a.refusal.absent)
        for refusal in dict.fromkeys(refusals):
            self.gaps.append(Gap(refusal.state, refusal.reason, f"{call.operation}: {refusal.detail}"))

    def _about(self, call: Call[Any]) -> dict[str, list[Answer]]:
        """The answers to a call by the thing that was asked about."""
        if call not in self._indexed:
            for answer in self.by_call.get(call, ()):
                self._indexed[call].setdefault(_plain(answer.argument), []).append(answer)
        return self._indexed[call]

    def _pages_by_argument(self, call: Call[Any]) -> dict[str, list[Answer]]:
        pages: dict[str, list[Answer]] = defaultdict(list)
        for answer in self.answers(call):
            if answer.response is not None:
                pages[answer.argument].append(answer)
        return pages

    def gaps_in(self, source: Source) -> list[Gap]:
        """All that keeps a source's shard from being seen, the worst first."""
        gaps = [*self.gaps, *(gap for call in source.calls for gap in self._gaps_of(call, call in source.required))]
        return sorted(dict.fromkeys(gaps), key=lambda gap: WORST_FIRST.index(gap.reason))

    def _gaps_of(self, call: Call[Any], required: bool) -> Iterable[Gap]:
        answers = self.by_call.get(call, ())
        refused = {answer.argument for answer in answers if answer.refusal}  # which says why there is no last page
        for answer in answers:
            if answer.refusal is not None and not answer.argument and not answer.refusal.absent:
                yield Gap(answer.refusal.state, answer.refusal.reason, f"{call.operation}: {answer.refusal.detail}")
            if answer.lost:
                yield Gap(State.FAILED, Reason.MALFORMED, f"{call.operation}: {some(answer.lost)}")
        pages_about = self._pages_by_argument(call)
        if any(all(a.truncated for a in pages) for name, pages in pages_about.items() if name not in refused):
            yield Gap(State.PARTIAL, Reason.TRUNCATED, f"{call.operation}: the last page is missing")
        if required and not answers:
            yield Gap(State.SKIPPED, Reason.NOT_ATTEMPTED, f"no `{call.operation}`")


def _plain(name: str) -> str:
    """A thing's name from its ARN; a name stays as it is."""
    return last_part(name) if name.startswith("arn:") else name


def some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more
