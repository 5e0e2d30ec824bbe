"""Attempts to make the graph say something false, by subject: what it must not claim and what it must not miss.

A row is an estate in records and who may take the step to its target, certain (CAN) or possible (MAY). Rows marked
`wrong` are known defects: the reason says what AWS does, and the mark comes off with the repair.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.reach import networks
from ingest.snapshot import Coverage, Reason, Record, Scope, Shard, Snapshot, State
from tests.conftest import ROOT
from tests.fact_samples import ALLOW_ALL, BEFORE, CLUSTER, MANAGEMENT, NOW, REGION, SSO, VAULT, snapshot_of, user
from tests.test_graph_sets import LEDGER, OTHER, PROD, TRUST_ROOT, document, iam, inline, located, role, trust

VENDOR = "999999999999"
ROOTS = {account: f"arn:aws:iam::{account}:root" for account in (PROD, VENDOR)}
ORG = f"arn:aws:organizations::{MANAGEMENT}"
ADMIN = f"outcome:admin:{PROD}"
HOST = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{PROD}:oidc-provider/{HOST}"
POINT = f"arn:aws:backup:{REGION}:{PROD}:recovery-point:1"
KEY = f"arn:aws:kms:{REGION}:{PROD}:key/1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{PROD}:secret:s-AbCdEf"
FUNCTION = f"arn:aws:lambda:{REGION}:{PROD}:function:pay"
T, ADA, V = iam("role", "t"), iam("user", "ada"), iam("user", "v")
MAIN = "repo:o/a:ref:refs/heads/main"
Statement = dict[str, Any]


def right(name: str, *values: object) -> Any:
    return pytest.param(*values, id=name)


def wrong(name: str, reason: str, *values: object) -> Any:
    return pytest.param(*values, id=name, marks=pytest.mark.xfail(strict=True, reason=reason))


# -- small words for policies, records and answers
def allow(action: str | list[str], resource: str = "*", **condition: object) -> Statement:
    found: Statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def deny(action: str | list[str], resource: str = "*", **condition: object) -> Statement:
    return {**allow(action, resource, **condition), "Effect": "Deny"}


def withheld(action: str, *spared: str, **condition: object) -> str:
    """A resource policy of one Deny, for everyone but the spared."""
    whom: Statement = {"NotPrincipal": {"AWS": spared}} if spared else {"Principal": "*"}
    return document({**deny(action, "*", **condition), **whom})


def may(*statements: Statement) -> tuple[facts.InlinePolicy, ...]:
    return inline(document(*statements))


def managed(name: str, *statements: Statement) -> facts.ManagedPolicy:
    return facts.ManagedPolicy(arn=iam("policy", name), name=name, account_id=PROD, document=document(*statements))


def group(name: str, *statements: Statement) -> facts.Group:
    return facts.Group(arn=iam("group", name), name=name, account_id=PROD, inline=may(*statements))


def elsewhere(name: str, account: str = OTHER, **fields: Any) -> facts.Role:
    given = {"trust": TRUST_ROOT, **fields}
    return facts.Role(arn=iam("role", name, account), name=name, account_id=account, **given)


def target(*principals: str, **condition: object) -> facts.Role:
    return role("t", trust=trust(*principals, **condition))


def tree(name: str = "o-1", unit: str = "r-1", management: str = MANAGEMENT, member: str = PROD) -> list[Record]:
    return [
        facts.Organization(
            id=name, arn=f"arn:aws:organizations::{management}:organization/{name}", management_account_id=management
        ),
        facts.OrganizationalUnit(id=unit, arn=f"arn:aws:organizations::{management}:root/{name}/{unit}", name="Root"),
        *(
            facts.Account(
                id=i, arn=f"arn:aws:organizations::{management}:account/{name}/{i}", name=i, parent_id=unit, tags={}
            )
            for i in (member, management)
        ),
        *(facts.PolicyTarget(target_id=i, kind="scp", policy_ids=("all",)) for i in (unit, member)),
    ]


def graph(*records: Record, carried: Iterable[Record] = ()) -> Graph:
    return build(snapshot_of(records, carried), BuildOptions())


def who(found: Graph, node_id: str, verb: str, key: str | None = None) -> dict[str, str]:
    """Who may take the step: last part of the holder's id to CAN or MAY. Roots and outcomes escalate by nature."""
    out: dict[str, str] = {}
    for edge in found.into(node_id, f"CAN_{verb}", f"MAY_{verb}"):
        for holder in found.into(edge.source, "HOLDS") if key in (None, edge.key) else ():
            name = holder.source.rsplit("/", 1)[-1].split("#")[-1]
            if verb == "ASSUME" or holder.source not in (ADMIN, ROOTS[PROD]):
                out[name] = min(edge.type[:3], out.get(name, "MAY"))
    return out


