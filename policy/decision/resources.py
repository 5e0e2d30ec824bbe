"""Which resources a statement covers, in three values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policy.language.conditions import Lookup
from policy.language.document import Statement
from policy.language.match import complete, glob, is_incomplete, substitute
from policy.truth import Truth

Coverage = Callable[[str, Lookup], Truth]  # (resource, lookup) -> whether it is covered

# Which ARNs of fewer than six fields each kind of policy completes: all in policies of identities and sessions
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html), those with a wildcard in
# resource-based ones. Organizations takes none: https://docs.aws.amazon.com/IAM/latest/UserGuide/
# access-analyzer-reference-policy-checks.html, "Missing ARN field"; but in an SCP a `*` at the end stands for the rest.
COMPLETED: dict[str, Callable[[str], bool]] = {
    "identity": is_incomplete,
    "boundary": is_incomplete,
    "session": is_incomplete,
    "resource": lambda pattern: "*" in pattern and is_incomplete(pattern),
    "vpce": lambda pattern: "*" in pattern and is_incomplete(pattern),
    "scp": lambda _: False,
    "rcp": lambda _: False,
}
VOID: dict[str, Callable[[str], bool]] = {  # which ARNs make a statement of an organization's policy say nothing
    "scp": lambda pattern: is_incomplete(pattern) and not pattern.endswith("*"),
    "rcp": is_incomplete,
}


def covers_resource(statement: Statement, resource: str, layer: str, lookup: Lookup) -> Truth:
    """Whether a statement in a policy of this layer covers an ARN (or `*`); MAYBE where a variable is unknown."""
    found = coverage(statement, layer)
    return Truth.YES if found is None else found(resource, lookup)


def coverage(statement: Statement, layer: str) -> Coverage | None:
    """How a statement in a policy of this layer decides which resources it covers; None where it covers them all."""
    if statement.covers_all:
        return None
    if not speaks(statement, layer):
        return lambda resource, lookup: Truth.NO
    patterns = [_completed(one, layer) for one in statement.resources or statement.not_resources]
    templates = [one for one in patterns if statement.substitutes and "${" in one]
    matchers = [glob(one) for one in patterns if not (statement.substitutes and "${" in one)]

    def covers(resource: str, lookup: Lookup) -> Truth:
        for matches in matchers:
            if matches(resource):
                return Truth.YES
        return _by_variables(templates, resource, lookup) if templates else Truth.NO

    return (lambda resource, lookup: ~covers(resource, lookup)) if statement.not_resources else covers


def _by_variables(templates: Sequence[str], resource: str, lookup: Lookup) -> Truth:
    """MAYBE where the unknown values of variables, whatever they are, leave it open."""
    best = Truth.NO
    for template in templates:
        pattern = substitute(template, lookup)
        if _covers(pattern, resource):
            return Truth.YES
        if pattern is Truth.MAYBE and _covers(substitute(template, lookup, "*"), resource):
            best = Truth.MAYBE
    return best


def _covers(pattern: str | Truth, resource: str) -> bool:
    return isinstance(pattern, str) and bool(glob(pattern)(resource))


def speaks(statement: Statement, layer: str) -> bool:
    """Whether a statement says anything in a policy of this layer: one with an incomplete ARN does not in an SCP, nor
    where NotResource would have to complete it."""
    if not statement.is_incomplete:
        return True
    if layer in VOID:
        return not any(map(VOID[layer], statement.resources)) and not any(map(is_incomplete, statement.not_resources))
    return not any(map(COMPLETED[layer], statement.not_resources))


def _completed(pattern: str, layer: str) -> str:
    return complete(pattern) if COMPLETED[layer](pattern) else pattern
