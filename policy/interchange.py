"""Requests as JSON, each with all policies that bind it: how other programs ask the engine, and read its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from policy.decision.rules import Policy
from policy.decision.services import is_service_linked
from policy.language.document import Document, parse
from policy.language.loader import Malformed
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
    asked = case["request"]
    principal = read_principal(asked["principal"])
    context = {
        key.lower(): tuple(value) if isinstance(value, list) else (value,) for key, value in asked["context"].items()
    }
    request = Request(principal, asked["action"], asked["resource"], asked["resource_account"], context, complete=True)
    return Question(case["id"], request, _principal_side(case, principal), _resource_side(case, request))


def read_principal(written: Any) -> Principal:
    """A principal as its ARN, a service's name, or `{"type": "Anonymous"}`."""
    if isinstance(written, Mapping):
        if written.get("type") != "Anonymous":
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


def _principal_side(case: Mapping[str, Any], principal: Principal) -> PolicySet:
    """SCPs bind no principal of the management account, no service-linked role and no service."""
    is_free = _manages(case, principal.account_id) or is_service_linked(principal.arn) or principal.kind in OUTSIDERS
    boundaries = _policies(case, "permission_boundaries")
    if len(boundaries) > 1:
        raise Malformed("more than one: AWS has one for each principal, keep that", "permission_boundaries")
    boundary = next(iter(boundaries), None)
    session = next(iter(_policies(case, "session_policy")), None)
    if session is None and principal.kind == "federated_user":
        session = NO_RIGHTS
    scps = None if is_free else _levels(case, "scps")
    return PolicySet(_policies(case, "identity_policies"), boundary, scps, session)


def _resource_side(case: Mapping[str, Any], request: Request) -> ResourcePolicies:
    policy = next(iter(_policies(case, "resource_policy")), None)
    rcps = None if _manages(case, request.resource_account) else _levels(case, "rcps")
    return ResourcePolicies(
        policy,
        rcps=rcps,
        restricts_public=bool(case.get("s3_block_public_access")),
        endpoint=_policies(case, "endpoint_policies") or None,
    )


def _manages(case: Mapping[str, Any], account_id: str) -> bool:
    return (case.get("org") or {}).get("management_account") == account_id


def _levels(case: Mapping[str, Any], kind: str) -> list[list[Policy]] | None:
    levels = enumerate(case.get(kind) or ())
    return [_named(level["policies"], f"{kind}[{number}].policies") for number, level in levels] or None


def _policies(case: Mapping[str, Any], kind: str) -> list[Policy]:
    """The policies of one kind, each named by its place in the case."""
    found = case.get(kind)
    if found is None:
        return []
    return _named(found, kind) if isinstance(found, Sequence) else [_policy(found, kind)]


def _named(documents: Iterable[Any], place: str) -> list[Policy]:
    return [_policy(document, f"{place}[{number}]") for number, document in enumerate(documents)]


def _policy(document: Any, place: str) -> Policy:
    return Policy(place, place, _document(msgspec.json.encode(document).decode()))


@lru_cache(maxsize=4_096)
def _document(text: str) -> Document:
    return parse(text)
