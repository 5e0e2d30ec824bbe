"""What an evaluation answers, with what it rests on, and the answer in words."""

from __future__ import annotations

import msgspec

from policy.truth import Truth

WORDS = {
    "identity": "identity policies",
    "boundary": "the permissions boundary",
    "scp": "service control policies",
    "resource": "the resource policy",
    "service": "AWS, which keeps this resource to itself",
}


class Verdict(msgspec.Struct, frozen=True):
    """The answer to one request.

    `layers` says what each kind of policy answers by itself, `blocked_by` which of them stand in the way of a NO,
    `statements` the ids of the statements that decide (an SCP's Allow grants nothing and is left out unless it is
    open), `conditions` what must hold for a MAYBE to become a YES, `choices` what the caller has to send (condition
    key, value), `explicit_deny` whether a Deny decided.
    """

    truth: Truth
    layers: dict[str, Truth]
    blocked_by: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    explicit_deny: bool = False

    @property
    def text(self) -> str:
        """The answer in one line."""
        if self.truth is Truth.NO:
            blockers = " and ".join(WORDS[name] for name in self.blocked_by)
            return f"denied by {blockers}" if self.explicit_deny else f"not allowed by {blockers}"
        names = [WORDS[name] for name, truth in self.layers.items() if truth is Truth.YES]
        answer = f"allowed by {', '.join(names) or 'AWS'}" if self.truth is Truth.YES else "possible"
        sent = " and ".join(f"`{key}` = {value}" for key, value in self.choices)
        return answer + (f" with {sent}" if sent else "") + self._proviso

    @property
    def _proviso(self) -> str:
        return f" if {' and '.join(self.conditions)}" if self.conditions else ""
