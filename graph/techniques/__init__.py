"""Techniques as data: executable rows, one TOML file per AWS service."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Shape = Literal["administrator", "assume", "own_policy", "own_role", "user", "role", "group", "pass_role"]
Exists = Literal["instance_profile", "spare_access_key", "no_login_profile"]


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request that must be allowed.

    `on` is `target`, `self`, an ARN, `any` resource that fits the pattern `resource`, or `new`: one that the caller
    names, which must be the same for all `new` needs. `{partition}` and `{account}` are filled in. Of the needs of an
    administrator SCPs may take away all but one that is `guarded`.
    """

    action: str
    on: str
    resource: str = ""
    context: dict[str, str] = {}
    guarded: bool = False


class Technique(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shape` says which targets are tried: principals by kind, the caller itself, or roles to pass to a service."""

    id: str
    name: str
    shape: Shape
    needs: tuple[Need, ...]
    gains: str
    why: str
    detect: tuple[str, ...]
    fix: str
    source: str
    trusts: str = ""
    exists: Exists | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    technique: list[Technique]


@cache
def techniques() -> dict[str, Technique]:
    """Every technique by id, in order of file and row."""
    rows = [
        row
        for file in sorted(Path(__file__).parent.glob("*.toml"))
        for row in msgspec.convert(tomllib.loads(file.read_text()), _File).technique
    ]
    return {row.id: row for row in rows}


def of_shape(*shapes: Shape) -> list[Technique]:
    return [t for t in techniques().values() if t.shape in shapes]
