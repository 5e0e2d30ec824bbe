"""Requests as JSON, each with all policies that bind it: how other programs ask the engine, and read its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from policy.decision.keys import canonical
from policy.decision.rules import Policy
from policy.decision.services import is_service_linked
from policy.language.document import Document, parse
from policy.language.loader import Malformed, holds_all, load, step
from policy.policies import OUTSIDERS, PolicySet
from policy.request import WEB_IDENTITIES, Principal, Request
from policy.resource_policies import ResourcePolicies
from policy.truth import Truth
from policy.verdict import Verdict

DECISIONS = {Truth.YES: "Allowed", Truth.MAYBE: "Maybe", Truth.NO: "ImplicitlyDenied"}
LAYER_NAMES = {"boundary": "pb"}  # the format's names where ours differ
# A federated user without a session policy has no rights of its own:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
NO_RIGHTS = Policy("session", "no session policy", Document((), "2012-10-17"))
KINDS = {
    "user": "user",
    "role": "role",
    "assumed-role": "role",
    "root": "root",
    "federated-user": "federated_user",
    "oidc-provider": "federated",
    "saml-provider": "federated",
}


ABSENT = msgspec.Raw(b"null")


class Anonymous(msgspec.Struct):
    type: str


class Asked(msgspec.Struct):
    principal: str | Anonymous
    action: str
    resource: str
    resource_account: str
    context: dict[str, str | list[str]]


class Level(msgspec.Struct):
    policies: list[msgspec.Raw]


class Organization(msgspec.Struct):
    management_account: str | None = None


class Case(msgspec.Struct):
    """The shape of a line, policies as their text: nothing of them is read but by the strict loader. Further fields are
    ignored."""

    id: str
    request: Asked
    identity_policies: list[msgspec.Raw] | None = None
    resource_policy: msgspec.Raw = ABSENT
    permission_boundaries: list[msgspec.Raw] | None = None
    session_policy: msgspec.Raw = ABSENT
    scps: list[Level] | None = None
    rcps: list[Level] | None = None
    endpoint_policies: list[msgspec.Raw] | None = None
    s3_block_public_access: bool | None = None
    org: Organization | None = None


_DECODER = msgspec.json.Decoder(Case)
_AS_WRITTEN = msgspec.json.Decoder(float_hook=msgspec.Raw)  # numbers stay as they are written


@dataclass(frozen=True)
class Question:
    """One request and what binds it."""

    id: str
    request: Request
    policies: PolicySet
    resource: ResourcePolicies

    def ask(self) -> Verdict:
        return self.policies.decide(self.request, self.resource)


def evaluate(case: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answer: `{id, decision, blocked_by}`."""
    return answer(case["id"], read(case).ask())


def answer(identifier: str, verdict: Verdict) -> dict[str, Any]:
    decision = "ExplicitlyDenied" if verdict.explicit_deny else DECISIONS[verdict.truth]
    return {
        "id": identifier,
        "decision": decision,
        "blocked_by": sorted(LAYER_NAMES.get(name, name) for name in verdict.blocked_by),
    }


def read(case: Mapping[str, Any]) -> Question:
    """The question of a case. Its context is complete: a key that it does not give is absent."""
    return read_line(msgspec.json.encode(case))


def read_line(line: bytes) -> Question:
    """The question of a case as JSON text.

    Raises msgspec.DecodeError for what has not the shape of a case, and Malformed, with the place, for a name that
    stands twice in one object, a key of the context in two spellings, and a policy that AWS would refuse.
    """
    case = _DECODER.decode(line)
    if not holds_all(line, _AS_WRITTEN.decode(line)):
        load(line, len(line))
    asked = case.request
    principal, context = read_principal(asked.principal), _context(asked.context)
    request = Request(principal, asked.action, asked.resource, asked.resource_account, context, complete=True)
    return Question(case.id, request, _principal_side(case, principal), _resource_side(case, request))


def _context(written: Mapping[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
    """The keys by their one name. A service may repeat a key under its own name, with the same values."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for key, value in written.items():
        values, name = tuple(value) if isinstance(value, list) else (value,), canonical(key.lower())
        other, known = found.setdefault(name, (key, values))
        if known != values or (other != key and other.lower() == key.lower()):
            raise Malformed(f"the same key as `{other}`: keep one", step("request.context", key))
    return {name: values for name, (_, values) in found.items()}


def read_principal(written: str | Anonymous) -> Principal:
    """A principal as its ARN, a service's name, or `{"type": "Anonymous"}`."""
    if isinstance(written, Anonymous):
        if written.type != "Anonymous":
            raise Malformed("no type of principal but `Anonymous`: write an ARN or a service", "request.principal")
        return Principal("", "", "anonymous")
    fields = written.split(":", 5)
    if len(fields) < 6:
        if "." not in written:
            raise Malformed("neither an ARN nor the name of a service: write one", "request.principal")
        return Principal(written, "", "federated" if written in WEB_IDENTITIES else "service")
    kind = KINDS.get(fields[5].partition("/")[0])
    if kind is None:
        raise Malformed("an ARN that names no principal: write a user's, a role's or a session's", "request.principal")
    return Principal(written, fields[4], kind)


def _principal_side(case: Case, principal: Principal) -> PolicySet:
    """SCPs bind no principal of the management account, no service-linked role and no service."""
    is_free = _manages(case, principal.account_id) or is_service_linked(principal.arn) or principal.kind in OUTSIDERS
    boundaries = _policies(case.permission_boundaries, "permission_boundaries")
    if len(boundaries) > 1:
        raise Malformed("more than one: AWS has one for each principal, keep that", "permission_boundaries")
    session = _one(case.session_policy, "session_policy")
    if session is None and principal.kind == "federated_user":
        session = NO_RIGHTS
    return PolicySet(
        _policies(case.identity_policies, "identity_policies"),
        next(iter(boundaries), None),
        None if is_free else _levels(case.scps, "scps"),
        session,
    )


def _resource_side(case: Case, request: Request) -> ResourcePolicies:
    return ResourcePolicies(
        _one(case.resource_policy, "resource_policy"),
        rcps=None if _manages(case, request.resource_account) else _levels(case.rcps, "rcps"),
        restricts_public=bool(case.s3_block_public_access),
        endpoint=_policies(case.endpoint_policies, "endpoint_policies") or None,
    )


def _manages(case: Case, account_id: str) -> bool:
    return case.org is not None and case.org.management_account == account_id


def _levels(written: Sequence[Level] | None, place: str) -> list[list[Policy]] | None:
    levels = enumerate(written or ())
    return [_policies(level.policies, f"{place}[{number}].policies") for number, level in levels] or None


def _one(written: msgspec.Raw, place: str) -> Policy | None:
    return None if written == ABSENT else _policy(written, place)


def _policies(written: Iterable[msgspec.Raw] | None, place: str) -> list[Policy]:
    """The policies of one kind, each named by its place in the case."""
    return [_policy(text, f"{place}[{number}]") for number, text in enumerate(written or ())]


def _policy(written: msgspec.Raw, place: str) -> Policy:
    try:
        return Policy(place, place, _document(bytes(written)))
    except Malformed as error:
        raise Malformed(error.reason, f"{place}.{error.path}" if error.path else place) from error


@lru_cache(maxsize=4_096)
def _document(text: bytes) -> Document:
    return parse(text)
