"""What a schema declaration is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Property:
    """One property: its name, type (`string`, `integer`, `boolean`, `list`, `time`) and what it says.

    `cartography` is the name the same fact has in Cartography's schema, written beside ours.
    """

    name: str
    type: str
    doc: str
    cartography: str = ""


@dataclass(frozen=True)
class Label:
    """A primary label, the key of its nodes is always `id`. `also` are labels its nodes carry besides."""

    name: str
    doc: str
    properties: tuple[Property, ...] = ()
    also: tuple[str, ...] = ()
    ours: bool = False  # not in Cartography's schema


@dataclass(frozen=True)
class Relationship:
    """A relationship type. `ends` are the (source, target) labels it may join; `key` is the property that tells
    two of them between the same nodes apart; `role` is `step`, `structural`, `joint` or `fact`."""

    name: str
    doc: str
    ends: tuple[tuple[str, str], ...]
    role: str = "fact"
    properties: tuple[Property, ...] = ()
    key: str = ""
    ours: bool = False


def text(name: str, doc: str, cartography: str = "") -> Property:
    return Property(name, "string", doc, cartography)


def number(name: str, doc: str, cartography: str = "") -> Property:
    return Property(name, "integer", doc, cartography)


def flag(name: str, doc: str, cartography: str = "") -> Property:
    return Property(name, "boolean", doc, cartography)


def items(name: str, doc: str, cartography: str = "") -> Property:
    return Property(name, "list", doc, cartography)


def time(name: str, doc: str, cartography: str = "") -> Property:
    return Property(name, "time", doc, cartography)
