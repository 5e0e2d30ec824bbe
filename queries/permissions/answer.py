"""One request, answered: yes, no, possible or unknown, with the verdict it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from graph.organizations import oldest
from graph.proof import WORDS
from policy import Request, Truth, Verdict
from policy.decision.keys import KEYS, canonical
from policy.decision.services import CLOSED_TO_ROOT
from policy.verdict import Deciding
from queries.permissions.principals import Subject
from queries.permissions.resources import ALL, Asked, Context

YES, NO, POSSIBLE, UNKNOWN = "yes", "no", "possible", "unknown"
ANSWERS = {Truth.YES: YES, Truth.NO: NO, Truth.MAYBE: POSSIBLE}
OWNER = "aws:resourceaccount"
REFUSED = Verdict(Truth.NO, {}, ("service",))


class Answer(msgspec.Struct, frozen=True):
    """What one principal is answered. `unseen` are the sentences on what of it was not seen, `as_of` is when its facts
    were last seen, if that was before. Then, and where nothing is known of the principal, only a certain answer that
    stands on what was seen is given: all else is `unknown`."""

    principal: str
    action: str
    resource: str
    verdict: Verdict
    unseen: tuple[str, ...] = ()
    as_of: str | None = None
    is_known: bool = True

    @property
    def word(self) -> str:
        """`yes`, `no`, `possible` or `unknown`."""
        if self.as_of or (not self.is_known and self.verdict.truth is Truth.MAYBE):
            return UNKNOWN
        return ANSWERS[self.verdict.truth]

    @property
    def is_incomplete(self) -> bool:
        """Whether it is open for want of data."""
        return self.word == UNKNOWN or (self.word == POSSIBLE and bool(self.unseen))

    @property
    def summary(self) -> str:
        """The answer in one line."""
        said = self.verdict.summary
        if self.as_of:
            return f"{UNKNOWN}, last seen on {self.as_of}, when it was: {_said(ANSWERS[self.verdict.truth], said)}"
        return _said(self.word, said)

    @property
    def details(self) -> tuple[str, ...]:
        """The layers with the statements that decide in them, line by line."""
        return tuple(self.verdict.text.split("\n")[1:])

    def document(self) -> dict[str, Any]:
        """The answer as JSON."""
        return {
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "answer": self.word,
            "summary": self.summary,
            "as_of": self.as_of,
            "unseen": list(self.unseen),
            "verdict": verdict_document(self.verdict),
        }


def _said(word: str, summary: str) -> str:
    return summary.replace(POSSIBLE, word, 1) if summary.startswith(POSSIBLE) else f"{word}, {summary}"


def ask(who: Subject, action: str, what: Asked, context: Context | None = None, complete: bool = False) -> Answer:
    """Whether a principal may take an action on a resource.

    `context` holds further condition keys of the request. With `complete`, a key that neither it nor
    the snapshot gives is absent from the request.
    """
    given = known(what, context)
    owner = given.get(OWNER, (who.account_id if what.arn == ALL else what.account_id,))[0]
    request = Request(who.principal, action, what.arn, owner, given)
    if complete:
        request = msgspec.structs.replace(request, context={**_derived(request), **given}, complete=True)
    verdict = REFUSED if _is_closed(who, action) else who.policies.decide(request, what.door)
    unseen = tuple(filter(None, (who.unseen, what.unseen)))
    as_of = oldest(who.stale, what.stale)
    return Answer(who.arn or who.name, action, what.arn, verdict, unseen, as_of, not who.unseen)


def known(what: Asked, context: Context | None) -> dict[str, tuple[str, ...]]:
    """The keys of a request that are known, each by its one name: those of the resource, and those that are given."""
    given = {canonical(key.lower()): values for key, values in (context or {}).items()}
    return {**(what.context or {}), **given}


def _is_closed(who: Subject, action: str) -> bool:
    return who.principal.kind == "root" and action.lower() in CLOSED_TO_ROOT


def _derived(request: Request) -> dict[str, tuple[str, ...]]:
    """What the request itself says of its keys: a complete one gives these too."""
    said = ((name, row.derive(request)) for name, row in KEYS.items() if row.derive and not name.endswith("*"))
    return {name: values for name, values in said if values and name not in request.principal.context}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON: the truth as `yes`, `maybe` or `no`."""
    return {
        "truth": WORDS[verdict.truth],
        "summary": verdict.summary,
        "blocked_by": list(verdict.blocked_by),
        "explicit_deny": verdict.explicit_deny,
        "layers": {
            name: {"truth": WORDS[layer.truth], "statements": _statements(layer.statements)}
            for name, layer in verdict.layers.items()
        },
        "statements": _statements(verdict.statements),
        "conditions": list(verdict.conditions),
        "choices": [{"key": key, "value": value} for key, value in verdict.choices],
        "text": verdict.text,
    }


def _statements(found: Iterable[Deciding]) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(one) for one in found]
