"""Techniques as data: executable rows, one TOML file per AWS service."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Limit = Literal[  # the caller takes away what limits it
    "user_boundary",
    "role_boundary",
    "user_inline_deny",
    "role_inline_deny",
    "group_inline_deny",
    "user_attached_deny",
    "role_attached_deny",
    "group_attached_deny",
]
Workload = Literal[  # something that acts with a role's rights
    "function",
    "instance",
    "launch_template",
    "task",
    "stack",
    "build_project",
    "dev_endpoint",
    "notebook",
    "studio_profile",
    "web_service",
    "code_interpreter",
    "state_machine",
    "cluster",
]
Shape = Literal[
    "administrator",
    "assume",
    # the caller changes its own rights
    "own_policy",
    "own_user",
    "own_role",
    "own_group",
    Limit,
    # the caller gains the rights of another principal
    "user",
    "role",
    "group",
    "pass_role",
    Workload,
    "saml_provider",
    "oidc_provider",
    # the caller gives another principal every right, and takes it
    "rewritten_user",
    "rewritten_role",
    "rewritten_policy",
    # the caller becomes administrator of another account of the organization that it manages
    "member_root",
    "member_account",
]
Exists = Literal[
    "instance_profile",
    "spare_access_key",
    "no_spare_access_key",
    "login_profile",
    "no_login_profile",
    "running",
    "stopped",
    "managed_instance",
    "updatable",
    "batch_builds",
    "reachable_endpoint",
    "studio_of_iam",
    "open_cluster",
    "command_task",
    "launched_by_default",
    "launched_by_latest",
    "ecs_cluster",
    "container_instance",
]


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request that must be allowed.

    `on` is `target` (what the technique is tried on), `gained` (the principal whose rights are gained), `self`, an ARN
    or `*`. Or it is `any` resource that fits the pattern `resource`; `new`: one that the caller names, the same for all
    `new` needs of that pattern; or `existing`: one that is there, the same for all `existing` needs of that pattern.
    `{partition}`, `{account}` and `{policy}` (the one that is taken away) are filled in. Of the needs of an
    administrator SCPs may take away all but one that is `guarded`.
    """

    action: str
    on: str
    resource: str = ""
    context: dict[str, str] = {}
    guarded: bool = False

    def __hash__(self) -> int:
        return hash((self.action, self.on, self.resource))

    @property
    def is_entry(self) -> bool:
        """Whether the gained role's trust policy decides too, and may grant it alone."""
        return self.on == "gained" and self.action == "sts:AssumeRole"


class Technique(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shape` says which targets are tried. `trusts`: the service that a passed role must trust. `exists`: what must be
    so for a target. `open`: what no snapshot tells, so that the step is possible at most."""

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
    open: str = ""

    @property
    def service(self) -> str:
        """The name of its file's service, which its id begins with."""
        return self.id.split("-")[0]


class Unlisted(Technique, frozen=True):
    """A technique on a workload that nobody could list: it may be of any name, and any role's."""


class MalformedTechnique(ValueError):
    """A row that cannot be executed."""


@cache
def techniques() -> dict[str, Technique]:
    """Every technique by id, in order of file and row."""
    found: dict[str, Technique] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for row in read(file):
            if row.id in found:
                raise MalformedTechnique(
                    f"`{file.name}`: `{row.id}` is said twice: give each technique an id of its own"
                )
            found[row.id] = row
    return found


def read(file: Path) -> Iterator[Technique]:
    """The rows of one file.

    Raises
    ------
    MalformedTechnique
        The file is not TOML, or a row has an unknown, missing or impossible field; says which.
    """
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("technique", [])
    except tomllib.TOMLDecodeError as error:
        raise MalformedTechnique(f"`{file.name}`: {error}: correct the file") from error
    for number, row in enumerate(rows, 1):
        try:
            yield msgspec.convert(row, Technique)
        except msgspec.ValidationError as error:
            name = row.get("id", f"row {number}")
            raise MalformedTechnique(f"`{file.name}`, `{name}`: {error}: correct the row") from error


@cache
def of_shape(*shapes: Shape) -> tuple[Technique, ...]:
    """The techniques of these shapes, in the order of the shapes."""
    return tuple(t for shape in shapes for t in techniques().values() if t.shape == shape)


@cache
def on_unlisted(technique_id: str, pattern: str, service: str, sentence: str) -> Unlisted:
    """A technique tried on any workload of a pattern, which may have any role that trusts its service."""
    given = msgspec.structs.asdict(techniques()[technique_id])
    needs = tuple(_anywhere(need, pattern) for need in given["needs"])
    return Unlisted(**{**given, "needs": needs, "trusts": service, "exists": None, "open": sentence})


def _anywhere(need: Need, pattern: str) -> Need:
    return msgspec.structs.replace(need, on="new", resource=pattern) if need.on == "target" else need
