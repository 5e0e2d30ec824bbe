"""Planted escalations, and decoys that look like one; each method is one kind."""

from __future__ import annotations

from benchmarks.estate.compute import Compute
from benchmarks.estate.vocabulary import ADMIN_ARN, account_id, doc, service_trust, stmt, trust


class Chains(Compute):
    """Each `chain_` method returns its hops, a decoy also what blocks it, or None where it cannot be planted."""

    def plant_chains(self) -> None:
        kinds = [m[len("chain_") :] for m in vars(Chains) if m.startswith("chain_")]
        for n in range(self.p.chains):
            kind = kinds[n % len(kinds)]
            tag = f"c{n:02}"
            found = getattr(self, "chain_" + kind)(f"planted-{tag}")
            if found:
                hops, blocked_by = found if isinstance(found, tuple) else (found, None)
                self.chains.append(
                    {
                        "id": f"{self.id}-{tag}",
                        "kind": kind.replace("_", "-"),
                        "account": self.id,
                        "source": hops[0],
                        "hops": hops,
                        "target": hops[-1],
                        "reachable": blocked_by is None,
                        "blocked_by": blocked_by,
                    }
                )

    def admin(self, name: str, trust_doc: dict, profile=False) -> str:
        return self.add_role(name + "-admin", trust_doc, [ADMIN_ARN], profile=profile)

    def source(self, name: str, *statements: dict, **kwargs) -> str:
        """A role that people of this account can take, holding only the given statements."""
        return self.add_role(
            name + "-src", trust({"AWS": f"arn:aws:iam::{self.id}:root"}), inline={"grant": doc(*statements)}, **kwargs
        )

    def chain_assume_two_hops(self, n):
        user = self.add_user(
            n + "-user", inline={"hop": doc(stmt(action="sts:AssumeRole", resource=self.arn("role", n + "-mid")))}
        )
        mid = self.add_role(
            n + "-mid",
            trust({"AWS": user}),
            inline={"hop": doc(stmt(action="sts:Assume*", resource=self.arn("role", n + "-adm*")))},
        )
        return [user, mid, self.admin(n, trust({"AWS": f"arn:aws:iam::{self.id}:root"}))]

    def chain_passrole_lambda(self, n):
        target = self.admin(n, service_trust("lambda"))
        return [
            self.source(
                n,
                stmt(action="iam:PassRole", resource=target),
                stmt(action=["lambda:CreateFunction", "lambda:InvokeFunction"]),
            ),
            target,
        ]

    def chain_passrole_ec2(self, n):
        target = self.admin(n, service_trust("ec2"), profile=True)
        return [
            self.source(
                n,
                stmt(
                    action="iam:PassRole",
                    resource=target,
                    condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                ),
                stmt(action="ec2:RunInstances"),
            ),
            target,
        ]

    def chain_passrole_cloudformation(self, n):
        target = self.admin(n, service_trust("cloudformation"))
        return [
            self.source(n, stmt(action="iam:PassRole", resource=target), stmt(action="cloudformation:CreateStack")),
            target,
        ]

    def chain_policy_version(self, n):
        policy = self.add_policy(
            n + "-policy", doc(stmt(action="iam:CreatePolicyVersion", resource=self.arn("policy", n + "-policy")))
        )
        role = self.add_role(n + "-src", trust({"AWS": f"arn:aws:iam::{self.id}:root"}), [policy])
        return [role, role]

    def chain_attach_role_policy(self, n):
        role = self.source(n, stmt(action="IAM:attachrolepolicy", resource=self.arn("role", n + "-*")))
        return [role, role]

    def chain_put_role_policy_wildcard(self, n):
        role = self.source(n, stmt(action="iam:P?tRole*", resource="*"))
        return [role, role]

    def chain_notaction(self, n):
        role = self.source(n, stmt(NotAction=["s3:*", "ec2:Delete*"]))
        return [role, role]

    def chain_update_trust(self, n):
        target = self.admin(n, service_trust("glue"))
        return [self.source(n, stmt(action=["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], resource=target)), target]

    def chain_access_key(self, n):
        target = self.add_user(n + "-admin", attached=[ADMIN_ARN])
        return [self.source(n, stmt(action="iam:CreateAccessKey", resource=self.arn("user", n + "-*"))), target]

    def chain_login_profile(self, n):
        target = self.add_user(n + "-admin", attached=[ADMIN_ARN])
        return [self.source(n, stmt(action="iam:*LoginProfile", resource=target)), target]

    def chain_add_user_to_group(self, n):
        group = self.add_group(n + "-admins", [ADMIN_ARN])
        user = self.add_user(n + "-user", inline={"grant": doc(stmt(action="iam:AddUserToGroup", resource=group))})
        return [user, group]

    def chain_ssm_command(self, n):
        target = self.admin(n, service_trust("ec2"), profile=True)
        self.add_instance(n, target)
        return [
            self.source(
                n,
                stmt(
                    action="ssm:SendCommand",
                    resource=[f"arn:aws:ec2:*:{self.id}:instance/*", "arn:aws:ssm:*:*:document/AWS-RunShellScript"],
                ),
            ),
            target,
        ]

    def chain_ssm_session(self, n):
        target = self.admin(n, service_trust("ec2"), profile=True)
        self.add_instance(n, target)
        return [self.source(n, stmt(action="ssm:StartSession")), target]

    def chain_lambda_code(self, n):
        target = self.admin(n, service_trust("lambda"))
        function = self.add_function(n + "-fn", target)
        return [self.source(n, stmt(action="lambda:UpdateFunctionCode", resource=function)), target]

    def chain_sso_passrole(self, n):
        """People in Identity Center whose permission set (number 1, see permission_set) lets them pass a role."""
        if 1 not in self.reserved:
            return None
        target = self.add_role("planted-sso-lambda-admin", service_trust("lambda"), [ADMIN_ARN])
        return [self.reserved[1], target]

    def chain_cross_account(self, n):
        """The source lives here; the target in the next account trusts this whole account."""
        if self.p.accounts < 2:
            return None
        other = account_id((self.index + 1) % self.p.accounts)
        target = f"arn:aws:iam::{other}:role/planted-xacct-admin"
        return [self.source(n, stmt(action="sts:AssumeRole", resource=target)), target]

    def chain_github_any_repository(self, n):
        host = "token.actions.githubusercontent.com"
        return [
            f"oidc:{host}:repo:*",
            self.admin(
                n,
                trust(
                    {"Federated": f"arn:aws:iam::{self.id}:oidc-provider/{host}"},
                    "sts:AssumeRoleWithWebIdentity",
                    {"StringEquals": {f"{host}:aud": "sts.amazonaws.com"}},
                ),
            ),
        ]

    # decoys
    def chain_blocked_boundary(self, n):
        target = self.admin(n, service_trust("lambda"))
        fence = self.add_policy(n + "-fence", doc(stmt(action=["s3:*", "logs:*", "lambda:*"])))
        return [
            self.source(
                n, stmt(action="iam:PassRole", resource=target), stmt(action="lambda:CreateFunction"), boundary=fence
            ),
            target,
        ], "boundary"

    def chain_blocked_scp(self, n):
        """SCP p-planted denies IAM writes to roles named planted-*-fenced."""
        role = self.add_role(
            n + "-fenced", trust({"AWS": f"arn:aws:iam::{self.id}:root"}), inline={"grant": doc(stmt(action="iam:*"))}
        )
        return [role, role], "scp"

    def chain_blocked_deny(self, n):
        target = self.admin(n, trust({"AWS": f"arn:aws:iam::{self.id}:root"}))
        return [
            self.source(
                n,
                stmt(action="sts:AssumeRole", resource=self.arn("role", n + "-*")),
                stmt("Deny", action="sts:*", resource=self.arn("role", "*admin")),
            ),
            target,
        ], "deny"

    def chain_blocked_passed_to_service(self, n):
        target = self.admin(n, service_trust("lambda"))
        return [
            self.source(
                n,
                stmt(
                    action="iam:PassRole",
                    resource=target,
                    condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
                stmt(action="lambda:CreateFunction"),
            ),
            target,
        ], "condition"

    def chain_blocked_trust(self, n):
        target = self.admin(n, trust({"AWS": self.arn("role", "OrganizationAccountAccessRole")}))
        return [self.source(n, stmt(action="sts:AssumeRole", resource=target)), target], "trust"

    def chain_blocked_trust_tag(self, n):
        target = self.admin(
            n,
            trust(
                {"AWS": f"arn:aws:iam::{self.id}:root"},
                condition={"StringEquals": {"aws:PrincipalTag/clearance": "high"}},
            ),
        )
        return [
            self.add_user(
                n + "-user",
                inline={"hop": doc(stmt(action="sts:AssumeRole", resource=target))},
                tags={"clearance": "low"},
            ),
            target,
        ], "trust condition"

    def chain_blocked_unattached_policy(self, n):
        policy = self.add_policy(n + "-loose", doc(stmt(action="s3:ListAllMyBuckets")))
        return [
            self.source(n, stmt(action="iam:CreatePolicyVersion", resource=policy)),
            policy,
        ], "policy is attached to nothing"
