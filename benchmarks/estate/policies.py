"""Customer managed policies of an account, and the sets in which principals share them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json, Strings, allow, deny, document
from benchmarks.estate.names import ORGANIZATION, REGIONS, managed_by_aws
from benchmarks.estate.services import vocabulary

WORKLOAD = [
    managed_by_aws(name)
    for name in (
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "CloudWatchAgentServerPolicy",
        "AmazonECSTaskExecutionRolePolicy",
        "AmazonSSMManagedInstanceCore",
    )
]
GUARDED = ["iam:*", "sts:*", "support:*", "cloudfront:*", "route53:*"]
# Most policies write actions as they are documented, some do not.
FORMS: list[Callable[[str], str]] = [str, str, str, str.lower]
READS = ["Get", "List", "Describe", "BatchGet"]


@dataclass(frozen=True)
class Shared:
    """What principals draw from: three policies that every account has, and attachment sets with Zipf weights."""

    deployer: str
    hopper: str
    boundary: str
    sets: list[list[str]]
    weights: list[float]

    def draw(self, rng: random.Random) -> list[str]:
        return rng.choices(self.sets, self.weights)[0]


def add_policies(account: Account) -> Shared:
    """The customer managed policies of an account."""
    drawn = list(_drawn(account))
    deployer, hopper, boundary = _deployer(account), _hopper(account), _boundary(account)
    sets = list(_attachment_sets(account, drawn))
    return Shared(deployer, hopper, boundary, sets, [1 / (i + 1) for i in range(len(sets))])


def _drawn(account: Account) -> Iterable[str]:
    p, words = account.params, vocabulary()
    alike = p.stream("baseline")  # the same in every account
    common = round(p.managed_policies * p.baseline)
    for i in range(p.managed_policies):
        rng = alike if i < common else account.rng
        team = rng.choice(words.teams)
        body = document(*(drawn_statement(account, rng, team) for _ in range(rng.randint(2, 4))))
        name = f"{'baseline' if i < common else team}-{rng.choice(['rw', 'ro', 'ops', 'svc'])}-{i:03}"
        yield account.add_policy(name, body, rng.choice([1, 1, 1, 2, 3]))


def _deployer(account: Account) -> str:
    functions = ["lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:GetFunction", "lambda:ListFunctions"]
    passing = allow(
        "iam:PassRole",
        account.arn("role", "app-fn-1*"),
        sid="PassAppRoles",
        condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    )
    own = f"arn:aws:lambda:*:{account.id}:function:app-*"
    artifacts = f"arn:aws:s3:::artifacts-{account.id}/*"
    body = document(passing, allow(functions, own), allow(["s3:GetObject", "s3:PutObject"], artifacts))
    return account.add_policy("baseline-app-deployer", body)


def _hopper(account: Account) -> str:
    roles = [account.arn("role", "deploy-*"), "arn:aws:iam::*:role/readonly-audit"]
    return account.add_policy("baseline-assume-deploy", document(allow("sts:AssumeRole", roles)))


def _boundary(account: Account) -> str:
    body = document(
        allow(NotAction=["iam:*", "organizations:*", "account:*"]),
        allow(["iam:Get*", "iam:List*", "iam:PassRole"], ["*"]),
        deny(["iam:*PermissionsBoundary", "cloudtrail:StopLogging"]),
    )
    return account.add_policy("baseline-boundary", body)


def _attachment_sets(account: Account, policies: list[str]) -> Iterable[list[str]]:
    r = account.rng
    for _ in range(max(4, round(account.params.roles**0.5))):
        workload = r.sample(WORKLOAD, r.randint(0, 2))
        yield workload + r.sample(policies, min(len(policies), r.randint(1, 3)))


def drawn_statement(account: Account, rng: random.Random, team: str) -> Json:
    """One harmless statement: reads, writes on named resources, denies, NotAction, NotResource."""
    service = rng.choice(list(vocabulary().services))
    kind = rng.random()
    name = f"{team}-{rng.choice(['prod', 'stage', 'dev'])}-{rng.randint(1, 40)}"
    if kind < 0.22:
        return allow([f"{service}:{verb}*" for verb in rng.sample(READS, 2)])
    if kind < 0.27:
        return deny(NotAction=GUARDED, condition={"StringNotEquals": {"aws:RequestedRegion": REGIONS}})
    if kind < 0.30:
        return deny(["s3:PutObject"], NotResource=[f"arn:aws:s3:::{team}-*", f"arn:aws:s3:::{team}-*/*"])
    if kind < 0.34:
        return deny(f"{service}:Delete*", condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    if kind < 0.37:
        return allow(resource=_resources(account, rng, "s3", name), NotAction=["s3:DeleteBucket*"])
    return _use(account, rng, team, service, name)


def _use(account: Account, rng: random.Random, team: str, service: str, name: str) -> Json:
    """Use of a service."""
    actions = vocabulary().services[service].actions
    form = rng.choice(FORMS)
    few = sorted(rng.sample(actions, rng.randint(2, min(7, len(actions)))))
    picked: Strings = [form(f"{service}:{action}") for action in few]
    if rng.random() < 0.1:
        picked = f"{service}:*"
    return allow(
        picked,
        _resources(account, rng, service, name),
        condition=_condition(rng, team) if rng.random() < 0.25 else None,
        sid=f"{team.title()}{service.title()}" if rng.random() < 0.4 else None,
    )


def _resources(account: Account, rng: random.Random, service: str, name: str) -> Strings:
    out = [
        template.format(
            name=name,
            acct=account.id,
            region=rng.choice([*REGIONS, "*"]),
            uuid=f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}",
        )
        for template in vocabulary().services[service].resources
    ]
    if rng.random() < 0.2:
        out.append(out[0] if out[0].endswith("*") else out[0] + "-*")
    return out[0] if len(out) == 1 else out


def _condition(rng: random.Random, team: str) -> Json:
    return rng.choice(
        [
            {"StringEquals": {"aws:RequestedRegion": REGIONS[:2]}},
            {"StringEquals": {"aws:ResourceTag/team": team}},
            {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
            {"Bool": {"aws:SecureTransport": "true"}},
            {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}},
            {"StringLike": {"aws:PrincipalOrgID": ORGANIZATION}},
            {"StringEqualsIfExists": {"aws:SourceVpce": f"vpce-{rng.getrandbits(32):08x}"}},
        ]
    )
