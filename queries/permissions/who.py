"""Everyone who may take an action on a resource: users, roles, root users, and outsiders that its policy names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graph.estate import Estate
from policy import Truth
from policy.who_can import Index
from queries.permissions.answer import POSSIBLE, UNKNOWN, YES, Answer, ask, known
from queries.permissions.outsiders import is_ours, outsiders
from queries.permissions.people import people_of
from queries.permissions.principals import IDENTITIES, Subject, by_arn, subjects
from queries.permissions.resources import ALL, Asked, Context

CERTAINTY = (YES, POSSIBLE, UNKNOWN)
ORDER = ("user", "role", "root", "account", "federated_user", "federated", "service", "anonymous")
IDENTITY_CENTER = "sso."


@dataclass(frozen=True)
class Granted:
    """One who can, or may: `people` of Identity Center stand behind a role that it made."""

    name: str
    kind: str
    account_id: str
    is_ours: bool
    answer: Answer
    people: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """One line of the answer as JSON."""
        said = self.answer.document()
        who = {"principal": said["principal"], "name": self.name, "kind": self.kind, "account_id": self.account_id}
        return {**who, "ours": self.is_ours, "people": list(self.people), **said}


@dataclass(frozen=True)
class Found:
    """Who can, the certain first, and the sentences on who else might for all that was not seen."""

    granted: tuple[Granted, ...]
    unseen: tuple[str, ...]


def who_can(estate: Estate, action: str, what: Asked, context: Context | None = None) -> Found:
    """Everyone of the estate, and every outsider that the resource's policy names, who is not answered with a no."""
    everyone = {one.arn: one for one in subjects(estate)}
    index = Index(everyone.values(), lambda arn: everyone.get(arn) or _session(estate, arn))
    given = known(what, context)
    owners = {one.account_id for one in everyone.values()} if what.arn == ALL else {what.account_id}
    able = [one for owner in sorted(owners) for one, _ in index.who_can(action, what.arn, owner, what.door, given)]
    people = people_of(estate.snapshot)
    found = []
    for one in (*able, *outsiders(estate, what, action)):
        answer = ask(one, action, what, context)
        if answer.verdict.truth is not Truth.NO:
            found.append(_granted(estate, one, answer, people.get(one.arn, ())))
    return Found(tuple(sorted(found, key=_rank)), tuple(_unseen(estate, what, everyone.values())))


def _granted(estate: Estate, one: Subject, answer: Answer, people: tuple[str, ...]) -> Granted:
    return Granted(one.name, one.kind, one.account_id, is_ours(estate, one.arn), answer, people)


def _rank(one: Granted) -> tuple[int, bool, int, str]:
    return CERTAINTY.index(one.answer.word), not one.is_ours, ORDER.index(one.kind), one.name


def _session(estate: Estate, arn: str) -> Subject | None:
    """A session of a role or a federated user of ours that a policy names; outsiders are asked by themselves."""
    if not is_ours(estate, arn) or not (":federated-user/" in arn or estate.role_of_session(arn)):
        return None
    return by_arn(estate, arn)


def _unseen(estate: Estate, what: Asked, everyone: Iterable[Subject]) -> list[str]:
    found = [what.unseen] if what.unseen else []
    found += [f"who else its policy lets in: policy `{one.name}` was not seen" for one in what.own if not one.document]
    accounts = sorted(estate.accounts.keys() | estate.identity_accounts)
    lacking = [one for one in accounts if not estate.snapshot.state(one, IDENTITIES).complete]
    old = {one.account_id: one.stale for one in everyone if one.stale}
    for account in lacking:
        seen = f", those of {old[account]} are shown" if account in old else ""
        found.append(f"the identities of account {account} were not seen{seen}")
    if any(row.scope.collector.startswith(IDENTITY_CENTER) and not row.complete for row in estate.snapshot.coverage()):
        found.append("not all was seen of Identity Center: more people may stand behind its roles")
    return found
