"""What a reduced case shows that explains its difference: one small function per shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.differential.alphabet import WITHOUT_RCPS

Case = dict[str, Any]

LISTS = ("identity_policies", "permission_boundaries", "endpoint_policies")
SINGLE = ("resource_policy", "session_policy")
VARIABLE = re.compile(r"\$\{([^},]*)(,[^}]*)?\}")


class Placed(NamedTuple):
    """A statement, the version of its document, and the field of the case that holds it."""

    field: str
    version: str
    statement: Case


class Entry(NamedTuple):
    """One key of a condition, and the values that the request carries in it."""

    operator: str
    key: str
    values: list[str]
    carried: list[str]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def documents(case: Case) -> Iterator[tuple[str, Case]]:
    for field in LISTS:
        yield from ((field, one) for one in case[field])
    yield from ((field, case[field]) for field in SINGLE if case[field])
    for field in ("scps", "rcps"):
        yield from ((field, one) for level in case[field] for one in level["policies"])


def statements(case: Case) -> Iterator[Placed]:
    for field, document in documents(case):
        yield from (Placed(field, document["Version"], one) for one in as_list(document["Statement"]))


def entries(case: Case) -> Iterator[Entry]:
    context = {key.lower(): as_list(value) for key, value in case["request"]["context"].items()}
    for placed in statements(case):
        for operator, keys in placed.statement.get("Condition", {}).items():
            for key, values in keys.items():
                yield Entry(operator, key, as_list(values), context.get(key.lower(), []))


def resources(case: Case, *names: str) -> Iterator[str]:
    for placed in statements(case):
        for name in names:
            yield from as_list(placed.statement.get(name, []))


def has_no_value(case: Case, text: str) -> bool:
    """Whether the text holds a variable without a default, of a key that the request does not carry."""
    carried = {key.lower() for key in case["request"]["context"]}
    return any(
        key.lower() not in carried and key not in "*?$" and not default for key, default in VARIABLE.findall(text)
    )


def is_root(case: Case) -> bool:
    return str(case["request"]["principal"]).endswith(":root")


def is_service_linked(case: Case) -> bool:
    return ":role/aws-service-role/" in case["request"]["principal"] and bool(case["scps"] or case["rcps"])


def is_in_management_account(case: Case) -> bool:
    """The caller with SCPs, or the resource with RCPs."""
    request, manager = case["request"], case.get("org", {}).get("management_account", "none")
    is_caller = f":{manager}:" in str(request["principal"]) and bool(case["scps"])
    return is_caller or (request["resource_account"] == manager and bool(case["rcps"]))


def belongs_to_aws(case: Case) -> bool:
    resource = case["request"]["resource"]
    return any(part in resource for part in (":role/aws-reserved/", ":iam::aws:", ":alias/aws/"))


def provider_meets_account(case: Case) -> bool:
    named = [as_list(one.statement.get("Principal", {})) for one in statements(case)]
    return "-provider/" in str(case["request"]["principal"]) and "AWS" in str(named)


def spares_somebody_else(case: Case) -> bool:
    """NotPrincipal names the account of the principal, or the role of a session, but not the principal itself."""
    spared = [one.statement["NotPrincipal"] for one in statements(case) if "NotPrincipal" in one.statement]
    return any(case["request"]["principal"] not in as_list(one.get("AWS", [])) for one in spared)


def any_value_if_exists(case: Case) -> bool:
    return any(
        one.operator.startswith("ForAnyValue:") and one.operator.endswith("IfExists") and not one.carried
        for one in entries(case)
    )


def epoch_date(case: Case) -> bool:
    dates = [one for one in entries(case) if "Date" in one.operator]
    return any(text.isdecimal() for one in dates for text in (*one.values, *one.carried))


def spared_resource_has_no_value(case: Case) -> bool:
    return any(has_no_value(case, text) for text in resources(case, "NotResource"))


def variable_before_the_name(case: Case) -> bool:
    """A variable stands before the fifth colon of a resource, where its value would be."""
    found = resources(case, "Resource", "NotResource")
    return any("${" in ":".join(VARIABLE.sub("${}", one).split(":")[:5]) for one in found)


def held_to_a_principal(case: Case) -> bool:
    """A bucket's policy is for everyone of one ARN, and says so by an operator for texts."""
    keys = [one.key.lower() for one in entries(case) if one.operator.startswith("String")]
    return bool(case.get("s3_block_public_access")) and "aws:principalarn" in keys


