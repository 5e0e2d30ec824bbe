"""Planted escalation chains and their decoys: each kind is one function, and `CHAINS` is their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.estate.account import Account
from benchmarks.estate.compute import add_function, add_instance
from benchmarks.estate.documents import Json, allow, deny, document, service_trust, trust
from benchmarks.estate.names import ADMINISTRATOR, GITHUB, account_id


class Chain(NamedTuple):
    """The hops from source to target; `blocked_by` says what stops a decoy."""

    hops: list[str]
    blocked_by: str | None = None

    def row(self, chain_id: str, kind: str, account: str) -> Json:
        """The chain as the manifest lists it."""
        return {
            "id": chain_id,
            "kind": kind,
            "account": account,
            "source": self.hops[0],
            "hops": self.hops,
            "target": self.hops[-1],
            "reachable": self.blocked_by is None,
            "blocked_by": self.blocked_by,
        }


def plant_chains(account: Account) -> None:
    """All kinds in turn; one that the account has no place for leaves its number out."""
    for i in range(account.params.chains):
        plant = CHAINS[i % len(CHAINS)]
        tag = f"c{i:02}"
        chain = plant(account, f"planted-{tag}")
        if chain:
            kind = plant.__name__.removeprefix("_").replace("_", "-")
            account.chains.append(chain.row(f"{account.id}-{tag}", kind, account.id))


def _admin(account: Account, name: str, trusted: Json, profile: bool = False) -> str:
    return account.add_role(name + "-admin", trusted, [ADMINISTRATOR], profile=profile)


def _source(account: Account, name: str, *statements: Json, **rest: Any) -> str:
    """A role that people of the account can take, holding only the given statements."""
    return account.add_role(
        name + "-src", trust({"AWS": account.root}), inline={"grant": document(*statements)}, **rest
    )


def _assume_two_hops(a: Account, n: str) -> Chain:
    to_middle = document(allow("sts:AssumeRole", a.arn("role", n + "-mid")))
    user = a.add_user(n + "-user", inline={"hop": to_middle})
    to_admin = document(allow("sts:Assume*", a.arn("role", n + "-adm*")))
    middle = a.add_role(n + "-mid", trust({"AWS": user}), inline={"hop": to_admin})
    return Chain([user, middle, _admin(a, n, trust({"AWS": a.root}))])


def _passrole_lambda(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("lambda"))
    functions = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    return Chain([_source(a, n, allow("iam:PassRole", target), functions), target])


def _passrole_ec2(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("ec2"), profile=True)
    passing = allow("iam:PassRole", target, condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    return Chain([_source(a, n, passing, allow("ec2:RunInstances")), target])


def _passrole_cloudformation(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("cloudformation"))
    return Chain([_source(a, n, allow("iam:PassRole", target), allow("cloudformation:CreateStack")), target])


def _policy_version(a: Account, n: str) -> Chain:
    own = a.arn("policy", n + "-policy")
    policy = a.add_policy(n + "-policy", document(allow("iam:CreatePolicyVersion", own)))
    role = a.add_role(n + "-src", trust({"AWS": a.root}), [policy])
    return Chain([role, role])


def _attach_role_policy(a: Account, n: str) -> Chain:
    role = _source(a, n, allow("IAM:attachrolepolicy", a.arn("role", n + "-*")))
    return Chain([role, role])


def _put_role_policy_wildcard(a: Account, n: str) -> Chain:
    role = _source(a, n, allow("iam:P?tRole*"))
    return Chain([role, role])


def _notaction(a: Account, n: str) -> Chain:
    role = _source(a, n, allow(NotAction=["s3:*", "ec2:Delete*"]))
    return Chain([role, role])


def _update_trust(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("glue"))
    return Chain([_source(a, n, allow(["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], target)), target])


def _access_key(a: Account, n: str) -> Chain:
    target = a.add_user(n + "-admin", attached=[ADMINISTRATOR])
    return Chain([_source(a, n, allow("iam:CreateAccessKey", a.arn("user", n + "-*"))), target])


def _login_profile(a: Account, n: str) -> Chain:
    target = a.add_user(n + "-admin", attached=[ADMINISTRATOR])
    return Chain([_source(a, n, allow("iam:*LoginProfile", target)), target])


def _add_user_to_group(a: Account, n: str) -> Chain:
    group = a.add_group(n + "-admins", [ADMINISTRATOR])
    user = a.add_user(n + "-user", inline={"grant": document(allow("iam:AddUserToGroup", group))})
    return Chain([user, group])


def _ssm_command(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("ec2"), profile=True)
    add_instance(a, n, target)
    command = [f"arn:aws:ec2:*:{a.id}:instance/*", "arn:aws:ssm:*:*:document/AWS-RunShellScript"]
    return Chain([_source(a, n, allow("ssm:SendCommand", command)), target])


def _ssm_session(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("ec2"), profile=True)
    add_instance(a, n, target)
    return Chain([_source(a, n, allow("ssm:StartSession")), target])


def _lambda_code(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("lambda"))
    function = add_function(a, n + "-fn", target)
    return Chain([_source(a, n, allow("lambda:UpdateFunctionCode", function)), target])


def _sso_passrole(a: Account, n: str) -> Chain | None:
    """People of Identity Center whose permission set number 1 lets them pass a role."""
    if 1 not in a.reserved:
        return None
    target = a.add_role("planted-sso-lambda-admin", service_trust("lambda"), [ADMINISTRATOR])
    return Chain([a.reserved[1], target])


def _cross_account(a: Account, n: str) -> Chain | None:
    """The source lives here; the target in the next account trusts this whole account."""
    if a.params.accounts < 2:
        return None
    other = account_id((a.index + 1) % a.params.accounts)
    target = f"arn:aws:iam::{other}:role/planted-xacct-admin"
    return Chain([_source(a, n, allow("sts:AssumeRole", target)), target])


def _github_any_repository(a: Account, n: str) -> Chain:
    provider = {"Federated": f"arn:aws:iam::{a.id}:oidc-provider/{GITHUB}"}
    audience = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    return Chain([f"oidc:{GITHUB}:repo:*", _admin(a, n, trust(provider, "sts:AssumeRoleWithWebIdentity", audience))])


# Decoys


def _blocked_boundary(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("lambda"))
    fence = a.add_policy(n + "-fence", document(allow(["s3:*", "logs:*", "lambda:*"])))
    grant = allow("iam:PassRole", target), allow("lambda:CreateFunction")
    return Chain([_source(a, n, *grant, boundary=fence), target], "boundary")


def _blocked_scp(a: Account, n: str) -> Chain:
    """SCP p-planted denies IAM writes to roles named planted-*-fenced. It does not bind the management account.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    grant = document(allow("iam:*"))
    role = a.add_role(n + "-fenced", trust({"AWS": a.root}), inline={"grant": grant})
    return Chain([role, role], "scp" if a.index else None)


