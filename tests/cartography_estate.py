"""An organization in which every published query has something to find, and something near it to leave out."""

from __future__ import annotations

from collections import defaultdict

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from ingest.snapshot import Coverage, Record, Scope, Shard, Snapshot, State
from tests.fact_samples import NOW, REGION, document, scope_of

# The account and the person that Cartography's pages write in their examples.
HOME, EMPTY, PARTNER = "123456789012", "111122223333", "444455556666"
PERSON = "myuser"
SSO = "arn:aws:sso:::instance/ssoins-1"
RESERVED = "AWSReservedSSO_Admin_0123456789abcdef"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LONG_AGO, LATER = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"
# What the page on privilege escalation asks for, action by action; some of them in one statement.
ESCALATIONS = (
    "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:PassRole", "ec2:RunInstances",
    "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AttachUserPolicy",
    "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy",
    "iam:AddUserToGroup", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole", "lambda:CreateFunction",
    "lambda:InvokeFunction", "lambda:CreateEventSourceMapping", "lambda:AddPermission", "lambda:UpdateFunctionCode",
    "glue:CreateDevEndpoint", "glue:UpdateDevEndpoint", "cloudformation:CreateStack", "datapipeline:CreatePipeline",
    "datapipeline:PutPipelineDefinition", "codestar:CreateProjectFromTemplate", "codestar:CreateProject",
    "codestar:AssociateTeamMember", "lambda:UpdateFunctionConfiguration", "sagemaker:CreateNotebookInstance",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
)  # fmt: skip


def graph() -> Graph:
    """The organization as the pipeline builds it."""
    shards: dict[Scope, list[Record]] = defaultdict(list)
    for record in (*_organization(), *_people(), *_users(), *_roles(), *_workloads()):
        shards[_scope(record)].append(record)
    found = {scope: Shard(Coverage(scope, State.SEEN), tuple(records)) for scope, records in shards.items()}
    return build(Snapshot("snapshot-1", NOW, found), BuildOptions())


def _scope(record: Record) -> Scope:
    """What is collected once for the organization is collected in its management account."""
    found = scope_of(record)
    return found if found.account_id in (HOME, EMPTY) else Scope(HOME, found.region, found.collector)


def _iam(kind: str, name: str) -> str:
    return f"arn:aws:iam::{HOME}:{kind}/{name}"


def _allow(*actions: str) -> dict[str, object]:
    return {"Sid": "Some", "Effect": "Allow", "Action": list(actions), "Resource": "*"}


def _inline(*statements: dict[str, object]) -> tuple[facts.InlinePolicy, ...]:
    return (facts.InlinePolicy("inline", document(*statements)),)


def _trust(**principal: str) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def _role(name: str, trust: str, path: str = "", **fields: object) -> facts.Role:
    return facts.Role(arn=_iam("role", path + name), name=name, account_id=HOME, trust=trust, path=f"/{path}", **fields)


def _organization() -> list[Record]:
    arn = f"arn:aws:organizations::{HOME}"
    return [
        facts.Organization(id="o-1", arn=f"{arn}:organization/o-1", management_account_id=HOME),
        facts.OrganizationalUnit(id="r-1", arn=f"{arn}:root/o-1/r-1", name="Root"),
        facts.Account(id=HOME, arn=f"{arn}:account/o-1/{HOME}", name="payments", parent_id="r-1", tags={}),
        facts.Account(id=EMPTY, arn=f"{arn}:account/o-1/{EMPTY}", name="empty", parent_id="r-1", tags={}),
        facts.AccountSummary(account_id=HOME, root_mfa=False, root_access_key=True),
        facts.AccountSummary(account_id=EMPTY, root_mfa=True, root_access_key=False),
    ]


