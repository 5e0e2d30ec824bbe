"""What only the user knows and the graph depends on: jewels, vendors, zones, expected roles."""

from __future__ import annotations

import hashlib

import msgspec


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Picks resources or accounts. All given criteria must hold; `*` and `?` are wildcards."""

    arn: str = ""
    type: str = ""  # a label of the schema, such as S3Bucket
    tag: dict[str, str] = {}
    account_tag: dict[str, str] = {}
    account: str = ""


class JewelRule(msgspec.Struct, frozen=True):
    tier: int
    match: Match


class ExpectedRole(msgspec.Struct, frozen=True):
    role: str  # name, wildcards allowed
    reason: str


class Zone(msgspec.Struct, frozen=True):
    name: str
    match: Match


class BuildOptions(msgspec.Struct, frozen=True):
    """`jewels` None means the defaults of the design: trails and vaults in tier 0, tagged data in tier 1."""

    jewels: tuple[JewelRule, ...] | None = None
    vendors: dict[str, str] = {}
    expected: tuple[ExpectedRole, ...] = ()
    zones: tuple[Zone, ...] = ()
    default_team: str = ""

    @property
    def digest(self) -> str:
        """Content address of the options, part of an artefact's key."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:16]
