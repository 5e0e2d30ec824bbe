"""AWS Backup vaults, who may touch them, and the recovery points in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import BackupVault, Record, RecoveryPoint
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Document, Response, Shape, Source, account_in, each, last_part, region_in


class VaultShape(Shape, frozen=True):
    backup_vault_name: str
    backup_vault_arn: str
    encryption_key_arn: str | None = None
    locked: bool = False


class Vaults(Response, frozen=True):
    backup_vault_list: list[VaultShape]

    def told(self) -> Iterable[str]:
        return (vault.backup_vault_arn for vault in self.backup_vault_list)


class VaultPolicy(Response, frozen=True):
    policy: Document
    backup_vault_arn: str = ""
    backup_vault_name: str = ""

    def told(self) -> Iterable[str]:
        return (self.backup_vault_arn,)

    def argument(self) -> str:
        return self.backup_vault_name or self.backup_vault_arn


class PointShape(Shape, frozen=True):
    recovery_point_arn: str
    backup_vault_arn: str
    resource_arn: str = ""
    status: str = "COMPLETED"


class Points(Response, frozen=True):
    recovery_points: list[PointShape]

    def told(self) -> Iterable[str]:
        return (point.backup_vault_arn for point in self.recovery_points)

    def argument(self) -> str:
        vaults = {point.backup_vault_arn for point in self.recovery_points}
        return vaults.pop() if len(vaults) == 1 else ""


LIST_VAULTS = Call("backup", "list-backup-vaults", Vaults)
EACH_VAULT = each(LIST_VAULTS, lambda page: (v.backup_vault_name for v in page.backup_vault_list), "BackupVaultName")
GET_POLICY = Call(
    "backup",
    "get-backup-vault-access-policy",
    VaultPolicy,
    takes="vault",
    asks=EACH_VAULT,
    per=BackupVault,
)
LIST_POINTS = Call(
    "backup",
    "list-recovery-points-by-backup-vault",
    Points,
    takes="vault",
    items_tell=True,
    asks=EACH_VAULT,
    per=BackupVault,
)


def vaults(answers: Answers) -> Iterator[Record]:
    """A vault's recovery points are records of this shard, so that each vault must have been asked for them."""
    listed = [vault for page in answers.all(LIST_VAULTS) for vault in page.backup_vault_list]
    answers.expect(LIST_POINTS, (vault.backup_vault_name for vault in listed))
    for vault in listed:
        arn = vault.backup_vault_arn
        yield BackupVault(
            arn=arn,
            name=vault.backup_vault_name,
            account_id=account_in(arn),
            region=region_in(arn),
            policy=answers.detail(GET_POLICY, [arn], lambda page: page.policy.seen),
            locked=vault.locked,
            kms_key=vault.encryption_key_arn,
        )
    for point in (p for page in answers.all(LIST_POINTS) for p in page.recovery_points):
        yield _point(point)


def _point(point: PointShape) -> RecoveryPoint:
    """Its own ARN may be a snapshot's, without an account; the vault's has it."""
    vault = point.backup_vault_arn
    return RecoveryPoint(
        arn=point.recovery_point_arn,
        name=last_part(point.recovery_point_arn),
        account_id=account_in(vault),
        region=region_in(vault),
        vault_arn=vault,
        resource_arn=point.resource_arn,
        status=point.status,
    )


SOURCES = (Source("backup.vaults", vaults, required=(LIST_VAULTS,), details=(GET_POLICY, LIST_POINTS)),)
