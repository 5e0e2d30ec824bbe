"""Whole requests with all policies that bind them, as the case files write them, from an alphabet in which all meets.

Three kinds of case, each with one thing that decides: conditions, what a statement covers, or the layers' interplay.
Hypothesis draws the seed alone: it would repeat the parts of one case in the next, and half the alphabet never met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

OWN, OTHER = "111111111111", "222222222222"
USER, ROLE, APP = (f"arn:aws:iam::{OWN}:{name}" for name in ("user/ann", "role/p/base", "role/p/app"))
SESSION, FEDERATED = f"arn:aws:sts::{OWN}:assumed-role/app/s1", f"arn:aws:sts::{OWN}:federated-user/fay"
ROOT, PROVIDER = f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OWN}:oidc-provider/id.example.com"
LINKED = f"arn:aws:iam::{OWN}:role/aws-service-role/ec2.amazonaws.com/AWSServiceRoleForX"
SERVICE, ANONYMOUS = "ec2.amazonaws.com", {"type": "Anonymous"}
BOUNDED = (USER, ROLE, SESSION, ROOT)
CALLERS = (USER, USER, ROLE, ROLE, SESSION, SESSION, FEDERATED, ROOT, SERVICE, ANONYMOUS, LINKED, PROVIDER)

EVERYTHING = {"Action": "*", "Resource": "*"}
FULL_ACCESS, SILENT, FORBIDDING = (
    {"Version": "2012-10-17", "Statement": [{"Effect": effect, **what}]}
    for effect, what in (("Allow", EVERYTHING), ("Allow", {"Action": "ec2:*", "Resource": "*"}), ("Deny", EVERYTHING))
)
ACTIONS = {
    "s3": ("s3:*", "s3:GetObject", "S3:getobject", "s3:Get*", "s3:?etObject", "s3:PutObject", "s3:*Object"),
    "sqs": ("sqs:*", "sqs:SendMessage", "sqs:*Message", "SQS:Rec*"),
    "kms": ("kms:*", "kms:Decrypt", "kms:D*"),
    "sts": ("sts:*", "sts:AssumeRole", "sts:Assume*", "sts:AssumeRoleWithWebIdentity"),
    "iam": ("iam:*", "iam:GetUser", "iam:Get*"),
}
RESOURCES = {
    "s3": (
        "arn:aws:s3:::a/x", "arn:aws:s3:::a/*", "arn:aws:s3:::*", "arn:aws:s3:::?/x", "arn:aws:s3:::b/x",
        "arn:*:s3:::*/x",
        "arn:aws:s3:::${aws:username}/x", "arn:aws:s3:::${aws:PrincipalTag/team, 'a'}/x", "arn:aws:s3:::a/${*}",
        "arn:aws:s3:::${aws:TagKeys}/x", "arn:aws:s3:::${aws:username, 'b'}/?", "arn:aws:s3:::A/x",
        "arn:aws:s3:::${*}/x", "arn:aws:s3:::a/${$}", "arn:aws:s3:::a/${?}",
    ),
    "sqs": (
        "arn:aws:sqs:*:*:q", "arn:aws:sqs:*:*:Q", f"arn:aws:sqs:us-east-1:{OWN}:*", f"arn:aws:sqs:us-east-1:{OTHER}:q",
    ),
    "kms": ("arn:aws:kms:*:*:key/k", f"arn:aws:kms:us-east-1:{OWN}:key/?"),
    "sts": (f"arn:aws:iam::{OWN}:role/target", "arn:aws:iam::*:role/*", f"arn:aws:iam::{OTHER}:*"),
    "iam": (f"arn:aws:iam::{OWN}:user/${{aws:username}}", "arn:aws:iam::*:user/a*", f"arn:aws:iam::{OTHER}:user/ann"),
}  # fmt: skip

# Key -> what requests give, what policies ask, the operators of its type.
TEXTS = (
    "a", "A", "b", "a*", "?", "*", "${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}",
    "${aws:username, 'b'}", "${aws:PrincipalTag/team, 'a'}", "${*}", "${$}",
)  # fmt: skip
TEXT_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike",
)  # fmt: skip
ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
ADDRESSES = ("10.0.0.1", "10.1.0.1", "2001:db8::1")
NETWORKS = (*ADDRESSES, "10.0.0.0/16", "0.0.0.0/0", "2001:db8::/32")
MOMENTS = ("2020-01-01T00:00:00Z", "2020-01-01", "2020-01-01T01:00:00+01:00", "1577836800", "2021-06-01T12:00:00Z")
ARN_PATTERNS = (
    USER, APP, "arn:aws:iam::*:user/*", "arn:aws:iam::*:*", "arn:*:iam::?????????111:role/*", "*",
    "arn:aws:iam::111111111111:user/${aws:username}", "${aws:PrincipalArn}", "arn:aws:iam::*",
)  # fmt: skip
KEYS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...], tuple[str, ...]]] = {
    "aws:username": (("a", "b", "*", "A"), TEXTS, TEXT_OPERATORS),
    "aws:PrincipalTag/team": (("a", "b", "$"), TEXTS, TEXT_OPERATORS),
    "aws:SourceIp": (
        ADDRESSES,
        (*ADDRESSES, "10.0.0.0/16", "0.0.0.0/0", "2001:db8::/32"),
        ("IpAddress", "NotIpAddress"),
    ),
    "aws:CurrentTime": (MOMENTS, MOMENTS, tuple(f"Date{order}" for order in ORDERS)),
    "s3:max-keys": (("5", "10", "10.0"), ("5", "10", 10, "10.5", -1), tuple(f"Numeric{order}" for order in ORDERS)),
    "aws:SecureTransport": (("true", "false"), ("true", "false", True, False), ("Bool",)),
    "aws:PrincipalArn": ((USER, APP), ARN_PATTERNS, ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")),
    "test:digest": (("QQ==", "Qg=="), ("QQ==", "Qg=="), ("BinaryEquals",)),
    "aws:TagKeys": (([], ["a"], ["b"], ["a", "b"], ["b", "c"]), ("a", "b", "?", "${aws:username}"), TEXT_OPERATORS),
}
MANY_VALUED = "aws:TagKeys"
OPEN: Json = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "*", "Resource": "*"},
}
FIXED = (  # what makes a bucket policy that names everyone not public, and what does not
    {"StringEquals": {"aws:PrincipalArn": USER}}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}},
    {"StringEqualsIfExists": {"aws:PrincipalArn": USER}}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/16"}},
    {"NotIpAddress": {"aws:SourceIp": "10.1.0.1"}}, {"StringNotEquals": {"aws:PrincipalArn": APP}},
)  # fmt: skip


def one_or_many(items: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return items | st.lists(items, min_size=1, max_size=most)


class Chance(Random):
    """Draws for policies: what is one thing in one place is a list in another."""

    def one_or_many(self, items: Sequence[Any], most: int = 3) -> Any:
        return self.choice(items) if self.random() < 0.5 else [self.choice(items) for _ in range(self.randint(1, most))]

    def happens(self, share: float) -> bool:
        return self.random() < share


def conditions(chance: Chance, most: int) -> Json:
    """Up to `most` tests of keys, each by an operator of the key's type."""
    block: Json = {}
    for _ in range(chance.randint(1, most)):
        key = chance.choice(tuple(KEYS))
        _, asked, operators = KEYS[key]
        spelt = chance.choice((key, key, key.upper(), key.lower()))
        if chance.happens(0.1):
            block.setdefault("Null", {})[spelt] = chance.one_or_many(("true", "false"), 2)
            continue
        quantifiers = (
            ("ForAllValues:", "ForAnyValue:") if key == MANY_VALUED else ("", "", "", "ForAllValues:", "ForAnyValue:")
        )
        operator = chance.choice(quantifiers) + chance.choice(operators) + chance.choice(("", "", "IfExists"))
        block.setdefault(operator, {})[spelt] = chance.one_or_many(asked)
    return block


