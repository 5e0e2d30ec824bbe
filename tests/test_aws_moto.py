"""The collectors against moto, another reading of AWS than ours: over HTTP, something of everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest

from ingest.aws.collect import Collection
from ingest.aws.estate import Organization
from ingest.aws.sessions import Sessions, client_config
from ingest.aws.unfinished import Unfinished
from ingest.snapshot import (
    COLLECTORS,
    AccessEntry,
    AccessKey,
    AccountAccessBlock,
    AppRunnerService,
    Assignment,
    BedrockAgent,
    Bucket,
    ClusterSnapshot,
    CodeInterpreter,
    DatabaseInstance,
    DatabaseSnapshot,
    DirectoryGroup,
    EksCluster,
    Function,
    Instance,
    Key,
    LogPolicy,
    ManagedInstance,
    MfaDevices,
    Nodegroup,
    NotebookInstance,
    PermissionSet,
    PodIdentity,
    PolicyTarget,
    PrefixList,
    Queue,
    Record,
    RecoveryPoint,
    Repository,
    Role,
    Secret,
    SecurityGroup,
    State,
    StateMachine,
    StudioDomain,
    StudioProfile,
    Table,
    Task,
    Topic,
    User,
    VpcPeering,
)
from ingest.snapshot.repository import ShardInput
from tests.aws_collecting import NOW, READER, Run, Told, asker, credentials_of
from tests.aws_moto import Moto
from tests.aws_seed import MANAGER, seed
from tests.aws_server import AwsServer, serving

R = TypeVar("R", bound=Record)
NOT_IN_MOTO = {  # or listed there, with no way to make one
    AccessEntry,
    AppRunnerService,
    CodeInterpreter,
    ManagedInstance,
    PodIdentity,
    RecoveryPoint,
    StudioProfile,
    Task,  # moto forgets whether a task takes commands
}


@dataclass(frozen=True)
class Shop:
    server: AwsServer
    account: str
    shards: dict[object, ShardInput]

    def all(self, kind: type[R]) -> list[R]:
        return [r for shard in self.shards.values() for r in shard.records if type(r) is kind]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[Shop]:
    """Collected over HTTP, as a user would with AWS_ENDPOINT_URL."""
    server = AwsServer(Moto())
    with credentials_of(MANAGER):
        account = seed(server)
    with serving(server) as url, credentials_of(MANAGER, url):
        organization = Organization.of("main", Sessions("", "run-1", client_config()), READER)
        unfinished = Unfinished(tmp_path_factory.mktemp("run") / "unfinished", "key", NOW)
        yield Shop(server, account, dict(Collection(asker(), unfinished, Told()).collect([organization]).shards))


def test_all_of_it_is_seen(shop):
    assert {scope: s.detail for scope, s in shop.shards.items() if s.state is not State.SEEN} == {}
    found = {type(record) for shard in shop.shards.values() for record in shard.records}
    assert {kind for c in COLLECTORS.values() for kind in c.records} - found == NOT_IN_MOTO


@pytest.mark.parametrize("size", [1, 3])
def test_small_pages_change_nothing(shop, size, tmp_path):
    shop.server.page_size = size
    with credentials_of(MANAGER):
        assert Run(shop.server, tmp_path).collect().shards == shop.shards
    shop.server.page_size = 0


def test_who_may_do_what(shop):
    [bob] = [user for user in shop.all(User) if user.name == "bob"]
    assert ([p.name for p in bob.inline], bob.groups, bob.tags) == (["own"], ("admins",), {"team": "shop"})
    [web] = [role for role in shop.all(Role) if role.name == "web"]
    assert web.boundary == f"arn:aws:iam::{shop.account}:policy/all"
    assert "ec2.amazonaws.com" in web.trust
    assert [key.user_arn for key in shop.all(AccessKey)] == [bob.arn]
    assert [len(devices.serials) for devices in shop.all(MfaDevices) if devices.user_arn == bob.arn] == [1]


def test_what_guards_resources(shop):
    [bucket] = [bucket for bucket in shop.all(Bucket) if bucket.name == "shop-data"]
    assert bucket.region == "eu-west-1"
    assert bucket.public_access_block.block_public_policy
    assert '"arn:aws:s3:::shop-data/*"' in bucket.policy
    assert [key.aliases for key in shop.all(Key)] == [("alias/shop",)]
    assert [('"Deny"' in secret.policy, secret.tags) for secret in shop.all(Secret)] == [(True, {})]
    assert ["events.amazonaws.com" in function.policy for function in shop.all(Function)] == [True]
    assert [database.engine for database in shop.all(DatabaseInstance)] == ["postgres"]


def test_what_stores_are_open_to(shop):
    policies = {queue.name: queue.policy for queue in shop.all(Queue)}
    assert (MANAGER in policies["jobs"], policies["plain"]) == (True, None)
    [alarms] = [topic for topic in shop.all(Topic) if topic.name == "alarms"]
    assert (MANAGER in alarms.policy, alarms.tags) == (True, {"env": "prod"})
    repositories = [(one.name, one.policy is None, one.tags) for one in shop.all(Repository)]
    assert repositories == [("plain", True, {"of": "plain"}), ("team/web", False, {"of": "team/web"})]
    [table] = shop.all(Table)
    assert (MANAGER in table.policy, table.deletion_protection, table.restorable_to_any_point) == (True, True, True)
    assert [snapshot.shared_with for snapshot in shop.all(DatabaseSnapshot)] == [(MANAGER, "all")]
    assert [snapshot.shared_with for snapshot in shop.all(ClusterSnapshot)] == [(MANAGER,)]
    assert ["es.amazonaws.com" in policy.policy for policy in shop.all(LogPolicy)] == [True]
    grants = [(grant.operations, grant.within) for key in shop.all(Key) for grant in key.grants]
    assert grants == [(("Decrypt",), {"shop": "1"})]
    blocks = {block.account_id: block.block for block in shop.all(AccountAccessBlock)}
    assert (blocks[MANAGER], blocks[shop.account].restrict_public_buckets) == (None, False)


def test_what_reaches_what(shop):
    [group] = [group for group in shop.all(SecurityGroup) if group.name == "web"]
    assert sorted((rule.protocol, rule.from_port, rule.cidrs) for rule in group.ingress) == [
        ("-1", None, ()),
        ("tcp", 443, ("0.0.0.0/0",)),
    ]
    [instance] = shop.all(Instance)
    assert (instance.groups, instance.imds_v2_required) == ((group.id,), True)
    assert instance.instance_profile_arn == f"arn:aws:iam::{shop.account}:instance-profile/web"
    assert [peering.requester.cidrs for peering in shop.all(VpcPeering)] == [("10.1.0.0/16",)]
    assert ("192.0.2.0/25",) in [prefixes.cidrs for prefixes in shop.all(PrefixList)]


def test_what_runs_with_which_role(shop):
    job = f"arn:aws:iam::{shop.account}:role/job"
    found = [r for kind in (NotebookInstance, StudioDomain, BedrockAgent, StateMachine) for r in shop.all(kind)]
    assert {type(one): one.role_arn for one in found} == dict.fromkeys(
        (NotebookInstance, StudioDomain, BedrockAgent, StateMachine), job
    )
    [cluster], [nodes] = shop.all(EksCluster), shop.all(Nodegroup)
    assert (cluster.role_arn, nodes.role_arn, nodes.cluster_arn) == (job, job, cluster.arn)


def test_who_works_where(shop):
    [assignment], [permission_set], [ops] = shop.all(Assignment), shop.all(PermissionSet), shop.all(DirectoryGroup)
    assert (assignment.account_id, assignment.principal_id) == (shop.account, ops.id)
    assert (permission_set.customer_managed, permission_set.boundary) == (("/all",), None)
    assert len(ops.member_ids) == 1
    attached = {(target.kind, len(target.policy_ids)) for target in shop.all(PolicyTarget)}
    assert {("scp", 2), ("scp", 1)} <= attached
