"""Shapes that many responses share."""

from __future__ import annotations

import json
from typing import Any

from demo.company.model import Document, Tags


def tag_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def named(name: str, tags: Tags) -> list[dict[str, str]]:
    return tag_list({"Name": name, **tags})


def error(code: str, message: str) -> dict[str, Any]:
    """Stands for the answer to one argument where AWS answered with an error."""
    return {"Error": {"Code": code, "Message": message}}


def denied(operation: str, principal: str, action: str) -> str:
    """What the CLI prints instead of an answer when the call is denied."""
    return (
        f"\nAn error occurred (AccessDenied) when calling the {operation} operation: User: {principal} is not "
        f"authorized to perform: {action} on resource: * because no identity-based policy allows the {action} action\n"
    )


def one_line(document: Document) -> str:
    """A policy where AWS returns it as text inside JSON."""
    return json.dumps(document, separators=(",", ":"))
