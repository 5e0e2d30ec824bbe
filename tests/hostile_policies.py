"""Policies as strangers may write them: broken, gigantic, and real ones with pieces changed; and what one costs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from random import Random

from moto.iam.aws_managed_policies import aws_managed_policies_data

from policy import Policy, PolicySet, Principal, Request, ResourcePolicies, parse

ACCOUNT = "111111111111"
USER = Principal(f"arn:aws:iam::{ACCOUNT}:user/bob", ACCOUNT, "user", {"aws:principaltag/team": ("1", "2")})
REQUESTS = (
    Request(USER, "s3:GetObject", f"arn:aws:s3:::a/{'x' * 500}", ACCOUNT),
    Request(USER, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/a", ACCOUNT, {"aws:resourcetags": ()}),
    Request(USER, "ec2:RunInstances", "*", "222222222222"),
)
SERVICES = ("s3", "iam", "ec2")
OPERATORS = ("StringLike", "StringEquals", "ForAllValues:StringLike", "ForAnyValue:ArnLike", "NumericLessThan",
             "DateGreaterThanIfExists", "IpAddress", "NotIpAddress", "Bool", "Null", "BinaryEquals", "NoSuchOperator",
             "ForAllValues:Null", "IfExists")  # fmt: skip
KEYS = ("aws:UserAgent", "aws:SourceIp", "aws:PrincipalTag/team", "aws:RequestTag/a", "aws:TagKeys", "s3:max-keys",
        "aws:CurrentTime", "aws:ResourceTag/x", "nonsense", "", "aws:", "${aws:username}")  # fmt: skip
WORDS = ("*", "?", "**", "*?", "a", "arn:aws:s3:::a/*", "arn:aws:iam::111111111111:role/${aws:username}", "s3:*",
         "s3:Get?bject", "iam:*ass*", "${", "}", "${}", "${*}", "${a, 'b'}", "${${aws:username}}", "", " ", ":",
         ":::::", "10.0.0.0/8", "1e9", "true", "2020-01-01T00:00:00Z", "é", "\U0001f600", "\x7f", "[", "\\", "(?=",
         "\x00", "bob", "x", "9" * 40, "-0", "2001:db8::/32", "10.0.0.1/99", "١")  # fmt: skip
# JSON text that is no element's, or no JSON at all
TOKENS = ("NaN", "-Infinity", "1e999", "9" * 70, "1", "-0.0", "null", "true", "{}", "[]", "[[]]", r'"\ud800"',
          r'"\udc00x"', '"', "{", "]", ",", '"a":', "\\", "\x00", "//", "[" * 40, '{"a":' * 40, '"Effect":"Deny"',
          r'"Eff\u0065ct":"Deny"', "\ufeff", "\xa0", '"Sid":""', '"AWS":"*"')  # fmt: skip
ELEMENTS = ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition", "Sid", "Effect")


@cache
def managed_texts() -> tuple[str, ...]:
    """AWS's managed policies, compact."""
    return tuple(
        json.dumps(policy["Document"], separators=(",", ":"))
        for _, policy in sorted(json.loads(aws_managed_policies_data).items())
    )


def fuzzed(seed: int) -> str | bytes:
    """A hostile text; the same for the same seed."""
    rng = Random(seed)
    make = rng.choices((_written, _changed, _flipped, _gigantic), (4, 4, 2, 1))[0]
    return make(rng)


def _word(rng: Random) -> str:
    return "".join(rng.choice(WORDS) for _ in range(rng.choice((1, 1, 1, 2, 3))))


def _listed(rng: Random, make: Callable[[], str]) -> str:
    if rng.random() < 0.5:
        return make()
    return f"[{','.join(make() for _ in range(rng.choices((0, 1, 2, 5), (1, 20, 20, 20))[0]))}]"


def _texts(rng: Random) -> str:
    return _listed(rng, lambda: rng.choice(TOKENS) if rng.random() < 0.005 else json.dumps(_word(rng)))


def _action(rng: Random) -> str:
    return json.dumps(f"{rng.choice(SERVICES)}:{_word(rng)}")


