"""Why an edge is there: proofs interned by content, and the one place where derived edges are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from graph.builder import Builder
from policy import PolicySet, Request, ResourcePolicies, Truth, Verdict

WORDS = {Truth.NO: "no", Truth.MAYBE: "maybe", Truth.YES: "yes"}


@dataclass(frozen=True)
class Step:
    """What was decided about one step of an attack: a truth with its reasons, ready to become an edge."""

    truth: Truth
    sentences: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    stale: str | None = None

    def __and__(self, other: Step) -> Step:
        """Both must hold."""
        return Step(
            self.truth & other.truth,
            _union(self.sentences, other.sentences),
            _union(self.layers, other.layers),
            _union(self.statements, other.statements),
            _union(self.conditions, other.conditions),
            _union(self.choices, other.choices),
            min(filter(None, (self.stale, other.stale)), default=None),
        )

    def as_seen(self, *stale: str | None) -> Step:
        """The step as it rests on facts last seen before: possible at most, and it says since when."""
        dates = [s for s in stale if s]
        if not dates:
            return self
        condition = f"this is still as it was last seen on {min(dates)}"
        return replace(
            self,
            truth=self.truth & Truth.MAYBE,
            conditions=_union(self.conditions, (condition,)),
            stale=min(dates),
        )


def _union(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def asked(policies: PolicySet, request: Request, resource: ResourcePolicies | None, sentence: str) -> Step:
    """A request as a step; `sentence` says what was asked. What is not possible needs no proof."""
    if policies.truth(request, resource) is Truth.NO:
        return NO_STEP
    return step_of(policies.decide(request, resource), sentence)


def step_of(verdict: Verdict, sentence: str) -> Step:
    """A verdict of the policy engine as a step."""
    return Step(
        verdict.truth,
        (sentence,),
        tuple(f"{name}={WORDS[layer.truth]}" for name, layer in sorted(verdict.layers.items())),
        tuple(dict.fromkeys(one.statement for one in verdict.statements)),
        verdict.conditions,
        tuple(f"{key}={value}" for key, value in verdict.choices),
    )


NO_STEP = Step(Truth.NO)
YES_STEP = Step(Truth.YES)


def best(steps: Iterable[Step]) -> Step:
    """The most certain of several ways."""
    return max(steps, key=lambda s: s.truth, default=NO_STEP)


def add_proof(builder: Builder, step: Step, technique: str = "") -> str:
    """The id of the Proof node of a step; equal proofs are one node."""
    verdict = "certain" if step.truth is Truth.YES else "possible"
    body = (verdict, technique, step.sentences, step.layers, sorted(step.statements), step.conditions, step.choices)
    proof = f"proof:{hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:20]}"
    if not builder.has(proof):
        builder.node(
            "Proof",
            proof,
            name=technique or verdict,
            verdict=verdict,
            technique=technique,
            text=" ".join(step.sentences),
            layers=list(step.layers),
            statements=sorted(step.statements),
            conditions=list(step.conditions),
            choices=list(step.choices),
        )
        for statement in step.statements:
            if builder.has(statement):
                builder.edge(proof, "DECIDED_BY", statement)
    return proof


def add_step(
    builder: Builder, source: str, verb: str, target: str, step: Step, key: str = "", **properties: object
) -> None:
    """Writes CAN_`verb` or MAY_`verb`, by the step's truth; nothing for NO."""
    if step.truth is Truth.NO:
        return
    prefix = "CAN" if step.truth is Truth.YES else "MAY"
    conditions = [] if step.truth is Truth.YES else list(step.conditions)
    proof = add_proof(builder, step, str(properties.get("technique", "")))
    builder.edge(
        source,
        f"{prefix}_{verb}",
        target,
        key,
        proof=proof,
        conditions=conditions,
        stale=step.stale,
        **properties,  # type: ignore[arg-type]
    )
