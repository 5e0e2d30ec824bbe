"""Buckets, databases, backups, keys, secrets, functions and trails as AWS documents them."""

import json

from ingest.snapshot import (
    BackupVault,
    Bucket,
    DatabaseCluster,
    DatabaseInstance,
    Function,
    Key,
    PublicAccessBlock,
    Reason,
    RecoveryPoint,
    Secret,
    State,
    Trail,
    Unseen,
)
from tests.dumps import CANONICAL, DENIED, HERE, POLICY, REGION, SEEN, A, imported, records, state


def test_buckets(tmp_path):
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    found = imported(
        tmp_path,
        {
            f"accounts/{A}/s3/list-buckets.json": {
                "Buckets": [{"Name": n} for n in ("one", "two", "three")],
                "Owner": {},
            },
            f"accounts/{A}/s3/get-bucket-policy.json": {
                "one": {"Policy": json.dumps(POLICY)},
                "two": {"Error": {"Code": "NoSuchBucketPolicy", "Message": ""}},
                "three": DENIED,
            },
            f"accounts/{A}/s3/get-public-access-block.json": {
                "one": {"PublicAccessBlockConfiguration": block},
                "two": {"Error": {"Code": "NoSuchPublicAccessBlockConfiguration"}},
            },
            f"accounts/{A}/s3/get-bucket-tagging.json": {
                "one": {"TagSet": [{"Key": "data", "Value": "restricted"}]},
                "two": {"Error": {"Code": "NoSuchTagSet"}},
            },
            f"accounts/{A}/s3/get-bucket-location.json": {
                "one": {"LocationConstraint": None},
                "two": {"LocationConstraint": "eu-central-1"},
            },
        },
    )
    one, three, two = sorted(records(found, Bucket), key=lambda b: b.name)
    assert one == Bucket(
        arn="arn:aws:s3:::one",
        name="one",
        account_id=A,
        region="us-east-1",
        policy=CANONICAL,
        public_access_block=PublicAccessBlock(*[True] * 4),
        tags={"data": "restricted"},
    )
    assert (two.policy, two.public_access_block, two.tags, two.region) == (None, None, {}, "eu-central-1")
    assert (three.policy, three.public_access_block, three.tags) == (Unseen("denied"), Unseen(), None)
    assert state(found, "s3.buckets") == SEEN