def context(chance: Chance) -> Json:
    return {key: chance.choice(given) for key, (given, _, _) in KEYS.items() if chance.happens(0.7)}


def named(chance: Chance, caller: Any) -> Any:
    """Who a statement names: the caller itself more often than not."""
    own = {SESSION: (SESSION, APP, OWN), SERVICE: (OWN,), PROVIDER: (OWN,)}.get(str(caller), (caller, OWN))
    arns = [name for name in own if isinstance(name, str)]
    aws = chance.one_or_many((*arns * 4, USER, ROLE, APP, FEDERATED, ROOT, OWN, OTHER, "*"), 2)
    service = chance.one_or_many((SERVICE, "s3.amazonaws.com"), 2)
    found = [{"AWS": aws}, {"AWS": aws}, {"AWS": aws}, "*", {"AWS": "*"}, {"AWS": aws, "Service": SERVICE}]
    found += [{"Service": service}] * 4 if caller == SERVICE else [{"Service": service}]
    found += [{"Federated": PROVIDER}] * 4 if caller == PROVIDER else [{"Federated": PROVIDER}]
    return chance.choice(found)


def whom(chance: Chance, caller: Any) -> Json:
    if chance.happens(0.8):
        return {"Principal": named(chance, caller)}
    arns = (caller,) * 3 if isinstance(caller, str) and caller.startswith("arn:") and caller != PROVIDER else ()
    return {"NotPrincipal": {"AWS": chance.one_or_many((*arns, USER, APP, ROOT, OTHER))}}


