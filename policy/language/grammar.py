"""The grammar of policies: a text as typed elements, read in one go, and what is refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from policy.language.loader import MAX_CHARACTERS, Malformed, Number, holds_all, load, step

WITH_VARIABLES = "2012-10-17"
VERSIONS = (WITH_VARIABLES, "2008-10-17")
EXCLUSIVE = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))

# An empty list is refused: "Policy statement must contain actions".
Texts = str | Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
Values = str | bool | tuple[str | bool, ...]
PrincipalType = Literal["AWS", "Service", "Federated", "CanonicalUser"]
PRINCIPAL_TYPES = get_args(PrincipalType)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
class StatementText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal", gc=False):
    """One statement as it is written."""

    effect: Literal["Allow", "Deny"]
    sid: str | UnsetType = UNSET
    action: Texts | UnsetType = UNSET
    not_action: Texts | UnsetType = UNSET
    resource: Texts | UnsetType = UNSET
    not_resource: Texts | UnsetType = UNSET
    principal: str | dict[PrincipalType, Texts] | UnsetType = UNSET
    not_principal: str | dict[PrincipalType, Texts] | UnsetType = UNSET
    condition: dict[str, dict[str, Values]] | UnsetType = UNSET

    def __post_init__(self) -> None:
        one_action = (self.action is UNSET) is not (self.not_action is UNSET)
        one_resource = self.resource is UNSET or self.not_resource is UNSET
        if not (one_action and one_resource and (self.principal is UNSET or self.not_principal is UNSET)):
            raise ValueError("elements that exclude each other, or no action")


class PolicyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal", gc=False):
    """A policy as it is written."""

    statement: StatementText | list[StatementText]
    version: Literal["2012-10-17", "2008-10-17"] | UnsetType = UNSET
    id: str | UnsetType = UNSET


_DECODER = msgspec.json.Decoder(PolicyText)


def read(text: str | bytes, longest: int = MAX_CHARACTERS) -> PolicyText:
    """The elements of a policy of at most `longest` characters. Raises Malformed where AWS would refuse it, with the
    place and the reason."""
    return read_usual(text, longest) or read_strictly(text, longest)


def read_strictly(text: str | bytes, longest: int = MAX_CHARACTERS) -> PolicyText:
    """The elements of a policy, each looked at. Raises Malformed as `read` does."""
    value = load(text, longest)
    _check_policy(value)
    return msgspec.convert(value, PolicyText)


def read_usual(text: str | bytes, longest: int = MAX_CHARACTERS) -> PolicyText | None:
    """The elements of a text about which nothing is unusual, as almost all are; None for any other.

    Twenty times as fast.
    """
    try:
        raw = text.encode() if isinstance(text, str) else text
        if len(raw) > longest:
            return None
        found = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeError):  # read again, slowly, for the reason and the place
        return None
    return found if holds_all(raw, found) else None


def _check_policy(value: Any) -> None:
    if not isinstance(value, dict):
        raise Malformed("not a JSON object: a policy is `{...}`")
    _check_names(value, PolicyText, "policy", "")
    if value.get("Version", WITH_VARIABLES) not in VERSIONS:
        raise Malformed(f"no such version: write one of {', '.join(VERSIONS)}", "Version")
    _check_text(value, "Id", "")
    if "Statement" not in value:
        raise Malformed("has no `Statement`: add one")
    statements = value["Statement"]
    if isinstance(statements, dict):
        _check_statement(statements, "Statement")
        return
    if not isinstance(statements, list):
        raise Malformed("neither an object nor a list of objects: write `[{...}]`", "Statement")
    for index, one in enumerate(statements):
        _check_statement(one, step("Statement", index))


def _check_statement(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise Malformed("not an object: write `{...}`", path)
    _check_names(value, StatementText, "statement", path)
    if value.get("Effect") not in ("Allow", "Deny"):
        raise Malformed("neither `Allow` nor `Deny`: write one of them", step(path, "Effect"))
    for one, other in EXCLUSIVE:
        if one in value and other in value:
            raise Malformed(f"both `{one}` and `{other}`: keep one", path)
    if "Action" not in value and "NotAction" not in value:
        raise Malformed("has neither `Action` nor `NotAction`: add one", path)
    _check_text(value, "Sid", path)
    for element, check in _CHECKS.items():
        if element in value:
            check(value[element], step(path, element))


def _check_names(value: Mapping[str, Any], shape: type[msgspec.Struct], kind: str, path: str) -> None:
    for name in value:
        if name not in shape.__struct_encode_fields__:
            raise Malformed(f"no element of a {kind}: remove it", step(path, name))


def _check_text(value: Mapping[str, Any], name: str, path: str) -> None:
    if not _is_text(value.get(name, "")):
        raise Malformed('not a text: write `"..."`', step(path, name))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _check_texts(value: Any, path: str) -> None:
    found = value if isinstance(value, list) else [value]
    if not found or not all(map(_is_text, found)):
        raise Malformed("neither a text nor a list of texts: write one", path)


def _check_principals(value: Any, path: str) -> None:
    if _is_text(value):
        return
    if not isinstance(value, dict):
        raise Malformed("neither `*` nor an object: write one", path)
    for name, found in value.items():
        if name not in PRINCIPAL_TYPES:
            raise Malformed(f"no type of principal: write one of {', '.join(PRINCIPAL_TYPES)}", step(path, name))
        _check_texts(found, step(path, name))


def _check_conditions(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise Malformed("not an object: write `{...}`", path)
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            raise Malformed("not an object: write `{...}`", step(path, operator))
        for key, values in keys.items():
            _check_values(values, step(step(path, operator), key))


def _check_values(value: Any, path: str) -> None:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | bool) for one in found):
        raise Malformed("neither a text, a number, a boolean nor a list of them: write one", path)


_CHECKS = {
    **dict.fromkeys(("Action", "NotAction", "Resource", "NotResource"), _check_texts),
    **dict.fromkeys(("Principal", "NotPrincipal"), _check_principals),
    "Condition": _check_conditions,
}
