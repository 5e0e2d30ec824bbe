"""The effective actions of everyone of an organization."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements.policy_documents import compiled
from benchmarks.measurements.policy_powers import Held, powers
from benchmarks.meter import cpu_seconds
from policy.effective import effective_bits


def measure(bench: Bench) -> Iterator[Figure]:
    """Which of all actions each principal may take, for all of them; the documents are compiled before.

    Principals with the same policies share one answer.
    """
    found = powers(bench.estate)
    compiled(policy.document for held in found for _, _, side in held.policies.sources for policy in side)
    gc.freeze()  # the estate stays: a collection need not walk it
    seconds, effective = cpu_seconds(lambda: effective_actions(found))
    yield Figure("policy.effective", seconds, "s")
    yield Figure("policy.effective.rate", len(found) / seconds, "principals/s")
    yield Figure("policy.effective.pairs", sum(map(int.bit_count, effective)), "pairs")


def effective_actions(found: Iterable[Held]) -> list[int]:
    """The actions of each, as bits of the catalogue."""
    known: dict[int, int] = {}
    for held in found:
        if id(held.policies) not in known:
            known[id(held.policies)] = effective_bits(held.policies)
    return [known[id(held.policies)] for held in found]
