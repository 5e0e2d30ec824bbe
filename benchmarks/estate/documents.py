"""Policy documents, their keys in the order in which people write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
Strings = str | Sequence[str]


def statement(
    effect: str,
    action: Strings | None = None,
    resource: Strings | None = "*",
    *,
    condition: Json | None = None,
    sid: str | None = None,
    principal: Json | str | None = None,
    **negated: Strings,
) -> Json:
    """One statement; `negated` is NotAction or NotResource, and trust policies have no resource."""
    out: Json = {"Sid": sid} if sid else {}
    out["Effect"] = effect
    if principal is not None:
        out["Principal"] = principal
    if action is not None:
        out["Action"] = action
    out.update(negated)
    if resource is not None and "NotResource" not in negated:
        out["Resource"] = resource
    if condition:
        out["Condition"] = condition
    return out


def allow(action: Strings | None = None, resource: Strings | None = "*", **rest: Any) -> Json:
    return statement("Allow", action, resource, **rest)


def deny(action: Strings | None = None, resource: Strings | None = "*", **rest: Any) -> Json:
    return statement("Deny", action, resource, **rest)


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: Json, action: Strings = "sts:AssumeRole", condition: Json | None = None) -> Json:
    """A trust policy of one statement."""
    return document(allow(action, None, principal=principal, condition=condition))


def service_trust(service: str) -> Json:
    return trust({"Service": f"{service}.amazonaws.com"})
