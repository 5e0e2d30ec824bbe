"""An action as people type it, and what speaks against asking for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.catalogue import catalogue
from policy.language.match import glob
from queries.permissions.names import nearest
from queries.permissions.resources import ALL, consenting
from queries.where import Unresolved

ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")


def action_of(text: str) -> str:
    """The action as AWS writes it, as given where the catalogue lacks it. Raises Unresolved where it is none."""
    if not ACTION.fullmatch(text):
        advice = "name one of its actions" if "*" in text or "?" in text else "write `SERVICE:Operation`"
        raise Unresolved(f"`{text}` is not one action: {advice}, such as `s3:GetObject`")
    return catalogue().spelling(text)


def about_action(action: str) -> Iterator[str]:
    """That the catalogue lacks an action, with what was probably meant; it may be new, so that it can be asked for."""
    if catalogue().place(action) is None:
        close = _nearest(action)
        meant = f"did you mean {' or '.join(f'`{one}`' for one in close)}?" if close else "check how it is spelt"
        yield f"`{action}` is not in the catalogue of {catalogue().version}: {meant}"


def about_resource(action: str, resource: str) -> Iterator[str]:
    """That an action does not work on resources of this type: policies rarely mean such a request. And that of all
    resources nobody knows what their own policies say."""
    if resource == ALL and (consent := consenting(action)):
        yield f"`{action}` is up to {consent}, of which `{ALL}` names none: name the resource"
    patterns = list(dict.fromkeys(one.pattern for one in catalogue().resource_types(action)))
    if catalogue().place(action) is None or resource == ALL or any(glob(one)(resource) for one in patterns):
        return
    works = " or ".join(f"`{one}`" for one in patterns) or "`*` alone"
    yield f"`{action}` works on {works}: AWS does not ask for it on `{resource}`, name what it works on"


def _nearest(action: str) -> list[str]:
    """Actions of the same service that are spelt alike, else services."""
    service = action.partition(":")[0].lower()
    same = [one for one in catalogue().spelt if one.startswith(f"{service}:")]
    return nearest(action, same) if same else nearest(service, {cell.service for cell in catalogue().cells})
