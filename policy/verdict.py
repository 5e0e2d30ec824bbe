"""What an evaluation answers, with what it rests on, and the answer in words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from policy.formula import conjunction
from policy.truth import Truth

WORDS = {
    "root": "the rights of the root user",
    "identity": "identity policies",
    "boundary": "the permissions boundary",
    "session": "the session policy",
    "scp": "service control policies",
    "rcp": "resource control policies",
    "resource": "the resource policy",
    "vpce": "the VPC endpoint's policy",
    "s3-bpa": "the block of public access",
    "service": "AWS itself, whatever the policies say",
}
ANSWERS = {Truth.YES: "allow", Truth.MAYBE: "may allow", Truth.NO: "do not allow"}


class Deciding(msgspec.Struct, frozen=True):
    """A statement that decides: where it stands, and the id of what it says.

    `position` counts from 0 in the document; `version` is the managed policy's, empty for every other.
    """

    statement: str
    effect: str
    policy: str
    policy_id: str
    version: str
    sid: str
    position: int

    @property
    def text(self) -> str:
        name = f"`{self.sid}`" if self.sid else f"statement {self.position + 1}"
        return f"{self.effect} {name} of `{self.policy}`" + (f" ({self.version})" if self.version else "")


class Layer(msgspec.Struct, frozen=True):
    """What one kind of policy answers by itself, and the statements that make it do so."""

    truth: Truth
    statements: tuple[Deciding, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """The answer to one request.

    `layers` says what each kind of policy answers by itself, `blocked_by` which of them stand in the way of a NO,
    `statements` which statements decide (an SCP's Allow grants nothing and is left out unless it is open),
    `conditions` what must hold for a MAYBE to become a YES, `choices` what the caller has to send (condition key,
    value), `explicit_deny` whether a Deny decided.
    """

    truth: Truth
    layers: dict[str, Layer]
    blocked_by: tuple[str, ...] = ()
    statements: tuple[Deciding, ...] = ()
    conditions: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    explicit_deny: bool = False

    @property
    def summary(self) -> str:
        """The answer in one line."""
        if self.truth is Truth.NO:
            blockers = " and ".join(WORDS[name] for name in self.blocked_by)
            return f"denied by {blockers}" if self.explicit_deny else f"not allowed by {blockers}"
        names = [WORDS[name] for name, layer in self.layers.items() if layer.truth is Truth.YES]
        answer = f"allowed by {', '.join(names) or 'AWS'}" if self.truth is Truth.YES else "possible"
        sent = " and ".join(f"`{key}` = {value}" for key, value in self.choices)
        return answer + (f" with {sent}" if sent else "") + self._proviso

    @property
    def text(self) -> str:
        """The answer, then a line for each layer and each statement that decides in it."""
        return "\n".join((self.summary, *self._details()))

    def _details(self) -> Iterator[str]:
        for name, layer in self.layers.items():
            yield f"  {WORDS[name]}: {ANSWERS[layer.truth]}"
            yield from (f"    {statement.text}" for statement in layer.statements)

    @property
    def _proviso(self) -> str:
        return f" if {conjunction(self.conditions)}" if self.conditions else ""
