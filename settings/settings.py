"""What only the user knows: `trustdrift.toml`, then the environment, then flags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.sections import (
    AccountId,
    App,
    Artefacts,
    Aws,
    ExpectedRole,
    Jewel,
    OrganizationAccess,
    Schedule,
    Snapshots,
    State,
    Store,
    Teams,
    Watch,
    Zone,
)

if TYPE_CHECKING:
    from graph.options import BuildOptions

FILE_NAME = "trustdrift.toml"
PREFIX = "TRUSTDRIFT_"


class Settings(BaseSettings):
    """Everything that can be set. `base` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    aws: Aws = Aws()
    organizations: dict[str, OrganizationAccess] = Field(
        default={},
        description="Organizations by a name of yours; without any, the one of the credentials.",
        examples=[{"main": {"management_account": "111111111111", "delegated_account": "222222222222"}}],
    )
    store: Store = Store()
    snapshots: Snapshots = Snapshots()
    artefacts: Artefacts = Artefacts()
    state: State = State()
    teams: Teams = Teams()
    schedule: Schedule = Schedule()
    watch: Watch = Watch()
    app: App = App()
    jewels: list[Jewel] | None = Field(
        default=None,
        description="What must not be reached, in tiers 0 (worst) to 3. Without any: trails, their buckets, backup "
        "vaults and administrators in tier 0; databases, keys and secrets that carry a production tag in tier 1.",
        examples=[
            {"tier": 0, "match": {"arn": "arn:*:rds:*:*:cluster:ledger*"}},
            {"tier": 1, "match": {"tag": {"data": "restricted"}}},
        ],
    )
    zones: list[Zone] = Field(
        default=[],
        description="Named parts of the estate; no question can name them yet: ask for `account:ID` instead.",
        examples=[{"name": "prod", "match": {"account_tag": {"env": "prod"}}}],
    )
    expect: list[ExpectedRole] = Field(
        default=[],
        description="Roles that are powerful on purpose, with the reason; names may hold wildcards.",
        examples=[{"role": "AWSControlTowerExecution", "reason": "Control Tower"}],
    )
    vendors: dict[AccountId, str] = Field(
        default={},
        description="Accounts of companies that you know, by account id.",
        examples=[{"464622532012": "Datadog"}],
    )

    def build_options(self) -> BuildOptions:
        """The part of the settings that decides what a graph holds."""
        import msgspec

        from graph.options import BuildOptions

        given = self.model_dump(include={"jewels", "vendors", "zones"})
        rest = {"expected": [e.model_dump() for e in self.expect], "default_team": self.teams.default}
        return msgspec.convert(given | rest, BuildOptions)

    def located(self, base: Path) -> Settings:
        """The same settings with every relative path made absolute, starting from `base`."""
        base = base.resolve()
        moved = {
            "store": self.store.model_copy(update=_located_store(self.store, base)),
            "snapshots": Snapshots(url=_located_url(self.snapshots.url, base)),
            "artefacts": Artefacts(path=base / self.artefacts.path),
            "state": State(path=base / self.state.path),
        }
        return self.model_copy(update=moved)


def _located_store(store: Store, base: Path) -> dict[str, Any]:
    file = store.password_file
    return {"url": _located_url(store.url, base), "password_file": base / file if file else None}


def _located_url(url: str, base: Path) -> str:
    """`scheme:///.x` becomes `scheme:///BASE/.x`; every other URL stays as it is."""
    scheme, separator, path = url.partition(":///")
    return f"{scheme}://{base / path}" if separator and path.startswith(".") else url
