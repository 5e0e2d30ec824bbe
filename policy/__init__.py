"""What an IAM request would answer, in three values; imports nothing else of Trustdrift."""

from policy.answers import principal_answers
from policy.decision.alike import Resources, grouped, places, refined
from policy.decision.principals import lets_tag, matches_principal
from policy.decision.resources import covers_resource
from policy.decision.rules import Policy
from policy.language.conditions import Condition
from policy.language.document import Document, Library, Statement, parse
from policy.language.loader import Malformed, longest
from policy.policies import PolicySet
from policy.request import Principal, Request
from policy.resource_policies import ResourcePolicies, kms_grant
from policy.truth import Truth
from policy.verdict import Verdict

__all__ = [
    "Condition",
    "Document",
    "Library",
    "Malformed",
    "Policy",
    "PolicySet",
    "Principal",
    "Request",
    "ResourcePolicies",
    "Resources",
    "Statement",
    "Truth",
    "Verdict",
    "covers_resource",
    "grouped",
    "kms_grant",
    "lets_tag",
    "longest",
    "matches_principal",
    "parse",
    "places",
    "principal_answers",
    "refined",
]