# -- trust policies
CALLER, NEVER_T = may(allow("sts:AssumeRole")), may(allow("sts:AssumeRole", iam("role", "other")))
ANYONE, BOTH, CALLING = "external:anyone", {"ada": "CAN", "t": "CAN"}, user("ada", inline=CALLER)
NOT_BOB = document(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROOTS[PROD]}},
    {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": iam("user", "bob")}},
)
OF_ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
BY_TAG = may(allow("sts:AssumeRole", StringEquals={"aws:ResourceTag/env": "prod"}))
TRUSTS = [
    right("id of a deleted role", [target("AROAEXAMPLEID")], {}),
    right("account without arn", [target(VENDOR)], {ROOTS[VENDOR]: "CAN"}),
    right("path in a name", [role("x", path="/team/"), target(iam("role", "team/x"))], {"x": "CAN"}),
    right("same name in two accounts", [elsewhere("x", inline=CALLER), role("x"), target(iam("role", "x", OTHER))],
          {"x": "CAN"}),
    right("external id", [target("*", StringEquals={"sts:ExternalId": "s"})], {ANYONE: "MAY", "t": "MAY"}),
    right("one account", [user("ada"), target("*", StringEquals={"aws:PrincipalAccount": PROD})], BOTH),
    right("a Deny names one", [*(user(n, inline=CALLER) for n in ("ada", "bob")), role("t", trust=NOT_BOB)],
          {"ada": "CAN"}),
    right("one of two equal roles",
          [*(role(n, inline=NEVER_T) for n in "ab"), target(ROOTS[PROD], iam("role", "a"))], {"a": "CAN"}),
    right("a session of a seen role",
          [role("ci"), target(f"arn:aws:sts::{PROD}:assumed-role/ci/deploy")], {"ci": "CAN"}),
    right("a deleted role", [user("ada"), target(iam("role", "gone"))], {}),
    right("a vendor's roles by pattern",
          [target(ROOTS[VENDOR], ArnLike={"aws:PrincipalArn": iam("role", "ci-*", VENDOR)})], {ROOTS[VENDOR]: "CAN"}),
    right("another organization", [target("*", **OF_ORG), *tree("o-2")], {ANYONE: "MAY"}),
    right("organization unseen", [CALLING, target(PROD, **OF_ORG)], {"ada": "MAY"}),
    right("unreadable", [CALLING, role("t", trust="{cut short")], {"ada": "MAY"}),
    right("tag of the target", [role("d", inline=BY_TAG), role("t", trust=TRUST_ROOT, tags={})], {}),
]  # fmt: skip


@pytest.mark.parametrize(("records", "expected"), TRUSTS)
def test_who_may_take_a_role_by_its_trust(records: Sequence[Record], expected: dict[str, str]) -> None:
    assert who(graph(*records), T, "ASSUME") == expected


# -- web identities
def sub(value: str, operator: str = "StringLike", **more: object) -> Statement:
    return {"Condition": {operator: {f"{HOST}:sub": value}, **more}}


