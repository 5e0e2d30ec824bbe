"""The policies and principals of one account."""

from __future__ import annotations

import random

from benchmarks.estate.managed_policies import AWS_MANAGED, of
from benchmarks.estate.params import Params
from benchmarks.estate.vocabulary import ACTION_FORMS, ORG, REGIONS, SERVICES, TEAMS, account_id, doc, stmt

OF_WORKLOADS = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "CloudWatchAgentServerPolicy",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore",
)


class Principals:
    """Everything in IAM that one account holds, made one thing at a time."""

    def __init__(self, params: Params, index: int):
        self.p, self.index, self.id = params, index, account_id(index)
        self.rng = random.Random(f"{params.seed}/{index}")  # noqa: S311
        self.rng_common = random.Random(f"{params.seed}/baseline")  # the same in every account  # noqa: S311
        self.regions = REGIONS[: params.regions]
        self.policies: dict[str, dict] = {}  # ARN -> GAAD policy
        self.roles: dict[str, dict] = {}
        self.users: dict[str, dict] = {}
        self.groups: dict[str, dict] = {}
        self.functions: list[dict] = []
        self.instances: list[dict] = []
        self.sgs: list[dict] = []
        self.chains: list[dict] = []

    # -- identifiers ---------------------------------------------------------------------------
    def hexid(self, n: int = 17) -> str:
        return f"{self.rng.getrandbits(4 * n):0{n}x}"

    def uid(self, prefix: str) -> str:
        return prefix + "".join(self.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=17))

    def date(self) -> str:
        r = self.rng
        return (
            f"20{r.randint(18, 24)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}T{r.randint(0, 23):02}:"
            f"{r.randint(0, 59):02}:{r.randint(0, 59):02}+00:00"
        )

    def arn(self, kind: str, name: str, path: str = "/") -> str:
        return f"arn:aws:iam::{self.id}:{kind}{path}{name}"

    # -- policies ------------------------------------------------------------------------------
    def resources(self, rng: random.Random, service: str, name: str) -> list[str] | str:
        out = [
            t.format(
                name=name,
                acct=self.id,
                region=rng.choice([*REGIONS, "*"]),
                uuid=f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}",
            )
            for t in SERVICES[service][1]
        ]
        if rng.random() < 0.2:
            out.append(out[0] + "-*" if not out[0].endswith("*") else out[0])
        return out[0] if len(out) == 1 else out

    def condition(self, rng: random.Random, team: str) -> dict:
        return rng.choice(
            [
                {"StringEquals": {"aws:RequestedRegion": REGIONS[:2]}},
                {"StringEquals": {"aws:ResourceTag/team": team}},
                {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
                {"Bool": {"aws:SecureTransport": "true"}},
                {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}},
                {"StringLike": {"aws:PrincipalOrgID": ORG}},
                {"StringEqualsIfExists": {"aws:SourceVpce": f"vpce-{rng.getrandbits(32):08x}"}},
            ]
        )

    def statement(self, rng: random.Random, team: str) -> dict:
        """One harmless background statement: reads, resource-level writes, denies, NotAction, NotResource."""
        service = rng.choice(list(SERVICES))
        actions, kind = SERVICES[service][0], rng.random()
        name = f"{team}-{rng.choice(['prod', 'stage', 'dev'])}-{rng.randint(1, 40)}"
        if kind < 0.22:
            return stmt(action=[f"{service}:{v}*" for v in rng.sample(["Get", "List", "Describe", "BatchGet"], 2)])
        if kind < 0.27:
            return stmt(
                "Deny",
                NotAction=["iam:*", "sts:*", "support:*", "cloudfront:*", "route53:*"],
                condition={"StringNotEquals": {"aws:RequestedRegion": REGIONS}},
            )
        if kind < 0.30:
            return stmt(
                "Deny", action=["s3:PutObject"], NotResource=[f"arn:aws:s3:::{team}-*", f"arn:aws:s3:::{team}-*/*"]
            )
        if kind < 0.34:
            return stmt(
                "Deny", action=f"{service}:Delete*", condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}
            )
        if kind < 0.37:
            return stmt(NotAction=["s3:DeleteBucket*"], resource=self.resources(rng, "s3", name))
        form = rng.choice(ACTION_FORMS)
        picked = [form(f"{service}:{a}") for a in sorted(rng.sample(actions, rng.randint(2, min(7, len(actions)))))]
        if rng.random() < 0.1:
            picked = f"{service}:*"
        return stmt(
            action=picked,
            resource=self.resources(rng, service, name),
            condition=self.condition(rng, team) if rng.random() < 0.25 else None,
            sid=f"{team.title()}{service.title()}" if rng.random() < 0.4 else None,
        )

    def add_policy(self, name: str, document: dict, path: str = "/", versions: int = 1) -> str:
        arn = self.arn("policy", name, path)
        history = [
            {
                "Document": doc(*document["Statement"][:-1] or document["Statement"]),
                "VersionId": f"v{i}",
                "IsDefaultVersion": False,
                "CreateDate": self.date(),
            }
            for i in range(versions - 1, 0, -1)
        ]
        self.policies[arn] = {
            "PolicyName": name,
            "PolicyId": self.uid("ANPA"),
            "Arn": arn,
            "Path": path,
            "DefaultVersionId": f"v{versions}",
            "AttachmentCount": 0,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "CreateDate": self.date(),
            "UpdateDate": self.date(),
            "PolicyVersionList": [
                {
                    "Document": document,
                    "VersionId": f"v{versions}",
                    "IsDefaultVersion": True,
                    "CreateDate": self.date(),
                },
                *history,
            ],
        }
        return arn

    def attach(self, arn: str, field: str = "AttachmentCount") -> dict:
        """Counts one attachment and returns its GAAD reference; AWS managed policies appear when first used."""
        if arn.startswith("arn:aws:iam::aws:"):
            name = arn.rsplit("/", 1)[1]
            if arn not in self.policies:
                self.add_policy(name, AWS_MANAGED[name])
                entry = self.policies.pop(self.arn("policy", name))
                self.policies[arn] = {**entry, "Arn": arn}
        self.policies[arn][field] += 1
        return {"PolicyName": self.policies[arn]["PolicyName"], "PolicyArn": arn}

    def build_policies(self) -> None:
        shared = [self.add_shared_policy(i) for i in range(self.p.managed_policies)]
        self.add_baseline_policies()
        n_sets = max(4, round(self.p.roles**0.5))
        self.sets = [self.attachment_set(shared) for _ in range(n_sets)]
        self.weights = [1 / (i + 1) for i in range(n_sets)]  # Zipf's: few sets are chosen often

    def add_shared_policy(self, i: int) -> str:
        common = i < round(self.p.managed_policies * self.p.baseline)
        rng = self.rng_common if common else self.rng
        team = rng.choice(TEAMS)
        body = doc(*(self.statement(rng, team) for _ in range(rng.randint(2, 4))))
        name = f"{'baseline' if common else team}-{rng.choice(['rw', 'ro', 'ops', 'svc'])}-{i:03}"
        return self.add_policy(name, body, versions=rng.choice([1, 1, 1, 2, 3]))

    def attachment_set(self, shared: list[str]) -> list[str]:
        """Policies that are attached together."""
        aws = [f"arn:aws:iam::aws:policy/{name}" for name in OF_WORKLOADS]
        ours = self.rng.sample(aws, self.rng.randint(0, 2))
        return ours + self.rng.sample(shared, min(len(shared), self.rng.randint(1, 3)))

    def add_baseline_policies(self) -> None:
        """What every organization has: deployers, role hoppers, the boundary for delegated roles."""
        to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
        app_roles, functions = self.arn("role", "app-fn-1*"), f"arn:aws:lambda:*:{self.id}:function:app-*"
        deploy = of("lambda", "CreateFunction UpdateFunctionCode GetFunction ListFunctions")
        hops = [self.arn("role", "deploy-*"), "arn:aws:iam::*:role/readonly-audit"]
        self.deployer = self.add_policy(
            "baseline-app-deployer",
            doc(
                stmt(sid="PassAppRoles", action="iam:PassRole", resource=app_roles, condition=to_lambda),
                stmt(action=deploy, resource=functions),
                stmt(action=["s3:GetObject", "s3:PutObject"], resource=f"arn:aws:s3:::artifacts-{self.id}/*"),
            ),
        )
        self.hopper = self.add_policy("baseline-assume-deploy", doc(stmt(action="sts:AssumeRole", resource=hops)))
        self.boundary = self.add_policy(
            "baseline-boundary",
            doc(
                stmt(NotAction=["iam:*", "organizations:*", "account:*"]),
                stmt(action=["iam:Get*", "iam:List*", "iam:PassRole"], resource=["*"]),
                stmt("Deny", action=["iam:*PermissionsBoundary", "cloudtrail:StopLogging"], resource="*"),
            ),
        )

    # -- principals ----------------------------------------------------------------------------
    def add_role(
        self, name: str, trust_doc: dict, attached=(), inline=None, path="/", boundary=None, tags=None, profile=False
    ) -> str:
        arn = self.arn("role", name, path)
        role = {
            "Path": path,
            "RoleName": name,
            "RoleId": self.uid("AROA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "AssumeRolePolicyDocument": trust_doc,
            "InstanceProfileList": [],
            "RolePolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
            "Tags": [{"Key": k, "Value": v} for k, v in (tags or {}).items()],
            "RoleLastUsed": {},
        }
        if self.rng.random() < 0.7:
            role["RoleLastUsed"] = {"LastUsedDate": self.date(), "Region": self.rng.choice(self.regions)}
        if boundary:
            self.attach(boundary, "PermissionsBoundaryUsageCount")
            role["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        if profile:
            inner = {
                k: role[k] for k in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")
            }
            role["InstanceProfileList"] = [
                {
                    "Path": path,
                    "InstanceProfileName": name,
                    "InstanceProfileId": self.uid("AIPA"),
                    "Arn": self.arn("instance-profile", name, path),
                    "CreateDate": self.date(),
                    "Roles": [inner],
                }
            ]
        self.roles[arn] = role
        return arn

    def add_user(self, name: str, groups=(), attached=(), inline=None, boundary=None, tags=None) -> str:
        arn = self.arn("user", name)
        self.users[arn] = {
            "Path": "/",
            "UserName": name,
            "UserId": self.uid("AIDA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "UserPolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
            "GroupList": list(groups),
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
            "Tags": [{"Key": k, "Value": v} for k, v in (tags or {}).items()],
        }
        if boundary:
            self.attach(boundary, "PermissionsBoundaryUsageCount")
            self.users[arn]["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": boundary,
            }
        return arn

    def add_group(self, name: str, attached=(), inline=None) -> str:
        arn = self.arn("group", name)
        self.groups[arn] = {
            "Path": "/",
            "GroupName": name,
            "GroupId": self.uid("AGPA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "GroupPolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
        }
        return arn
