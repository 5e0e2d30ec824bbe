"""What the peers are asked: a part of what the engine is measured on, as texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.measurements.policy_evaluations import questions_of
from benchmarks.measurements.policy_powers import Held, powers
from benchmarks.measurements.policy_questions import Question
from benchmarks.measurements.policy_who_can import PASSING, passed_role
from policy import Document, Policy, Statement
from policy.decision.context import Circumstances

MANY, SOME, FEW = 5_000, 2_000, 200  # questions for moto, for an oracle, principals for cloudsplaining: seconds each


class Sample(NamedTuple):
    """One text for the peers in Python, and the cases, a line each, for an oracle."""

    text: str
    cases: list[str]


def sample_of(estate: Path) -> Sample:
    """A sample of an estate: the questions that evaluations are measured on, the first of them."""
    found = powers(estate)
    asked = questions_of(found)
    cases = [msgspec.json.encode(case_of(n, question)).decode() for n, question in enumerate(asked[:SOME])]
    return Sample(msgspec.json.encode(_asked(found, asked[:MANY])).decode(), cases)


def _asked(found: list[Held], questions: list[Question]) -> dict[str, Any]:
    places: dict[Document, int] = {}

    def listed(held: Held) -> list[int]:
        return [places.setdefault(one.document, len(places)) for one in held.identity if one.document]

    return {
        "wanted": (PASSING, passed_role(found).arn),
        "everyone": [listed(held) for held in found],
        "questions": [(listed(one.held), one.request.action, one.request.resource) for one in questions],
        "few": FEW,
        "documents": [msgspec.json.encode(written(document)).decode() for document in places],
    }


def case_of(number: int, question: Question) -> dict[str, Any]:
    """The question as `policy.interchange` reads it."""
    request = question.request
    by_layer: dict[str, list[tuple[Policy, ...]]] = {}
    for _, layer, found in question.policies.sources:
        by_layer.setdefault(layer, []).append(found)
    return {
        "id": str(number),
        "request": {
            "principal": request.principal.arn,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            "context": dict(_known(question)),
        },
        "identity_policies": _documents(by_layer["identity"][0]),
        "permission_boundaries": _documents(by_layer.get("boundary", [()])[0]),
        "scps": [{"target": str(n), "policies": _documents(one)} for n, one in enumerate(by_layer.get("scp", ()))],
        "resource_policy": written(question.resource.policy.document) if question.resource else None,
    }


def _known(question: Question) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The condition keys that the question's policies read, as far as their values are known."""
    found = [policy for _, _, policies in question.policies.sources for policy in policies]
    found += [question.resource.policy] if question.resource and question.resource.policy else []
    statements = [one for policy in found if policy.document for one in policy.document.statements]
    keys = {condition.name for one in statements for condition in one.conditions}
    known = Circumstances(question.request)
    for key in sorted(keys.union(*(one.variables for one in statements))):
        if values := known.values(key):
            yield key, values if len(values) > 1 else values[0]


def _documents(policies: tuple[Policy, ...]) -> list[dict[str, Any]]:
    return [written(policy.document) for policy in policies if policy.document]


def written(document: Document) -> dict[str, Any]:
    """The document as JSON says it."""
    return {"Version": document.version, "Statement": [dict(_elements(one)) for one in document.statements]}


def _elements(statement: Statement) -> Iterator[tuple[str, Any]]:
    yield "Effect", statement.effect
    for name in ("actions", "not_actions", "resources", "not_resources", "principals", "not_principals"):
        if found := getattr(statement, name):
            yield ELEMENTS[name], found
    if statement.conditions:
        yield "Condition", _conditions(statement)


ELEMENTS: Mapping[str, str] = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
}


def _conditions(statement: Statement) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for condition in statement.conditions:
        found.setdefault(condition.operator, {})[condition.key] = condition.values
    return found
