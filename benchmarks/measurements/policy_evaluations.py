"""Single evaluations: how many questions a second one core answers, by what was worked out before."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements.policy_powers import Held, powers
from benchmarks.measurements.policy_questions import Question, questions
from benchmarks.meter import cpu_seconds

QUESTIONS = 10_000
REPEAT = 5


def measure(bench: Bench) -> Iterator[Figure]:
    """Evaluations a second, of requests that are made before.

    `policy.evaluations` asks what was asked once before, so that documents are compiled and cases settled;
    `.other` is the first time on other resources, for the same principals and actions; `.cold` is the first time of
    all. `policy.verdicts` asks for the proof, again as once before.
    """
    found = powers(bench.estate)
    asked, others = questions_of(found), questions(found, QUESTIONS, "others")
    gc.freeze()  # the estate stays: a collection need not walk it
    for name, list_of, repeat in (
        ("policy.evaluations.cold", asked, 1),
        ("policy.evaluations.other", others, 1),
        ("policy.evaluations", asked, REPEAT),
    ):
        seconds, _ = cpu_seconds(lambda: truths(list_of), repeat)  # noqa: B023  # called at once
        yield Figure(name, QUESTIONS / seconds, "/s")
    verdicts(asked)
    seconds, _ = cpu_seconds(lambda: verdicts(asked), REPEAT)
    yield Figure("policy.verdicts", QUESTIONS / seconds, "/s")


def questions_of(found: list[Held]) -> list[Question]:
    """The questions that are asked."""
    return questions(found, QUESTIONS, "some")


def truths(asked: Sequence[Question]) -> None:
    for held, request, resource in asked:
        held.policies.truth(request, resource)


def verdicts(asked: Sequence[Question]) -> None:
    for held, request, resource in asked:
        held.policies.decide(request, resource)
