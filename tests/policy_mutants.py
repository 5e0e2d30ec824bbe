"""Requests against AWS managed policies with a few of their words changed."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from tests.case_strategies import FULL_ACCESS, OWN, SESSION, USER, Chance, Json, as_list, case, level

TAGS_OF_RESOURCES = re.compile(r"^\w+:resourcetag/")
LONGEST = 6_000  # characters: some managed policies are very long, and the second evaluator is slow
SWAPPED = {"Action": "NotAction", "NotAction": "Action", "Resource": "NotResource", "NotResource": "Resource"}
FILLINGS = {"*": ("", "x", "Ab/c"), "?": ("q",)}


@cache
def managed_documents() -> tuple[Json, ...]:
    """AWS's managed policies, in the order of their names."""
    found = [policy["Document"] for _, policy in sorted(json.loads(aws_managed_policies_data).items())]
    return tuple(document for document in found if len(json.dumps(document)) <= LONGEST)


def changed(chance: Chance, text: str, keep: int) -> str:
    """The text with one character changed behind its first `keep` colons; a text with variables stays as it is."""
    fixed = ":".join(text.split(":")[:keep])
    rest = text[len(fixed) :]
    if len(rest) < 2 or "${" in text:
        return text
    at = chance.randrange(1, len(rest))
    character = chance.choice(("*", "?", "", rest[at].swapcase(), rest[at] * 2))
    return fixed + rest[:at] + character + chance.choice((rest[at + 1 :], rest[at + 1 :], "*"))


def mutate(chance: Chance, statement: Json) -> None:
    """Change one thing in a statement, in place."""
    kind = chance.choice(("effect", "names", "condition", "word", "word", "word", "value", "value"))
    name = chance.choice([name for name in SWAPPED if name in statement])
    if kind == "effect":
        statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
    elif kind == "names":
        statement[SWAPPED[name]] = statement.pop(name)
    elif kind == "condition":
        statement.pop("Condition", None)
    elif kind == "word":
        statement[name] = one_changed(chance, as_list(statement[name]), 1 if "Action" in name else 5)
    else:
        block = statement.get("Condition", {})
        tests = [(operator, key) for operator, keys in block.items() for key in keys if "String" in operator]
        for operator, key in chance.sample(tests, min(1, len(tests))):
            block[operator][key] = one_changed(chance, as_list(block[operator][key]), 0)


def one_changed(chance: Chance, texts: list[str], keep: int) -> list[str]:
    at = chance.randrange(len(texts))
    if texts[at].count(":") < keep:
        return texts
    return [changed(chance, text, keep) if number == at else text for number, text in enumerate(texts)]


def mutant(chance: Chance) -> Json:
    """A managed policy with up to three changes; at times without its version, so that it has no variables."""
    statements = as_list(deepcopy(chance.choice(managed_documents())["Statement"]))
    for _ in range(chance.randint(0, 3)):
        mutate(chance, chance.choice(statements))
    return {**chance.choice(({"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {})), "Statement": statements}


def filled(chance: Chance, pattern: str) -> str:
    """A text that the pattern would match."""
    pattern = re.sub(r"\$\{[^}]*\}", "ann", pattern)
    return "".join(chance.choice(FILLINGS[one]) if one in FILLINGS else one for one in pattern)


def answers(chance: Chance, statements: list[Json]) -> Json:
    """A context that has something to say of the keys that the statements read; one value where one is compared."""
    blocks = [statement.get("Condition", {}) for statement in statements]
    uses = [
        (operator, key, values)
        for block in blocks
        for operator, tests in block.items()
        for key, values in tests.items()
    ]
    plain = {key.lower() for operator, key, _ in uses if not operator.startswith("For")}
    context: Json = {}
    given_as: dict[str, Any] = {}  # by the one name of a tag, which services repeat under their own
    for _, key, values in uses:
        given = [filled(chance, str(value)) for value in as_list(values)] + ["other"]
        one, lowered = chance.choice(given), key.lower()
        several = lowered not in plain
        drawn = chance.choice(([], [one], [one, chance.choice(given)])) if several else one
        name = TAGS_OF_RESOURCES.sub("aws:resourcetag/", lowered)
        found = given_as.setdefault(name, drawn if chance.happens(0.8) else None)
        if found is not None:
            context[lowered] = found
    return context


def mutant_case(chance: Chance) -> Json:
    """One line of a case file: a mutant, asked for what one of its statements speaks of."""
    document = mutant(chance)
    about = chance.choice(document["Statement"])
    action = filled(chance, chance.choice(as_list(about.get("Action", about.get("NotAction")))))
    resource = filled(chance, chance.choice(as_list(about.get("Resource", about.get("NotResource")))))
    request = {
        "principal": chance.choice((USER, SESSION)),
        "action": action if ":" in action else "s3:GetObject",
        "resource": resource if resource.startswith("arn:") else "*",
        "resource_account": OWN,
        "context": answers(chance, document["Statement"]),
    }
    limits = [chance.choice((FULL_ACCESS, mutant(chance))) for _ in range(2)]
    layers = {"permission_boundaries": limits[:1], "scps": [level([FULL_ACCESS, limits[1]])]}
    return case(request, identity_policies=[document], **(layers if chance.happens(0.3) else {}))
