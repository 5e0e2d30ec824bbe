"""A policy document: its statements, what they say regardless of how they are written, and a digest of that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policy.conditions import Condition
from policy.keys import is_of_principal
from policy.loader import Malformed, Number, load, step
from policy.match import action_matches, is_incomplete, variables

WITH_VARIABLES = "2012-10-17"
VERSIONS = (WITH_VARIABLES, "2008-10-17")
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
ELEMENTS = {  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    "policy": {"Version", "Id", "Statement"},
    "statement": {
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
    },
}  # fmt: skip

Principals = dict[str, tuple[str, ...]]
Box = tuple[tuple[str, ...], ...]  # a statement as one set of atoms per element: actions x resources x principals


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement. Elements that it does not have are empty; `principals` and `not_principals` are then None."""

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Principals | None = None
    not_principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    substitutes: bool = False  # whether `${...}` is a variable, and not text, in its document's version

    @cached_property
    def id(self) -> str:
        """`statement:` and 16 hexadecimal digits of what it says; its Sid and its spelling do not matter."""
        return f"statement:{_digest([self])[:16]}"

    @cached_property
    def variables(self) -> frozenset[str]:
        """The lower-cased policy variables in its resources and condition values."""
        if not self.substitutes:
            return frozenset()
        values = (value for condition in self.conditions for value in condition.values)
        return variables((*self.resources, *self.not_resources, *values))

    @cached_property
    def principal_keys(self) -> frozenset[str]:
        """The lower-cased keys and variables it reads that are facts of the principal alone."""
        read = self.variables | {condition.name for condition in self.conditions}
        return frozenset(key for key in read if is_of_principal(key))

    @cached_property
    def covers_all(self) -> bool:
        """Whether it applies to every resource: `*`, or no resource element, as in a trust policy."""
        return "*" in self.resources or not (self.resources or self.not_resources)

    @cached_property
    def is_incomplete(self) -> bool:
        """Whether one of its ARNs has fewer than six fields."""
        return any(is_incomplete(pattern) for pattern in self.resources + self.not_resources)

    def covers_action(self, action: str) -> bool:
        """Whether it speaks of a lower-cased action."""
        if self.not_actions:
            return not any(action_matches(pattern.lower(), action) for pattern in self.not_actions)
        return any(action_matches(pattern.lower(), action) for pattern in self.actions)


Speaking = tuple[tuple[Statement, ...], tuple[Statement, ...]]  # the Allow and the Deny statements


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed policy."""

    statements: tuple[Statement, ...]
    version: str

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that are equal for documents that say the same.

        The order of statements and lists, "x" or ["x"], Sids, letter case of actions, and whether one statement or
        several list the same actions, resources and principals do not matter.
        """
        return _digest(self.statements)

    @cached_property
    def _relevant(self) -> dict[str, Speaking]:
        return {}

    def relevant(self, action: str) -> Speaking:
        """The Allow and the Deny statements that speak of a lower-cased action."""
        found = self._relevant.get(action)
        if found is None:
            speaking = [statement for statement in self.statements if statement.covers_action(action)]
            allows = tuple(one for one in speaking if one.effect == "Allow")
            denies = tuple(one for one in speaking if one.effect == "Deny")
            found = self._relevant[action] = (allows, denies)
        return found


def parse(text: str | bytes) -> Document:
    """The document that `text` holds. Raises Malformed where AWS would refuse it, with the place and the reason."""
    value = load(text)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object: a policy is `{...}`")
    _known(value, "policy", "")
    version = value.get("Version", VERSIONS[-1])
    if version not in VERSIONS:
        raise Malformed(f"no such version: write one of {', '.join(VERSIONS)}", "Version")
    if "Statement" not in value:
        raise Malformed("has no `Statement`: add one")
    statements = value["Statement"]
    if isinstance(statements, dict):
        return Document((_statement(statements, "Statement", version),), version)
    if not isinstance(statements, list):
        raise Malformed("neither an object nor a list of objects: write `[{...}]`", "Statement")
    return Document(
        tuple(_statement(one, step("Statement", index), version) for index, one in enumerate(statements)), version
    )


