"""One account and what the AWS CLI would print of it."""

from __future__ import annotations

import copy
import random

from benchmarks.estate.background import Background
from benchmarks.estate.vocabulary import ADMIN_ARN, account_id, service_trust, stmt, trust


class Account(Background):
    """Builds one account; call build(), then files() gives {relative path: JSON object}."""

    def build(self) -> Account:
        self.build_policies()
        if self.index == 1:
            self.add_role("security-scanner", service_trust("ecs-tasks"), [self.hopper])
        if self.p.accounts > 1:
            previous = account_id((self.index - 1) % self.p.accounts)
            self.add_role("planted-xacct-admin", trust({"AWS": f"arn:aws:iam::{previous}:root"}), [ADMIN_ARN])
        self.build_background()
        self.build_network()
        self.buckets = self.bucket_policies()
        return self

    def files(self) -> dict[str, object]:
        base = f"accounts/{self.id}"
        out: dict[str, object] = {
            f"{base}/iam/get-account-authorization-details.json": {
                "UserDetailList": list(self.users.values()),
                "GroupDetailList": list(self.groups.values()),
                "RoleDetailList": list(self.roles.values()),
                "Policies": list(self.policies.values()),
            },
            f"{base}/iam/list-access-keys.json": {
                u["UserName"]: {
                    "AccessKeyMetadata": [
                        {
                            "UserName": u["UserName"],
                            "AccessKeyId": "AKIA" + u["UserId"][4:20],
                            "Status": "Active",
                            "CreateDate": u["CreateDate"],
                        }
                    ]
                }
                for u in self.users.values()
            },
            f"{base}/s3/get-bucket-policy.json": self.buckets,
        }
        for k, region in enumerate(self.regions):
            n, where = len(self.regions), f"{base}/{region}"
            out[f"{where}/ec2/describe-vpcs.json"] = {
                "Vpcs": [
                    {
                        "VpcId": f"vpc-{self.index:017x}",
                        "OwnerId": self.id,
                        "CidrBlock": f"10.{self.index % 250}.0.0/16",
                        "IsDefault": False,
                    }
                ]
            }
            out[f"{where}/ec2/describe-subnets.json"] = {
                "Subnets": [
                    {
                        "SubnetId": f"subnet-{self.index:08x}{s:09x}",
                        "VpcId": f"vpc-{self.index:017x}",
                        "OwnerId": self.id,
                        "CidrBlock": f"10.{self.index % 250}.{s * 128}.0/17",
                        "AvailabilityZone": region + "ab"[s],
                    }
                    for s in range(2)
                ]
            }
            out[f"{where}/ec2/describe-security-groups.json"] = {"SecurityGroups": self.sgs[k::n]}
            out[f"{where}/ec2/describe-instances.json"] = {"Reservations": self.instances[k::n]}
            out[f"{where}/lambda/list-functions.json"] = {"Functions": self.functions[k::n]}
        return out

    # -- drift ---------------------------------------------------------------------------------
    def drift(self, count: int) -> list[dict]:
        """Changes this account in place: even ones neutral, odd ones semantic; returns what was done."""
        rng = random.Random(f"{self.p.seed}/{self.index}/drift")
        roles = [r for r in self.roles.values() if r["RolePolicyList"] and "planted" not in r["RoleName"]]
        customer = [
            p for p in self.policies.values() if ":aws:policy" not in p["Arn"] and "planted" not in p["PolicyName"]
        ]
        done = []
        for i in range(count):
            if i % 2 == 0:
                policy = rng.choice(customer)
                body = policy["PolicyVersionList"][0]["Document"]
                kind = ("reorder", "case", "listify")[i // 2 % 3]
                if kind == "reorder":
                    body["Statement"].reverse()
                for s in body["Statement"]:
                    if kind == "case" and "Action" in s:
                        s["Action"] = [
                            a.lower() for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
                        ]
                    elif kind == "listify" and isinstance(s.get("Resource"), str):
                        s["Resource"] = [s["Resource"]]
                done.append({"account": self.id, "semantic": False, "kind": kind, "object": policy["Arn"]})
                continue
            kind = ("grant-passrole", "widen-trust", "open-ssh", "delete-role", "attach-admin")[i // 2 % 5]
            if kind == "open-ssh" and self.sgs:
                target = rng.choice(self.sgs)
                target["IpPermissions"].append(
                    {
                        "FromPort": 22,
                        "ToPort": 22,
                        "IpProtocol": "tcp",
                        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                        "Ipv6Ranges": [],
                        "PrefixListIds": [],
                        "UserIdGroupPairs": [],
                    }
                )
                done.append({"account": self.id, "semantic": True, "kind": kind, "object": target["GroupId"]})
                continue
            if not roles:
                continue
            role = roles.pop(rng.randrange(len(roles)))
            if kind == "delete-role":
                del self.roles[role["Arn"]]
            elif kind == "widen-trust":
                role["AssumeRolePolicyDocument"] = copy.deepcopy(role["AssumeRolePolicyDocument"])
                role["AssumeRolePolicyDocument"]["Statement"].append(
                    stmt(action="sts:AssumeRole", resource=None, principal={"AWS": "arn:aws:iam::999988887777:root"})
                )
            elif kind == "attach-admin":
                role["AttachedManagedPolicies"].append(self.attach(ADMIN_ARN))
            else:
                role["RolePolicyList"][0]["PolicyDocument"]["Statement"].append(stmt(action="iam:PassRole"))
            done.append({"account": self.id, "semantic": True, "kind": kind, "object": role["Arn"]})
        return done
