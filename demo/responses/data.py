"""What S3, RDS and AWS Backup say: where the data is, and its copies."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import REGION, created, digest, key_arn, regional_arn, uuid_of
from demo.company.model import Account, Bucket, Database, Vault
from demo.responses.common import error, one_line, tag_list
from demo.responses.network import group_id, subnet_id, vpc_id

Response = dict[str, Any]
PORT = 5432
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def render(account: Account) -> dict[str, Any]:
    databases = account.databases
    found: Response = {
        "s3/list-buckets": {
            "Buckets": [{"Name": b.name, "CreationDate": created("bucket", b.name)} for b in account.buckets],
            "Owner": {"ID": digest("owner", account.id).hex()},
        },
        "rds/describe-db-clusters": {"DBClusters": [_cluster(account, d) for d in databases if d.cluster]},
        "rds/describe-db-instances": {
            "DBInstances": [_instance(account, d, name) for d in databases for name in d.members]
        },
        "backup/list-backup-vaults": {"BackupVaultList": [_vault(account, vault) for vault in account.vaults]},
    }
    if account.buckets:
        found |= _bucket_details(account.buckets)
    if account.vaults:
        found["backup/get-backup-vault-access-policy"] = {v.name: _vault_policy(account, v) for v in account.vaults}
        found["backup/list-recovery-points-by-backup-vault"] = {
            v.name: {"RecoveryPoints": _points(account, v)} for v in account.vaults
        }
    return {f"{name}.json": response for name, response in found.items()}


def _bucket_details(buckets: list[Bucket]) -> Response:
    return {
        "s3/get-bucket-policy": {
            b.name: {"Policy": one_line(b.policy)}
            if b.policy
            else error("NoSuchBucketPolicy", "The bucket policy does not exist")
            for b in buckets
        },
        "s3/get-public-access-block": {
            b.name: {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, True)}
            if b.blocked
            else error("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
            for b in buckets
        },
        "s3/get-bucket-tagging": {b.name: {"TagSet": tag_list(b.tags)} for b in buckets},
        "s3/get-bucket-location": {b.name: {"LocationConstraint": REGION} for b in buckets},
    }


def _common(account: Account, database: Database) -> Response:
    return {
        "Engine": database.engine,
        "EngineVersion": "16.6",
        "KmsKeyId": key_arn(account, database.key),
        "StorageEncrypted": True,
        "DeletionProtection": False,
        "BackupRetentionPeriod": 7,
        "TagList": tag_list(database.tags),
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": group_id(account, name), "Status": "active"} for name in database.groups
        ],
    }


def _cluster(account: Account, database: Database) -> Response:
    host = f"{database.name}.cluster-c8h4rb0rl1ne.{REGION}.rds.amazonaws.com"
    return {
        "DBClusterIdentifier": database.name,
        "DBClusterArn": regional_arn(account, "rds", f"cluster:{database.name}"),
        "Status": "available",
        "DBSubnetGroup": database.name,
        "Endpoint": host,
        "Port": PORT,
        "HttpEndpointEnabled": database.data_api,
        "DBClusterMembers": [
            {"DBInstanceIdentifier": name, "IsClusterWriter": n == 0} for n, name in enumerate(database.members)
        ],
        **_common(account, database),
    }


def _instance(account: Account, database: Database, name: str) -> Response:
    vpc = account.vpcs[0]
    cluster = {"DBClusterIdentifier": database.name} if database.cluster else {}
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": regional_arn(account, "rds", f"db:{name}"),
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.r7g.large",
        **cluster,
        "PubliclyAccessible": False,
        "Endpoint": {"Address": f"{name}.c8h4rb0rl1ne.{REGION}.rds.amazonaws.com", "Port": PORT},
        "DBSubnetGroup": {
            "DBSubnetGroupName": database.name,
            "VpcId": vpc_id(account, vpc),
            "Subnets": [
                {"SubnetIdentifier": subnet_id(account, vpc, subnet), "SubnetStatus": "Active"}
                for subnet in database.subnets
            ],
        },
        **_common(account, database),
    }


def _vault_arn(account: Account, vault: Vault) -> str:
    return regional_arn(account, "backup", f"backup-vault:{vault.name}")


def _vault(account: Account, vault: Vault) -> Response:
    return {
        "BackupVaultName": vault.name,
        "BackupVaultArn": _vault_arn(account, vault),
        "CreationDate": created("vault", vault.name),
        "EncryptionKeyArn": key_arn(account, vault.key),
        "Locked": False,
        "NumberOfRecoveryPoints": sum(map(len, vault.points.values())),
    }


def _vault_policy(account: Account, vault: Vault) -> Response:
    return {
        "BackupVaultName": vault.name,
        "BackupVaultArn": _vault_arn(account, vault),
        "Policy": one_line(vault.policy),
    }


def _points(account: Account, vault: Vault) -> list[Response]:
    """Recovery points of Aurora bear the ARN of the cluster snapshot that they are."""
    return [
        {
            "RecoveryPointArn": regional_arn(
                account, "rds", f"cluster-snapshot:awsbackup:job-{uuid_of('backup', resource, day)}"
            ),
            "BackupVaultName": vault.name,
            "BackupVaultArn": _vault_arn(account, vault),
            "ResourceArn": resource,
            "ResourceType": "Aurora",
            "ResourceName": resource.rsplit(":", 1)[1],
            "Status": "COMPLETED",
            "CreationDate": f"{day}T02:00:00+00:00",
            "EncryptionKeyArn": key_arn(account, vault.key),
            "IsEncrypted": True,
        }
        for resource, days in vault.points.items()
        for day in days
    ]
