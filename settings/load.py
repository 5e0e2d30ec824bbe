"""Reading the settings from the file, the environment and flags; what is wrong is named with its place."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource
from pydantic_settings import SettingsError as SourceError

from settings.sections import SettingsError
from settings.settings import FILE_NAME, PREFIX, Settings

NO_SETTINGS = frozenset({"TRUSTDRIFT_REQUIRE", "TRUSTDRIFT_CASES", "TRUSTDRIFT_SOAK"})  # they steer the tests


def load_settings(config: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Reads the file (`config`, else `trustdrift.toml` in the working directory if it is there), the environment and
    flags (nested like the file; they win). Raises SettingsError."""
    path = config or Path(FILE_NAME)
    text = _read(path, required=config is not None)
    document = _parse(text, path)
    _refuse_secrets(document, path)
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
        raise SettingsError(
            f"environment: {str(error).lower()}: write lists and tables as JSON, "
            """TRUSTDRIFT_AWS__REGIONS='["eu-west-1"]'"""
        ) from None


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


def _refuse_secrets(document: Mapping[str, Any], path: Path) -> None:
    store = document.get("store")
    if isinstance(store, dict) and "password" in store:
        raise SettingsError(
            f"{path}: `store.password` does not belong into this file: name a file that holds it in "
            "`store.password_file`, or set TRUSTDRIFT_STORE__PASSWORD"
        )


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
            model = model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in getattr(annotation, "__args__", ()) if (m := model_in(a))), None)


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
