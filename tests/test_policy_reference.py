"""The engine against a second, slow evaluator that is written from AWS's pages alone: they never disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from policy import interchange
from tests import conformance
from tests.case_strategies import KINDS, Chance, Json, chances
from tests.policy_mutants import mutant_case
from tests.reference_evaluator import evaluate
from tests.require import repetitions

often = settings(max_examples=repetitions(300), deadline=None)
FILES = ("evaluate.jsonl", "differential_org_policies.jsonl")

# What published tests say of texts on which AWS's pages are silent, or that AWS would not accept: the evaluator that
# follows the pages differs. The engine answers to the published cases, with the rulings that are kept beside them.
UNWRITTEN = {
    "ARNs of fewer than six parts, inverted or in policies of resources and organizations": (
        "ics-res-077", "ics-res-094", "ics-res-117", "ics-res-136", "ics-res-137", "ics-res-151", "ics-res-152",
        "ics-res-161", "ics-res-166", "ics-res-170", "ics-res-171", "ics-res-174", "ics-res-181", "ics-res-182",
    ),
    "dates in milliseconds": ("ars-053", "ars-056"),
    "placeholders where an address or an ARN has to be": (
        "diff-b2bf72a9452e", "diff-6a745c693f34", "diff-6ca42ba5c526", "diff-3a2e37758755", "diff-196e7c1504cc",
    ),
}  # fmt: skip


def decide(case: Json) -> str:
    decision: str = interchange.evaluate(case)["decision"]
    return decision


def disagree(case: Json) -> bool:
    """Whether the answers differ. Of Block Public Access AWS says that it rejects, not which kind of denial that is."""
    one, other = decide(case), evaluate(case)
    if case.get("s3_block_public_access"):
        return (one == "Allowed") != (other == "Allowed")
    return one != other


LEAVABLE = {"context": {}, "Condition": {}, "org": {}, "resource_policy": None, "session_policy": None}


def smaller(value: Any) -> Iterator[Any]:
    """The value with one thing less somewhere in it."""
    if isinstance(value, list):
        for at, part in enumerate(value):
            yield [*value[:at], *value[at + 1 :]]
            yield from ([*value[:at], less, *value[at + 1 :]] for less in smaller(part))
    elif isinstance(value, dict):
        for name, part in value.items():
            if part and name in LEAVABLE:
                yield {**value, name: LEAVABLE[name]}
            yield from ({**value, name: less} for less in smaller(part))


def shrunk(case: Json) -> Json:
    """A case in which nothing can be left out without the two evaluators agreeing."""
    for less in smaller(case):
        try:
            if disagree(less):
                return shrunk(less)
        except (LookupError, ValueError, AttributeError):
            continue  # what was left out made it no case at all
    return case


def compare(made: Json) -> None:
    if disagree(made):
        case = shrunk(deepcopy(made))
        raise AssertionError(f"engine {decide(case)}, reference {evaluate(case)}: {case}")


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
@often
@given(chance=chances)
def test_both_agree_on_generated_cases(make: Callable[[Chance], Json], chance):
    compare(make(chance))


@often
@given(chance=chances)
def test_both_agree_on_mutants_of_managed_policies(chance):
    compare(mutant_case(chance))


@pytest.mark.parametrize("name", FILES)
def test_the_second_evaluator_itself_agrees_with_the_published_cases(name, cases_dir):
    differing = set()
    for case in conformance.read([cases_dir / name]):
        found = {"decision": evaluate(case)}
        if not conformance.agree({**case, "expected_blocked_by": None}, found) and not conformance.is_ruled(
            case, found
        ):
            differing.add(case["id"])
    is_org = name != FILES[0]
    assert differing == {one for ids in UNWRITTEN.values() for one in ids if one.startswith("diff-") == is_org}
