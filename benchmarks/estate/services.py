"""What the background of an estate is made of: teams, and services with their actions and resources."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Actions without their prefix, and templates of the ARNs that they are granted on."""

    actions: list[str]
    resources: list[str]


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    teams: list[str]
    principals: list[str]
    read_only: list[str]
    services: dict[str, Service]

    def team(self, i: int) -> str:
        return self.teams[i % len(self.teams)]


@cache
def vocabulary() -> Vocabulary:
    """The declarations of `services.toml`."""
    return msgspec.toml.decode(Path(__file__).with_name("services.toml").read_bytes(), type=Vocabulary)
