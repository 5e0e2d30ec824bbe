"""A second evaluator, slow and obvious, from AWS's pages alone: one JSON case in, one decision out.

It shares nothing with the engine, so that a mistake of one does not hide in the other. Each function is a paragraph of
the IAM User Guide, named in its docstring, or of the Organizations User Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference_conditions import Context, as_list, block_holds, glob, network, pattern_of

Case = Mapping[str, Any]
Document = Mapping[str, Any]

DIRECT = {"itself", "everyone"}
HAS_POLICIES = {"user", "role", "assumed-role", "federated-user", "root"}
# orgs_manage_policies_rcps, "list of AWS services that support RCPs": the part of it that the tests use.
RCP_SERVICES = {
    "s3", "sts", "sqs", "kms", "secretsmanager", "dynamodb", "ecr", "logs", "aoss", "cognito-identity",
    "cognito-idp", "dax",
}  # fmt: skip
# access-control-block-public-access, "the meaning of public": keys that fix who may come.
FIXING_KEYS = {
    "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount",
    "aws:userid", "aws:principalorgid", "aws:principalarn", "aws:principalaccount", "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """Who asks: `kind` is a user, a role, a session, the root user, a provider, a service, or anonymous."""

    arn: str
    kind: str
    account: str = ""
    name: str = ""


@dataclass(frozen=True)
class Asked:
    """What all policies of one case are held against."""

    caller: Caller
    action: str
    resource: str
    owner: str
    context: Context
    is_bounded: bool

    @property
    def service(self) -> str:
        return self.action.partition(":")[0].lower()

    @property
    def is_own(self) -> bool:
        return self.caller.account == self.owner


@dataclass
class Layer:
    """What one kind of policy says: whether it denies, and the ways in which its Allow statements name the caller."""

    denies: bool = False
    ways: set[str] = field(default_factory=set)

    @property
    def allows(self) -> bool:
        return bool(self.ways)


def evaluate(case: Case) -> str:
    """The decision in the case format's words (reference_policies_evaluation-logic_policy-eval-denyallow)."""
    case = as_it_binds(case)
    asked = read(case)
    if asked.action.lower() == "sts:getcalleridentity":  # API reference: no permissions required, a deny has no effect
        return "Allowed"
    identity = layer(case["identity_policies"], asked, completes=True)
    boundary = layer(case["permission_boundaries"], asked, completes=True)
    session = layer(present(case.get("session_policy")), asked, completes=True)
    resource = layer(present(case.get("resource_policy")), asked)
    endpoint = layer(case["endpoint_policies"], asked)
    scps = [layer(level["policies"], asked) for level in case["scps"] if is_bound_by_scps(case, asked)]
    rcps = [layer(level["policies"], asked) for level in case["rcps"] if is_bound_by_rcps(case, asked)]
    if any(found.denies for found in (identity, boundary, session, resource, endpoint, *scps, *rcps)):
        return "ExplicitlyDenied"
    if is_blocked_as_public(case, asked):
        return "ExplicitlyDenied"
    passed = [*scps, endpoint] if case["endpoint_policies"] else scps
    if not all(found.allows for found in passed) or is_reserved(asked):
        return "ImplicitlyDenied"
    limits = [boundary] if case["permission_boundaries"] else []
    if case.get("session_policy") or asked.caller.kind == "federated-user":
        limits.append(session)
    is_limited = not all(found.allows for found in limits)
    has_identity = asked.caller.kind == "root" or identity.allows
    granted = is_granted(asked, resource.ways, has_identity, is_limited)
    return "Allowed" if granted else "ImplicitlyDenied"


def as_it_binds(case: Case) -> Case:
    """id_root-user: "you cannot attach IAM policies to the root user"; access_policies_boundaries: a boundary is one of
    an IAM entity, a user or a role."""
    is_root = read_caller(case["request"]["principal"]).kind == "root"
    return {**case, "identity_policies": [], "permission_boundaries": []} if is_root else case


def is_granted(asked: Asked, ways: set[str], has_identity: bool, is_limited: bool) -> bool:
    """Whether the policies that grant do so, once nothing denies and the organization lets the request pass.

    Only IAM principals have policies of their own; a service, a provider or an anonymous caller has the resource's
    policy alone. Across accounts both sides must allow (reference_policies_evaluation-logic-cross-account). Within an
    account (reference_policies_evaluation-logic_policy-eval-basics): a resource policy that names the user or the
    session itself, or everyone, grants whatever the identity policies, boundary and session policy leave out; one that
    names the role is limited by boundary and session policy; one that names the account only lets its own policies
    decide. A role's trust policy and a KMS key policy must allow in any case.
    """
    if asked.caller.kind not in HAS_POLICIES:
        return bool(ways)
    if not asked.is_own:
        return bool(ways) and has_identity and not is_limited
    if ways & DIRECT:
        return True
    if needs_resource_policy(asked) and not ways:
        return False
    return ("role" in ways or has_identity) and not is_limited


