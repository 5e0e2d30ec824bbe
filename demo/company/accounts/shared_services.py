"""Shared services: images, Terraform, the VPN, and the Jenkins that everybody meant to switch off."""

from __future__ import annotations

from demo.company.identifiers import ORGANIZATION, REGION
from demo.company.leftovers import datadog, enrolled, organization_access, reader, service_linked, stack_set
from demo.company.model import (
    AccessKey,
    Account,
    Bucket,
    Instance,
    Key,
    Policy,
    Role,
    RootUser,
    Rule,
    Secret,
    SecurityGroup,
    User,
    Vpc,
)
from demo.company.policies import allow, document, github, objects, secure_transport, service, trust
from demo.company.workloads import Cluster, Workload, Workloads

ID = "210000000044"
ARTIFACTS, STATE = "harborline-artifacts", "harborline-terraform-state"
CODE = {"managed-by": "terraform", "team": "platform"}
ANYWHERE = Rule("-1", None, ("0.0.0.0/0",))

ROLES = [
    Role(
        "ci-images",
        github(ID, "repo:harborline/base-images:ref:refs/heads/main"),
        inline={
            "push": document(
                allow("ecr:GetAuthorizationToken"),
                allow(
                    [
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:CompleteLayerUpload",
                        "ecr:InitiateLayerUpload",
                        "ecr:PutImage",
                        "ecr:UploadLayerPart",
                    ],
                    f"arn:aws:ecr:eu-west-1:{ID}:repository/base/*",
                ),
            )
        },
        tags=CODE,
    ),
    Role(
        "terraform-runner",
        service("codebuild"),
        inline={
            "apply": document(
                allow("sts:AssumeRole", "arn:aws:iam::*:role/terraform-apply"),
                allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], objects(STATE)),
                allow(["logs:CreateLogStream", "logs:PutLogEvents"]),
            )
        },
        tags=CODE,
    ),
    Role(
        "artifact-reader",
        trust({"AWS": "*"}, when={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
        inline={"read": document(allow(["s3:GetObject", "s3:ListBucket"], objects(ARTIFACTS)))},
        tags=CODE,
    ),
    Role("jenkins-deployer", trust({"AWS": f"arn:aws:iam::{ID}:user/legacy-jenkins"}), ("jenkins-deploy",), used=44),
    Role(
        "image-builder",
        service("ec2"),
        ("AmazonSSMManagedInstanceCore",),
        {"publish": document(allow(["ec2:CreateImage", "ec2:CreateTags", "ec2:DescribeImages"]))},
        profile=True,
        used=6,
        tags=CODE,
    ),
    Role(
        "vpn-gateway",
        service("ec2"),
        ("AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"),
        profile=True,
        tags=CODE,
    ),
    Role(
        "developer-portal",
        service("tasks.apprunner"),
        inline={"catalogue": document(allow(["s3:GetObject", "s3:ListBucket"], objects(ARTIFACTS)))},
        tags=CODE,
    ),
    Role(
        "developer-assistant",
        service("bedrock"),
        inline={"models": document(allow("bedrock:InvokeModel", f"arn:aws:bedrock:{REGION}::foundation-model/*"))},
        used=12,
        tags=CODE,
    ),
    Role(
        "assistant-interpreter",
        service("bedrock-agentcore"),
        inline={"read": document(allow("s3:GetObject", f"arn:aws:s3:::{ARTIFACTS}/docs/*"))},
        used=12,
        tags=CODE,
    ),
    Role("platform-cluster", service("eks"), inline={"network": document(allow("ec2:Describe*"))}, tags=CODE),
    Role("platform-nodes", service("ec2"), inline={"images": document(allow("ecr:BatchGetImage"))}, tags=CODE),
    Role(
        "ci-runners",
        service("pods.eks"),
        inline={"read": document(allow("s3:GetObject", f"arn:aws:s3:::{ARTIFACTS}/*"))},
        tags=CODE,
    ),
    datadog(),
    reader(),
    organization_access(),
    stack_set(ID),
    *enrolled(),
    *service_linked("autoscaling"),
]

NETWORK = Vpc(
    "shared",
    "10.10.0.0/16",
    {"public-a": "10.10.0.0/24", "private-a": "10.10.10.0/24"},
    [
        SecurityGroup(
            "vpn",
            "OpenVPN for employees",
            [Rule("udp", 1194, ("0.0.0.0/0",)), Rule("tcp", 443, ("0.0.0.0/0",))],
            [ANYWHERE],
            CODE,
        ),
        SecurityGroup("image-builder", "Golden image builds", [], [Rule("tcp", 443, ("0.0.0.0/0",))], CODE),
    ],
    [
        Instance("vpn-gateway", "public-a", "10.10.0.10", ("vpn",), "vpn-gateway", "198.51.100.10", tags=CODE),
        Instance("image-builder", "private-a", "10.10.10.23", ("image-builder",), "image-builder", tags=CODE),
    ],
)

SHARED_SERVICES = Account(
    ID,
    "shared-services",
    "Infrastructure",
    {"env": "shared", "team": "platform"},
    RootUser(password=440),
    ROLES,
    users=[
        User(
            "legacy-jenkins",
            1822,
            inline={"deploy": document(allow("sts:AssumeRole", f"arn:aws:iam::{ID}:role/jenkins-deployer"))},
            keys=[AccessKey(1822, 44, "sts")],
            tags={"team": "platform", "owner": "nobody"},
        )
    ],
    policies=[
        Policy(
            "jenkins-deploy",
            document(
                allow(
                    [
                        "cloudformation:CreateStack",
                        "cloudformation:DescribeStacks",
                        "cloudformation:UpdateStack",
                        "s3:PutObject",
                    ]
                ),
                allow(["iam:AttachRolePolicy", "iam:CreateRole", "iam:GetRole"], sid="RolesOfStacks"),
            ),
            version=7,
        )
    ],
    github=True,
    vpcs=[NETWORK],
    buckets=[
        Bucket(
            ARTIFACTS,
            document(
                secure_transport(ARTIFACTS),
                allow(
                    "s3:GetObject",
                    f"arn:aws:s3:::{ARTIFACTS}/*",
                    "ReadByOrganization",
                    {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
                    Principal="*",
                ),
            ),
            tags={**CODE, "data": "internal"},
        ),
        Bucket(STATE, document(secure_transport(STATE)), tags={**CODE, "data": "restricted"}),
    ],
    keys=[Key("artifacts", tags=CODE)],
    secrets=[Secret("github/app-key", "artifacts", tags={**CODE, "data": "confidential"})],
    workloads=Workloads(
        web_services=[Workload("developer-portal", "developer-portal")],
        agents=[Workload("developer-assistant", "developer-assistant")],
        interpreters=[Workload("assistant_sandbox", "assistant-interpreter")],
        clusters=[
            Cluster(
                "platform",
                "platform-cluster",
                nodes={"general": "platform-nodes"},
                pods={"runners/github": "ci-runners"},
                entries={"ci-images": "AmazonEKSEditPolicy"},
            )
        ],
    ),
)
