"""Writes an estate, one account at a time."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from benchmarks.estate import drift
from benchmarks.estate.account import Account
from benchmarks.estate.background import add_groups, add_roles, add_standard_roles, add_users
from benchmarks.estate.buckets import add_buckets
from benchmarks.estate.chains import plant_chains
from benchmarks.estate.compute import add_compute
from benchmarks.estate.documents import Json, service_trust, trust
from benchmarks.estate.files import account_files
from benchmarks.estate.identity_center import add_reserved_roles, identity_center
from benchmarks.estate.names import ADMINISTRATOR, account_id, root_of
from benchmarks.estate.network import add_security_groups
from benchmarks.estate.organization import organization
from benchmarks.estate.params import Params
from benchmarks.estate.policies import add_policies

COUNTED = ("roles", "users", "groups", "policies", "sgs", "instances", "functions")


def generate(params: Params, out: Path, indent: int | None = None) -> Json:
    """Writes the estate, and OUT-drift when `params.drift` is set; returns the manifest."""
    drifted = drifted_twin(out)
    chains: list[Json] = []
    changes: list[Json] = []
    counts: Counter[str] = Counter()
    for i in range(params.accounts):
        account = build_account(params, i)
        _write(out, account_files(account), indent)
        chains += account.chains
        counts.update({name: len(getattr(account, name)) for name in COUNTED})
        if params.drift:
            account = copy.deepcopy(account)  # policies share parts with those of other accounts
            changes += drift.change(account, params.drift)
            _write(drifted, account_files(account), indent)
    accounts = [account_id(i) for i in range(params.accounts)]
    manifest = {"params": asdict(params), "accounts": accounts, "counts": counts, "chains": chains}
    whole = organization(params) | identity_center(params)
    _write(out, whole | {"manifest.json": manifest}, indent)
    if params.drift:
        _write(drifted, whole | {"manifest.json": manifest | {"changes": changes}}, indent)
    return manifest


def drifted_twin(out: Path) -> Path:
    """Where the same estate lies after its changes."""
    return out.with_name(out.name + "-drift")


def build_account(params: Params, index: int) -> Account:
    """One account. The order decides what is in it."""
    account = Account(params, index)
    shared = add_policies(account)
    if index == 1:
        account.add_role("security-scanner", service_trust("ecs-tasks"), [shared.hopper])
    if params.accounts > 1:
        previous = account_id((index - 1) % params.accounts)
        account.add_role("planted-xacct-admin", trust({"AWS": root_of(previous)}), [ADMINISTRATOR])
    add_groups(account, shared)
    add_standard_roles(account)
    add_reserved_roles(account)
    plant_chains(account)
    add_roles(account, shared)
    add_users(account)
    add_security_groups(account)
    add_compute(account)
    add_buckets(account)
    return account


def _write(root: Path, files: dict[str, Json], indent: int | None) -> None:
    separators = None if indent else (",", ":")
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=indent, separators=separators))