def test_buckets_of_which_only_policies_are_there(tmp_path):
    found = imported(tmp_path, {f"accounts/{A}/get-bucket-policy.json": {"one": {"Policy": json.dumps(POLICY)}}})
    assert [b.name for b in records(found, Bucket)] == ["one"]
    assert state(found, "s3.buckets") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_plain_answers_of_one_argument_take_it_from_contents_or_the_file_name(tmp_path):
    policy = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Resource": "arn:aws:s3:::one/*"}]}
    found = imported(
        tmp_path,
        {
            f"{A}/x.json": {"Policy": json.dumps(policy)},
            f"{A}/get-bucket-policy-two.json": {"Policy": json.dumps(POLICY)},
            f"{A}/get-bucket-policy/three.json": {"Policy": json.dumps(POLICY)},
            f"{A}/y.json": {"Policy": json.dumps(POLICY)},
        },
    )
    assert [b.name for b in records(found, Bucket)] == ["one", "three", "two"]
    [problem] = found.problems
    assert problem.file == f"{A}/y.json"
    assert problem.reason.startswith("could be ")
    assert "`s3api get-bucket-policy` or " in problem.reason or " or `s3api get-bucket-policy`:" in problem.reason


DATABASE = {
    "Engine": "aurora-postgresql",
    "KmsKeyId": "key",
    "DeletionProtection": True,
    "BackupRetentionPeriod": 7,
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "TagList": [{"Key": "env", "Value": "prod"}],
}
OF_DATABASE = {
    "account_id": A,
    "region": REGION,
    "tags": {"env": "prod"},
    "engine": "aurora-postgresql",
    "port": 5432,
    "groups": ("sg-1",),
    "kms_key": "key",
    "deletion_protection": True,
    "backup_retention_days": 7,
}


def test_database_instances(tmp_path):
    arn = f"arn:aws:rds:{REGION}:{A}:db:one"
    instance = {
        "DBInstanceArn": arn,
        "DBInstanceIdentifier": "one",
        "DBClusterIdentifier": "ledger",
        "Endpoint": {"Address": "x", "Port": 5432},
        "PubliclyAccessible": True,
        "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
    }
    found = imported(tmp_path, {"a.json": {"DBInstances": [{**DATABASE, **instance}]}})
    assert records(found, DatabaseInstance) == [
        DatabaseInstance(
            arn=arn,
            name="one",
            cluster_id="ledger",
            publicly_accessible=True,
            vpc_id="vpc-1",
            subnet_ids=("subnet-1",),
            **OF_DATABASE,
        )
    ]
    assert state(found, "rds.instances") == SEEN


def test_database_clusters(tmp_path):
    arn = f"arn:aws:rds:{REGION}:{A}:cluster:ledger"
    cluster = {
        "DBClusterArn": arn,
        "DBClusterIdentifier": "ledger",
        "Port": 5432,
        "HttpEndpointEnabled": True,
        "DBClusterMembers": [{"DBInstanceIdentifier": "one"}],
    }
    found = imported(tmp_path, {"b.json": {"DBClusters": [{**DATABASE, **cluster}]}})
    assert records(found, DatabaseCluster) == [
        DatabaseCluster(arn=arn, name="ledger", member_ids=("one",), data_api_enabled=True, **OF_DATABASE)
    ]
    assert state(found, "rds.clusters") == SEEN


def test_backup_vaults(tmp_path):
    vault = f"arn:aws:backup:{REGION}:{A}:backup-vault:ledger"
    files = {
        f"{HERE}/a.json": {
            "BackupVaultList": [
                {
                    "BackupVaultName": "ledger",
                    "BackupVaultArn": vault,
                    "Locked": True,
                    "EncryptionKeyArn": "arn:aws:kms:eu-west-1:999999999999:key/other",
                }
            ]
        },
        f"{HERE}/b.json": {
            "ledger": {"Policy": json.dumps(POLICY), "BackupVaultName": "ledger", "BackupVaultArn": vault}
        },
    }
    points = {
        f"{HERE}/list-recovery-points-by-backup-vault.json": {
            "ledger": {
                "RecoveryPoints": [
                    {
                        "RecoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1",
                        "BackupVaultArn": vault,
                        "ResourceArn": "arn:r",
                        "Status": "COMPLETED",
                    }
                ]
            }
        }
    }
    found = imported(tmp_path, files)
    assert state(found, "backup.vaults") == (State.PARTIAL, Reason.NOT_ATTEMPTED)
    found = imported(tmp_path, files | points)
    assert state(found, "backup.vaults") == SEEN
    assert records(found, BackupVault) == [
        BackupVault(
            arn=vault,
            name="ledger",
            account_id=A,
            region=REGION,
            policy=CANONICAL,
            locked=True,
            kms_key="arn:aws:kms:eu-west-1:999999999999:key/other",
        )
    ]
    assert records(found, RecoveryPoint) == [
        RecoveryPoint(
            arn="arn:aws:ec2:eu-west-1::snapshot/snap-1",
            name="snap-1",
            account_id=A,
            region=REGION,
            vault_arn=vault,
            resource_arn="arn:r",
        )
    ]


def test_keys(tmp_path):
    arns = [f"arn:aws:kms:{REGION}:{A}:key/{n}" for n in ("k1", "k2")]
    found = imported(
        tmp_path,
        {
            "keys.json": {"Keys": [{"KeyId": a[-2:], "KeyArn": a} for a in arns]},
            "describe.json": {
                arns[0]: {
                    "KeyMetadata": {"KeyId": "k1", "Arn": arns[0], "KeyManager": "AWS", "KeyState": "PendingDeletion"}
                }
            },
            "aliases.json": {
                "Aliases": [
                    {
                        "AliasName": "alias/ledger",
                        "TargetKeyId": "k1",
                        "AliasArn": f"arn:aws:kms:{REGION}:{A}:alias/ledger",
                    }
                ]
            },
            "policies.json": {"k1": {"Policy": json.dumps(POLICY), "PolicyName": "default"}},
            f"{HERE}/kms/tags.json": {"k1": {"Tags": [{"TagKey": "env", "TagValue": "prod"}], "Truncated": False}},
        },
    )
    one, two = records(found, Key)
    assert one == Key(
        arn=arns[0],
        name="ledger",
        account_id=A,
        region=REGION,
        manager="AWS",
        state="PendingDeletion",
        policy=CANONICAL,
        aliases=("alias/ledger",),
        tags={"env": "prod"},
    )
    assert (two.name, two.policy, two.aliases, two.tags) == ("k2", Unseen(), (), None)
    assert state(found, "kms.keys") == SEEN


def test_secrets_never_with_a_value(tmp_path):
    arns = [f"arn:aws:secretsmanager:{REGION}:{A}:secret:team/{n}-AbCdEf" for n in ("db", "api")]
    found = imported(
        tmp_path,
        {
            "s.json": {
                "SecretList": [
                    {
                        "ARN": a,
                        "Name": a.split(":")[-1][:-7],
                        "SecretString": "hunter2",
                        "RotationEnabled": True,
                        "KmsKeyId": "k",
                        "Tags": [],
                    }
                    for a in arns
                ]
            },
            "p.json": {
                "team/db": {"ARN": arns[0], "Name": "team/db", "ResourcePolicy": json.dumps(POLICY)},
                "team/api": {"ARN": arns[1], "Name": "team/api"},
            },
        },
    )
    shared = {"account_id": A, "region": REGION, "tags": {}, "kms_key": "k", "rotation_enabled": True}
    assert records(found, Secret) == [
        Secret(arn=arns[1], name="team/api", policy=None, **shared),
        Secret(arn=arns[0], name="team/db", policy=CANONICAL, **shared),
    ]
    assert "hunter2" not in repr(found)


def test_functions_never_with_environment_values(tmp_path):
    arn = f"arn:aws:lambda:{REGION}:{A}:function:fn"
    found = imported(
        tmp_path,
        {
            "f.json": {
                "Functions": [
                    {
                        "FunctionName": "fn",
                        "FunctionArn": arn,
                        "Role": "role",
                        "Runtime": "python3.13",
                        "Environment": {"Variables": {"PASSWORD": "hunter2"}},
                        "VpcConfig": {"VpcId": "vpc-1", "SubnetIds": ["s-2", "s-1"], "SecurityGroupIds": ["sg-1"]},
                    }
                ]
            },
            f"{HERE}/lambda/get-policy.json": {"fn": {"Policy": json.dumps(POLICY), "RevisionId": "1"}},
            f"{HERE}/lambda/list-tags.json": {arn: {"Tags": {"env": "prod"}}},
        },
    )
    assert records(found, Function) == [
        Function(
            arn=arn,
            name="fn",
            account_id=A,
            region=REGION,
            role_arn="role",
            runtime="python3.13",
            policy=CANONICAL,
            vpc_id="vpc-1",
            subnet_ids=("s-1", "s-2"),
            groups=("sg-1",),
            tags={"env": "prod"},
        )
    ]
    assert "hunter2" not in repr(found)


def test_trails(tmp_path):
    arn = f"arn:aws:cloudtrail:{REGION}:{A}:trail/org"
    found = imported(
        tmp_path,
        {
            "t.json": {
                "trailList": [
                    {
                        "Name": "org",
                        "TrailARN": arn,
                        "S3BucketName": "logs",
                        "HomeRegion": REGION,
                        "IsOrganizationTrail": True,
                        "IsMultiRegionTrail": True,
                    }
                ]
            }
        },
    )
    assert records(found, Trail) == [
        Trail(
            arn=arn,
            name="org",
            account_id=A,
            region=REGION,
            bucket="logs",
            is_organization_trail=True,
            is_multi_region=True,
        )
    ]
