"""Bucket policies of an account."""

from __future__ import annotations

import json
from collections.abc import Iterable

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json, allow, deny, document
from benchmarks.estate.names import ORGANIZATION, account_id, root_of
from benchmarks.estate.services import vocabulary


def add_buckets(account: Account) -> None:
    for i in range(account.params.buckets):
        name = f"{vocabulary().team(i)}-{account.id}-{i}"
        account.buckets[name] = {"Policy": json.dumps(document(*_statements(account, name, i)))}


def _statements(account: Account, name: str, i: int) -> Iterable[Json]:
    """All demand TLS; some are open to the organization, some to one account of it."""
    bucket, objects = f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"
    yield deny("s3:*", [bucket, objects], principal="*", condition={"Bool": {"aws:SecureTransport": "false"}})
    if i % 4 == 0:
        ours = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
        yield allow(["s3:GetObject"], objects, principal="*", condition=ours)
    if i % 7 == 0:
        yield allow("s3:*", objects, principal={"AWS": root_of(account_id(i % max(account.params.accounts, 1)))})
