"""The smallest estate in which a technique works, made from its row, and the same with one thing amiss."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.techniques import Technique
from ingest.snapshot import Record
from tests.fact_samples import ALLOW_ALL, MANAGEMENT, PROD, REGION, document, iam, located, role, snapshot_of

ADMIN = f"outcome:admin:{PROD}"
IDLE = "s3:ListAllMyBuckets"
WHOLE_ACCOUNT = {"AWS": f"arn:aws:iam::{PROD}:root"}
TARGET, PROFILE, FUNCTION = (
    iam("role", "target"),
    iam("instance-profile", "p"),
    f"arn:aws:lambda:{REGION}:{PROD}:function:f",
)
# What a technique asks to exist, and what is amiss then: number of keys, whether there is a password, and so on.
EXISTS = {
    "spare_access_key": ("keys", 0, 2),
    "no_spare_access_key": ("keys", 2, 1),
    "no_login_profile": ("login", False, True),
    "login_profile": ("login", True, False),
    "instance_profile": ("profiles", 1, 0),
    "running": ("state", "running", "stopped"),
    "managed_instance": ("state", "running", "stopped"),
}


@dataclass(frozen=True)
class Setting:
    """What may be amiss."""

    actions: tuple[str, ...]
    service: str
    keys: int = 0
    login: bool = False
    profiles: int = 1
    state: str = "running"


def fitting(technique: Technique) -> Setting:
    """Everything as the technique needs it."""
    setting = Setting(tuple(dict.fromkeys(n.action for n in technique.needs)), technique.trusts or "ec2.amazonaws.com")
    name, right, _ = EXISTS.get(technique.exists or "", ("profiles", 1, 0))
    return replace(setting, **{name: right})


def near_misses(technique: Technique) -> dict[str, Setting]:
    """The same without one action, with a role that trusts another service, or with what exists amiss."""
    found, right = {}, fitting(technique)
    for action in right.actions:
        found[f"without {action}"] = replace(right, actions=tuple(a for a in right.actions if a != action) or (IDLE,))
    if technique.trusts:
        found["another service"] = replace(right, service="support.amazonaws.com")
    if technique.exists:
        name, _, wrong = EXISTS[technique.exists]
        found[f"not {technique.exists}"] = replace(right, **{name: wrong})
    return found


def is_found(technique: Technique, setting: Setting) -> bool:
    """Whether the graph has a step of the technique from `start` to what it gains."""
    found = graph_of(technique, setting)
    steps = found.into(goal(technique), "CAN_ESCALATE", "MAY_ESCALATE")
    holders = [h.source for s in steps if s.key == technique.id for h in found.into(s.source, "HOLDS")]
    return any(holder.endswith("/start") for holder in holders)


def goal(technique: Technique) -> str:
    kind = technique.shape.removeprefix("pass_")
    if kind in ("user", "group"):
        return iam(kind, "target")
    return TARGET if kind in ("role", "function", "instance", "saml_provider", "oidc_provider") else ADMIN


def graph_of(technique: Technique, setting: Setting) -> Graph:
    records = [*_start(technique, setting), *_surroundings(technique, setting)]
    return build(snapshot_of(records), BuildOptions())


# -- who tries
def _start(technique: Technique, setting: Setting) -> list[Record]:
    shape, policy = technique.shape, document(_allow(*setting.actions))
    if shape.startswith("member_"):
        arn = iam("role", "start", MANAGEMENT)
        given = (facts.InlinePolicy(name="start", document=policy),)
        return [facts.Role(arn=arn, name="start", account_id=MANAGEMENT, trust=document(), inline=given)]
    if shape.endswith("_boundary"):
        limit = _managed("limit", policy)
        return [limit, _principal(shape, ALLOW_ALL, boundary=limit.arn)]
    if shape.endswith("_deny"):
        return _denied(shape, document({**_allow(), "Effect": "Deny", "NotAction": list(setting.actions)}))
    if shape == "own_policy":
        mine = _managed("mine", policy)
        return [mine, _principal(shape, attached=(mine.arn,))]
    team = facts.Group(arn=iam("group", "team"), name="team", account_id=PROD)
    return [team, _principal(shape, policy, groups=("team",))]


def _denied(shape: str, deny: str) -> list[Record]:
    """Someone who may do everything but for one Deny, held as the shape says."""
    limit = _managed("limit", deny)
    held = {"attached": (limit.arn,)} if "attached" in shape else {"inline": (_inline("limit", deny),)}
    if shape.startswith("group"):
        team = facts.Group(arn=iam("group", "team"), name="team", account_id=PROD, **held)
        return [limit, team, _principal(shape, ALLOW_ALL, groups=("team",))]
    if "attached" in shape:
        return [limit, _principal(shape, ALLOW_ALL, **held)]
    return [_principal(shape, inline=(_inline("start", ALLOW_ALL), *held["inline"]))]


def _principal(shape: str, *policies: str, **fields: object) -> Record:
    given = {"inline": tuple(_inline("start", p) for p in policies), **fields}
    if shape == "own_role" or shape.startswith("role_"):
        given.pop("groups", None)
        return role("start", **given)
    return facts.User(arn=iam("user", "start"), name="start", account_id=PROD, unique_id="AIDASTART", **given)


def _allow(*actions: str) -> dict[str, object]:
    return {"Effect": "Allow", "Resource": "*", **({"Action": list(actions)} if actions else {})}


def _inline(name: str, text: str) -> facts.InlinePolicy:
    return facts.InlinePolicy(name=name, document=text)


def _managed(name: str, text: str) -> facts.ManagedPolicy:
    return facts.ManagedPolicy(arn=iam("policy", name), name=name, account_id=PROD, document=text)


# -- what it tries on
def _surroundings(technique: Technique, setting: Setting) -> list[Record]:
    theirs = _managed("theirs", document(_allow(IDLE)))
    provider = iam(technique.shape.removesuffix("_provider") + "-provider", "idp")
    power = () if technique.shape.startswith("rewritten") else (_inline("power", document(_allow("dynamodb:*"))),)
    trusted = [{"Service": setting.service}, WHOLE_ACCOUNT, {"Federated": provider}]
    actions = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    door = document(*({"Effect": "Allow", "Action": actions, "Principal": one} for one in trusted))
    target = facts.User(arn=iam("user", "target"), name="target", account_id=PROD, unique_id="AIDATARGET", inline=power)
    return [
        theirs,
        target,
        role("target", trust=door, inline=power, attached=(theirs.arn,)),
        facts.Group(arn=iam("group", "target"), name="target", account_id=PROD, inline=power),
        facts.IdentityProvider(arn=provider, name="idp", account_id=PROD, kind=provider.split(":")[5].split("-")[0]),
        facts.LoginProfile(account_id=PROD, user_arn=target.arn, exists=setting.login),
        *(_key(target.arn, i) for i in range(setting.keys)),
        *[facts.InstanceProfile(arn=PROFILE, name="p", account_id=PROD, roles=(TARGET,))] * setting.profiles,
        facts.Instance(
            id="i-1",
            account_id=PROD,
            region=REGION,
            arn=f"arn:aws:ec2:{REGION}:{PROD}:instance/i-1",
            state=setting.state,
            instance_profile_arn=PROFILE,
        ),
        located(facts.Function, FUNCTION, "f", role_arn=TARGET),
        *_organization(),
    ]


def _key(user: str, number: int) -> facts.AccessKey:
    return facts.AccessKey(account_id=PROD, user_arn=user, id=f"AKIA{number}", active=True)


def _organization() -> list[Record]:
    """No SCP binds the member: what is withheld there is another test's subject."""
    base = f"arn:aws:organizations::{MANAGEMENT}"
    ids = (PROD, MANAGEMENT)
    return [
        facts.Organization(id="o-1", arn=f"{base}:organization/o-1", management_account_id=MANAGEMENT),
        facts.OrganizationalUnit(id="r-1", arn=f"{base}:root/o-1/r-1", name="Root"),
        *(facts.Account(id=i, arn=f"{base}:account/o-1/{i}", name=i, parent_id="r-1", tags={}) for i in ids),
        *(facts.PolicyTarget(target_id=i, kind="scp", policy_ids=("all",)) for i in ("r-1", PROD)),
        facts.OrganizationPolicy(id="all", arn=f"{base}:policy/all", name="all", kind="scp", document=ALLOW_ALL),
    ]