def _object(rng: Random, members: list[str]) -> str:
    """A JSON object, now and then with a member twice, with white space or with something that does not belong."""
    if rng.random() < 0.01:
        members.append(rng.choice([*members, *TOKENS]))
    rng.shuffle(members)
    return "{" + rng.choice((",", ",", ", ", " ,\n\t")).join(members) + "}"


def _element(rng: Random, name: str) -> str:
    if rng.random() < 0.005:
        return rng.choice(TOKENS)
    if name == "Effect":
        return rng.choice(('"Allow"', '"Deny"'))
    if name == "Sid":
        return json.dumps(_word(rng))
    if name.endswith("Action"):
        return _listed(rng, lambda: _action(rng))
    if name.endswith("Principal"):
        kinds = ("AWS", "Service", "Federated", "CanonicalUser", "Aws")
        named = [f'"{kind}":{_texts(rng)}' for kind in rng.choices(kinds, (50, 10, 10, 10, 1), k=rng.choice((1, 2)))]
        return rng.choice(('"*"', _object(rng, named), _object(rng, named)))
    if name == "Condition":
        return _object(
            rng, [f'"{operator}":{_compared(rng)}' for operator in rng.sample(OPERATORS, rng.choice((1, 3)))]
        )
    return _texts(rng)


def _compared(rng: Random) -> str:
    return _object(rng, [f'"{key}":{_texts(rng)}' for key in rng.sample(KEYS, rng.choice((1, 1, 2)))])


def _written(rng: Random) -> str:
    """A policy by its grammar, and now and then against it."""
    statements = []
    for _ in range(rng.choice((1, 1, 2, 8))):
        optional = rng.sample((rng.choice(ELEMENTS[4:6]), *ELEMENTS[6:8]), rng.choice((0, 1, 2)))
        chosen = dict.fromkeys(("Effect", rng.choice(ELEMENTS[:2]), rng.choice(ELEMENTS[2:4]), *optional))
        statements.append(_object(rng, [f'"{name}":{_element(rng, name)}' for name in chosen]))
    version = rng.choice(('"Version":"2012-10-17"', '"Version":"2008-10-17"', '"Id":"x"'))
    return _object(rng, [version, f'"Statement":[{",".join(statements)}]'])


def _changed(rng: Random) -> str:
    """A managed policy with pieces cut, repeated, moved or put in."""
    text = rng.choice(managed_texts())
    for _ in range(rng.choice((1, 1, 2, 6))):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 5, 40, 400)))
        piece = text[start:end]
        middle = rng.choice(("", piece * 2, piece[::-1], piece.upper(), json.dumps(_word(rng)), rng.choice(TOKENS)))
        text = text[:start] + middle + text[end:]
    return text


def _flipped(rng: Random) -> bytes:
    """A managed policy with bytes changed, so that it may be no UTF-8."""
    found = bytearray(rng.choice(managed_texts()).encode())
    for _ in range(rng.choice((1, 2, 10))):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def _gigantic(rng: Random) -> str:
    """As much of one thing as a document holds, or a good part of it."""
    text = rng.choice(BOMBS)(rng)
    return text if rng.random() < 0.9 else text[: rng.randrange(len(text))]


def _repeated(rng: Random, head: str, piece: str, tail: str, separator: str = "") -> str:
    count = int((131_000 - len(head) - len(tail)) / (len(piece) + len(separator)) * rng.random() ** 4)
    return head + separator.join([piece] * max(1, count)) + tail


def _many(rng: Random, make: Callable[[int], str]) -> str:
    """Many different values, as the members of one list or object."""
    left, found = int(130_000 * rng.random() ** 4), []
    while left >= 0:
        found.append(make(len(found)))
        left -= len(found[-1]) + 1
    return ",".join(found)


def statement(**elements: str) -> str:
    """The text of a policy of one Allow statement with these elements' texts."""
    given = {"Effect": '"Allow"', "Action": '"s3:*"', "Resource": '"*"', **elements}
    members = ",".join(f'"{name}":{text}' for name, text in given.items())
    return f'{{"Version":"2012-10-17","Statement":[{{{members}}}]}}'