OURS = {"repo:o/*": "CAN"}
EVIL, ALL_BUT_MAIN = [{"Effect": "Deny", **s} for s in (sub("repo:o/evil:*"), sub(MAIN, "StringNotEquals"))]
SUBJECTS = [
    right("no subject", [{}], {"*": "CAN"}),
    right("some value", [sub("repo:o/*", "ForAnyValue:StringLike")], OURS),
    right("chosen audience", [sub("repo:o/*", StringEquals={f"{HOST}:aud": "sts.amazonaws.com"})], OURS),
    right("both must hold", [sub("repo:o/*", StringEquals={f"{HOST}:sub": MAIN})], {MAIN: "CAN"}),
    right("two statements", [sub("repo:o/*"), sub("repo:p/*")], {**OURS, "repo:p/*": "CAN"}),
    right("Deny on one of many", [sub("repo:o/*"), EVIL], OURS),
    right("Deny on all let in", [sub("repo:o/evil:x"), EVIL], {}),
    right("unknown claim", [sub("repo:o/*", StringEquals={f"{HOST}:actor": "x"})], {"repo:o/*": "MAY"}),
    right("another action", [{"Action": "sts:AssumeRole", **sub("repo:o/*")}], {}),
    right("StringEquals with a star", [sub("repo:octo/*", "StringEquals")], {}),
    right("IfExists", [sub("repo:o/*", "StringLikeIfExists")], OURS),
    right("Deny on all but one", [sub("repo:o/*"), ALL_BUT_MAIN], {MAIN: "CAN"}),
]  # fmt: skip


def federated(statements: Iterable[Statement], provider: str = PROVIDER) -> Graph:
    fixed = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity"}
    known = facts.IdentityProvider(arn=provider, name=HOST, account_id=PROD, kind="oidc")
    return graph(role("t", trust=document(*({**fixed, **s} for s in statements))), known)


def subjects(found: Graph) -> dict[str, str]:
    edges = found.into(T, "CAN_ASSUME", "MAY_ASSUME")
    return {h.source.partition("#")[2]: e.type[:3] for e in edges for h in found.into(e.source, "HOLDS")}


@pytest.mark.parametrize(("statements", "expected"), SUBJECTS)
def test_which_subjects_of_a_provider_are_let_in(statements: Sequence[Statement], expected: dict[str, str]) -> None:
    assert subjects(federated(statements)) == expected


def test_a_provider_that_is_not_there_lets_nobody_in() -> None:
    assert subjects(federated([sub("repo:o/*")], provider=f"{PROVIDER}/another")) == {}


# -- Identity Center
HEX, OTHER_HEX = "0123456789abcdef", "fedcba9876543210"
MAYA = facts.DirectoryUser(id="maya", name="maya")
TEAM = facts.DirectoryGroup(id="team", name="team", member_ids=("maya",))


def permission_set(name: str) -> facts.PermissionSet:
    return facts.PermissionSet(arn=f"{SSO}/{name}", name=name, instance_arn=SSO, inline=None, boundary=None)


def reserved(name: str, ending: str = HEX, path: str = f"/aws-reserved/sso.amazonaws.com/{REGION}/") -> facts.Role:
    return role(f"AWSReservedSSO_{name}_{ending}", path=path)


def assigned(name: str, kind: str = "USER", to: str = "maya") -> facts.Assignment:
    return facts.Assignment(account_id=PROD, permission_set_arn=f"{SSO}/{name}", principal_type=kind, principal_id=to)


ADMIN_ROLE, TO_TEAM = reserved("Admin"), assigned("Admin", "GROUP", "team")
CENTER = [
    right("one name begins another", [assigned("Read")], [reserved("ReadAll"), reserved("Read", OTHER_HEX)], [1]),
    right("a name like a role's ending", [assigned("Admin")], [ADMIN_ROLE, reserved(f"Admin_{HEX}", OTHER_HEX)], [0]),
    right("a role that poses as reserved", [assigned("Admin")], [reserved("Admin", path="/")], []),
    right("alone and in a group", [assigned("Admin"), TO_TEAM, TEAM], [ADMIN_ROLE], [0]),
    right("members unseen", [TO_TEAM, facts.DirectoryGroup(id="team", name="team")], [ADMIN_ROLE], []),
]  # fmt: skip


