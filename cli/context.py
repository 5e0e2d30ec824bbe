"""What every verb is given: the settings, read when first asked for, and the workspace they describe."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from cli.stages import Workspace


@dataclass
class Invocation:
    config: Path | None = None
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def workspace(self) -> Workspace:
        from settings import load_settings

        return Workspace(load_settings(self.config, self.flags))


def invocation(ctx: typer.Context) -> Invocation:
    """What was said before the verb."""
    return ctx.ensure_object(Invocation)


def workspace(ctx: typer.Context) -> Workspace:
    """The workspace of this invocation. Raises SettingsError."""
    return invocation(ctx).workspace
