"""The smallest estate in which a technique works, made from its row, and the same with one thing amiss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.techniques import Technique, Workload
from ingest.snapshot import COLLECTORS, Record, Scope
from tests.fact_samples import ALLOW_ALL, MANAGEMENT, PROD, REGION, document, iam, located, role, snapshot_of

ADMIN = f"outcome:admin:{PROD}"
IDLE = "s3:ListAllMyBuckets"
WHOLE_ACCOUNT = {"AWS": f"arn:aws:iam::{PROD}:root"}
TARGET, PROFILE, FUNCTION = (
    iam("role", "target"),
    iam("instance-profile", "p"),
    f"arn:aws:lambda:{REGION}:{PROD}:function:f",
)
SEEN_WHOLE = (
    "ecs.",
    "eks.",
    "glue.",
    "cloudformation.",
    "autoscaling.",
)  # so that what is not there is known not to be
# What a technique asks to exist, and what is amiss then: number of keys, whether there is a password, and so on.
EXISTS = {
    "spare_access_key": ("keys", 0, 2),
    "no_spare_access_key": ("keys", 2, 1),
    "no_login_profile": ("login", False, True),
    "login_profile": ("login", True, False),
    "instance_profile": ("profiles", 1, 0),
    "running": ("state", "running", "stopped"),
    "managed_instance": ("state", "running", "stopped"),
    "stopped": ("state", "Stopped", "InService"),
    "studio_of_iam": ("mode", "IAM", "SSO"),
    "open_cluster": ("mode", "API", "CONFIG_MAP"),
    "updatable": ("state", "CREATE_COMPLETE", "ROLLBACK_COMPLETE"),
    "command_task": ("commands", True, False),
    "launched_by_default": ("version", "$Default", "3"),
    "launched_by_latest": ("version", "$Latest", "3"),
    "ecs_cluster": ("cluster", True, False),
    "container_instance": ("offered", True, False),
}
# Without them the technique may still work: that it is less certain then is another test's subject.
OPEN = ("batch_builds", "reachable_endpoint")


@dataclass(frozen=True)
class Setting:
    """What may be amiss."""

    actions: tuple[str, ...]
    service: str
    keys: int = 0
    login: bool = False
    profiles: int = 1
    state: str = "running"
    mode: str = ""
    commands: bool = True
    version: str = ""
    cluster: bool = True
    offered: bool = True
    there: bool = True  # what an action is asked on and that no role runs with


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
    if any(need.on == "existing" for need in technique.needs):
        found["nothing there"] = replace(right, there=False)
    if technique.exists and technique.exists not in OPEN:
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
    return TARGET if kind in ("role", "saml_provider", "oidc_provider", *get_args(Workload)) else ADMIN


def graph_of(technique: Technique, setting: Setting) -> Graph:
    records = [*_start(technique, setting), *_surroundings(technique, setting)]
    seen = [Scope(PROD, REGION, collector) for collector in COLLECTORS if collector.startswith(SEEN_WHOLE)]
    return build(snapshot_of(records, seen=seen), BuildOptions())


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
    power = (
        ()
        if technique.shape.startswith("rewritten")
        else (_inline("power", document(_allow("dynamodb:*", "ssmmessages:*"))),)
    )
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
        *(one for one in _workloads(setting.state, setting.mode) if setting.there or type(one) is not facts.EksCluster),
        *_automation(setting),
        *_organization(),
    ]


def _workloads(state: str, mode: str) -> list[Record]:
    """Something of each kind that has the target's role."""
    aws, cluster = f"{REGION}:{PROD}", f"arn:aws:eks:{REGION}:{PROD}:cluster/c"
    profile = f"arn:aws:sagemaker:{aws}:user-profile/d-1/p"
    pods = f"arn:aws:eks:{aws}:podidentityassociation/c/a-1"
    core, service = f"arn:aws:bedrock-agentcore:{aws}", f"arn:aws:apprunner:{aws}:service/s/1"
    has = {"role_arn": TARGET}
    return [
        located(facts.NotebookInstance, f"arn:aws:sagemaker:{aws}:notebook-instance/n", "n", state=state, **has),
        located(facts.StudioDomain, f"arn:aws:sagemaker:{aws}:domain/d-1", "d", id="d-1", auth_mode=mode, **has),
        located(facts.StudioProfile, profile, "p", domain_id="d-1", role_arn=None),
        located(facts.AppRunnerService, service, "s", state=state, **has),
        located(facts.CodeInterpreter, f"{core}:code-interpreter-custom/i", "i", state=state, **has),
        located(facts.StateMachine, f"arn:aws:states:{aws}:stateMachine:m", "m", **has),
        located(facts.EksCluster, cluster, "c", authentication_mode=mode, public_access=("0.0.0.0/0",)),
        located(facts.PodIdentity, pods, "web/api", cluster_arn=cluster, **has),
    ]


def _automation(setting: Setting) -> list[Record]:
    """What starts workloads by itself, with the target's role; and what lies around it, as far as it is there."""
    aws, cluster = f"{REGION}:{PROD}", f"arn:aws:ecs:{REGION}:{PROD}:cluster/c"
    ecs, cloudformation = f"arn:aws:ecs:{aws}", f"arn:aws:cloudformation:{aws}"
    definition, has = f"{ecs}:task-definition/d:1", {"role_arn": TARGET}
    within = {"cluster_arn": cluster}
    template = facts.TemplateVersion("lt-1", setting.version)
    profiles = {"default_profile": PROFILE, "latest_profile": PROFILE}
    clusters = [located(facts.EcsCluster, cluster, "c")]
    offered = [located(facts.ContainerInstance, f"{ecs}:container-instance/c/1", "1", **within)]
    there = [
        located(facts.TaskDefinition, definition, "d", **has),
        located(facts.GlueJob, f"arn:aws:glue:{aws}:job/j", "j", role_arn=iam("role", "other")),
        located(facts.StackSet, f"{cloudformation}:stackset/s:1", "s", accounts=(PROD,), administration_role_arn=None),
    ]
    return [
        *(clusters * (setting.cluster and setting.there)),
        *(offered * setting.offered),
        *(there * setting.there),
        located(facts.EcsService, f"{ecs}:service/c/s", "s", task_definition_arn=definition, **within,
                execute_command=setting.commands),
        located(facts.LaunchTemplate, f"arn:aws:ec2:{aws}:launch-template/lt-1", "t", id="lt-1", **profiles),
        located(facts.AutoScalingGroup, f"arn:aws:autoscaling:{aws}:autoScalingGroup:1:autoScalingGroupName/g", "g",
                launch_templates=(template,)),
        located(facts.Stack, f"{cloudformation}:stack/s/1", "s", status=setting.state, **has),
        located(facts.BuildProject, f"arn:aws:codebuild:{aws}:project/p", "p", **has),
        located(facts.DevEndpoint, f"arn:aws:glue:{aws}:devEndpoint/e", "e", **has),
    ]  # fmt: skip


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
