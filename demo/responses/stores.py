"""What SQS, SNS, ECR, DynamoDB and CloudWatch Logs say, RDS of its manual snapshots, and S3 of a whole account."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import REGION, created, key_arn, regional_arn, uuid_of
from demo.company.model import Account, Queue, Repository, Snapshot, Table, Topic
from demo.responses.common import error, one_line, tag_list
from demo.responses.data import BLOCKS

Response = dict[str, Any]


def render(account: Account) -> dict[str, Any]:
    found = {
        **_access_block(account),
        **_queues(account, account.queues),
        **_topics(account, account.topics),
        **_repositories(account, account.repositories),
        **_tables(account, account.tables),
        **_snapshots(account, [one for one in account.snapshots if not one.cluster]),
        **_cluster_snapshots(account, [one for one in account.snapshots if one.cluster]),
        **_logs(account),
    }
    return {f"{name}.json": response for name, response in found.items()}


def _access_block(account: Account) -> Response:
    missing = error("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
    blocked = {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, True)}
    return {"s3control/get-public-access-block": blocked if account.public_access_blocked else missing}


def _queues(account: Account, queues: list[Queue]) -> Response:
    urls = {queue.name: f"https://sqs.{REGION}.amazonaws.com/{account.id}/{queue.name}" for queue in queues}
    found: Response = {"sqs/list-queues": {"QueueUrls": list(urls.values())} if urls else {}}
    if queues:
        found["sqs/get-queue-attributes"] = {urls[q.name]: {"Attributes": _queue(account, q)} for q in queues}
        found["sqs/list-queue-tags"] = {urls[q.name]: {"Tags": q.tags} if q.tags else {} for q in queues}
    return found


def _queue(account: Account, queue: Queue) -> Response:
    policy = {"Policy": one_line(queue.policy)} if queue.policy else {}
    return {"QueueArn": regional_arn(account, "sqs", queue.name), **policy}


def _topics(account: Account, topics: list[Topic]) -> Response:
    arns = {topic.name: regional_arn(account, "sns", topic.name) for topic in topics}
    found: Response = {"sns/list-topics": {"Topics": [{"TopicArn": arn} for arn in arns.values()]}}
    if topics:
        found["sns/get-topic-attributes"] = {
            arns[t.name]: {"Attributes": {"TopicArn": arns[t.name], "Owner": account.id, "Policy": one_line(t.policy)}}
            for t in topics
        }
        found["sns/list-tags-for-resource"] = {arns[t.name]: {"Tags": tag_list(t.tags)} for t in topics}
    return found


def _repositories(account: Account, repositories: list[Repository]) -> Response:
    found: Response = {"ecr/describe-repositories": {"repositories": [_repository(account, r) for r in repositories]}}
    if repositories:
        found["ecr/get-repository-policy"] = {
            r.name: {"registryId": account.id, "repositoryName": r.name, "policyText": one_line(r.policy)}
            if r.policy
            else error("RepositoryPolicyNotFoundException", "Repository policy does not exist for the repository")
            for r in repositories
        }
        found["ecr/list-tags-for-resource"] = {r.name: {"tags": tag_list(r.tags)} for r in repositories}
    return found


def _repository(account: Account, repository: Repository) -> Response:
    return {
        "repositoryArn": regional_arn(account, "ecr", f"repository/{repository.name}"),
        "registryId": account.id,
        "repositoryName": repository.name,
        "repositoryUri": f"{account.id}.dkr.ecr.{REGION}.amazonaws.com/{repository.name}",
        "createdAt": created("repository", account.id, repository.name),
        "imageTagMutability": "IMMUTABLE",
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def _tables(account: Account, tables: list[Table]) -> Response:
    found: Response = {"dynamodb/list-tables": {"TableNames": [table.name for table in tables]}}
    if tables:
        found["dynamodb/describe-table"] = {t.name: {"Table": _table(account, t)} for t in tables}
        found["dynamodb/describe-continuous-backups"] = {
            t.name: {"ContinuousBackupsDescription": _backups(t)} for t in tables
        }
        found["dynamodb/get-resource-policy"] = {
            t.name: {"Policy": one_line(t.policy), "RevisionId": uuid_of("policy", t.name)}
            if t.policy
            else error("PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn")
            for t in tables
        }
        found["dynamodb/list-tags-of-resource"] = {t.name: {"Tags": tag_list(t.tags)} for t in tables}
    return found


def _table(account: Account, table: Table) -> Response:
    return {
        "TableName": table.name,
        "TableArn": regional_arn(account, "dynamodb", f"table/{table.name}"),
        "TableId": uuid_of("table", account.id, table.name),
        "TableStatus": "ACTIVE",
        "DeletionProtectionEnabled": table.protected,
    }


def _backups(table: Table) -> Response:
    status = "ENABLED" if table.protected else "DISABLED"
    return {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status},
    }


def _snapshots(account: Account, snapshots: list[Snapshot]) -> Response:
    found: Response = {"rds/describe-db-snapshots": {"DBSnapshots": [_snapshot(account, s) for s in snapshots]}}
    if snapshots:
        found["rds/describe-db-snapshot-attributes"] = {
            s.name: {
                "DBSnapshotAttributesResult": {
                    "DBSnapshotIdentifier": s.name,
                    "DBSnapshotAttributes": [_restore(s)],
                }
            }
            for s in snapshots
        }
    return found


def _snapshot(account: Account, snapshot: Snapshot) -> Response:
    return {
        "DBSnapshotIdentifier": snapshot.name,
        "DBSnapshotArn": regional_arn(account, "rds", f"snapshot:{snapshot.name}"),
        "DBInstanceIdentifier": snapshot.source,
        "Encrypted": True,
        **_common(account, snapshot),
    }


def _cluster_snapshots(account: Account, snapshots: list[Snapshot]) -> Response:
    found: Response = {
        "rds/describe-db-cluster-snapshots": {"DBClusterSnapshots": [_cluster_snapshot(account, s) for s in snapshots]}
    }
    if snapshots:
        found["rds/describe-db-cluster-snapshot-attributes"] = {
            s.name: {
                "DBClusterSnapshotAttributesResult": {
                    "DBClusterSnapshotIdentifier": s.name,
                    "DBClusterSnapshotAttributes": [_restore(s)],
                }
            }
            for s in snapshots
        }
    return found


def _cluster_snapshot(account: Account, snapshot: Snapshot) -> Response:
    return {
        "DBClusterSnapshotIdentifier": snapshot.name,
        "DBClusterSnapshotArn": regional_arn(account, "rds", f"cluster-snapshot:{snapshot.name}"),
        "DBClusterIdentifier": snapshot.source,
        "StorageEncrypted": True,
        **_common(account, snapshot),
    }


def _restore(snapshot: Snapshot) -> Response:
    return {"AttributeName": "restore", "AttributeValues": list(snapshot.shared_with)}


def _common(account: Account, snapshot: Snapshot) -> Response:
    return {
        "SnapshotType": "manual",
        "SnapshotCreateTime": created("snapshot", account.id, snapshot.name),
        "Engine": "aurora-postgresql" if snapshot.cluster else "postgres",
        "Status": "available",
        "KmsKeyId": key_arn(account, snapshot.key),
        "TagList": tag_list(snapshot.tags),
    }


def _logs(account: Account) -> Response:
    return {
        "logs/describe-log-groups": {
            "logGroups": [
                {
                    "logGroupName": name,
                    "retentionInDays": 90,
                    "arn": f"{regional_arn(account, 'logs', f'log-group:{name}')}:*",
                    "logGroupArn": regional_arn(account, "logs", f"log-group:{name}"),
                    "logGroupClass": "STANDARD",
                }
                for name in account.log_groups
            ]
        },
        "logs/describe-resource-policies": {
            "resourcePolicies": [
                {"policyName": name, "policyDocument": one_line(policy)}
                for name, policy in account.log_policies.items()
            ]
        },
    }