@pytest.mark.parametrize(("records", "roles", "taken"), CENTER)
def test_which_roles_a_person_becomes(records: list[Record], roles: list[Record], taken: list[int]) -> None:
    sets = [permission_set(name) for name in ("Admin", "Read", "ReadAll", f"Admin_{HEX}")]
    found = graph(MAYA, *records, *roles, *sets)
    assert [i for i, r in enumerate(roles) if who(found, r.key, "ASSUME").get("maya") == "CAN"] == taken


# -- guardrails of the organization
THEIR_SCOPES = [Scope(VENDOR, "", f"organizations.{name}") for name in ("tree", "policies")]


def under(*records: Record, root: Sequence[str] = ("all",), account: Sequence[str] = ("all",), **rules: str) -> Graph:
    """PROD under a root, each with the service control policies named; FullAWSAccess is `all`."""
    attached = {"r-1": root, PROD: account}
    here = [r for r in tree() if not isinstance(r, facts.PolicyTarget)]
    here += [facts.PolicyTarget(target_id=i, kind="scp", policy_ids=tuple(p)) for i, p in attached.items()]
    for name, text in {"all": ALLOW_ALL, **rules}.items():
        kind, arn = "rcp" if name.startswith("rcp") else "scp", f"{ORG}:policy/{name}"
        here.append(facts.OrganizationPolicy(id=name, arn=arn, name=name, kind=kind, document=text))
    return build(snapshot_of([*here, *records], seen=THEIR_SCOPES), BuildOptions())


BOSS, IS_ADMIN = role("boss", inline=inline(ALLOW_ALL)), {"boss": "CAN"}
SERVICES = document(allow([f"{name}:*" for name in ("iam", "sts", "s3", "ec2", "lambda", "kms", "rds")]))
GUARDRAILS = [
    right("Deny at the root", {"root": ("all", "no"), "no": document(deny("iam:*"))}, {}),
    right("unreadable", {"root": ("all", "unread"), "unread": "{"}, {"boss": "MAY"}),
    right("kind switched off", {"root": (), "account": ()}, IS_ADMIN),
    right("a list of services", {"account": ("list",), "list": SERVICES}, IS_ADMIN),
    right("no IAM users",
          {"root": ("all", "users"), "users": document(deny(["iam:CreateUser", "iam:PutUserPolicy"]))}, IS_ADMIN),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), GUARDRAILS)
def test_who_is_administrator_under_guardrails(given: dict[str, Any], expected: dict[str, str]) -> None:
    assert who(under(BOSS, **given), ADMIN, "ESCALATE", "administrator") == expected


def test_guardrails_bind_neither_management_nor_service_linked_roles() -> None:
    manager = elsewhere("manager", MANAGEMENT, inline=inline(ALLOW_ALL))
    linked = role("linked", path="/aws-service-role/x.amazonaws.com/", inline=may(READ))
    found = under(manager, linked, BOSS, BUCKET, root=("all", "no"), no=document(deny("*")))
    assert "manager" in who(found, f"outcome:admin:{MANAGEMENT}", "ESCALATE", "administrator")
    assert who(found, LEDGER, "ACCESS") == {"linked": "CAN"}


def test_a_perimeter_is_not_passed_for_certain() -> None:
    fence = facts.PolicyTarget(target_id="r-1", kind="rcp", policy_ids=("rcp",))
    outside = withheld("sts:AssumeRole", StringNotEquals={"aws:PrincipalOrgID": "o-1"})
    found = under(target(VENDOR), fence, rcp=outside)
    assert "CAN" not in who(found, T, "ASSUME").values()


def test_two_organizations_are_not_taken_for_one() -> None:
    theirs = [elsewhere("theirs", inline=CALLER), *tree("o-2", "r-2", VENDOR, OTHER)]
    assert who(under(target("*", **OF_ORG), *theirs), T, "ASSUME") == {"t": "CAN"}


