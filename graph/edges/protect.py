"""PROTECTED_BY: the organization policies above a resource's account that deny what would destroy or open it."""

from __future__ import annotations

from graph.builder import Builder
from graph.edges.access import levels, targets
from graph.estate import Estate
from graph.model import Value
from graph.sets import Sets
from policy import Policy, Statement, Truth, covers_resource

GUARDED_LEVELS = ("delete", "permissions")


def add_protection(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes one edge per resource and SCP that really denies something on it, with whom the policy excepts."""
    for target in targets(estate):
        pairs = [p for level in GUARDED_LEVELS for p in levels()[target.label].get(level, ())]
        for policy in {
            p.id: p for level in estate.organizations.chain(target.account_id).levels or () for p in level
        }.values():
            denials = [(a, s) for a, t in pairs for s in _denials(policy, a, t.format(arn=target.arn))]
            if denials and builder.has(policy.id):
                properties: dict[str, Value] = {
                    "actions": sorted({action for action, _ in denials}),
                    "except": sorted({c.text for _, s in denials for c in s.conditions}),
                }
                builder.edge(target.arn, "PROTECTED_BY", policy.id, "", **properties)


def _denials(policy: Policy, action: str, resource: str) -> list[Statement]:
    return [
        s
        for s in (policy.document.statements if policy.document else ())
        if s.effect == "Deny"
        and s.covers_action(action.lower())
        and covers_resource(s, resource, "scp", _no_value) is Truth.YES
    ]


def _no_value(key: str) -> None:
    """Nothing is known of a request here: a statement whose resource holds a variable protects nothing for certain."""
