"""The ordinary roles, users and groups of one account."""

from __future__ import annotations

from benchmarks.estate.chains import Chains
from benchmarks.estate.identity_center import assigned_permission_sets, permission_set
from benchmarks.estate.vocabulary import (
    ADMIN_ARN,
    HUMAN_SETS,
    REGIONS,
    SERVICE_PRINCIPALS,
    TEAMS,
    account_id,
    doc,
    service_trust,
    trust,
)

WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


class Background(Chains):
    """Principals without write access to IAM, apart from a share with PowerUserAccess."""

    def background_trust(self, kind: str, i: int) -> tuple[str, dict, str, bool]:
        """Name prefix, trust policy, path and instance profile for the i-th background role of a kind."""
        r = self.rng
        other = account_id(r.randint(0, max(self.p.accounts - 1, 1)))
        team = r.choice(TEAMS)
        match kind:
            case "service":
                return "svc", service_trust(r.choice(SERVICE_PRINCIPALS)), "/service-role/", False
            case "irsa":
                return "irsa", self.pod_trust(team, i), "/", False
            case "github":
                return "gha", self.github_trust(team), "/ci/", False
            case "human":
                return "human", trust({"AWS": self.root}, condition=WITH_MFA), "/people/", False
            case "cross":
                return "xacct", self.cross_account_trust(other), "/", False
            case "pinned":
                return "pinned", self.pinned_trust(), "/", False
            case "slr":
                service = r.choice(SERVICE_PRINCIPALS)
                return "AWSServiceRoleFor", service_trust(service), f"/aws-service-role/{service}.amazonaws.com/", False
        plain = {
            "lambda": ("app-fn", service_trust("lambda")),
            "ec2": ("app-ec2", service_trust("ec2")),
            "ecs": ("app-task", service_trust("ecs-tasks")),
            "deploy": ("deploy", trust({"AWS": self.root})),
        }
        return *plain[kind], "/", kind == "ec2"

    @property
    def root(self) -> str:
        return f"arn:aws:iam::{self.id}:root"

    def web_identity_trust(self, host: str, condition: dict) -> dict:
        provider = {"Federated": f"arn:aws:iam::{self.id}:oidc-provider/{host}"}
        return trust(provider, "sts:AssumeRoleWithWebIdentity", condition)

    def pod_trust(self, team: str, i: int) -> dict:
        host = f"oidc.eks.us-east-1.amazonaws.com/id/{self.index:032X}"
        subject = f"system:serviceaccount:{team}:{team}-{i}"
        return self.web_identity_trust(
            host, {"StringEquals": {f"{host}:sub": subject, f"{host}:aud": "sts.amazonaws.com"}}
        )

    def github_trust(self, team: str) -> dict:
        host = "token.actions.githubusercontent.com"
        subject = {f"{host}:sub": f"repo:example-org/{team}-*:ref:refs/heads/main"}
        audience = {f"{host}:aud": "sts.amazonaws.com"}
        return self.web_identity_trust(host, {"StringEquals": audience, "StringLike": subject})

    def cross_account_trust(self, other: str) -> dict:
        r = self.rng
        trusted = [f"arn:aws:iam::{other}:root", "arn:aws:iam::999988887777:root"][: r.randint(1, 2)]
        external = {"StringEquals": {"sts:ExternalId": self.hexid(12)}} if r.random() < 0.6 else None
        return trust({"AWS": trusted}, condition=external)

    def pinned_trust(self) -> dict:
        known = [a for a in self.roles if "planted" not in a]
        pinned = self.rng.sample(known, min(len(known), 2)) or [self.root]
        return trust({"AWS": pinned[0] if len(pinned) == 1 else pinned})

    def build_background(self) -> None:
        r = self.rng
        for i in range(self.p.groups):
            self.add_group(f"group-{TEAMS[i % len(TEAMS)]}-{i}", attached=r.choices(self.sets, self.weights)[0])
        self.add_role(
            "OrganizationAccountAccessRole", trust({"AWS": f"arn:aws:iam::{account_id(0)}:root"}), [ADMIN_ARN]
        )
        self.add_role(
            "readonly-audit",
            trust({"AWS": f"arn:aws:iam::{account_id(1)}:role/security-scanner"}),
            ["arn:aws:iam::aws:policy/SecurityAudit"],
        )
        self.build_sso_roles()
        self.plant_chains()
        kinds = ["lambda", "ec2", "ecs", "service", "irsa", "github", "deploy", "human", "cross", "pinned", "slr"]
        weights = [26, 12, 12, 12, 8, 4, 5, 5, 7, 4, 5]
        for i in range(self.p.roles - len(self.roles)):
            kind = r.choices(kinds, weights)[0]
            prefix, trust_doc, path, profile = self.background_trust(kind, i)
            name = f"{prefix}{i}" if kind == "slr" else f"{prefix}-{r.randint(1, 9)}{i:04}"
            attached, inline = list(r.choices(self.sets, self.weights)[0]), {}
            if kind == "human":
                attached = ["arn:aws:iam::aws:policy/" + n for n in r.choice(HUMAN_SETS)]
            elif kind in ("deploy", "github") and r.random() < 0.6:
                attached.append(r.choice([self.deployer, self.hopper]))
            if r.random() < self.p.powerusers:
                attached.append("arn:aws:iam::aws:policy/PowerUserAccess")
            if r.random() < self.p.distinct:
                team = r.choice(TEAMS)
                inline[f"{name}-inline"] = doc(*(self.statement(r, team) for _ in range(r.randint(1, 6))))
            boundary = self.boundary if kind != "slr" and r.random() < self.p.boundaries else None
            self.add_role(
                name,
                trust_doc,
                list(dict.fromkeys(attached)),
                inline,
                path,
                boundary,
                {"team": r.choice(TEAMS), "env": r.choice(["prod", "dev"])},
                profile,
            )
        group_names = [g["GroupName"] for g in self.groups.values() if not g["GroupName"].startswith("planted")]
        for i in range(self.p.users - len(self.users)):
            inline = {"own": doc(self.statement(r, r.choice(TEAMS)))} if r.random() < self.p.distinct else {}
            self.add_user(
                f"user-{i:04}",
                r.sample(group_names, min(len(group_names), r.randint(0, 2))),
                ["arn:aws:iam::aws:policy/IAMUserChangePassword"],
                inline,
            )

    def build_sso_roles(self) -> None:
        """The AWSReservedSSO_ roles that Identity Center makes for the permission sets assigned here."""
        self.reserved = {}
        for ps in assigned_permission_sets(self.p, self.index):
            spec = permission_set(self.p, ps, self.id)
            provider = f"arn:aws:iam::{self.id}:saml-provider/AWSSSO_{self.index:016x}_DO_NOT_DELETE"
            self.reserved[ps] = self.add_role(
                f"AWSReservedSSO_{spec['Name']}_{self.index:08x}{ps:08x}",
                trust(
                    {"Federated": provider},
                    ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                    {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                ),
                spec["managed"],
                {"AwsSSOInlinePolicy": spec["inline"]} if spec["inline"] else {},
                f"/aws-reserved/sso.amazonaws.com/{REGIONS[0]}/",
            )
