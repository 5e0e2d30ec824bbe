"""One account and what the AWS CLI would print of it."""

from __future__ import annotations

from benchmarks.estate.background import Background
from benchmarks.estate.vocabulary import ADMIN_ARN, account_id, service_trust, trust


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
