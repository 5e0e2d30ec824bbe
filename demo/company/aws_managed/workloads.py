"""Policies for what runs, and for those who operate it."""

from __future__ import annotations

from demo.company.model import Policy
from demo.company.policies import allow, document, of

WORKLOADS = (
    Policy(
        "AWSLambdaBasicExecutionRole",
        document(allow(of("logs", "CreateLogGroup CreateLogStream PutLogEvents"))),
        "/service-role/",
    ),
    Policy(
        "AmazonSSMManagedInstanceCore",
        document(
            allow(
                of(
                    "ssm",
                    "DescribeAssociation GetDeployablePatchSnapshotForInstance GetDocument DescribeDocument "
                    "GetManifest GetParameter "
                    "GetParameters ListAssociations ListInstanceAssociations PutInventory PutComplianceItems "
                    "PutConfigurePackageResult UpdateAssociationStatus UpdateInstanceAssociationStatus "
                    "UpdateInstanceInformation",
                )
            ),
            allow(of("ssmmessages", "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel")),
            allow(of("ec2messages", "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply")),
        ),
        version=2,
    ),
    Policy(
        "CloudWatchAgentServerPolicy",
        document(
            allow(
                [
                    "cloudwatch:PutMetricData",
                    *of("ec2", "DescribeVolumes DescribeTags"),
                    *of("logs", "CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams PutLogEvents"),
                    *of("xray", "GetSamplingRules PutTelemetryRecords PutTraceSegments"),
                ],
                sid="CWACloudWatchServerPermissions",
            ),
            allow(["ssm:GetParameter"], "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*", "CWASSMServerPermissions"),
        ),
        version=4,
    ),
    Policy(
        "AmazonRDSEnhancedMonitoringRole",
        document(
            allow(
                of("logs", "CreateLogGroup PutRetentionPolicy"),
                ["arn:aws:logs:*:*:log-group:RDS*"],
                "EnableCreationAndManagementOfRDSCloudwatchLogGroups",
            ),
            allow(
                of("logs", "CreateLogStream PutLogEvents DescribeLogStreams GetLogEvents"),
                ["arn:aws:logs:*:*:log-group:RDS*:log-stream:*"],
                "EnableCreationAndManagementOfRDSCloudwatchLogStreams",
            ),
        ),
        "/service-role/",
    ),
    Policy(
        "AmazonRDSFullAccess",
        document(
            allow(
                [
                    "rds:*",
                    "application-autoscaling:DescribeScalableTargets",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                    "logs:DescribeLogStreams",
                    "logs:GetLogEvents",
                    "sns:ListTopics",
                ]
            ),
            allow("pi:*", ["arn:aws:pi:*:*:metrics/rds/*", "arn:aws:pi:*:*:perf-reports/rds/*"]),
            allow(
                "iam:CreateServiceLinkedRole",
                when={
                    "StringLike": {
                        "iam:AWSServiceName": ["rds.amazonaws.com", "rds.application-autoscaling.amazonaws.com"]
                    }
                },
            ),
        ),
        version=15,
    ),
    Policy(
        "AWSBackupFullAccess",
        document(
            allow("backup:*", sid="AwsBackupAllAccessPermissions"),
            allow("backup-storage:*", sid="AwsBackupStorageAllAccessPermissions"),
            allow(
                of(
                    "rds",
                    "DescribeDBClusters DescribeDBClusterSnapshots DescribeDBInstances DescribeDBSnapshots "
                    "ListTagsForResource",
                ),
                sid="RdsPermissions",
            ),
            allow(
                of("kms", "DescribeKey GenerateDataKey ListAliases ListGrants ListKeys RetireGrant"),
                sid="KmsPermissions",
            ),
            allow(
                "iam:PassRole",
                ["arn:aws:iam::*:role/*AwsBackup*", "arn:aws:iam::*:role/*AWSBackup*"],
                "IamPassRolePermissions",
                {
                    "StringLike": {
                        "iam:PassedToService": ["backup.amazonaws.com", "restore-testing.backup.amazonaws.com"]
                    }
                },
            ),
        ),
        version=22,
    ),
    Policy(
        "AWSBackupServiceRolePolicyForBackup",
        document(
            allow(
                of(
                    "rds",
                    "AddTagsToResource CopyDBClusterSnapshot CreateDBClusterSnapshot CreateDBSnapshot "
                    "DescribeDBClusters "
                    "DescribeDBClusterSnapshots DescribeDBInstances DescribeDBSnapshots ListTagsForResource",
                ),
                sid="RDSPermissions",
            ),
            allow(
                of("rds", "DeleteDBClusterSnapshot ModifyDBClusterSnapshotAttribute"),
                ["arn:aws:rds:*:*:cluster-snapshot:awsbackup:*"],
                "RDSClusterModifyPermissions",
            ),
            allow(
                of("backup", "CopyFromBackupVault DescribeBackupVault"),
                "arn:aws:backup:*:*:backup-vault:*",
                "BackupVaultPermissions",
            ),
            allow(of("tag", "GetResources"), sid="GetResourcesPermissions"),
        ),
        "/service-role/",
        24,
    ),
    Policy(
        "AWSGlueServiceRole",
        document(
            allow(
                [
                    "glue:*",
                    "s3:GetBucketLocation",
                    "s3:ListBucket",
                    "s3:ListAllMyBuckets",
                    "s3:GetBucketAcl",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeSecurityGroups",
                    "ec2:CreateNetworkInterface",
                    "ec2:DeleteNetworkInterface",
                    "iam:GetRole",
                    "cloudwatch:PutMetricData",
                ]
            ),
            allow(
                ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                ["arn:aws:s3:::aws-glue-*/*", "arn:aws:s3:::*/*aws-glue-*/*"],
            ),
            allow(of("logs", "CreateLogGroup CreateLogStream PutLogEvents"), ["arn:aws:logs:*:*:*:/aws-glue/*"]),
        ),
        "/service-role/",
        3,
    ),
    Policy(
        "AmazonAthenaFullAccess",
        document(
            allow(["athena:*"], sid="BaseAthenaPermissions"),
            allow(
                of("glue", "GetDatabase GetDatabases GetTable GetTables GetPartition GetPartitions BatchGetPartition"),
                sid="BaseGluePermissions",
            ),
            allow(
                of("s3", "GetBucketLocation GetObject ListBucket PutObject AbortMultipartUpload"),
                ["arn:aws:s3:::aws-athena-query-results-*"],
                "BaseQueryResultsPermissions",
            ),
        ),
        version=13,
    ),
)