def needs_resource_policy(asked: Asked) -> bool:
    """id_roles_terms-and-concepts, trust policy; KMS developer guide, key-policies."""
    is_role = asked.service == "sts" and ":role/" in asked.resource
    is_key = asked.service == "kms" and ":key/" in asked.resource
    return is_role or is_key


def read(case: Case) -> Asked:
    request = case["request"]
    return Asked(
        caller=read_caller(request["principal"]),
        action=request["action"],
        resource=request["resource"],
        owner=request["resource_account"],
        context={key.lower(): as_list(value) for key, value in request["context"].items()},
        is_bounded=bool(case["permission_boundaries"]),
    )


def read_caller(written: Any) -> Caller:
    """reference_policies_elements_principal: the kinds of principals and their ARNs."""
    if isinstance(written, Mapping):
        return Caller("", "anonymous")
    if ":" not in written:
        return Caller(written, "service")
    account, path = written.split(":", 5)[4:]
    kind, *names = path.split("/")
    if kind not in HAS_POLICIES:
        return Caller(written, "provider")
    name = names[0] if kind == "assumed-role" else names[-1] if names else ""
    return Caller(written, kind, account, name)


def present(document: Document | None) -> list[Document]:
    return [document] if document else []


def layer(documents: Iterable[Document], asked: Asked, completes: bool = False) -> Layer:
    """What the statements that apply say. `completes`: whether an ARN of fewer than six parts stands for all."""
    found = Layer()
    for document in documents:
        for effect, ways in applicable(document, asked, completes):
            if effect == "Deny":
                found.denies = True
            else:
                found.ways |= ways
    return found


def applicable(document: Document, asked: Asked, completes: bool) -> Iterator[tuple[str, set[str]]]:
    """The statements of a document that apply: all of principal, action, resource and condition must match."""
    variables = document.get("Version") == "2012-10-17"
    context = asked.context if variables else None
    for statement in as_list(document["Statement"]):
        ways = ways_of(statement, asked)
        if (
            ways
            and names_action(statement, asked.action)
            and names_resource(statement, asked.resource, context, completes)
            and block_holds(statement.get("Condition", {}), asked.context, variables)
        ):
            yield statement["Effect"], ways


def names_action(statement: Document, action: str) -> bool:
    """reference_policies_elements_action and _notaction."""
    name = "Action" if "Action" in statement else "NotAction"
    found = any(matches_action(text.lower(), action.lower()) for text in as_list(statement[name]))
    return found == (name == "Action")


def matches_action(text: str, action: str) -> bool:
    """Without regard to case; wildcards stand in the action's name, or for everything, not in the service's prefix."""
    prefix, _, name = text.partition(":")
    service, _, asked = action.partition(":")
    return text in ("*", "*:*") or (prefix == service and glob(pattern_of(name, None) or [], asked))


def names_resource(statement: Document, resource: str, context: Context | None, completes: bool) -> bool:
    """reference_policies_elements_resource and _notresource; a trust policy names no resource and means its role."""
    name = "NotResource" if "NotResource" in statement else "Resource"
    patterns = as_list(statement.get(name, "*"))
    found = any(matches_resource(text, resource, context, completes) for text in patterns)
    return found == (name == "Resource")


def matches_resource(text: str, resource: str, context: Context | None, completes: bool) -> bool:
    """Over the whole ARN: a `*` may expand beyond the colons. A variable without a value matches nothing."""
    missing = 5 - text.count(":") if completes and text.startswith("arn:") else 0
    pattern = pattern_of(text + ":*" * missing, context)
    return pattern is not None and glob(pattern, resource)


def ways_of(statement: Document, asked: Asked) -> set[str]:
    """How a statement names the caller; policies of an identity, a boundary or an SCP name nobody and mean theirs.

    reference_policies_elements_notprincipal: a Deny hits everyone "except the principal specified", so that naming the
    account or the role spares no user and no session of them; and each principal with a boundary, whomever it excepts.
    With Allow, which AWS no longer supports, the published cases have it spare whom any name covers.
    """
    if "Principal" in statement:
        return principal_ways(statement["Principal"], asked.caller)
    if "NotPrincipal" not in statement:
        return {"attached"}
    named = principal_ways(statement["NotPrincipal"], asked.caller)
    if statement["Effect"] == "Deny":
        own = DIRECT | {"role"} if asked.caller.kind == "role" else DIRECT
        named = set() if asked.is_bounded else named & own
    return set() if named else {"everyone"}


