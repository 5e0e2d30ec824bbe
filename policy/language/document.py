"""A policy document: its statements, what they say regardless of how they are written, and a digest of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import UNSET, UnsetType

from policy.decision.keys import is_of_principal
from policy.language.conditions import Condition
from policy.language.digest import Box, digest
from policy.language.grammar import VERSIONS, WITH_VARIABLES, PrincipalType, StatementText, Texts, Values, read
from policy.language.loader import MAX_CHARACTERS, Malformed
from policy.language.match import Operations, covers_action, is_incomplete, operations, variables

Principals = dict[str, tuple[str, ...]]


# Neither class is frozen: a frozen one takes four times as long to make, and an estate has tens of thousands.
@dataclass(eq=False)
class Statement:
    """One statement, never changed. Elements that it does not have are empty; `principals` and `not_principals` are
    then None."""

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
    position: int = 0  # its 0-based index in its document

    @cached_property
    def id(self) -> str:
        """`statement:` and 16 hexadecimal digits of what it says; its Sid and its spelling do not matter."""
        return f"statement:{digest([self.box])[:16]}"

    @property
    def box(self) -> tuple[str, Box]:
        """What it says, for a digest: what others must share with it before they can be put together, and what it
        covers. What a Not element leaves is one atom: it cannot be split over statements."""
        conditions = sorted((one.operator.lower(), one.name, sorted(set(one.values))) for one in self.conditions)
        has_template = "${" in repr((self.resources, self.not_resources, conditions))
        box = (
            _side((one.lower() for one in self.actions), (one.lower() for one in self.not_actions)),
            _side(self.resources, self.not_resources),
            _side(_names(self.principals), _names(self.not_principals)),
        )
        return repr((self.effect, conditions, has_template and self.substitutes)), box

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
    def reads_tags(self) -> bool:
        """Whether it asks for the tags of the resource."""
        return any("resourcetag" in key for key in (*self.variables, *(one.name for one in self.conditions)))

    @cached_property
    def principal_conditions(self) -> tuple[tuple[Condition, bool], ...]:
        """Its conditions on facts of the principal, each with whether such facts alone decide it."""
        asking = [condition for condition in self.conditions if is_of_principal(condition.name)]
        used = [variables(condition.values) if condition.substitutes else () for condition in asking]
        return tuple((one, all(map(is_of_principal, names))) for one, names in zip(asking, used, strict=True))

    @cached_property
    def covers_all(self) -> bool:
        """Whether it applies to every resource: `*`, or no resource element, as in a trust policy."""
        return "*" in self.resources or not (self.resources or self.not_resources)

    @cached_property
    def is_incomplete(self) -> bool:
        """Whether one of its ARNs has fewer than six fields."""
        return any(is_incomplete(pattern) for pattern in self.resources + self.not_resources)

    @cached_property
    def _operations(self) -> Operations:
        return operations(self.actions or self.not_actions)

    def covers_action(self, action: str) -> bool:
        """Whether it speaks of a lower-cased action."""
        return covers_action(self._operations, action) is not bool(self.not_actions)


def _side(listed: Iterable[str], left_out: Iterable[str]) -> tuple[str, ...]:
    """Atoms of one element. The marks keep a hostile entry from posing as the other kind."""
    return tuple(f"={one}" for one in listed) or (f"!{sorted(set(left_out))}",)


def _names(principals: Principals | None) -> list[str]:
    return [f"{kind} {name}" for kind, names in (principals or {}).items() for name in names]


Speaking = tuple[tuple[Statement, ...], tuple[Statement, ...]]  # the Allow and the Deny statements


@dataclass(eq=False)
class Document:
    """A parsed policy, never changed."""

    statements: tuple[Statement, ...]
    version: str

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that are equal for documents that say the same.

        The order of statements and lists, "x" or ["x"], Sids, letter case of actions, and whether one statement or
        several list the same actions, resources and principals do not matter.
        """
        return digest(one.box for one in self.statements)

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


@dataclass
class Library:
    """Documents by their text: equal texts are parsed once and share one document."""

    _parsed: dict[str | bytes, Document | Malformed] = field(default_factory=dict)

    def document(self, text: str | bytes, longest: int = MAX_CHARACTERS) -> Document:
        """The document that `text` holds. Raises Malformed as `parse` does."""
        found = self._parsed.get(text)
        if found is None:
            found = self._parsed[text] = _outcome(text, longest)
        if isinstance(found, Malformed):
            raise Malformed(found.reason, found.path)  # one that is raised twice would keep both tracebacks
        return found

    def __len__(self) -> int:
        """How many distinct texts it has seen."""
        return len(self._parsed)


def _outcome(text: str | bytes, longest: int) -> Document | Malformed:
    try:
        return parse(text, longest)
    except Malformed as error:
        return error.with_traceback(None)


def parse(text: str | bytes, longest: int = MAX_CHARACTERS) -> Document:
    """The document that `text` of at most `longest` characters holds. Raises Malformed where AWS would refuse it, with
    the place and the reason."""
    found = read(text, longest)
    version = VERSIONS[-1] if found.version is UNSET else found.version
    written = found.statement if isinstance(found.statement, list) else [found.statement]
    substitutes = version == WITH_VARIABLES
    return Document(tuple([_statement(one, substitutes, index) for index, one in enumerate(written)]), version)


def _statement(written: StatementText, substitutes: bool, position: int) -> Statement:
    return Statement(  # by position: half the time, and an estate has tens of thousands
        written.effect,
        _texts(written.action),
        _texts(written.not_action),
        _texts(written.resource),
        _texts(written.not_resource),
        _principals(written.principal),
        _principals(written.not_principal),
        () if written.condition is UNSET else _conditions(written.condition, substitutes),
        "" if written.sid is UNSET else written.sid,
        substitutes,
        position,
    )


def _texts(written: Texts | UnsetType) -> tuple[str, ...]:
    if written is UNSET:
        return ()
    return (written,) if isinstance(written, str) else written


def _principals(written: str | dict[PrincipalType, Texts] | UnsetType) -> Principals | None:
    if written is UNSET:
        return None
    if isinstance(written, str):
        return {"AWS": (written,)}
    return {kind: _texts(names) for kind, names in written.items()}


def _conditions(written: dict[str, dict[str, Values]], substitutes: bool) -> tuple[Condition, ...]:
    return tuple(
        Condition(operator, key, _values(values), substitutes)
        for operator, keys in written.items()
        for key, values in keys.items()
    )


def _values(written: Values) -> tuple[str, ...]:
    """Condition values as text: AWS compares 10 as "10" and true as "true"."""
    found = written if isinstance(written, tuple) else (written,)
    return tuple([str(one).lower() if isinstance(one, bool) else str(one) for one in found])