def covering(chance: Chance, request: Json, of_resource: bool = False) -> Json:
    """Actions and resources of a statement, mostly of the service that is asked; a trust policy has no resources.

    An ARN of fewer than six parts stands in policies of principals alone: of the others AWS's pages do not speak.
    """
    service = request["action"].partition(":")[0]
    verb, noun = (chance.choice((name, name, f"Not{name}")) for name in ("Action", "Resource"))
    actions = chance.one_or_many((*ACTIONS[service] * 2, "*", "sqs:*", "s3:*"))
    short = () if of_resource or noun == "NotResource" else ("arn:aws:s3:*",)
    resources = chance.one_or_many((*RESOURCES[service] * 2, "*", "arn:aws:s3:::*", *short))
    return {verb: actions} if of_resource and service == "sts" else {verb: actions, noun: resources}


def document(chance: Chance, *statements: Json) -> Json:
    """A document in one of the versions of the language; a single statement may stand without its list."""
    version = chance.choice(({"Version": "2012-10-17"},) * 4 + ({"Version": "2008-10-17"}, {}))
    found = [{key: value for key, value in one.items() if key != "Condition" or value} for one in statements]
    return {**version, "Statement": found[0] if len(found) == 1 and chance.happens(0.5) else found}


def effect(chance: Chance, denies: float = 0.5) -> Json:
    return {"Effect": "Deny" if chance.happens(denies) else "Allow"}


def guarded(chance: Chance, one: Json) -> list[Json]:
    """A document alone, or beside one that allows everything, so that an Allow and a Deny both decide."""
    return [FULL_ACCESS, one] if chance.happens(0.5) else [one]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def level(policies: list[Json]) -> Json:
    return {"target": "r", "policies": policies}


def case(request: Json, **layers: Any) -> Json:
    return {
        "id": "generated",
        "request": request,
        "identity_policies": [],
        "resource_policy": None,
        "permission_boundaries": [],
        "session_policy": None,
        "scps": [],
        "rcps": [],
        "endpoint_policies": [],
        **layers,
    }


def asking(chance: Chance, caller: Any, action: str, resource: str, owner: str) -> Json:
    return {
        "principal": caller,
        "action": action,
        "resource": resource,
        "resource_account": owner,
        "context": context(chance),
    }


def steps(owner: str) -> Iterator[tuple[str, str, str]]:
    """Actions with resources on which they work, and the resource's account."""
    for action in ("s3:GetObject", "s3:PutObject"):
        for key in ("a/x", "b/x", "a/*", "a/$", "*/x"):
            yield action, f"arn:aws:s3:::{key}", owner
    for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
        yield action, f"arn:aws:sqs:us-east-1:{owner}:q", owner
    yield "kms:Decrypt", f"arn:aws:kms:us-east-1:{owner}:key/k", owner
    yield "iam:GetUser", f"arn:aws:iam::{owner}:user/ann", owner
    yield "s3:ListAllMyBuckets", "*", owner


def condition_case(chance: Chance) -> Json:
    """A user's own policies, in which conditions alone decide."""
    request = asking(chance, USER, "s3:GetObject", "arn:aws:s3:::a/x", OWN)
    found = [{**effect(chance), **EVERYTHING, "Condition": conditions(chance, 2)} for _ in range(chance.randint(1, 2))]
    return case(request, identity_policies=guarded(chance, document(chance, *found)))