def test_an_account_that_a_cut_tree_lacks_may_be_bound() -> None:
    scope, whole = Scope(MANAGEMENT, "", "organizations.tree"), snapshot_of([*tree(member=OTHER), BOSS]).shards
    cut = Shard(Coverage(scope, State.PARTIAL, Reason.TRUNCATED), whole[scope].records)
    found = build(Snapshot("cut", NOW, {**whole, scope: cut}), BuildOptions())
    assert who(found, ADMIN, "ESCALATE", "administrator") == {"boss": "MAY"}


# -- what a role `r` may do for certain, possibly or not, by its policy and by what stands around
def bucket(policy: str | facts.Unseen | None = None) -> Record:
    return located(facts.Bucket, LEDGER, "ledger", policy=policy, tags={})


def starting(create: str = "*", **condition: object) -> list[Statement]:
    return [allow("iam:PassRole", T, **condition), allow("lambda:*Function", create)]


def served(service: str) -> facts.Role:
    whom = {"Principal": {"Service": f"{service}.amazonaws.com"}}
    return role("t", trust=document({"Effect": "Allow", "Action": "sts:AssumeRole", **whom}))


BUCKET, READ, LIMIT = bucket(), allow("s3:GetObject"), iam("policy", "limit")
SPARED = bucket(withheld("s3:*", iam("role", "other"), ROOTS[PROD]))
BARE = allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*")
PROFILE = facts.InstanceProfile(arn=iam("instance-profile", "t"), name="t", account_id=PROD, roles=(T,))
KEPT = located(facts.RecoveryPoint, POINT, "1", vault_arn=VAULT, resource_arn=CLUSTER)
KEEPING = located(facts.BackupVault, VAULT, "v", policy=withheld("backup:DeleteRecoveryPoint"))
PROTECTED = located(facts.DatabaseCluster, CLUSTER, "c", deletion_protection=True, data_api_enabled=False)
MUTE_KEY = located(facts.Key, KEY, "k", policy=withheld("kms:TagResource"))
LOCKED = located(facts.Secret, SECRET, "s", tags={}, policy=None, kms_key=KEY)
IN_US = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
NOT_IN_US = deny("lambda:*", **IN_US)
OTHERS_DENIED = {"Effect": "Deny", "Action": "lambda:*", "NotResource": "arn:aws:lambda:*:*:function:mine-*"}
FENCE = managed("limit", {"Effect": "Deny", "NotAction": "iam:PutRolePolicy", "Resource": "*"})
RIGHTS = [
    right("network", LEDGER, "MAY", [READ], [bucket(withheld("s3:*", StringNotEquals={"aws:SourceVpce": "v"}))]),
    right("policy unseen", LEDGER, "MAY", [READ], [bucket(facts.Unseen())]),
    right("key that names others", KEY, None, [allow("kms:*")], [MUTE_KEY]),
    right("account spared too", LEDGER, None, [READ], [SPARED]),
    right("prefix", LEDGER, "CAN", [allow("s3:GetObject", f"{LEDGER}/a/*")], [BUCKET]),
    right("vault", POINT, None, [allow("backup:*")], [KEPT, KEEPING]),
    right("protection", CLUSTER, None, [allow("rds:DeleteDBCluster")], [PROTECTED]),
    right("no data api", CLUSTER, None, [allow("rds-data:*")], [PROTECTED]),
    right("key of a secret", SECRET, None, [allow("secretsmanager:Get*")], [LOCKED, MUTE_KEY]),
    wrong("two regions", "none meets both", T, None, [*starting(**IN_US), NOT_IN_US], [served("lambda")]),
    right("own names", T, "CAN", [*starting(), OTHERS_DENIED], [served("lambda")]),
    right("instance alone", T, None, [allow("iam:PassRole"), BARE], [served("ec2"), PROFILE]),
    right("Deny stays", ADMIN, None, [allow("iam:PutRolePolicy")], [FENCE]),
]  # fmt: skip


