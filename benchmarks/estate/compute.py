"""Functions, instances, security groups and buckets of one account."""

from __future__ import annotations

import json

from benchmarks.estate.principals import Principals
from benchmarks.estate.vocabulary import ORG, TEAMS, account_id, doc, stmt

TIERS, PORTS = ("edge", "app", "data"), (443, 8080, 5432)


class Compute(Principals):
    """What runs in an account, and what stands between it and the network."""

    def add_function(self, name: str, role: str, sgs=()) -> str:
        region = self.regions[len(self.functions) % len(self.regions)]
        arn = f"arn:aws:lambda:{region}:{self.id}:function:{name}"
        self.functions.append(
            {
                "FunctionName": name,
                "FunctionArn": arn,
                "Runtime": "python3.12",
                "Role": role,
                "Handler": "app.handler",
                "CodeSize": 1024,
                "Timeout": 30,
                "MemorySize": 256,
                "LastModified": self.date(),
                "Version": "$LATEST",
                "PackageType": "Zip",
                "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": list(sgs), "VpcId": ""},
                "Environment": {"Variables": {"STAGE": "prod"}},
                "TracingConfig": {"Mode": "PassThrough"},
            }
        )
        return arn

    def add_instance(self, name: str, role: str | None, sgs=(), public=False) -> None:
        i = len(self.instances)
        profile = self.roles[role]["InstanceProfileList"][0] if role else None
        instance = {
            "InstanceId": f"i-{self.hexid()}",
            "ImageId": "ami-0abcdef1234567890",
            "InstanceType": "m6i.large",
            "State": {"Code": 16, "Name": "running"},
            "PrivateIpAddress": f"10.{self.index % 250}.{i // 250 % 250}.{i % 250 + 4}",
            "SubnetId": f"subnet-{self.index:08x}{i % 2:09x}",
            "VpcId": f"vpc-{self.index:017x}",
            "SecurityGroups": [{"GroupName": s["GroupName"], "GroupId": s["GroupId"]} for s in sgs],
            "MetadataOptions": {"HttpTokens": self.rng.choice(["required", "optional"]), "HttpEndpoint": "enabled"},
            "Tags": [{"Key": "Name", "Value": name}],
            "LaunchTime": self.date(),
        }
        if profile:
            instance["IamInstanceProfile"] = {"Arn": profile["Arn"], "Id": profile["InstanceProfileId"]}
        if public:
            instance["PublicIpAddress"] = f"198.51.{i // 250 % 250}.{i % 250 + 1}"
        self.instances.append(
            {"ReservationId": f"r-{self.hexid()}", "OwnerId": self.id, "Groups": [], "Instances": [instance]}
        )

    def rule(self, protocol: str, port: int | None, cidrs=(), groups=()) -> dict:
        out = {
            "IpProtocol": protocol,
            "IpRanges": [{"CidrIp": c} for c in cidrs],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [{"GroupId": g, "UserId": self.id} for g in groups],
        }
        return out if port is None else {"FromPort": port, "ToPort": port, **out}

    def ingress(self, tier: int, gid: str, ids: list[str]) -> list[dict]:
        """Rules of a group at the edge, in the application or at the data."""
        r, port, found = self.rng, PORTS[tier], []
        if tier == 0:
            found.append(self.rule("tcp", port, ["0.0.0.0/0"] if r.random() < 0.3 else ["10.0.0.0/8"]))
        if refs := self.references(ids):
            found.append(self.rule("tcp", port, groups=sorted(set(refs))))
        if r.random() < 0.05:
            found.append(self.rule("tcp", 22, [r.choice(["0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24"])]))
        if r.random() < 0.2:
            found.append(self.rule("-1", None, groups=[gid]))
        return found

    def references(self, ids: list[str]) -> list[str]:
        if not self.p.sg_refs:
            return []
        count = min(int(self.rng.expovariate(1 / self.p.sg_refs) + 0.5), 60)
        return [ids[self.rng.randrange(len(ids))] for _ in range(count)]

    def add_security_group(self, i: int, gid: str, ids: list[str]) -> None:
        tier = i % len(TIERS)
        ingress = self.ingress(tier, gid, ids)
        everywhere = self.rng.random() < 0.8
        egress = self.rule("-1", None, ["0.0.0.0/0"]) if everywhere else self.rule("tcp", 443, ["10.0.0.0/8"])
        self.sgs.append(
            {
                "GroupId": gid,
                "GroupName": f"{TIERS[tier]}-{i:04}",
                "OwnerId": self.id,
                "Description": "synthetic",
                "VpcId": f"vpc-{self.index:017x}",
                "IpPermissions": ingress,
                "IpPermissionsEgress": [egress],
                "Tags": [{"Key": "tier", "Value": str(tier)}],
            }
        )

    def plant_network_path(self) -> None:
        """Internet, edge, application, data."""
        edge, app, data = self.sgs[:3]
        edge["IpPermissions"] = [self.rule("tcp", 443, ["0.0.0.0/0"])]
        app["IpPermissions"] = [self.rule("tcp", 8080, groups=[edge["GroupId"]])]
        data["IpPermissions"] = [self.rule("tcp", 5432, groups=[app["GroupId"]])]
        self.chains.append(
            {
                "id": f"{self.id}-sg",
                "kind": "sg-path",
                "account": self.id,
                "source": "0.0.0.0/0",
                "hops": ["0.0.0.0/0"] + [s["GroupId"] for s in (edge, app, data)],
                "target": data["GroupId"],
                "reachable": True,
                "blocked_by": None,
            }
        )

    def build_network(self) -> None:
        r, p = self.rng, self.p
        ids = [f"sg-{self.hexid()}" for _ in range(p.sgs)]
        for i, gid in enumerate(ids):
            self.add_security_group(i, gid, ids)
        if len(self.sgs) >= len(TIERS):
            self.plant_network_path()
        profiles = [a for a, role in self.roles.items() if role["InstanceProfileList"] and "planted" not in a]
        for i in range(p.instances):
            self.add_instance(
                f"vm-{i}",
                r.choice(profiles) if profiles and r.random() < 0.8 else None,
                r.sample(self.sgs, min(len(self.sgs), r.randint(1, 3))),
                r.random() < 0.1,
            )
        lambda_roles = [a for a in self.roles if "/app-fn-" in a]
        for i in range(p.lambdas if lambda_roles else 0):
            self.add_function(f"app-{i}", r.choice(lambda_roles), r.sample(ids, 1) if ids and r.random() < 0.4 else ())

    def bucket_policies(self) -> dict:
        out = {}
        for i in range(self.p.buckets):
            name = f"{TEAMS[i % len(TEAMS)]}-{self.id}-{i}"
            statements = [
                stmt(
                    "Deny",
                    "s3:*",
                    [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                    principal="*",
                    condition={"Bool": {"aws:SecureTransport": "false"}},
                )
            ]
            if i % 4 == 0:
                statements.append(
                    stmt(
                        "Allow",
                        ["s3:GetObject"],
                        f"arn:aws:s3:::{name}/*",
                        principal="*",
                        condition={"StringEquals": {"aws:PrincipalOrgID": ORG}},
                    )
                )
            if i % 7 == 0:
                statements.append(
                    stmt(
                        "Allow",
                        "s3:*",
                        f"arn:aws:s3:::{name}/*",
                        principal={"AWS": f"arn:aws:iam::{account_id(i % max(self.p.accounts, 1))}:root"},
                    )
                )
            out[name] = {"Policy": json.dumps(doc(*statements))}
        return out
