"""What only the user knows: `trustdrift.toml`, then the environment, then flags."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

if TYPE_CHECKING:
    from graph.options import BuildOptions

FILE_NAME = "trustdrift.toml"
PREFIX = "TRUSTDRIFT_"
NO_SETTINGS = frozenset({"TRUSTDRIFT_REQUIRE", "TRUSTDRIFT_CASES", "TRUSTDRIFT_SOAK"})  # they steer the tests
SERVERS = frozenset({"bolt", "bolt+s", "neo4j", "neo4j+s"})
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class SettingsError(Exception):
    """Settings that cannot be used; the sentence names the place and what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Store(Section):
    """Where the graph is kept for questions in Cypher."""

    url: str = Field(
        default="embedded:///.trustdrift/graph",
        description="embedded:///PATH for a store on this machine; a PATH that begins with a dot is relative to "
        "the folder of this file",
    )

    @field_validator("url")
    @classmethod
    def _supported(cls, url: str) -> str:
        scheme = url.partition(":")[0]
        if scheme in SERVERS:
            raise ValueError(f"servers (`{scheme}:`) are not supported yet: use embedded:///PATH")
        if scheme != "embedded":
            raise ValueError(f"`{scheme}` is no kind of store: use embedded:///PATH")
        return url


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


class Settings(BaseSettings):
    """Everything that can be set. `base` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    store: Store = Store()
    snapshots: Snapshots = Snapshots()
    artefacts: Artefacts = Artefacts()
    state: State = State()
    teams: Teams = Teams()
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
            "store": Store(url=_located_url(self.store.url, base)),
            "snapshots": Snapshots(url=_located_url(self.snapshots.url, base)),
            "artefacts": Artefacts(path=base / self.artefacts.path),
            "state": State(path=base / self.state.path),
        }
        return self.model_copy(update=moved)


def load_settings(config: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Reads the file (`config`, else `trustdrift.toml` in the working directory if it is there), the environment and
    flags (nested like the file; they win). Raises SettingsError."""
    path = config or Path(FILE_NAME)
    text = _read(path, required=config is not None)
    document = _parse(text, path)
    _check_environment()

    class Sources(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, document)

    try:
        return Sources(**dict(flags or {})).located(path.parent)
    except ValidationError as error:
        raise SettingsError(_sentence(error, text, path)) from None
    except SourceError as error:
        raise SettingsError(f"environment: {str(error).lower()}: write it as JSON") from None


def _read(path: Path, required: bool) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError(f"no settings file `{path}`: run `trustdrift init` or name another one") from None
        return ""
    except IsADirectoryError:
        raise SettingsError(f"`{path}` is a folder: name the file in it, `--config {path / FILE_NAME}`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file `{path}` cannot be read ({error}): save it as UTF-8 text") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {str(error).lower()}: correct it there") from None


def _check_environment() -> None:
    """Names below a section are checked with the values; pydantic-settings passes over unknown first parts."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in NO_SETTINGS:
            section, separator, key = name.removeprefix(PREFIX).partition("__")
            if section.lower() not in Settings.model_fields:
                known = [PREFIX + f.upper() + separator + key for f in Settings.model_fields]
                raise SettingsError(
                    f"environment: unknown setting `{name}`{_advice(name, known + sorted(NO_SETTINGS))}"
                )


def _sentence(error: ValidationError, text: str, path: Path) -> str:
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    variable = PREFIX + "__".join(str(part) for part in location).upper()
    place = "environment" if _from_environment(variable) else f"{path}:{_line(text, location)}"
    dotted = ".".join(str(part) for part in location if part != "[key]")
    if first["type"] == "extra_forbidden":
        return f"{place}: unknown setting `{dotted}`{_advice(str(location[-1]), _known(location[:-1]))}"
    if first["type"] == "value_error":  # one of ours, a sentence already
        return f"{place}: `{dotted}`: {first['ctx']['error']}"
    reason = first["msg"][0].lower() + first["msg"][1:]
    return f"{place}: `{dotted}`: {reason}: correct it there (`trustdrift init` writes an example)"


def _from_environment(variable: str) -> bool:
    """Whether the variable, or one that holds it as JSON, is set."""
    parts = variable.split("__")
    names = {"__".join(parts[: n + 1]) for n in range(len(parts))}
    return any(name.upper() in names for name in os.environ)


def _advice(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f": did you mean `{near[0]}`?" if near else f": use one of {', '.join(f'`{k}`' for k in sorted(known))}"


def _known(location: Sequence[int | str]) -> list[str]:
    """The names that may stand at a place: the fields of the model that the location leads to."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str):
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in getattr(annotation, "__args__", ()) if (m := _model_in(a))), None)


def _line(text: str, location: Sequence[int | str]) -> int:
    """The line of a setting: its section's header (the n-th of an array), then its last key below that."""
    lines = text.splitlines()
    section, keys = str(location[0]), [p for p in location[1:] if isinstance(p, str) and p != "[key]"]
    occurrence = next((p for p in location if isinstance(p, int)), 0)
    headers = [i for i, line in enumerate(lines) if re.match(rf"\s*\[*\s*{re.escape(section)}\b", line)]
    start = headers[min(occurrence, len(headers) - 1)] if headers else 0
    for key in reversed(keys):
        for i in range(start, len(lines)):
            if re.search(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*=", lines[i]):
                return i + 1
    return start + 1


def _located_url(url: str, base: Path) -> str:
    """`scheme:///.x` becomes `scheme:///BASE/.x`; every other URL stays as it is."""
    scheme, separator, path = url.partition(":///")
    return f"{scheme}://{base / path}" if separator and path.startswith(".") else url


def template() -> str:
    """The commented `trustdrift.toml`: prose as `# …`, each setting with its default or an example as `#name = …`."""
    parts = ["# Trustdrift settings. Environment variables (TRUSTDRIFT_STORE__URL=…) and flags win over this file.\n"]
    for name, field in Settings.model_fields.items():
        model = _model_in(field.annotation)
        if field.examples:
            parts.append(_example(name, field.description or "", field.examples))
        elif model:
            parts.append(_section(name, model))
    return "\n".join(parts)


def _section(name: str, model: type[BaseModel]) -> str:
    lines = [f"# {(model.__doc__ or '').strip()}", f"[{name}]"]
    for key, field in model.model_fields.items():
        lines += [f"# {field.description}.", f"#{key} = {_toml(field.default)}"]
    return "\n".join(lines) + "\n"


def _example(name: str, description: str, examples: list[Any]) -> str:
    lines = [f"# {description}"]
    if name == "vendors":
        return "\n".join([*lines, f"[{name}]", *(f"#{_toml(k)} = {_toml(v)}" for k, v in examples[0].items())]) + "\n"
    for row in examples:
        lines += [f"#[[{name}]]", *(f"#{k} = {_toml(v)}" for k, v in row.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return str(value) if isinstance(value, int) else '"' + str(value) + '"'
