"""Which resources a statement covers, in three values."""

from __future__ import annotations

from collections.abc import Callable

from policy.conditions import Lookup
from policy.document import Statement
from policy.match import complete, glob, is_incomplete, substitute
from policy.truth import Truth

# Which ARNs of fewer than six fields each kind of policy completes: all in identity-based policies
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html), those with a wildcard in
# resource-based ones. Organizations takes none: https://docs.aws.amazon.com/IAM/latest/UserGuide/
# access-analyzer-reference-policy-checks.html, "Missing ARN field".
COMPLETED: dict[str, Callable[[str], bool]] = {
    "identity": is_incomplete,
    "boundary": is_incomplete,
    "resource": lambda pattern: "*" in pattern and is_incomplete(pattern),
    "scp": lambda _: False,
}


def covers_resource(statement: Statement, resource: str, layer: str, lookup: Lookup) -> Truth:
    """Whether a statement in a policy of this layer covers an ARN (or `*`); MAYBE where a variable is unknown."""
    if statement.covers_all:
        return Truth.YES
    patterns = statement.resources or statement.not_resources
    if statement.is_incomplete and not _is_valid(statement, layer):
        return Truth.NO
    best = Truth.NO
    for pattern in patterns:
        found = _covers(statement, pattern, resource, layer, lookup)
        if found is Truth.YES:
            best = found
            break
        best = max(best, found)
    return ~best if statement.not_resources else best


def _is_valid(statement: Statement, layer: str) -> bool:
    """A statement with an incomplete ARN says nothing in an SCP, nor where NotResource would have to complete it."""
    return layer != "scp" and not any(map(COMPLETED[layer], statement.not_resources))


def _covers(statement: Statement, pattern: str, resource: str, layer: str, lookup: Lookup) -> Truth:
    if statement.is_incomplete and COMPLETED[layer](pattern):
        pattern = complete(pattern)
    if statement.substitutes and "${" in pattern:
        found = substitute(pattern, lookup)
        if isinstance(found, Truth):
            return found
        pattern = found
    return Truth.YES if glob(pattern)(resource) else Truth.NO