def coverage_case(chance: Chance) -> Json:
    """Actions and resources decide, in one layer; all others allow."""
    owner = chance.choice((OWN, OWN, OTHER))
    request = asking(chance, USER, *chance.choice(list(steps(owner))))

    def one(denies: float = 0.5, **who: Any) -> Json:
        covered = (covering(chance, request, of_resource=bool(who)) for _ in range(2))
        return document(chance, *({**effect(chance, denies), **who, **one} for one in covered))

    name, policies = chance.choice(
        (
            ("identity_policies", guarded(chance, one())),
            ("resource_policy", one(Principal={"AWS": USER})),
            ("permission_boundaries", [one()]),
            ("scps", [level(guarded(chance, one()))]),
            ("rcps", [level([one(denies=1, Principal="*")])]),
            ("endpoint_policies", [one(Principal="*")]),
        )
    )
    return case(request, **{"identity_policies": [FULL_ACCESS], "resource_policy": OPEN, name: policies})


def layer_case(chance: Chance) -> Json:
    """Every kind of caller and of policy; who is named and what a few layers say decides."""
    caller, owner = chance.choice(CALLERS), chance.choice((OWN, OWN, OTHER))
    role = f"arn:aws:iam::{owner}:role/target"
    found = [*steps(owner), *[("sts:AssumeRole", role, owner)] * (0 if caller == ROOT else 2)]  # no role for root
    step = ("sts:AssumeRoleWithWebIdentity", role, owner) if caller == PROVIDER else chance.choice(found)
    request = asking(chance, caller, *step)
    own = ([], [SILENT], [FULL_ACCESS], [FULL_ACCESS], guarded(chance, _limit(chance, request)))
    has_own = isinstance(caller, str) and caller not in (SERVICE, PROVIDER)  # what the root user has binds nobody
    layers = limits_of(chance, request)
    kept = chance.sample(sorted(layers), min(chance.randint(0, 2), len(layers)))
    kept += ["session_policy"] if caller == FEDERATED and chance.happens(0.8) else []
    return case(
        request,
        identity_policies=chance.choice(own) if has_own else [],
        resource_policy=_of_resource(chance, request),
        **{name: layers[name] for name in kept},
        org={"management_account": chance.choice((None, OWN, OTHER))},
    )


def _of_resource(chance: Chance, request: Json) -> Json | None:
    """The policy of the resource, where it can have one."""
    if request["action"] == "iam:GetUser" or request["resource"] == "*" or chance.happens(0.15):
        return None
    caller, everything = request["principal"], {"Action": "*"} if request["action"].startswith("sts:") else EVERYTHING
    if request["action"].startswith("s3:") and chance.happens(0.2):
        return document(chance, {"Effect": "Allow", "Principal": "*", **everything, "Condition": chance.choice(FIXED)})
    some = conditions(chance, 1) if chance.happens(0.15) else {}
    covered = covering(chance, request, of_resource=True) if chance.happens(0.2) else everything
    first = {**effect(chance, 0.2), **whom(chance, caller), **covered, "Condition": some}
    second = {**effect(chance, 0.2), **whom(chance, caller), **everything}
    return document(chance, first, second) if chance.happens(0.3) else document(chance, first)


def _limit(chance: Chance, request: Json) -> Json:
    """What a boundary, a session policy or an SCP says."""
    some = conditions(chance, 1) if chance.happens(0.3) else {}
    drawn = document(chance, {**effect(chance), **covering(chance, request), "Condition": some})
    return chance.choice((FULL_ACCESS, SILENT, SILENT, FORBIDDING, drawn, drawn))


def limits_of(chance: Chance, request: Json) -> dict[str, Any]:
    """What may lie between a grant and the request, for this caller."""
    caller = request["principal"]
    covered = EVERYTHING if request["action"].startswith("sts:") else covering(chance, request, of_resource=True)
    withheld = {"Effect": "Deny", "Principal": "*", **chance.choice((EVERYTHING, covered))}
    let_through = {**effect(chance, 0.3), **whom(chance, caller), **EVERYTHING}
    found: dict[str, Any] = {
        "scps": [level(guarded(chance, _limit(chance, request))), level([FULL_ACCESS])][:: chance.choice((1, -1))],
        "rcps": [level([]), level([document(chance, withheld)])][:: chance.choice((1, -1))],
        "endpoint_policies": [chance.choice((_limit(chance, request), document(chance, let_through)))],
    }
    if request["action"].startswith("s3:"):
        found["s3_block_public_access"] = True
    if caller in BOUNDED:
        found["permission_boundaries"] = [_limit(chance, request)]
    if caller in (ROLE, SESSION, FEDERATED):
        found["session_policy"] = _limit(chance, request)
    return found


KINDS = {"conditions": condition_case, "coverage": coverage_case, "layers": layer_case}
chances = st.integers(0, 2**64 - 1).map(Chance)
