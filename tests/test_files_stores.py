"""Queues, topics, repositories, tables, logs, snapshots, grants and the block of an account, as the CLI prints them."""

import json

import pytest

from ingest.snapshot import (
    AccountAccessBlock,
    Bucket,
    ClusterSnapshot,
    DatabaseSnapshot,
    Key,
    KeyGrant,
    LogGroup,
    LogPolicy,
    PublicAccessBlock,
    Queue,
    Reason,
    Repository,
    Secret,
    State,
    Table,
    Topic,
    Unseen,
)
from tests.dumps import CANONICAL, DENIED, HERE, POLICY, REGION, SEEN, A, imported, records, state

TEXT = json.dumps(POLICY)
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ABSENT = (
    "\nAn error occurred (NoSuchPublicAccessBlockConfiguration) when calling the GetPublicAccessBlock operation: "
    "The public access block configuration was not found\n"
)
WHERE = {"account_id": A, "region": REGION}


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{A}:{resource}"


def refused(code: str) -> dict[str, object]:
    return {"Error": {"Code": code, "Message": "there is none"}}


def test_the_block_of_an_account_is_not_that_of_a_bucket(tmp_path):
    block = {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, True)}
    found = imported(
        tmp_path,
        {
            f"{A}/s3control/get-public-access-block.json": block,
            f"{A}/s3/list-buckets.json": {"Buckets": [{"Name": "one"}], "Owner": {}},
        },
    )
    assert records(found, AccountAccessBlock) == [
        AccountAccessBlock(account_id=A, block=PublicAccessBlock(*[True] * 4))
    ]
    assert [bucket.public_access_block for bucket in records(found, Bucket)] == [Unseen()]
    assert state(found, "s3control.access_block") == SEEN


@pytest.mark.parametrize(
    "folder, account, bucket", [("s3control", [None], Unseen()), ("s3", [], None)], ids=["account", "bucket"]
)
def test_that_there_is_no_block_is_said_of_one_or_the_other(tmp_path, folder, account, bucket):
    """The error's text is the same; the folder tells of what it speaks."""
    name = "get-public-access-block/one.json" if folder == "s3" else "get-public-access-block.json"
    buckets = {"Buckets": [{"Name": "one"}], "Owner": {}}
    found = imported(tmp_path, {f"{A}/{folder}/{name}": ABSENT, f"{A}/s3/list-buckets.json": buckets})
    assert [record.block for record in records(found, AccountAccessBlock)] == account
    assert [record.public_access_block for record in records(found, Bucket)] == [bucket]


def test_queues(tmp_path):
    url = f"https://sqs.{REGION}.amazonaws.com/{A}"
    attributes = {"QueueArn": arn("sqs", "one"), "Policy": TEXT, "KmsMasterKeyId": "alias/shop"}
    found = imported(
        tmp_path,
        {
            f"{HERE}/sqs/list-queues.json": {"QueueUrls": [f"{url}/{name}" for name in ("one", "three", "two")]},
            f"{HERE}/sqs/get-queue-attributes/one.json": {"Attributes": attributes},
            f"{HERE}/sqs/get-queue-attributes.json": {
                f"{url}/two": {"Attributes": {"QueueArn": arn("sqs", "two")}},
                f"{url}/three": DENIED,
            },
            f"{HERE}/sqs/list-queue-tags.json": {f"{url}/one": {"Tags": {"env": "prod"}}, f"{url}/two": {}},
        },
    )
    one, three, two = records(found, Queue)
    assert one == Queue(
        arn=arn("sqs", "one"), name="one", **WHERE, tags={"env": "prod"}, policy=CANONICAL, kms_key="alias/shop"
    )
    assert (two.tags, two.policy, two.kms_key) == ({}, None, None)
    assert (three.tags, three.policy, three.kms_key) == (None, Unseen("denied"), Unseen("denied"))
    assert state(found, "sqs.queues") == SEEN


@pytest.mark.parametrize("text, expected", [("{}", SEEN), ("", (State.FAILED, Reason.MALFORMED))])
def test_no_queue_is_an_answer_and_an_empty_file_is_none(tmp_path, text, expected):
    found = imported(tmp_path, {f"{HERE}/sqs/list-queues.json": text})
    assert (records(found, Queue), state(found, "sqs.queues")) == ([], expected)


