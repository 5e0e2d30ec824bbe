"""What each importer makes of an answer in the form that AWS documents."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.files import collect_files
from ingest.files.sources import SOURCES
from ingest.snapshot import (
    AccessKey,
    AccessKeyUse,
    Account,
    Assignment,
    BackupVault,
    Bucket,
    CredentialReportRow,
    CredentialUse,
    DatabaseCluster,
    DatabaseInstance,
    DirectoryGroup,
    DirectoryUser,
    Function,
    GroupReference,
    IdentityProvider,
    Instance,
    Key,
    LoginProfile,
    MfaDevices,
    NetworkInterface,
    OrganizationPolicy,
    PeeringSide,
    PermissionSet,
    PolicyTarget,
    PrefixList,
    PublicAccessBlock,
    Reason,
    RecoveryPoint,
    RoleUse,
    Rule,
    Scope,
    Secret,
    SecurityGroup,
    State,
    Subnet,
    Trail,
    Unseen,
    User,
    Vpc,
    VpcPeering,
)

A, REGION = "111111111111", "eu-west-1"
HERE = f"accounts/{A}/{REGION}"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
CANONICAL = '{"Statement":[{"Action":"*","Effect":"Deny","Principal":"*","Resource":"*"}],"Version":"2012-10-17"}'
ALICE, BOB = f"arn:aws:iam::{A}:user/ops/alice", f"arn:aws:iam::{A}:user/bob"
GAAD = {
    "UserDetailList": [
        {"UserName": "alice", "Arn": ALICE, "Path": "/ops/", "AttachedManagedPolicies": []},
        {"UserName": "bob", "Arn": BOB, "AttachedManagedPolicies": []},
    ],
    "GroupDetailList": [],
    "Policies": [],
    "RoleDetailList": [],
}
DENIED = {"Error": {"Code": "AccessDenied", "Message": "no"}}

Import = Callable[[dict[str, Any]], Any]


@pytest.fixture
def imported(tmp_path) -> Import:
    """Writes files (JSON values, or texts) below one folder and collects it."""

    def write(files: dict[str, Any]) -> Any:
        for name, content in files.items():
            path = tmp_path / "dump" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return collect_files(tmp_path / "dump")

    return write


def records(collected, kind) -> list:
    return [r for shard in collected.shards.values() for r in shard.records if type(r) is kind]


def state(collected, collector: str) -> tuple[State, Reason]:
    [shard] = [shard for scope, shard in collected.shards.items() if scope.collector == collector]
    return shard.state, shard.reason


SEEN = (State.SEEN, Reason.NONE)


def test_every_source_is_fed_by_the_demo(request):
    from demo import baseline_dir

    fed = {scope.collector for scope in collect_files(Path(baseline_dir())).shards}
    assert fed == {source.collector for source in SOURCES}


def test_buckets(imported):
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    found = imported(
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
        }
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


def test_buckets_of_which_only_policies_are_there(imported):
    found = imported({f"accounts/{A}/get-bucket-policy.json": {"one": {"Policy": json.dumps(POLICY)}}})
    assert [b.name for b in records(found, Bucket)] == ["one"]
    assert state(found, "s3.buckets") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_plain_answers_of_one_argument_take_it_from_contents_or_the_file_name(imported):
    policy = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Resource": "arn:aws:s3:::one/*"}]}
    found = imported(
        {
            f"{A}/x.json": {"Policy": json.dumps(policy)},
            f"{A}/get-bucket-policy-two.json": {"Policy": json.dumps(POLICY)},
            f"{A}/get-bucket-policy/three.json": {"Policy": json.dumps(POLICY)},
            f"{A}/y.json": {"Policy": json.dumps(POLICY)},
        }
    )
    assert [b.name for b in records(found, Bucket)] == ["one", "three", "two"]
    [problem] = found.problems
    assert problem.file == f"{A}/y.json"
    assert "could be `s3api get-bucket-policy` or " in problem.reason


def test_databases(imported):
    arn = f"arn:aws:rds:{REGION}:{A}:"
    common = {
        "Engine": "aurora-postgresql",
        "KmsKeyId": "key",
        "DeletionProtection": True,
        "BackupRetentionPeriod": 7,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "TagList": [{"Key": "env", "Value": "prod"}],
    }
    found = imported(
        {
            "a.json": {
                "DBInstances": [
                    {
                        **common,
                        "DBInstanceArn": arn + "db:one",
                        "DBInstanceIdentifier": "one",
                        "DBClusterIdentifier": "ledger",
                        "Endpoint": {"Address": "x", "Port": 5432},
                        "PubliclyAccessible": True,
                        "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
                    }
                ]
            },
            "b.json": {
                "DBClusters": [
                    {
                        **common,
                        "DBClusterArn": arn + "cluster:ledger",
                        "DBClusterIdentifier": "ledger",
                        "Port": 5432,
                        "HttpEndpointEnabled": True,
                        "DBClusterMembers": [{"DBInstanceIdentifier": "one"}],
                    }
                ]
            },
        }
    )
    shared = {
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
    assert records(found, DatabaseInstance) == [
        DatabaseInstance(
            arn=arn + "db:one",
            name="one",
            cluster_id="ledger",
            publicly_accessible=True,
            vpc_id="vpc-1",
            subnet_ids=("subnet-1",),
            **shared,
        )
    ]
    assert records(found, DatabaseCluster) == [
        DatabaseCluster(arn=arn + "cluster:ledger", name="ledger", member_ids=("one",), data_api_enabled=True, **shared)
    ]
    assert state(found, "rds.instances") == state(found, "rds.clusters") == SEEN


def test_backup_vaults(imported):
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
    found = imported(files)
    assert state(found, "backup.vaults") == (State.PARTIAL, Reason.NOT_ATTEMPTED)
    found = imported(files | points)
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


def test_keys(imported):
    arns = [f"arn:aws:kms:{REGION}:{A}:key/{n}" for n in ("k1", "k2")]
    found = imported(
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
        }
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


def test_secrets_never_with_a_value(imported):
    arns = [f"arn:aws:secretsmanager:{REGION}:{A}:secret:team/{n}-AbCdEf" for n in ("db", "api")]
    found = imported(
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
        }
    )
    shared = {"account_id": A, "region": REGION, "tags": {}, "kms_key": "k", "rotation_enabled": True}
    assert records(found, Secret) == [
        Secret(arn=arns[1], name="team/api", policy=None, **shared),
        Secret(arn=arns[0], name="team/db", policy=CANONICAL, **shared),
    ]
    assert "hunter2" not in repr(found)


def test_functions_never_with_environment_values(imported):
    arn = f"arn:aws:lambda:{REGION}:{A}:function:fn"
    found = imported(
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
        }
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


def test_trails(imported):
    arn = f"arn:aws:cloudtrail:{REGION}:{A}:trail/org"
    found = imported(
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
        }
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


def test_networks(imported):
    tags = {"OwnerId": A, "Tags": [{"Key": "Name", "Value": "app"}]}
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": A, "VpcPeeringConnectionId": "pcx-1"}],
    }
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}
    found = imported(
        {
            f"{HERE}/1.json": {
                "Vpcs": [
                    {
                        "VpcId": "vpc-1",
                        "CidrBlock": "10.0.0.0/16",
                        "IsDefault": True,
                        **tags,
                        "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "100.64.0.0/16"}],
                        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
                    }
                ]
            },
            f"{HERE}/2.json": {
                "Subnets": [
                    {
                        "SubnetId": "subnet-1",
                        "VpcId": "vpc-1",
                        "CidrBlock": "10.0.1.0/24",
                        "AvailabilityZone": "eu-west-1a",
                        **tags,
                    }
                ]
            },
            f"{HERE}/3.json": {
                "SecurityGroups": [
                    {
                        "GroupId": "sg-1",
                        "GroupName": "web",
                        "VpcId": "vpc-1",
                        "Description": "d",
                        **tags,
                        "IpPermissions": [permission],
                        "IpPermissionsEgress": [everything],
                    }
                ]
            },
            f"{HERE}/4.json": {
                "PrefixLists": [
                    {
                        "PrefixListId": "pl-1",
                        "PrefixListName": "offices",
                        "OwnerId": A,
                        "PrefixListArn": f"arn:aws:ec2:{REGION}:{A}:prefix-list/pl-1",
                    },
                    {"PrefixListId": "pl-2", "PrefixListName": "s3", "OwnerId": "AWS"},
                ]
            },
            f"{HERE}/5.json": {"pl-1": {"Entries": [{"Cidr": "192.0.2.0/24", "Description": "x"}]}},
            f"{HERE}/6.json": {
                "VpcPeeringConnections": [
                    {
                        "VpcPeeringConnectionId": "pcx-1",
                        "Status": {"Code": "active"},
                        "Tags": [],
                        "RequesterVpcInfo": {
                            "VpcId": "vpc-1",
                            "OwnerId": A,
                            "Region": REGION,
                            "CidrBlock": "10.0.0.0/16",
                        },
                        "AccepterVpcInfo": {
                            "VpcId": "vpc-2",
                            "OwnerId": "222222222222",
                            "Region": REGION,
                            "CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}],
                        },
                    }
                ]
            },
        }
    )
    here = {"account_id": A, "region": REGION}
    named = {**here, "name": "app", "tags": {"Name": "app"}}
    assert records(found, Vpc) == [
        Vpc(id="vpc-1", is_default=True, **named, cidrs=("10.0.0.0/16", "100.64.0.0/16", "2001:db8::/56"))
    ]
    assert records(found, Subnet) == [
        Subnet(id="subnet-1", vpc_id="vpc-1", cidrs=("10.0.1.0/24",), zone="eu-west-1a", **named)
    ]
    assert records(found, SecurityGroup) == [
        SecurityGroup(
            id="sg-1",
            **{**named, "name": "web"},
            vpc_id="vpc-1",
            description="d",
            ingress=(Rule("tcp", 443, 443, ("10.0.0.0/8", "::/0"), (GroupReference("sg-2", A, "pcx-1"),), ("pl-1",)),),
            egress=(Rule("-1", None, None, ("0.0.0.0/0",)),),
        )
    ]
    assert records(found, PrefixList) == [PrefixList(id="pl-1", name="offices", cidrs=("192.0.2.0/24",), **here)]
    assert state(found, "ec2.prefix_lists") == (State.PARTIAL, Reason.NOT_ATTEMPTED)  # nobody asked for pl-2
    assert records(found, VpcPeering) == [
        VpcPeering(
            id="pcx-1",
            requester=PeeringSide("vpc-1", A, REGION, ("10.0.0.0/16",)),
            accepter=PeeringSide("vpc-2", "222222222222", REGION, ("10.1.0.0/16",)),
            **here,
        )
    ]


def test_instances_and_interfaces(imported):
    found = imported(
        {
            f"{HERE}/i.json": {
                "Reservations": [
                    {
                        "OwnerId": A,
                        "Instances": [
                            {
                                "InstanceId": "i-1",
                                "State": {"Name": "stopped"},
                                "VpcId": "vpc-1",
                                "SubnetId": "subnet-1",
                                "PrivateIpAddress": "10.0.0.1",
                                "PublicIpAddress": "192.0.2.1",
                                "UserData": "hunter2",
                                "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web"}],
                                "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}],
                                "MetadataOptions": {"HttpTokens": "required"},
                                "IamInstanceProfile": {"Arn": "profile"},
                                "Placement": {"AvailabilityZone": "eu-west-1a"},
                                "Tags": [{"Key": "Name", "Value": "web"}],
                            }
                        ],
                    }
                ]
            },
            f"{HERE}/e.json": {
                "NetworkInterfaces": [
                    {
                        "NetworkInterfaceId": "eni-1",
                        "OwnerId": A,
                        "VpcId": "vpc-1",
                        "SubnetId": "subnet-1",
                        "PrivateIpAddress": "10.0.0.1",
                        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.2"}],
                        "Association": {"PublicIp": "192.0.2.1"},
                        "Groups": [{"GroupId": "sg-1"}],
                        "InterfaceType": "interface",
                        "Attachment": {"InstanceId": "i-1"},
                        "TagSet": [{"Key": "Name", "Value": "eth"}],
                    }
                ]
            },
        }
    )
    place = {"account_id": A, "region": REGION, "vpc_id": "vpc-1", "subnet_id": "subnet-1", "groups": ("sg-1",)}
    assert records(found, Instance) == [
        Instance(
            id="i-1",
            arn=f"arn:aws:ec2:{REGION}:{A}:instance/i-1",
            name="web",
            tags={"Name": "web"},
            state="stopped",
            private_ip="10.0.0.1",
            public_ip="192.0.2.1",
            interface_ids=("eni-1",),
            instance_profile_arn="profile",
            imds_v2_required=True,
            **place,
        )
    ]
    assert records(found, NetworkInterface) == [
        NetworkInterface(
            id="eni-1",
            name="eth",
            tags={"Name": "eth"},
            private_ips=("10.0.0.1", "10.0.0.2"),
            public_ip="192.0.2.1",
            instance_id="i-1",
            **place,
        )
    ]
    assert "hunter2" not in repr(found)


def test_a_shared_subnet_is_shown_where_it_was_asked_for_and_owned_by_its_owner(imported):
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "OwnerId": "999999999999"}
    found = imported({f"{HERE}/describe-subnets.json": {"Subnets": [subnet]}})
    assert list(found.shards) == [Scope(A, REGION, "ec2.subnets")]
    assert records(found, Subnet)[0].account_id == "999999999999"


def test_credentials(imported):
    keys = [{"UserName": "alice", "AccessKeyId": "AKIA1", "Status": "Inactive", "CreateDate": "2024-01-02T03:04:05Z"}]
    found = imported(
        {
            f"{A}/gaad.json": GAAD,
            f"{A}/iam/a.json": {"alice": {"AccessKeyMetadata": keys}, "bob": {"AccessKeyMetadata": []}},
            f"{A}/iam/b.json": {
                "alice": {"LoginProfile": {"UserName": "alice", "CreateDate": "x"}},
                "bob": {"Error": {"Code": "NoSuchEntity", "Message": "none"}},
            },
            f"{A}/iam/c.json": {
                "alice": {"MFADevices": [{"UserName": "alice", "SerialNumber": "mfa"}]},
                "bob": {"MFADevices": []},
            },
            f"{A}/iam/d.json": {
                "AKIA1": {
                    "UserName": "alice",
                    "AccessKeyLastUsed": {
                        "LastUsedDate": "2024-02-01T01:00:00+01:00",
                        "ServiceName": "s3",
                        "Region": "us-east-1",
                    },
                }
            },
        }
    )
    assert records(found, AccessKey) == [
        AccessKey(account_id=A, user_arn=ALICE, id="AKIA1", active=False, created="2024-01-02T03:04:05+00:00")
    ]
    assert records(found, LoginProfile) == [
        LoginProfile(account_id=A, user_arn=BOB, exists=False),
        LoginProfile(account_id=A, user_arn=ALICE, exists=True),
    ]
    assert records(found, MfaDevices) == [
        MfaDevices(account_id=A, user_arn=BOB),
        MfaDevices(account_id=A, user_arn=ALICE, serials=("mfa",)),
    ]
    assert records(found, AccessKeyUse) == [
        AccessKeyUse(account_id=A, key_id="AKIA1", last_used="2024-02-01T00:00:00+00:00")
    ]
    assert {s.state for s in found.shards.values()} == {State.SEEN}


@pytest.mark.parametrize(
    "bob, expected",
    [
        ({}, (State.PARTIAL, Reason.NOT_ATTEMPTED)),
        ({"bob": DENIED}, (State.PARTIAL, Reason.DENIED)),
        ({"bob": {}}, (State.PARTIAL, Reason.MALFORMED)),
        ({"bob": {"AccessKeyMetadata": [], "IsTruncated": True, "Marker": "m"}}, (State.PARTIAL, Reason.TRUNCATED)),
        ({"bob": {"AccessKeyMetadata": []}}, SEEN),
    ],
)
def test_a_user_who_was_not_asked_about_may_have_keys(imported, bob, expected):
    found = imported(
        {f"{A}/gaad.json": GAAD, f"{A}/list-access-keys.json": {"alice": {"AccessKeyMetadata": []}, **bob}}
    )
    assert state(found, "iam.access_keys") == expected


def test_keys_without_a_list_of_users_are_not_all_keys(imported):
    found = imported({f"{A}/list-access-keys.json": {"alice": {"AccessKeyMetadata": []}}})
    assert state(found, "iam.access_keys") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date"
)
REPORT = "\n".join(
    (
        HEADER,
        f"<root_account>,arn:aws:iam::{A}:root,2020-01-01T00:00:00+00:00,not_supported,2024-05-05T00:00:00+00:00,"
        "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A",
        f"alice,{ALICE},2020-01-01T00:00:00+00:00,true,no_information,2020-01-01T00:00:00+00:00,N/A,false,true,"
        "2021-01-01T00:00:00+00:00,2024-06-06T00:00:00+00:00,us-east-1,s3,false,N/A,N/A",
    )
)


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        REPORT.replace("\n", "\r\n") + "\r\n",
        {"Content": base64.b64encode(REPORT.encode()).decode(), "ReportFormat": "text/csv", "GeneratedTime": "now"},
    ],
    ids=["csv", "csv of windows", "cli"],
)
def test_the_credential_report(imported, report):
    found = imported({"any-name": report})
    assert records(found, CredentialReportRow) == [
        CredentialReportRow(account_id=A, user_arn=f"arn:aws:iam::{A}:root", mfa_active=True),
        CredentialReportRow(
            account_id=A,
            user_arn=ALICE,
            password_enabled=True,
            key_1_active=True,
            key_1_rotated="2021-01-01T00:00:00+00:00",
        ),
    ]
    assert records(found, CredentialUse) == [
        CredentialUse(account_id=A, user_arn=f"arn:aws:iam::{A}:root", password_last_used="2024-05-05T00:00:00+00:00"),
        CredentialUse(account_id=A, user_arn=ALICE, key_1_last_used="2024-06-06T00:00:00+00:00"),
    ]
    assert state(found, "iam.credential_report") == SEEN


def test_a_row_of_the_credential_report_that_was_cut_off_is_not_read_as_no_mfa(imported):
    found = imported({"report.csv": REPORT[: REPORT.index("alice") + 60]})
    assert [r.user_arn for r in records(found, CredentialReportRow)] == [f"arn:aws:iam::{A}:root"]
    assert state(found, "iam.credential_report") == (State.PARTIAL, Reason.MALFORMED)
    assert found.problems[0].file == "report.csv"


def test_identity_providers(imported):
    saml, oidc = (f"arn:aws:iam::{A}:{name}" for name in ("saml-provider/sso", "oidc-provider/token.example.com/x"))
    found = imported(
        {
            "a.json": {"SAMLProviderList": [{"Arn": saml, "ValidUntil": "x"}]},
            "b.json": {"OpenIDConnectProviderList": [{"Arn": oidc}]},
            "c.json": {"Url": "token.example.com/x", "ClientIDList": ["sts"], "ThumbprintList": [], "Tags": []},
        }
    )
    assert records(found, IdentityProvider) == [
        IdentityProvider(arn=oidc, name="token.example.com/x", account_id=A, kind="oidc", client_ids=("sts",)),
        IdentityProvider(arn=saml, name="sso", account_id=A, kind="saml", client_ids=()),
    ]
    assert state(found, "iam.providers") == SEEN


def test_url_encoded_documents_and_the_default_version(imported):
    from urllib.parse import quote

    role = {
        "RoleName": "r",
        "Arn": f"arn:aws:iam::{A}:role/r",
        "AssumeRolePolicyDocument": quote(json.dumps(POLICY)),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "RoleLastUsed": {"LastUsedDate": "2024-01-01T00:00:00+00:00", "Region": "eu-west-1"},
    }
    found = imported({"g.json": {**GAAD, "RoleDetailList": [role]}})
    shard = found.shards[Scope(A, "", "iam.authorization")]
    assert shard.records[0].trust == CANONICAL
    assert "2024-01-01" not in repr(shard), "a role's last use is activity"
    assert records(found, RoleUse) == [
        RoleUse(account_id=A, role_arn=role["Arn"], region="eu-west-1", last_used="2024-01-01T00:00:00+00:00")
    ]


SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"


def test_identity_center(imported):
    found = imported(
        {
            "1.json": {
                "Instances": [
                    {"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "OwnerAccountId": A}
                ]
            },
            "2.json": {"PermissionSets": [SET]},
            "3.json": {SET: {"PermissionSet": {"Name": "Analyst", "PermissionSetArn": SET, "SessionDuration": "PT8H"}}},
            "4.json": {SET: {"AttachedManagedPolicies": [{"Name": "n", "Arn": "arn:managed"}]}},
            "5.json": {SET: {"CustomerManagedPolicyReferences": [{"Name": "own", "Path": "/team/"}]}},
            "6.json": {SET: {"InlinePolicy": json.dumps(POLICY)}},
            "7.json": {
                SET: {"PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "fence", "Path": "/"}}}
            },
            "8.json": {
                f"{A} {SET}": {
                    "AccountAssignments": [
                        {"AccountId": A, "PermissionSetArn": SET, "PrincipalType": "USER", "PrincipalId": "u-1"}
                    ]
                }
            },
            "9.json": {
                "Users": [
                    {
                        "UserId": "u-1",
                        "IdentityStoreId": "d-1",
                        "UserName": "ann",
                        "DisplayName": "Ann",
                        "Emails": [{"Value": "b@x"}, {"Value": "a@x", "Primary": True}],
                    }
                ]
            },
            "10.json": {"Groups": [{"GroupId": g, "IdentityStoreId": "d-1", "DisplayName": g} for g in ("g-1", "g-2")]},
            "11.json": {"g-1": {"GroupMemberships": [{"GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]}},
        }
    )
    assert records(found, PermissionSet) == [
        PermissionSet(
            arn=SET,
            name="Analyst",
            instance_arn="arn:aws:sso:::instance/ssoins-1",
            session_duration="PT8H",
            managed=("arn:managed",),
            customer_managed=("/team/own",),
            inline=CANONICAL,
            boundary="/fence",
        )
    ]
    assert records(found, Assignment) == [
        Assignment(account_id=A, permission_set_arn=SET, principal_type="USER", principal_id="u-1")
    ]
    assert records(found, DirectoryUser) == [DirectoryUser(id="u-1", name="ann", display_name="Ann", email="a@x")]
    assert records(found, DirectoryGroup) == [
        DirectoryGroup(id="g-1", name="g-1", member_ids=("u-1",)),
        DirectoryGroup(id="g-2", name="g-2", member_ids=Unseen()),
    ]
    assert state(found, "sso.permission_sets") == state(found, "sso.directory") == SEEN


@pytest.mark.parametrize(
    "inline, boundary, expected",
    [
        ({"InlinePolicy": ""}, {"Error": {"Code": "ResourceNotFoundException"}}, (None, None)),
        (DENIED, DENIED, (Unseen("denied"), Unseen("denied"))),
    ],
)
def test_a_permission_set_without_inline_policy_or_with_one_that_is_denied(imported, inline, boundary, expected):
    found = imported(
        {
            f"{A}/sso/describe-permission-set.json": {SET: {"PermissionSet": {"Name": "n", "PermissionSetArn": SET}}},
            f"{A}/sso/get-inline-policy-for-permission-set.json": {SET: inline},
            f"{A}/sso/get-permissions-boundary-for-permission-set.json": {SET: boundary},
        }
    )
    [one] = records(found, PermissionSet)
    assert (one.inline, one.boundary) == expected


ORG = "arn:aws:organizations::111111111111:"
MEMBER = {"Id": "222222222222", "Arn": f"{ORG}account/o-1/222222222222", "Name": "prod", "Status": "ACTIVE"}


def tree(types: list[str]) -> dict[str, Any]:
    return {
        "o/describe-organization.json": {
            "Organization": {"Id": "o-1", "Arn": f"{ORG}organization/o-1", "MasterAccountId": A}
        },
        "o/list-roots.json": {
            "Roots": [
                {
                    "Id": "r-1",
                    "Arn": f"{ORG}root/o-1/r-1",
                    "Name": "Root",
                    "PolicyTypes": [{"Type": t, "Status": "ENABLED"} for t in types],
                }
            ]
        },
        "o/list-accounts.json": {"Accounts": [MEMBER]},
        "o/list-accounts-for-parent.json": {"r-1": {"Accounts": [MEMBER]}},
        "o/list-organizational-units-for-parent.json": {"r-1": {"OrganizationalUnits": []}},
        "o/list-tags-for-resource.json": {"222222222222": {"Tags": [{"Key": "env", "Value": "prod"}]}},
    }


SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def policy(kind: str) -> dict[str, Any]:
    return {"Id": f"p-{kind[:3].lower()}", "Arn": f"{ORG}policy/o-1/x/p-{kind[:3].lower()}", "Name": kind, "Type": kind}


def test_accounts_have_their_parent_and_tags(imported):
    found = imported(tree([]))
    assert records(found, Account) == [
        Account(id="222222222222", arn=MEMBER["Arn"], name="prod", parent_id="r-1", tags={"env": "prod"})
    ]
    assert state(found, "organizations.tree") == SEEN


def test_policies_of_both_kinds(imported):
    found = imported(
        {
            **tree([SCP, RCP]),
            "o/list-policies.json": {"Policies": [policy(SCP), policy(RCP), policy("TAG_POLICY")]},
            "o/describe-policy.json": {
                "p-ser": {"Policy": {"PolicySummary": policy(SCP), "Content": json.dumps(POLICY)}},
                "p-res": DENIED,
            },
            "o/list-policies-for-target.json": {"r-1": {"Policies": [policy(SCP)]}, "222222222222": {"Policies": []}},
            "o/list-policies-for-target-RESOURCE_CONTROL_POLICY.json": {
                "r-1": {"Policies": []},
                "222222222222": {"Policies": []},
            },
        }
    )
    rcp, scp = sorted(records(found, OrganizationPolicy), key=lambda p: p.kind)
    assert (scp.kind, scp.document, rcp.kind, rcp.document) == ("scp", CANONICAL, "rcp", Unseen("denied"))
    assert {(t.target_id, t.kind): t.policy_ids for t in records(found, PolicyTarget)} == {
        ("r-1", "scp"): ("p-ser",),
        ("222222222222", "scp"): (),
        ("r-1", "rcp"): (),
        ("222222222222", "rcp"): (),
    }
    assert state(found, "organizations.policies") == SEEN


def test_a_kind_that_is_enabled_and_was_not_asked_for_is_open(imported):
    found = imported(
        {
            **tree([SCP, RCP]),
            "o/list-policies.json": {"Policies": []},
            "o/list-policies-for-target.json": {"r-1": {"Policies": [policy(SCP)]}, "222222222222": {"Policies": []}},
        }
    )
    assert state(found, "organizations.policies") == (State.PARTIAL, Reason.NOT_ATTEMPTED)
    assert {t.kind for t in records(found, PolicyTarget)} == {"scp"}


def test_answers_about_tag_policies_say_nothing_about_others(imported):
    found = imported(
        {
            **tree([SCP]),
            "o/list-policies.json": {"Policies": []},
            "o/list-policies-for-target-TAG_POLICY.json": {"r-1": {"Policies": []}},
        }
    )
    assert ("r-1", "scp") not in {(t.target_id, t.kind) for t in records(found, PolicyTarget)}


def test_other_partitions_keep_theirs(imported):
    found = imported(
        {
            "222222222222/us-gov-west-1/describe-instances.json": {
                "Reservations": [{"OwnerId": "222222222222", "Instances": [{"InstanceId": "i-1"}]}]
            },
            "333333333333/g.json": {
                **GAAD,
                "UserDetailList": [
                    {"UserName": "u", "Arn": "arn:aws-cn:iam::333333333333:user/u", "AttachedManagedPolicies": []}
                ],
            },
            "333333333333/list-buckets.json": {"Buckets": [{"Name": "b"}]},
        }
    )
    assert records(found, Instance)[0].arn == "arn:aws-us-gov:ec2:us-gov-west-1:222222222222:instance/i-1"
    assert records(found, Bucket)[0].arn == "arn:aws-cn:s3:::b"


def test_pages_are_one_answer(imported):
    page = {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": A}], "NextToken": "t"}
    last = {"Vpcs": [{"VpcId": "vpc-2", "OwnerId": A}]}
    found = imported({f"{HERE}/one.json": page})
    assert state(found, "ec2.vpcs") == (State.PARTIAL, Reason.TRUNCATED)
    assert state(imported({f"{HERE}/two.json": last}), "ec2.vpcs") == SEEN
    listed = imported({f"{HERE}/one.json": [page, last], f"{HERE}/two.json": []})
    assert state(listed, "ec2.vpcs") == SEEN
    assert [v.id for v in records(listed, Vpc)] == ["vpc-1", "vpc-2"]


def test_one_file_with_the_dumps_of_several_accounts(imported):
    other = {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": []}
    found = imported({"all.json": {A: GAAD, "222222222222": other}})
    assert [s.account_id for s in found.shards if s.collector == "iam.authorization"] == [A, "222222222222"]
    assert [u.name for u in records(found, User)] == ["bob", "alice"]


def test_a_dump_without_a_part_of_it_is_partial(imported):
    found = imported({"g.json": {k: v for k, v in GAAD.items() if k != "Policies"}})
    assert state(found, "iam.authorization") == (State.PARTIAL, Reason.TRUNCATED)


def test_two_files_that_differ_about_one_thing_are_a_problem(imported):
    older = {
        **GAAD,
        "UserDetailList": [
            {"UserName": "alice", "Arn": ALICE, "AttachedManagedPolicies": [], "Tags": [{"Key": "k", "Value": "v"}]}
        ],
    }
    found = imported({"a/g.json": GAAD, "b/g.json": older})
    assert [u.tags for u in records(found, User) if u.arn == ALICE] == [{}]
    assert "two answers differ about" in found.problems[0].reason