def _statement(value: Any, path: str, version: str) -> Statement:
    if not isinstance(value, dict):
        raise Malformed("not an object: write `{...}`", path)
    _known(value, "statement", path)
    if value.get("Effect") not in ("Allow", "Deny"):
        raise Malformed("neither `Allow` nor `Deny`: write one of them", step(path, "Effect"))
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
        if one in value and other in value:
            raise Malformed(f"both `{one}` and `{other}`: keep one", path)
    if "Action" not in value and "NotAction" not in value:
        raise Malformed("has neither `Action` nor `NotAction`: add one", path)
    sid = value.get("Sid", "")
    if not isinstance(sid, str):
        raise Malformed('not a text: write `"..."`', step(path, "Sid"))
    substitutes = version == WITH_VARIABLES

    def read(element: str, reader: Callable[[Any, str], Any], missing: Any) -> Any:
        return reader(value[element], step(path, element)) if element in value else missing

    return Statement(
        effect=value["Effect"],
        actions=read("Action", _texts, ()),
        not_actions=read("NotAction", _texts, ()),
        resources=read("Resource", _texts, ()),
        not_resources=read("NotResource", _texts, ()),
        principals=read("Principal", _principals, None),
        not_principals=read("NotPrincipal", _principals, None),
        conditions=read("Condition", lambda found, at: _conditions(found, at, substitutes), ()),
        sid=sid,
        substitutes=substitutes,
    )


def _known(value: dict[str, Any], kind: str, path: str) -> None:
    for name in value:
        if name not in ELEMENTS[kind]:
            raise Malformed(f"no element of a {kind}: remove it", step(path, name))


def _texts(value: Any, path: str) -> tuple[str, ...]:
    """A text or a list of texts. AWS refuses an empty list: "Policy statement must contain actions"."""
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(one, str) and not isinstance(one, Number) for one in found):
        raise Malformed("neither a text nor a list of texts: write one", path)
    return tuple(found)


def _principals(value: Any, path: str) -> Principals:
    if isinstance(value, str):
        return {"AWS": (value,)}
    if not isinstance(value, dict):
        raise Malformed("neither `*` nor an object: write one", path)
    for name in value:
        if name not in PRINCIPAL_TYPES:
            raise Malformed(f"no type of principal: write one of {', '.join(PRINCIPAL_TYPES)}", step(path, name))
    return {name: _texts(found, step(path, name)) for name, found in value.items()}


def _conditions(value: Any, path: str, substitutes: bool) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise Malformed("not an object: write `{...}`", path)
    found = []
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            raise Malformed("not an object: write `{...}`", step(path, operator))
        for key, values in keys.items():
            found.append(Condition(operator, key, _values(values, step(step(path, operator), key)), substitutes))
    return tuple(found)


def _values(value: Any, path: str) -> tuple[str, ...]:
    """Condition values as text: AWS compares 10 as "10" and true as "true"."""
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | bool) for one in found):
        raise Malformed("neither a text, a number, a boolean nor a list of them: write one", path)
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in found)


def _digest(statements: Iterable[Statement]) -> str:
    """A hash of the union of the statements' boxes, per effect and conditions."""
    groups: dict[str, list[Box]] = {}
    for statement in statements:
        groups.setdefault(_terms(statement), []).append(_box(statement))
    said = sorted((terms, _union(boxes)) for terms, boxes in groups.items())
    return _hash(repr(said))


def _terms(statement: Statement) -> str:
    """What statements must share before their actions, resources and principals can be put together."""
    conditions = sorted((one.operator.lower(), one.name, sorted(set(one.values))) for one in statement.conditions)
    has_template = "${" in repr((statement.resources, statement.not_resources, conditions))
    return repr((statement.effect, conditions, has_template and statement.substitutes))


def _box(statement: Statement) -> Box:
    """The statement as sets of atoms. What a Not element leaves is one atom: it cannot be split over statements."""
    return (
        _side((one.lower() for one in statement.actions), (one.lower() for one in statement.not_actions)),
        _side(statement.resources, statement.not_resources),
        _side(_names(statement.principals), _names(statement.not_principals)),
    )


def _side(listed: Iterable[str], left_out: Iterable[str]) -> tuple[str, ...]:
    """Atoms of one element. The marks keep a hostile entry from posing as the other kind."""
    return tuple(f"={one}" for one in listed) or (f"!{sorted(set(left_out))}",)


def _names(principals: Principals | None) -> list[str]:
    return [f"{kind} {name}" for kind, names in (principals or {}).items() for name in names]


def _union(boxes: Sequence[Box]) -> str:
    """A hash of a union of boxes that does not depend on how it was cut: atoms of the first side that lie in the
    same boxes share the hash of what those boxes say on the other sides."""
    if not boxes[0]:
        return ""
    members: dict[str, dict[int, None]] = {}
    for index, box in enumerate(boxes):
        for atom in box[0]:
            members.setdefault(atom, {})[index] = None
    rest: dict[tuple[int, ...], str] = {}
    for held in map(tuple, members.values()):
        if held not in rest:
            rest[held] = _union([boxes[index][1:] for index in held])
    return _hash(repr(sorted((atom, rest[tuple(held)]) for atom, held in members.items())))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