def test_topics(tmp_path):
    topic = arn("sns", "alarms")
    found = imported(
        tmp_path,
        {
            f"{HERE}/sns/list-topics.json": {"Topics": [{"TopicArn": topic}]},
            f"{HERE}/sns/get-topic-attributes.json": {
                topic: {"Attributes": {"TopicArn": topic, "Policy": TEXT, "Owner": A, "SubscriptionsConfirmed": "2"}}
            },
            f"{HERE}/sns/list-tags-for-resource.json": {topic: {"Tags": [{"Key": "env", "Value": "prod"}]}},
        },
    )
    assert records(found, Topic) == [
        Topic(arn=topic, name="alarms", **WHERE, tags={"env": "prod"}, policy=CANONICAL, kms_key=None)
    ]
    assert state(found, "sns.topics") == SEEN


def test_repositories_keep_their_whole_names(tmp_path):
    names = ("plain/web", "team/web")
    shapes = [{"repositoryArn": arn("ecr", f"repository/{n}"), "repositoryName": n} for n in names]
    shapes[1]["encryptionConfiguration"] = {"encryptionType": "KMS", "kmsKey": "key"}
    found = imported(
        tmp_path,
        {
            f"{HERE}/ecr/describe-repositories.json": {"repositories": shapes},
            f"{HERE}/ecr/get-repository-policy/team%2Fweb.json": {"policyText": TEXT},
            f"{HERE}/ecr/get-repository-policy.json": {"plain/web": refused("RepositoryPolicyNotFoundException")},
            f"{HERE}/ecr/list-tags-for-resource/team%2Fweb.json": {"tags": [{"Key": "of", "Value": "team"}]},
            f"{HERE}/ecr/list-tags-for-resource.json": {"plain/web": {"tags": []}},
        },
    )
    plain, team = records(found, Repository)
    assert (plain.name, plain.tags, plain.policy, plain.kms_key) == ("plain/web", {}, None, None)
    assert (team.name, team.tags, team.policy, team.kms_key) == ("team/web", {"of": "team"}, CANONICAL, "key")
    assert state(found, "ecr.repositories") == SEEN


def test_tables(tmp_path):
    key = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "key"}
    table = {"TableName": "one", "TableArn": arn("dynamodb", "table/one"), "SSEDescription": key, "ItemCount": 7}
    recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
    found = imported(
        tmp_path,
        {
            f"{HERE}/dynamodb/list-tables.json": {"TableNames": ["one", "two"]},
            f"{HERE}/dynamodb/describe-table.json": {"one": {"Table": {**table, "DeletionProtectionEnabled": True}}},
            f"{HERE}/dynamodb/describe-continuous-backups/one.json": {"ContinuousBackupsDescription": recovery},
            f"{HERE}/dynamodb/get-resource-policy.json": {
                arn("dynamodb", "table/one"): {"Policy": TEXT, "RevisionId": "1"},
                arn("dynamodb", "table/two"): refused("PolicyNotFoundException"),
            },
            f"{HERE}/dynamodb/list-tags-of-resource/one.json": {"Tags": [{"Key": "env", "Value": "prod"}]},
        },
    )
    one, two = records(found, Table)
    assert one == Table(
        arn=arn("dynamodb", "table/one"), name="one", **WHERE, tags={"env": "prod"}, policy=CANONICAL, kms_key="key",
        deletion_protection=True, restorable_to_any_point=True,
    )  # fmt: skip
    assert (two.policy, two.deletion_protection, two.restorable_to_any_point) == (None, Unseen(), Unseen())
    assert state(found, "dynamodb.tables") == SEEN


def test_a_table_s_policy_is_not_a_secret_s_of_the_same_name(tmp_path):
    secret = arn("secretsmanager", "secret:one-AbCdEf")
    found = imported(
        tmp_path,
        {
            f"{HERE}/dynamodb/list-tables.json": {"TableNames": ["one"]},
            f"{HERE}/dynamodb/get-resource-policy.json": {"one": refused("PolicyNotFoundException")},
            f"{HERE}/secretsmanager/list-secrets.json": {"SecretList": [{"Name": "one", "ARN": secret}]},
        },
    )
    assert [table.policy for table in records(found, Table)] == [None]
    assert [one.policy for one in records(found, Secret)] == [Unseen()]


