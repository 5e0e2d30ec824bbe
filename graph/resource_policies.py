"""What AWS keeps of a resource in another form than a policy of its own, as policies: grants, sharing, log policies."""

from __future__ import annotations

from collections.abc import Sequence

import ingest.snapshot as facts
from graph.estate import Estate
from policy import Document, Policy, Statement, kms_grant

VERSION = "2012-10-17"
EVERYONE = "all"  # in the list of accounts that may restore a snapshot
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
SHARED_FOR: dict[type[facts.Record], tuple[str, ...]] = {
    facts.DatabaseSnapshot: ("rds:RestoreDBInstanceFromDBSnapshot", "rds:CopyDBSnapshot"),
    facts.ClusterSnapshot: ("rds:RestoreDBClusterFromSnapshot", "rds:CopyDBClusterSnapshot"),
}


def key_grants(record: facts.Record) -> list[Policy]:
    """The grants on a key. They only add, so that unseen ones are taken for none: coverage tells of them."""
    grants = record.grants if isinstance(record, facts.Key) else ()
    return [
        kms_grant(one.id, one.grantee, one.operations, within=one.within, exactly=one.exactly)
        for one in (() if isinstance(grants, facts.Unseen) else grants)
    ]


def sharing(record: facts.Record) -> Policy | None:
    """Whom a snapshot is shared with, as a policy of it; None for anything else, and where nobody knows."""
    shared = getattr(record, "shared_with", facts.Unseen())
    if type(record) not in SHARED_FOR or isinstance(shared, facts.Unseen) or not shared:
        return None
    names = tuple("*" if account == EVERYONE else account for account in shared)
    statement = Statement("Allow", SHARED_FOR[type(record)], resources=("*",), principals={"AWS": names})
    return Policy(f"{record.key}/sharing", "sharing", Document((statement,), VERSION))


def log_policy(estate: Estate, group: facts.LogGroup, *, of_principals: bool = False) -> Policy | None:
    """The resource policies of CloudWatch Logs in a log group's region, as one; `of_principals` leaves out those that
    let in services of AWS and do nothing else."""
    found = estate.log_policies(group.account_id, group.region)
    return _as_one([one for one in found if not of_principals or _speaks_to_principals(one)])


def _as_one(policies: Sequence[Policy]) -> Policy | None:
    unseen = next((one for one in policies if one.document is None), None)
    if unseen or len(policies) <= 1:
        return unseen or next(iter(policies), None)
    statements = tuple(s for one in policies if one.document for s in one.document.statements)
    names = ", ".join(one.name for one in policies)
    return Policy(names, names, Document(statements, VERSION))


def _speaks_to_principals(policy: Policy) -> bool:
    if policy.document is None:
        return True
    return any(s.effect == "Deny" or set(s.principals or {"AWS"}) - {"Service"} for s in policy.document.statements)
