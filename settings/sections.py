"""The sections of the settings: each field with its default and what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

SERVERS = frozenset({"bolt", "bolt+s", "neo4j", "neo4j+s"})
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-\d$")]
RoleName = Annotated[str, StringConstraints(max_length=512, pattern=r"^[a-zA-Z0-9_+=,.@/-]+$")]


class SettingsError(Exception):
    """Settings that cannot be used; the sentence names the place and what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Store(Section):
    """Where the graph is kept for questions in Cypher."""

    url: str = Field(
        default="embedded:///.trustdrift/graph",
        description="embedded:///PATH for a store on this machine, a PATH that begins with a dot being relative to the "
        "folder of this file; or a Neo4j server, neo4j+s://HOST:7687 or bolt://HOST:7687/DATABASE",
    )
    user: str = Field(default="neo4j", description="the user of a server")
    password_file: Path | None = Field(
        default=None,
        description="a file that holds the password of a server, relative to the folder of this file; or set "
        "TRUSTDRIFT_STORE__PASSWORD. A password itself has no place in this file",
        examples=["/run/secrets/neo4j"],
    )
    password: SecretStr = Field(default=SecretStr(""), exclude=True)

    @field_validator("url")
    @classmethod
    def _supported(cls, url: str) -> str:
        scheme = url.partition(":")[0]
        if scheme not in (*SERVERS, "embedded"):
            raise ValueError(f"`{scheme}` is no kind of store: use embedded:///PATH, or neo4j+s://HOST:7687")
        if "@" in url:
            raise ValueError("a store's address holds no user or password: set `user` and `password_file`")
        return url

    @property
    def embedded(self) -> bool:
        return self.url.partition(":")[0] not in SERVERS

    @property
    def auth(self) -> tuple[str, str]:
        """User and password of a server. Raises SettingsError."""
        if self.password_file is None:
            return self.user, self.password.get_secret_value()
        try:
            return self.user, self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"the password file `{self.password_file}` cannot be read "
                f"({getattr(error, 'strerror', None) or 'not UTF-8'}): name another in `store.password_file`"
            ) from None


class Aws(Section):
    """How the organization is read."""

    profile: str = Field(default="", description="a profile of the AWS configuration; else the usual credential chain")
    regions: list[Region] = Field(default=[], description="the regions to read; else all that an account has enabled")
    role_name: RoleName = Field(
        default="TrustdriftReader", description="the role to assume in each account (`trustdrift role-policy`)"
    )
    external_id: str = Field(default="", description="the external id that those roles ask for")
    workers: int = Field(default=8, ge=1, le=64, description="accounts that are read at the same time")
    fresh_hours: float = Field(
        default=6.0, gt=0, description="how old that may be which a collection of a part (--only) leaves as it is"
    )
    page_limit: int = Field(default=10_000, ge=1, description="pages of one answer after which it counts as cut short")


class OrganizationAccess(Section):
    """Where an organization is read from; without any, from the account of the credentials."""

    management_account: AccountId | None = Field(default=None, description="its management account")
    delegated_account: AccountId | None = Field(
        default=None, description="a delegated administrator, which is asked instead of the management account"
    )
    profile: str = Field(default="", description="a profile of its own")
    role_name: RoleName | None = Field(default=None, description="its reader role, where it differs")
    external_id: str | None = Field(default=None, description="its external id, where it differs")
    identity_center_region: Region | None = Field(
        default=None, description="where its Identity Center lives; else every region is asked"
    )


class Schedule(Section):
    """When `trustdrift watch` works: cron expressions in UTC; an empty one switches a job off."""

    identity: str = Field(default="0 * * * *", description="organization, Identity Center and IAM")
    network: str = Field(default="30 */2 * * *", description="networks and everything else")
    report: str = Field(default="0 6 * * *", description="the report")


class Watch(Section):
    """How `trustdrift watch` works."""

    address: str = Field(default="127.0.0.1", description="the address of /healthz, /readyz and /metrics")
    port: int = Field(default=9464, ge=0, le=65535, description="their port; 0 for a free one")
    deadline_minutes: float = Field(default=120.0, gt=0, description="after which a run is ended")
    misfire_grace_minutes: float = Field(default=30.0, gt=0, description="how late a run may still begin")
    lease_seconds: float = Field(default=30.0, ge=5, description="after which a silent leader is replaced")
    retire_percent: float = Field(
        default=20.0, ge=0, le=100, description="a load that would remove more of one type waits for `--confirm`"
    )


class Snapshots(Section):
    """Where snapshots are kept."""

    url: str = Field(
        default="file:///.trustdrift/snapshots", description="any fsspec URL; a PATH that begins with a dot as above"
    )


class Artefacts(Section):
    """Where built graphs and findings are kept; all of it can be made again."""

    path: Path = Field(
        default=Path(".trustdrift/artefacts"), description="a folder, relative to the folder of this file"
    )


class State(Section):
    """Where decisions of people are kept (baselines): back this up."""

    path: Path = Field(
        default=Path(".trustdrift/state"), description="a local folder, relative to the folder of this file"
    )


class Match(Section):
    """Picks resources or accounts; all criteria given must hold, `*` and `?` are wildcards."""

    arn: str = ""
    type: str = ""
    tag: dict[str, str] = {}
    account_tag: dict[str, str] = {}
    account: str = ""


class Jewel(Section):
    tier: int = Field(ge=0, le=3)
    match: Match


class Zone(Section):
    name: str
    match: Match


class ExpectedRole(Section):
    role: str
    reason: str


class Teams(Section):
    """Who owns what."""

    default: str = Field(default="", description="the team of everything that carries no tag `team`")


class App(Section):
    """The app that `trustdrift app` serves."""

    address: str = Field(
        default="127.0.0.1", description="the address to listen on; any but loopback needs authentication"
    )
    port: int = Field(default=8501, ge=1, le=65535, description="the port; a taken one means the next free one")
    auth: Literal["none", "oidc", "proxy"] = Field(default="none", description="who may look: none, oidc or proxy")