def test_log_groups_and_the_policies_of_their_region(tmp_path):
    group = arn("logs", "log-group:/web")
    found = imported(
        tmp_path,
        {
            f"{HERE}/logs/describe-log-groups.json": {
                "logGroups": [{"logGroupName": "/web", "arn": f"{group}:*", "retentionInDays": 30, "storedBytes": 7}]
            },
            f"{HERE}/logs/describe-resource-policies.json": {
                "resourcePolicies": [{"policyName": "search", "policyDocument": TEXT, "lastUpdatedTime": 1}]
            },
        },
    )
    assert records(found, LogGroup) == [LogGroup(arn=group, name="/web", **WHERE, retention_days=30)]
    assert records(found, LogPolicy) == [LogPolicy(**WHERE, name="search", policy=CANONICAL)]
    assert (state(found, "logs.groups"), state(found, "logs.policies")) == (SEEN, SEEN)


def test_manual_snapshots_and_who_may_restore_them(tmp_path):
    one = {"DBSnapshotIdentifier": "one", "DBSnapshotArn": arn("rds", "snapshot:one"), "DBInstanceIdentifier": "db"}
    nightly = {"DBSnapshotIdentifier": "rds:db-1", "DBSnapshotArn": arn("rds", "snapshot:rds:db-1")}
    ledger = {"DBClusterSnapshotIdentifier": "l", "DBClusterSnapshotArn": arn("rds", "cluster-snapshot:l")}
    sharing = [
        {"AttributeName": "restore", "AttributeValues": ["all", "999999999999"]},
        {"AttributeName": "copy", "AttributeValues": ["1"]},
    ]
    result = {"DBSnapshotIdentifier": "one", "DBSnapshotAttributes": sharing}
    found = imported(
        tmp_path,
        {
            f"{HERE}/rds/describe-db-snapshots.json": {
                "DBSnapshots": [
                    {**one, "SnapshotType": "manual", "Encrypted": True, "KmsKeyId": "key", "MasterUsername": "root"},
                    {**nightly, "SnapshotType": "automated"},
                ]
            },
            f"{HERE}/rds/describe-db-snapshot-attributes.json": {"one": {"DBSnapshotAttributesResult": result}},
            f"{HERE}/rds/describe-db-cluster-snapshots.json": {"DBClusterSnapshots": [{**ledger, "TagList": []}]},
            f"{HERE}/rds/describe-db-cluster-snapshot-attributes.json": {"l": DENIED},
        },
    )
    assert records(found, DatabaseSnapshot) == [
        DatabaseSnapshot(arn=arn("rds", "snapshot:one"), name="one", **WHERE, source="db", kms_key="key",
                         shared_with=("999999999999", "all"))
    ]  # fmt: skip
    [cluster] = records(found, ClusterSnapshot)
    assert (cluster.tags, cluster.kms_key, cluster.shared_with) == ({}, None, Unseen("denied"))
    assert (state(found, "rds.snapshots"), state(found, "rds.cluster_snapshots")) == (SEEN, SEEN)


def test_grants_on_keys_but_those_of_aws_s_own_services(tmp_path):
    key, reader = arn("kms", "key/1"), f"arn:aws:iam::{A}:role/reader"
    grant = {"KeyId": key, "GrantId": "b", "GranteePrincipal": reader, "Operations": ["Encrypt", "Decrypt"]}
    infrastructure = f"arn:aws:sts::{A}:assumed-role/aws:ec2-infrastructure/i-1"
    found = imported(
        tmp_path,
        {
            f"{HERE}/kms/list-keys.json": {"Keys": [{"KeyId": "1", "KeyArn": key}]},
            f"{HERE}/kms/list-grants.json": {
                key: {
                    "Grants": [
                        {**grant, "Constraints": {"EncryptionContextSubset": {"shop": "1"}}, "Name": "n"},
                        {**grant, "GrantId": "a", "GranteePrincipal": infrastructure},
                        {"KeyId": key, "GrantId": "c", "GranteeServicePrincipal": "rds.amazonaws.com"},
                    ]
                }
            },
        },
    )
    [one] = records(found, Key)
    assert one.grants == (KeyGrant(id="b", grantee=reader, operations=("Decrypt", "Encrypt"), within={"shop": "1"}),)


def test_grants_that_were_refused_are_unseen(tmp_path):
    key = arn("kms", "key/1")
    found = imported(
        tmp_path,
        {
            f"{HERE}/kms/list-keys.json": {"Keys": [{"KeyId": "1", "KeyArn": key}]},
            f"{HERE}/kms/list-grants.json": {key: DENIED},
        },
    )
    assert [one.grants for one in records(found, Key)] == [Unseen("denied")]
