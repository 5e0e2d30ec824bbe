"""The commented `trustdrift.toml` that `trustdrift init` writes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from settings.load import model_in
from settings.settings import Settings


def template() -> str:
    """The commented `trustdrift.toml`: prose as `# …`, each setting with its default or an example as `#name = …`."""
    parts = ["# Trustdrift settings. Environment variables (TRUSTDRIFT_STORE__URL=…) and flags win over this file.\n"]
    for name, field in Settings.model_fields.items():
        model = model_in(field.annotation)
        if field.examples:
            parts.append(_example(name, field.description or "", field.examples))
        elif model:
            parts.append(_section(name, model))
    return "\n".join(parts)


def _section(name: str, model: type[BaseModel]) -> str:
    lines = [f"# {(model.__doc__ or '').strip()}", f"[{name}]"]
    for key, field in model.model_fields.items():
        if not field.exclude:  # what never stands in the file
            value = field.examples[0] if field.examples else field.default
            lines += [f"# {field.description}.", f"#{key} = {_toml(value)}"]
    return "\n".join(lines) + "\n"


def _example(name: str, description: str, examples: list[Any]) -> str:
    lines = [f"# {description}"]
    if name == "vendors":
        return "\n".join([*lines, f"[{name}]", *(f"#{_toml(k)} = {_toml(v)}" for k, v in examples[0].items())]) + "\n"
    if name == "organizations":
        for key, table in examples[0].items():
            lines += [f"#[{name}.{key}]", *(f"#{k} = {_toml(v)}" for k, v in table.items())]
        return "\n".join(lines) + "\n"
    for row in examples:
        lines += [f"#[[{name}]]", *(f"#{k} = {_toml(v)}" for k, v in row.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value) if isinstance(value, int | float) else '"' + str(value) + '"'