def _people() -> list[Record]:
    permission_set = f"{SSO}/ps-1"
    assigned = {"account_id": HOME, "permission_set_arn": permission_set}
    return [
        facts.DirectoryUser(id="person-1", name=PERSON, display_name="My User"),
        facts.DirectoryUser(id="person-2", name="other", display_name="Other"),
        facts.DirectoryGroup(id="group-1", name="Platform", member_ids=("person-1",)),
        facts.PermissionSet(arn=permission_set, name="Admin", instance_arn=SSO, inline=None, boundary=None),
        facts.Assignment(**assigned, principal_type="GROUP", principal_id="group-1"),
        facts.Assignment(**assigned, principal_type="USER", principal_id="person-1"),
    ]


def _users() -> list[Record]:
    alice, bob = _iam("user", "alice"), _iam("user", "bob")
    return [
        facts.ManagedPolicy(arn=ADMINISTRATOR, name="AdministratorAccess", account_id=HOME, version="v1",
                            document=document(_allow("*"))),
        facts.ManagedPolicy(arn=_iam("policy", "deploy"), name="deploy", account_id=HOME, version="v3",
                            document=document(_allow("s3:PutObject", "iam:DeletePolicy"))),
        facts.Group(arn=_iam("group", "admins"), name="admins", account_id=HOME, attached=(ADMINISTRATOR,)),
        facts.User(arn=alice, name="alice", account_id=HOME, unique_id="AIDA1", groups=("admins",)),
        facts.User(arn=bob, name="bob", account_id=HOME, unique_id="AIDA2", attached=(_iam("policy", "deploy"),),
                   inline=_inline(_allow("s3:GetObject"))),
        facts.MfaDevices(account_id=HOME, user_arn=alice, serials=(_iam("mfa", "alice"),)),
        facts.MfaDevices(account_id=HOME, user_arn=bob),
        facts.CredentialUse(account_id=HOME, user_arn=alice, password_last_used=LATER),
        facts.AccessKey(account_id=HOME, user_arn=alice, id="AKIA1", active=True, created=LONG_AGO),
        facts.AccessKey(account_id=HOME, user_arn=alice, id="AKIA2", active=True, created=LATER),
        facts.AccessKey(account_id=HOME, user_arn=bob, id="AKIA3", active=True, created=LONG_AGO),
        facts.AccessKey(account_id=HOME, user_arn=bob, id="AKIA4", active=False, created=LONG_AGO),
        facts.AccessKeyUse(account_id=HOME, key_id="AKIA1", last_used=LATER),
    ]  # fmt: skip


def _roles() -> list[Record]:
    partner, deny = _trust(AWS=f"arn:aws:iam::{PARTNER}:root"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    return [
        _role("deployer", partner, inline=_inline(_allow(*ESCALATIONS))),
        _role("guarded", _trust(AWS=HOME), inline=_inline(_allow("iam:CreateRole"), deny)),
        _role("app", _trust(AWS=_iam("role", "deployer"))),
        _role("web", _trust(Service="ec2.amazonaws.com"), inline=_inline(_allow("iam:CreateUser"))),
        _role("pay", _trust(Service="lambda.amazonaws.com"), inline=_inline(_allow("iam:PutRolePolicy"))),
        _role(RESERVED, _trust(Federated=_iam("saml-provider", "sso")), "aws-reserved/sso.amazonaws.com/",
              attached=(ADMINISTRATOR,)),
    ]  # fmt: skip


def _workloads() -> list[Record]:
    here = {"account_id": HOME, "region": REGION}
    profile, role = _iam("instance-profile", "web"), _iam("role", "web")
    instance = f"arn:aws:ec2:{REGION}:{HOME}:instance/i-web"
    function = f"arn:aws:lambda:{REGION}:{HOME}:function:pay"
    return [
        facts.InstanceProfile(arn=profile, name="web", account_id=HOME, roles=(role,)),
        facts.Instance(id="i-web", arn=instance, name="web-1", vpc_id="vpc-1", instance_profile_arn=profile, **here),
        facts.Function(arn=function, name="pay", role_arn=_iam("role", "pay"), **here),
    ]
