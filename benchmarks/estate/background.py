"""The principals of an ordinary account: groups, users and eleven kinds of roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json, document, service_trust, trust
from benchmarks.estate.names import ADMINISTRATOR, GITHUB, STRANGER, account_id, managed_by_aws, root_of
from benchmarks.estate.policies import Shared, drawn_statement
from benchmarks.estate.services import vocabulary

HUMAN_SETS = [("ReadOnlyAccess",), ("SecurityAudit", "ReadOnlyAccess"), ("IAMUserChangePassword",)]


class Draw(NamedTuple):
    """What a role's trust policy may name: its number, a team, an account of the organization."""

    number: int
    team: str
    other: str


class Kind(NamedTuple):
    """A kind of role, with its share and the start of its name."""

    prefix: str
    weight: int
    trusted: Callable[[Account, Draw], Json]
    path: str = "/"
    profile: bool = False


def add_standard_roles(account: Account) -> None:
    """The two roles that an organization puts into every account."""
    account.add_role("OrganizationAccountAccessRole", trust({"AWS": root_of(account_id(0))}), [ADMINISTRATOR])
    scanner = trust({"AWS": f"arn:aws:iam::{account_id(1)}:role/security-scanner"})
    account.add_role("readonly-audit", scanner, [managed_by_aws("SecurityAudit")])


def add_groups(account: Account, shared: Shared) -> None:
    for i in range(account.params.groups):
        account.add_group(f"group-{vocabulary().team(i)}-{i}", shared.draw(account.rng))


def add_roles(account: Account, shared: Shared) -> None:
    """Roles until the account has as many as asked for."""
    for i in range(account.params.roles - len(account.roles)):
        _add_role(account, shared, i)


def add_users(account: Account) -> None:
    """Users until the account has as many as asked for."""
    r, words = account.rng, vocabulary()
    groups = [g["GroupName"] for g in account.groups.values() if not g["GroupName"].startswith("planted")]
    for i in range(account.params.users - len(account.users)):
        has_own = r.random() < account.params.distinct
        inline = {"own": document(drawn_statement(account, r, r.choice(words.teams)))} if has_own else {}
        member_of = r.sample(groups, min(len(groups), r.randint(0, 2)))
        account.add_user(f"user-{i:04}", member_of, [managed_by_aws("IAMUserChangePassword")], inline)


def _add_role(account: Account, shared: Shared, number: int) -> None:
    r, words = account.rng, vocabulary()
    kind = r.choices(KINDS, [k.weight for k in KINDS])[0]
    other = account_id(r.randint(0, max(account.params.accounts - 1, 1)))
    trusted = kind.trusted(account, Draw(number, r.choice(words.teams), other))
    path, name = kind.path, f"{kind.prefix}{number}"
    if kind is SERVICE_LINKED:
        path = path.format(service=trusted["Statement"][0]["Principal"]["Service"])
    else:
        name = f"{kind.prefix}-{r.randint(1, 9)}{number:04}"
    attached = dict.fromkeys(_attached(account, shared, kind))
    inline = _inline(account, name)
    bounded = kind is not SERVICE_LINKED and r.random() < account.params.boundaries
    tags = {"team": r.choice(words.teams), "env": r.choice(["prod", "dev"])}
    boundary = shared.boundary if bounded else None
    account.add_role(name, trusted, attached, inline, path, boundary, tags, kind.profile)


def _attached(account: Account, shared: Shared, kind: Kind) -> Iterable[str]:
    r = account.rng
    drawn = shared.draw(r)
    if kind.prefix == "human":
        yield from (managed_by_aws(name) for name in r.choice(HUMAN_SETS))
    else:
        yield from drawn
    if kind.prefix in ("deploy", "gha") and r.random() < 0.6:
        yield r.choice([shared.deployer, shared.hopper])
    if r.random() < account.params.powerusers:
        yield managed_by_aws("PowerUserAccess")


def _inline(account: Account, name: str) -> Json:
    r = account.rng
    if r.random() >= account.params.distinct:
        return {}
    team = r.choice(vocabulary().teams)
    return {f"{name}-inline": document(*(drawn_statement(account, r, team) for _ in range(r.randint(1, 6))))}


def _by(service: str) -> Callable[[Account, Draw], Json]:
    return lambda account, draw: service_trust(service)


def _by_some_service(account: Account, draw: Draw) -> Json:
    return service_trust(account.rng.choice(vocabulary().principals))


def _by_web_identity(account: Account, host: str, condition: Json) -> Json:
    provider = {"Federated": f"arn:aws:iam::{account.id}:oidc-provider/{host}"}
    return trust(provider, "sts:AssumeRoleWithWebIdentity", condition)


def _by_service_account(account: Account, draw: Draw) -> Json:
    """IAM roles for service accounts of EKS."""
    host = f"oidc.eks.us-east-1.amazonaws.com/id/{account.index:032X}"
    subject = f"system:serviceaccount:{draw.team}:{draw.team}-{draw.number}"
    return _by_web_identity(
        account, host, {"StringEquals": {f"{host}:sub": subject, f"{host}:aud": "sts.amazonaws.com"}}
    )


def _by_repository(account: Account, draw: Draw) -> Json:
    subject = f"repo:example-org/{draw.team}-*:ref:refs/heads/main"
    return _by_web_identity(
        account,
        GITHUB,
        {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}, "StringLike": {f"{GITHUB}:sub": subject}},
    )


def _by_account(account: Account, draw: Draw) -> Json:
    return trust({"AWS": account.root})


def _by_people(account: Account, draw: Draw) -> Json:
    return trust({"AWS": account.root}, condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})


def _by_other_accounts(account: Account, draw: Draw) -> Json:
    r = account.rng
    accounts = [root_of(draw.other), STRANGER][: r.randint(1, 2)]
    condition = {"StringEquals": {"sts:ExternalId": account.hexid(12)}} if r.random() < 0.6 else None
    return trust({"AWS": accounts}, condition=condition)


def _by_named_roles(account: Account, draw: Draw) -> Json:
    known = [arn for arn in account.roles if "planted" not in arn]
    named = account.rng.sample(known, min(len(known), 2)) or [account.root]
    return trust({"AWS": named[0] if len(named) == 1 else named})


SERVICE_LINKED = Kind("AWSServiceRoleFor", 5, _by_some_service, "/aws-service-role/{service}/")
KINDS = (
    Kind("app-fn", 26, _by("lambda")),
    Kind("app-ec2", 12, _by("ec2"), profile=True),
    Kind("app-task", 12, _by("ecs-tasks")),
    Kind("svc", 12, _by_some_service, "/service-role/"),
    Kind("irsa", 8, _by_service_account),
    Kind("gha", 4, _by_repository, "/ci/"),
    Kind("deploy", 5, _by_account),
    Kind("human", 5, _by_people, "/people/"),
    Kind("xacct", 7, _by_other_accounts),
    Kind("pinned", 4, _by_named_roles),
    SERVICE_LINKED,
)
