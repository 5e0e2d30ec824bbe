"""Policies that Control Tower and AWS's services attach to roles of their own, abridged."""

from __future__ import annotations

from demo.company.model import Policy
from demo.company.policies import allow, document, of

CONTROL_TOWER = (
    Policy(
        "AWSControlTowerServiceRolePolicy",
        document(
            allow(
                of(
                    "cloudformation",
                    "CreateStackInstances CreateStackSet DeleteStackInstances DescribeStackSet ListStackInstances "
                    "UpdateStackSet",
                ),
                [
                    "arn:aws:cloudformation:*:*:stackset/AWSControlTower*:*",
                    "arn:aws:cloudformation:*:*:type/resource/AWS-IAM-Role",
                ],
            ),
            allow(
                of(
                    "organizations",
                    "AttachPolicy CreateAccount DescribeOrganization DescribePolicy DetachPolicy ListAccounts "
                    "ListPolicies ListRoots",
                )
            ),
            allow(
                "sts:AssumeRole",
                ["arn:aws:iam::*:role/AWSControlTowerExecution", "arn:aws:iam::*:role/AWSControlTowerBlueprintAccess"],
            ),
            allow(
                "iam:PassRole",
                [
                    "arn:aws:iam::*:role/service-role/AWSControlTowerStackSetRole",
                    "arn:aws:iam::*:role/service-role/AWSControlTowerCloudTrailRole",
                ],
            ),
        ),
        "/service-role/",
        14,
    ),
    Policy(
        "AWSControlTowerCloudTrailRolePolicy",
        document(
            allow(
                of("logs", "CreateLogStream PutLogEvents"),
                "arn:aws:logs:*:*:log-group:aws-controltower/CloudTrailLogs:*",
            )
        ),
        "/service-role/",
    ),
)
SERVICE_LINKED = (
    Policy(
        "AWSOrganizationsServiceTrustPolicy",
        document(
            allow(
                "iam:DeleteRole",
                ["arn:aws:iam::*:role/aws-service-role/organizations.amazonaws.com/*"],
                "AllowDeletionOfServiceLinkedRoleForOrganizations",
            ),
            allow("iam:CreateServiceLinkedRole", sid="AllowCreationOfServiceLinkedRoles"),
        ),
        "/aws-service-role/",
        2,
    ),
    Policy(
        "AWSSSOServiceRolePolicy",
        document(
            allow(
                of(
                    "iam",
                    "AttachRolePolicy CreateRole PutRolePolicy UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy",
                ),
                ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"],
                "IAMRoleProvisioningActions",
                {"StringNotEquals": {"aws:PrincipalOrgMasterAccountId": "${aws:PrincipalAccount}"}},
            ),
            allow(of("iam", "GetRole ListRolePolicies ListAttachedRolePolicies"), sid="IAMRoleReadActions"),
            allow(
                of("organizations", "DescribeAccount DescribeOrganization ListAccounts ListDelegatedAdministrators"),
                sid="AllowDescribeOfOrganization",
            ),
        ),
        "/aws-service-role/",
        17,
    ),
    Policy(
        "AmazonGuardDutyServiceRolePolicy",
        document(
            allow(
                of(
                    "ec2",
                    "DescribeInstances DescribeImages DescribeVpcEndpoints DescribeSubnets "
                    "DescribeVpcPeeringConnections",
                )
                + of("organizations", "ListAccounts DescribeAccount")
                + of("s3", "GetBucketPublicAccessBlock GetBucketPolicyStatus ListAllMyBuckets"),
                sid="GuardDutyGetDescribeListPolicy",
            )
        ),
        "/aws-service-role/",
        9,
    ),
    Policy(
        "AmazonRDSServiceRolePolicy",
        document(
            allow(
                of(
                    "ec2",
                    "AllocateAddress AuthorizeSecurityGroupIngress CreateNetworkInterface DeleteNetworkInterface "
                    "DescribeSubnets "
                    "ModifyNetworkInterfaceAttribute",
                ),
                sid="Ec2",
            ),
            allow(
                of("logs", "CreateLogStream PutLogEvents DescribeLogStreams"),
                ["arn:aws:logs:*:*:log-group:/aws/rds/*:log-stream:*"],
            ),
        ),
        "/aws-service-role/",
        13,
    ),
    Policy(
        "AutoScalingServiceRolePolicy",
        document(
            allow(
                of("ec2", "CreateTags DescribeInstances RunInstances TerminateInstances DescribeLaunchTemplates"),
                sid="EC2InstanceManagement",
            ),
            allow(
                "iam:PassRole",
                sid="EC2InstanceProfileManagement",
                when={"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}},
            ),
        ),
        "/aws-service-role/",
        9,
    ),
)