def _blocked_deny(a: Account, n: str) -> Chain:
    target = _admin(a, n, trust({"AWS": a.root}))
    granted = allow("sts:AssumeRole", a.arn("role", n + "-*"))
    return Chain([_source(a, n, granted, deny("sts:*", a.arn("role", "*admin"))), target], "deny")


def _blocked_passed_to_service(a: Account, n: str) -> Chain:
    target = _admin(a, n, service_trust("lambda"))
    elsewhere = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    passing = allow("iam:PassRole", target, condition=elsewhere)
    return Chain([_source(a, n, passing, allow("lambda:CreateFunction")), target], "condition")


def _blocked_trust(a: Account, n: str) -> Chain:
    target = _admin(a, n, trust({"AWS": a.arn("role", "OrganizationAccountAccessRole")}))
    return Chain([_source(a, n, allow("sts:AssumeRole", target)), target], "trust")


def _blocked_trust_tag(a: Account, n: str) -> Chain:
    cleared = {"StringEquals": {"aws:PrincipalTag/clearance": "high"}}
    target = _admin(a, n, trust({"AWS": a.root}, condition=cleared))
    hop = {"hop": document(allow("sts:AssumeRole", target))}
    return Chain([a.add_user(n + "-user", inline=hop, tags={"clearance": "low"}), target], "trust condition")


def _blocked_unattached_policy(a: Account, n: str) -> Chain:
    policy = a.add_policy(n + "-loose", document(allow("s3:ListAllMyBuckets")))
    source = _source(a, n, allow("iam:CreatePolicyVersion", policy))
    return Chain([source, policy], "policy is attached to nothing")


CHAINS: tuple[Callable[[Account, str], Chain | None], ...] = (
    _assume_two_hops,
    _passrole_lambda,
    _passrole_ec2,
    _passrole_cloudformation,
    _policy_version,
    _attach_role_policy,
    _put_role_policy_wildcard,
    _notaction,
    _update_trust,
    _access_key,
    _login_profile,
    _add_user_to_group,
    _ssm_command,
    _ssm_session,
    _lambda_code,
    _sso_passrole,
    _cross_account,
    _github_any_repository,
    _blocked_boundary,
    _blocked_scp,
    _blocked_deny,
    _blocked_passed_to_service,
    _blocked_trust,
    _blocked_trust_tag,
    _blocked_unattached_policy,
)