def principal_ways(element: Any, caller: Caller) -> set[str]:
    """reference_policies_elements_principal."""
    named = element if isinstance(element, Mapping) else {"AWS": element}
    ways = {aws_way(text, caller) for text in as_list(named.get("AWS", []))}
    if caller.kind == "service" and caller.arn in as_list(named.get("Service", [])):
        ways.add("itself")
    if caller.kind == "provider" and caller.arn in as_list(named.get("Federated", [])):
        ways.add("itself")
    return ways - {""}


def aws_way(text: str, caller: Caller) -> str:
    if text == "*":
        return "everyone"
    if caller.kind not in HAS_POLICIES:
        return ""
    if text in (caller.account, f"arn:aws:iam::{caller.account}:root"):
        return "itself" if caller.kind == "root" else "account"
    if text == caller.arn:
        return "role" if caller.kind == "role" else "itself"
    is_role_of_session = (
        caller.kind == "assumed-role"
        and text.startswith(f"arn:aws:iam::{caller.account}:role/")
        and text.rpartition("/")[2] == caller.name
    )
    return "role" if is_role_of_session else ""


def management_account(case: Case) -> str | None:
    return (case.get("org") or {}).get("management_account")


def is_service_linked(caller: Caller) -> bool:
    return ":role/aws-service-role/" in caller.arn


def is_bound_by_scps(case: Case, asked: Asked) -> bool:
    """orgs_manage_policies_scps: users, roles and root of member accounts; no service-linked role, no outsider."""
    caller = asked.caller
    return caller.kind in HAS_POLICIES and caller.account != management_account(case) and not is_service_linked(caller)


def is_bound_by_rcps(case: Case, asked: Asked) -> bool:
    """orgs_manage_policies_rcps: member accounts' resources of listed services; a full access RCP is always there."""
    return (
        asked.service in RCP_SERVICES
        and asked.owner != management_account(case)
        and not is_service_linked(asked.caller)
    )


# What IAM lets nobody change but the service whose it is: where, which service, the operations that still work.
READ = ("get", "list", "simulate", "generate")
OF_LINKED_ROLES = (
    "passrole", "createservicelinkedrole", "deleteservicelinkedrole", "updateroledescription", "tagrole", "untagrole",
)  # fmt: skip
KEPT = (
    (":role/aws-reserved/", "iam", READ),  # referencingpermissionsets, IAM Identity Center
    (":role/aws-service-role/", "iam", READ + OF_LINKED_ROLES),  # id_roles_create-service-linked-role
    (":iam::aws:policy/", "iam", READ),  # access_policies_managed-vs-inline
    (":alias/aws/", "kms", READ),  # kms-alias
)


def is_reserved(asked: Asked) -> bool:
    operation = asked.action.partition(":")[2].lower()
    return any(
        text in asked.resource and service == asked.service and not operation.startswith(open_to)
        for text, service, open_to in KEPT
    )


def is_blocked_as_public(case: Case, asked: Asked) -> bool:
    """RestrictPublicBuckets: a public bucket policy serves AWS services and the owner's account alone (S3 guide)."""
    policy = case.get("resource_policy")
    is_outside = asked.caller.kind != "service" and not asked.is_own
    return bool(
        case.get("s3_block_public_access") and asked.service == "s3" and is_outside and policy and is_public(policy)
    )


def is_public(document: Document) -> bool:
    return any(
        statement["Effect"] == "Allow" and names_everyone(statement) and not is_fixed(statement.get("Condition", {}))
        for statement in as_list(document["Statement"])
    )


def names_everyone(statement: Document) -> bool:
    anonymous = Caller("", "anonymous")
    return "NotPrincipal" in statement or bool(principal_ways(statement["Principal"], anonymous))


def is_fixed(block: Mapping[str, Any]) -> bool:
    """Whether a condition holds the caller to fixed values, without wildcards and variables, or to narrow networks."""
    return any(
        key.lower() in FIXING_KEYS and fixes(operator.rpartition(":")[2], as_list(values))
        for operator, tests in block.items()
        for key, values in tests.items()
    )


def fixes(operator: str, values: list[str]) -> bool:
    if operator == "IpAddress":
        return all(map(is_narrow, values))
    fixing = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
    return operator in fixing and not any(set("*?$") & set(text) for text in values)


def is_narrow(cidr: str) -> bool:
    """Broader than /8, or than /32 for IPv6, counts as public."""
    found = network(cidr)
    return bool(found.prefixlen >= (8 if found.version == 4 else 32))
