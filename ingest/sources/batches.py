"""Calls that answer about many things at once, which an earlier call listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ingest.snapshot import Reason, State
from ingest.sources.answers import Answers, Gap, some
from ingest.sources.declare import Ask, Asks, Call, Response

R = TypeVar("R", bound=Response)


def in_batches(
    listing: Call[R], names: Callable[[R], Iterable[str]], parameter: str, size: int, of: str = "", **fixed: Any
) -> Asks:
    """Requests about what a call listed, `size` names at a time under `parameter`, with `fixed` ones beside it.

    `of` is the parameter that repeats what the listing was asked about. A batch is labelled by its first name.
    """

    def make(answers: Answers) -> Iterator[Ask]:
        for about, pages in answers.by_argument(listing).items():
            listed = sorted({name for page in pages for name in names(page)})
            for start in range(0, len(listed), size):
                batch = listed[start : start + size]
                yield Ask({**({of: about} if of else {}), parameter: batch, **fixed}, label=batch[0])

    return Asks(make, lambda: (listing,))


def expect_each(answers: Answers, call: Call[Any], listed: Iterable[str], told: Iterable[str]) -> None:
    """States a gap for what was listed, and not told about by a call that answers in batches."""
    silent = sorted({*listed} - {*told})
    if silent:
        answers.gaps.append(Gap(State.SKIPPED, Reason.NOT_ATTEMPTED, f"no `{call.operation}` for {some(silent)}"))