def _mixed(rng: Random, signs: str) -> str:
    return "".join(rng.choices(signs, k=rng.choice((3, 9, 30))))


def _overlapping(rng: Random) -> str:
    """Statements whose lists share their members by chance, so that no two can be told to say the same."""
    names = [f"{number:x}" for number in range(rng.choice((10, 60, 120)))]
    size = rng.randrange(1, min(60, len(names)))

    def drawn() -> str:
        return json.dumps(rng.sample(names, size))

    def one(_: int) -> str:
        return f'{{"Effect":"Allow","Action":{drawn()},"Resource":{drawn()},"Principal":{{"AWS":{drawn()}}}}}'

    return _statements(rng, one)


def _listing(rng: Random, make: Callable[[int], str]) -> str:
    return f"[{_many(rng, lambda number: json.dumps(make(number)))}]"


def _keys(rng: Random, operator: str, key: str, value: str) -> str:
    """A condition that reads many keys."""
    members = _many(rng, lambda number: f'"{key}{number}":"{value}"')
    return f'{{"{operator}":{{{members}}}}}'


def _statements(rng: Random, make: Callable[[int], str]) -> str:
    return f'{{"Statement":[{_many(rng, make)}]}}'


BOMBS: tuple[Callable[[Random], str], ...] = (
    lambda rng: _repeated(rng, '{"Statement":', "[", ""),
    lambda rng: _repeated(rng, '{"Statement":[', rng.choice(("[]", "{}", "1", "[" * 20 + "]" * 20)), "]}", ","),
    lambda rng: "{" + _many(rng, lambda number: f'"{number % 10_000}":1') + "}",
    lambda rng: statement(Resource=_repeated(rng, '"', rng.choice(("${", "${a}", "${aws:username}", "}${")), '"')),
    lambda rng: statement(Resource=_repeated(rng, '"${', rng.choice((" ", ",", "'", "a, '")), '}"')),
    lambda rng: statement(Resource=_repeated(rng, '"', rng.choice(("*", "?", "?*", "*x", "*aa*aab", "x?*")), 'b"')),
    lambda rng: statement(Resource=_listing(rng, lambda _: _mixed(rng, "*?x/") + "x")),
    lambda rng: statement(Resource=_listing(rng, lambda number: f"*${{aws:username}}{number}")),
    lambda rng: statement(Action=_listing(rng, lambda _: "s3:" + _mixed(rng, "*?get"))),
    lambda rng: statement(NotAction=_listing(rng, lambda number: f"iam:{number}")).replace('"Action":"s3:*",', ""),
    lambda rng: statement(Condition=_keys(rng, "StringLike", rng.choice(("a:", "aws:RequestTag/")), "*")),
    lambda rng: statement(Condition=f'{{"NumericEquals":{{"s3:max-keys":[{_many(rng, str)}]}}}}'),
    lambda rng: statement(Condition=f'{{"StringLike":{{"aws:UserAgent":{_listing(rng, lambda n: f"*{n}?*")}}}}}'),
    lambda rng: statement(Condition=_repeated(rng, '{"StringLike":{"aws:UserAgent":"', "${aws:username}", '"}}')),
    lambda rng: _statements(rng, lambda number: f'{{"Effect":"Deny","Action":"s3:{number}"}}'),
    _overlapping,
)


def judge(text: str | bytes) -> list[float]:
    """Reads a document, its digest and its statements' ids, then decides requests under it; CPU seconds of each.

    Raises Malformed.
    """
    times = [time.process_time()]
    document = parse(text)
    assert len(document.digest) == 64
    assert all(one.id and one.variables is not None for one in document.statements)
    policy = Policy("p", "p", document)
    bound = PolicySet([policy], policy, [[policy]])
    for request in REQUESTS:
        times.append(time.process_time())
        bound.decide(request, ResourcePolicies(policy))
    times.append(time.process_time())
    return [after - before for before, after in pairwise(times)]
