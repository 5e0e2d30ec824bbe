"""Writes an estate as files."""

from __future__ import annotations

import copy
import json
import pathlib
from dataclasses import asdict

from benchmarks.estate.account import Account
from benchmarks.estate.drift import drift
from benchmarks.estate.identity_center import identity_center
from benchmarks.estate.organization import organization
from benchmarks.estate.params import Params


def generate(p: Params, out: pathlib.Path, indent: int | None = None) -> dict:
    """Writes the estate (and OUT-drift when p.drift is set); returns the manifest."""
    drifted = out.with_name(out.name + "-drift")
    manifest = {"params": asdict(p), "accounts": [], "counts": {}, "chains": []}
    changes: list[dict] = []

    def write(root: pathlib.Path, files: dict[str, object]) -> None:
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, indent=indent, separators=None if indent else (",", ":")))

    for i in range(p.accounts):
        account = Account(p, i).build()
        write(out, account.files())
        manifest["accounts"].append(account.id)
        manifest["chains"] += account.chains
        for key in ("roles", "users", "groups", "policies", "sgs", "instances", "functions"):
            manifest["counts"][key] = manifest["counts"].get(key, 0) + len(getattr(account, key))
        if p.drift:
            account = copy.deepcopy(account)  # parts of policies are shared between objects
            changes += drift(account, p.drift)
            write(drifted, account.files())
    for root in [out] + [drifted] * bool(p.drift):
        write(root, organization(p) | identity_center(p))
    write(out, {"manifest.json": manifest})
    if p.drift:
        write(drifted, {"manifest.json": {**manifest, "changes": changes}})
    return manifest
