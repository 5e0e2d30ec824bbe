"""Who, of a whole organization, can take an action on a resource."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements.policy_powers import Held, powers
from benchmarks.measurements.policy_questions import questions
from benchmarks.meter import cpu_seconds
from ingest.snapshot.codec import garbage_collector_off
from policy import Principal
from policy.who_can import Index

PASSING = "iam:PassRole"
PAIRS = 20


def measure(bench: Bench) -> Iterator[Figure]:
    """Seconds to the answer from an index that is ready, and of the second time a question is asked.

    `policy.who_can` asks who can pass one role; `.worst` is the slowest of 20 other questions.
    """
    found = powers(bench.estate)
    by_arn = {held.principal.arn: held for held in found}
    with garbage_collector_off():
        seconds, index = cpu_seconds(lambda: Index(found, by_arn.get))
    gc.freeze()  # estate and index stay: a collection need not walk them
    yield Figure("policy.who_can.index", seconds, "s")
    role = passed_role(found)
    for name in ("policy.who_can", "policy.who_can.again"):
        seconds, answers = cpu_seconds(lambda: index.who_can(PASSING, role.arn, role.account_id))
        yield Figure(name, seconds, "s")
    yield Figure("policy.who_can.answers", len(answers), "principals")
    asked = [(question.request, question.resource) for question in questions(found, PAIRS, "pairs")]
    times = [
        cpu_seconds(lambda: index.who_can(request.action, request.resource, request.resource_account, resource))[0]  # noqa: B023  # called at once
        for request, resource in asked
    ]
    yield Figure("policy.who_can.worst", max(times), "s")


def passed_role(found: list[Held]) -> Principal:
    """The role that is asked about."""
    return next(held.principal for held in found if held.principal.kind == "role")