def inverted_meets_no_value(case: Case) -> bool:
    return any("Not" in one.operator and has_no_value(case, text) for one in entries(case) for text in one.values)


def variable_in_arn_operator(case: Case) -> bool:
    return any(
        "Arn" in one.operator and "${" in ":".join(text.split(":")[:5]) for one in entries(case) for text in one.values
    )


def arn_value_is_short(case: Case) -> bool:
    """An ARN operator whose pattern has not the six fields that are compared one by one."""
    return any("ArnNot" in one.operator and text.count(":") < 5 for one in entries(case) for text in one.values)


def escape_without_wildcards(case: Case) -> bool:
    """`${*}` in an operator that knows no wildcards."""
    exact = [one for one in entries(case) if "Equals" in one.operator and "String" in one.operator]
    return any(escape in text for one in exact for text in one.values for escape in ("${*}", "${?}", "${$}"))


def service_has_no_rcps(case: Case) -> bool:
    return bool(case["rcps"]) and case["request"]["action"].startswith(WITHOUT_RCPS)


def granted_to_the_session(case: Case) -> bool:
    """A session policy, and a resource policy that names the session itself."""
    return case["request"]["principal"] in _granted(case) and bool(case["session_policy"])


def granted_to_everyone(case: Case) -> bool:
    """A session policy, and a resource policy that names everyone."""
    return "*" in _granted(case) and bool(case["session_policy"])


def granted_past_the_boundary(case: Case) -> bool:
    """A boundary, and a resource policy that names the principal itself or everyone."""
    return bool({"*", str(case["request"]["principal"])} & {*_granted(case)}) and bool(case["permission_boundaries"])


def _granted(case: Case) -> list[str]:
    """The names of AWS principals in the resource policy; `*` for everyone."""
    found = [one.statement for one in statements(case) if one.field == "resource_policy"]
    named = [one["Principal"] for one in found if one["Effect"] == "Allow" and "Principal" in one]
    return [name for one in named for name in (["*"] if one == "*" else as_list(one.get("AWS", [])))]


def federated_without_session_policy(case: Case) -> bool:
    return ":federated-user/" in str(case["request"]["principal"]) and not case["session_policy"]


def endpoint_names_somebody(case: Case) -> bool:
    found = [one.statement for one in statements(case) if one.field == "endpoint_policies"]
    return any("NotPrincipal" in one or one.get("Principal", "*") != "*" for one in found)


def old_version(case: Case) -> bool:
    return any(one.version != "2012-10-17" and "${" in str(one.statement) for one in statements(case))


def capital_arn(case: Case) -> bool:
    """An ARN whose first fields, which are names of AWS's, are not in lower case."""
    fields = [text.split(":")[:3] for text in resources(case, "Resource", "NotResource")]
    return any(part != part.lower() for three in fields for part in three)


def any_type(case: Case) -> bool:
    return any(text.split(":")[-1].startswith("*/") for text in resources(case, "Resource", "NotResource"))


def address_is_compared_by_value(case: Case) -> bool:
    """A single address or `/0` network: the outside engine compares them as text, or not at all."""
    tested = [one for one in entries(case) if "IpAddress" in one.operator]
    return any("/" not in text or text.endswith("/0") for one in tested for text in one.values)


SHAPES: dict[str, Callable[[Case], bool]] = {
    shape.__name__: shape
    for shape in (
        is_root,
        is_service_linked,
        is_in_management_account,
        belongs_to_aws,
        provider_meets_account,
        spares_somebody_else,
        any_value_if_exists,
        epoch_date,
        spared_resource_has_no_value,
        variable_before_the_name,
        held_to_a_principal,
        inverted_meets_no_value,
        variable_in_arn_operator,
        arn_value_is_short,
        escape_without_wildcards,
        service_has_no_rcps,
        granted_to_the_session,
        granted_to_everyone,
        granted_past_the_boundary,
        federated_without_session_policy,
        endpoint_names_somebody,
        old_version,
        capital_arn,
        any_type,
        address_is_compared_by_value,
    )
}
