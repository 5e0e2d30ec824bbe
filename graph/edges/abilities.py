"""Which of the requests that techniques make a principal's policies could allow at all: one bit for each action.

Most principals can do nothing that a technique needs. That is told by a few operations on integers, worked out once per
document, before anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph.estate import Powers
from graph.techniques import Need
from policy import Document, Policy, Statement

Needs = tuple[Need, ...]
# Actions that work on resources of other services than their own name says.
WORKS_ON = {"sts": ("iam",), "ssm": ("ssm", "ec2"), "ec2-instance-connect": ("ec2",)}


def works_on(action: str) -> tuple[str, ...]:
    """The services in the ARNs that an action is asked on."""
    prefix = action.partition(":")[0]
    return WORKS_ON.get(prefix, (prefix,))


class Abilities:
    """The actions that documents allow on some resource of the right service, as bits; conditions and Denies aside."""

    def __init__(self, needs: Iterable[Need]) -> None:
        """`needs` are all that will be asked for."""
        self._bits = {action: 1 << n for n, action in enumerate(sorted({need.action.lower() for need in needs}))}
        self._everything = (1 << len(self._bits)) - 1
        self._of_document: dict[Document, int] = {}
        self._of_actions: dict[tuple[str, ...], int] = {}
        self._of_services: dict[str, int] = {}
        self._needed: dict[int, tuple[Needs, int]] = {}  # by id, with what keeps the id its own

    def of(self, powers: Powers) -> int:
        """What the identity policies of a principal allow on something."""
        return self.allowed(powers.identity)

    def allowed(self, policies: Iterable[Policy]) -> int:
        """What policies allow on something; one that was not seen may allow everything."""
        found = 0
        for policy in policies:
            found |= self._everything if policy.document is None else self._document(policy.document)
        return found

    def needed(self, needs: Needs) -> int:
        """The bits that these needs ask for, but for those that another's trust policy may grant alone."""
        kept = self._needed.get(id(needs))
        if kept is None:
            found = 0
            for need in needs:
                found |= 0 if need.is_entry else self._bits[need.action.lower()]
            kept = self._needed[id(needs)] = (needs, found)
        return kept[1]

    def _document(self, document: Document) -> int:
        found = self._of_document.get(document)
        if found is None:
            found = 0
            for statement in document.statements:
                if statement.effect == "Allow":
                    found |= self._statement(statement)
            self._of_document[document] = found
        return found

    def _statement(self, statement: Statement) -> int:
        actions = self._actions(statement)
        if not actions or statement.covers_all or statement.not_resources:
            return actions
        places = 0
        for pattern in statement.resources:
            places |= self._service(pattern)
        return actions & places

    def _actions(self, statement: Statement) -> int:
        named = statement.actions or ("!", *statement.not_actions)
        found = self._of_actions.get(named)
        if found is None:
            covered = (bit for action, bit in self._bits.items() if statement.covers_action(action))
            found = self._of_actions[named] = sum(covered)
        return found

    def _service(self, pattern: str) -> int:
        """The actions that work on what a pattern of ARNs may match, by its service; all where that is left open."""
        head, _, rest = pattern.partition(":")
        service = rest.split(":", 2)[1] if head == "arn" and rest.count(":") > 1 else "*"
        if any(sign in service for sign in "*?$"):
            return self._everything
        found = self._of_services.get(service)
        if found is None:
            fitting = (bit for action, bit in self._bits.items() if service in works_on(action))
            found = self._of_services[service] = sum(fitting)
        return found