@pytest.mark.parametrize(("node", "expected", "statements", "around"), RIGHTS)
def test_what_one_role_may_do(node: str, expected: str | None, statements: list[Any], around: list[Record]) -> None:
    kept = tuple(r.arn for r in around if isinstance(r, facts.ManagedPolicy))
    found = graph(role("r", inline=may(*statements), attached=kept), *around)
    assert (who(found, node, "ACCESS") | who(found, node, "ESCALATE")).get("r") == expected


def test_of_two_who_may_make_keys_each_may_for_the_other() -> None:
    keys = [facts.AccessKey(account_id=PROD, user_arn=iam("user", n), id=n, active=True) for n in "ab"]
    found = graph(*(user(n, inline=may(allow("iam:CreateAccessKey"))) for n in "ab"), *keys)
    assert "b" in who(found, iam("user", "a"), "ESCALATE", "iam-002")


def test_a_region_guardrail_denies_buckets_elsewhere() -> None:
    guard = document(deny("s3:*", StringNotEquals={"aws:RequestedRegion": "us-east-1"}))
    found = under(role("r", inline=may(READ)), BUCKET, root=("all", "guard"), guard=guard)
    assert who(found, LEDGER, "ACCESS") == {}


# -- what rests on facts last seen before is possible, and says since when
MINE, MAKER = may(READ), [user("v"), user("ada", inline=may(allow("iam:Create*")))]
READER, BOUND = user("ada", inline=MINE), [BUCKET, user("b", inline=MINE, boundary=LIMIT)]
CENTER_RECORDS = [ADMIN_ROLE, MAYA, permission_set("Admin")]
OLD_KEY = facts.AccessKey(account_id=PROD, user_arn=V, id="A1", active=True)
OLD_LOGIN = facts.LoginProfile(account_id=PROD, user_arn=V, exists=False)
STALE = [
    right("bucket", BUCKET, LEDGER, "ada", [READER]),
    right("role", target(ADA), T, "ada", [user("ada")]),
    right("assignment", assigned("Admin"), ADMIN_ROLE.arn, "maya", CENTER_RECORDS),
    right("membership", TEAM, ADMIN_ROLE.arn, "maya", [*CENTER_RECORDS, TO_TEAM]),
    right("member of a set", role("b", inline=MINE), LEDGER, "b", [BUCKET, READER]),
    right("policy", managed("limit", READ), LEDGER, "b", [BUCKET, user("b", attached=(LIMIT,))]),
    right("boundary", managed("limit", READ), LEDGER, "b", BOUND),
    right("group", group("g", READ), LEDGER, "b", [BUCKET, user("b", groups=("g",))]),
    right("keys", OLD_KEY, V, "ada", MAKER),
    right("password", OLD_LOGIN, V, "ada", MAKER),
]  # fmt: skip


@pytest.mark.parametrize(("old", "node", "name", "fresh"), STALE)
def test_what_rests_on_old_facts_is_possible(old: Record, node: str, name: str, fresh: list[Record]) -> None:
    found = graph(*fresh, carried=[old])
    assert [v[name] for verb in ("ASSUME", "ACCESS", "ESCALATE") if name in (v := who(found, node, verb))] == ["MAY"]
    assert BEFORE in str([e.conditions for e in found.into(node)])


def test_a_certain_path_does_not_lead_through_old_facts() -> None:
    function = located(facts.Function, FUNCTION, "pay", role_arn=iam("role", "boss"))
    certain, possible = (n.search([ADMIN]).hops(FUNCTION) for n in networks(graph(BOSS, carried=[function])))
    assert (certain, possible) == (None, 2)


# -- determinism
def printed(seed: str) -> str:
    """The graph of one record of every type, in an order and under a hash seed of its own."""
    lines = ("import random", "from tests.test_graph_adversarial import graph", "from tests import fact_samples as f",
             f"all = f.one_of_each(); random.Random({seed}).shuffle(all); found = graph(*all)",
             "print(list(found.nodes.values()), found.edges)")  # fmt: skip
    run, environment = [sys.executable, "-c", "\n".join(lines)], {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_neither_hash_seed_nor_order_of_records_matters() -> None:
    assert len({printed(seed) for seed in "123"}) == 1
