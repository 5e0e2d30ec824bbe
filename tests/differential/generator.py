"""Cases from a seed: requests and every kind of policy that may bind them, aimed at one another."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from tests.differential.alphabet import (
    CALLER_WEIGHTS,
    CALLERS,
    HOME,
    KEYS,
    MANAGEMENT,
    NAMED,
    OPERATORS,
    OTHER,
    RARE_RESOURCES,
    RESOURCES,
    SHORT,
    TARGETS,
    WITHOUT_RCPS,
    Key,
    Target,
)

Json = dict[str, Any]
T = TypeVar("T")

VERSION = "2012-10-17"
FULL_ACCESS = {"Version": VERSION, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ENDPOINT_DEFAULT = {
    "Version": VERSION,
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
PRINCIPAL_TYPES = {"user": "User", "role": "AssumedRole", "session": "AssumedRole", "root": "Account",
                   "federated": "FederatedUser", "service linked": "AssumedRole", "anonymous": "Anonymous"}  # fmt: skip
SESSIONS = {"session": 0.3, "federated": 0.98}  # how often with a session policy
PROVIDERS = ("web identity", "saml")
IDENTITIES = ("user", "role", "service linked", *SESSIONS)


def generate(seed: int, count: int) -> Iterator[Json]:
    """`count` cases; each has a random source of its own, so that any can be made again without the others."""
    for index in range(count):
        identifier = f"{seed}-{index}"
        yield Author(random.Random(identifier)).case(identifier)


class Author:
    """Writes one case."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.target: Target = rng.choices(TARGETS, [one.weight for one in TARGETS])[0]
        weights = [CALLER_WEIGHTS.get(kind, 1) for kind in self.target.callers]
        self.kind: str = rng.choices(self.target.callers, weights)[0]
        self.owner = HOME if self.often(self._at_home()) else OTHER
        self.resource = self.target.resource.replace("{account}", self.owner)
        self.principal = self._principal()
        self.context = self._context()
        self.lowered = {key.name for key in KEYS if self.often(0.1)}

    def often(self, probability: float) -> bool:
        return self.rng.random() < probability

    def some(self, values: Sequence[T], most: int = 2) -> list[T]:
        return self.rng.sample(values, min(len(values), self.rng.randint(1, most)))

    def spelled(self, values: list[Any]) -> Any:
        """A list of one may be written without brackets."""
        return values[0] if len(values) == 1 and self.often(0.5) else values

    def cased(self, key: str) -> str:
        """Every tenth key is in lower case, throughout a case: twice in one object it would be refused."""
        return key.lower() if key in self.lowered else key

    def case(self, identifier: str) -> Json:
        identities = self.kind in IDENTITIES
        return {
            "id": identifier,
            "request": {
                "principal": self.principal,
                "action": self.target.action,
                "resource": self.resource,
                "resource_account": self.owner,
                "context": self.context,
                "wildcard_only": self.resource == "*",
            },
            "identity_policies": self.documents("identity", 0.85) if identities else [],
            "resource_policy": self._resource_policy(),
            "permission_boundaries": self.documents("boundary", 1)[:1] if identities and self.often(0.2) else [],
            "session_policy": self.document("session") if self.often(SESSIONS.get(self.kind, 0)) else None,
            "scps": self._levels("scp") if self._in_organization(0.35) else [],
            "rcps": self._levels("rcp") if self.often(self._with_rcps()) else [],
            "endpoint_policies": self._endpoint() if self.often(0.15) else [],
            **self._settings(),
        }

    def _at_home(self) -> float:
        """How probably the resource lies in the principal's account; a role trusts providers of its own account."""
        if self.kind in PROVIDERS:
            return 1
        return 0.97 if self.target.policy == "none" else 0.65

    def _principal(self) -> Any:
        if self.kind == "anonymous":
            return {"type": "Anonymous"}
        return self.rng.choice(CALLERS[self.kind]).replace("{account}", HOME)

    def _in_organization(self, probability: float) -> bool:
        return self.kind not in ("service", "anonymous", *PROVIDERS) and self.often(probability)

    def _with_rcps(self) -> float:
        return 0.005 if self.target.action.startswith(WITHOUT_RCPS) else 0.2

    def _context(self) -> Json:
        """Facts of the principal and the resource, and some of the keys that a request may carry."""
        found: Json = (
            {"aws:PrincipalArn": self._identity_arn(), "aws:PrincipalAccount": HOME} if self._is_known() else {}
        )
        if self.kind in PRINCIPAL_TYPES:
            found["aws:PrincipalType"] = PRINCIPAL_TYPES[self.kind]
        if self.kind == "user":
            found["aws:username"] = str(self.principal).rpartition("/")[2]
        found["aws:ResourceAccount"] = self.owner
        for key in self.rng.sample(KEYS, self.rng.randint(0, 8)):
            if key.carried:
                found[key.name] = self.some(key.carried) if key.several else self.rng.choice(key.carried)
        return found

    def _is_known(self) -> bool:
        return self.kind not in ("service", "anonymous")

    def _identity_arn(self) -> str:
        arn = str(self.principal)
        return f"arn:aws:iam::{HOME}:role/{arn.split('/')[1]}" if self.kind == "session" else arn

    def _settings(self) -> Json:
        found: Json = {}
        if self.target.action.startswith("s3:") and self.often(0.1):
            found["s3_block_public_access"] = self.often(0.8)
        if self.often(0.1):
            manager = self.rng.choice((HOME, OTHER)) if self.often(0.05) else MANAGEMENT
            found["org"] = {"management_account": manager, "delegated_administrators": []}
        return found

    def _resource_policy(self) -> Json | None:
        if self.target.policy == "explicit":
            return self.document("resource")
        likely = 0.9 if self.owner == OTHER or not self._is_known() else 0.4
        return self.document("resource") if self.target.policy == "optional" and self.often(likely) else None

    def _levels(self, layer: str) -> list[Json]:
        """One to three levels of control policies, most with the policy that allows everything."""
        levels = []
        for target in ("r-root", "ou-1", HOME)[: self.rng.randint(1, 3)]:
            full = [FULL_ACCESS] if layer == "scp" and self.often(0.85) else []
            added = [self.document(layer)] if not full or self.often(0.4) else []
            levels.append({"target": target, "policies": full + added})
        return levels

    def _endpoint(self) -> list[Json]:
        return [ENDPOINT_DEFAULT if self.often(0.2) else self.document("endpoint")]

    def documents(self, layer: str, probability: float) -> list[Json]:
        return [self.document(layer) for _ in range(self.rng.randint(1, 2))] if self.often(probability) else []

    def document(self, layer: str) -> Json:
        statements: list[Json] = [self.statement(layer) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        version = "2008-10-17" if self.often(0.02) else VERSION
        return {"Version": version, "Statement": statements[0] if self.often(0.05) else statements}

    def statement(self, layer: str) -> Json:
        """RCPs may only deny, name everyone and list actions:
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html"""
        denies = layer == "rcp" or self.often(0.18)
        found: Json = {"Effect": "Deny" if denies else "Allow", **self._actions(layer, denies)}
        if self.target.action != "sts:AssumeRole" or layer != "resource":
            found |= self._resources(layer)
        if layer in ("resource", "endpoint", "rcp"):
            found |= self._principals(layer, denies)
        if self.often(0.6 if denies else 0.35):
            found["Condition"] = self._conditions()
        return found

    def _actions(self, layer: str, denies: bool) -> Json:
        service, _, operation = self.target.action.partition(":")
        near = (
            self.target.action,
            f"{service}:*",
            "*",
            f"{service}:{operation[:3]}*",
            f"{service.upper()}:{operation.lower()}",
            f"{service}:?{operation[1:]}",
            f"{service}:*{operation[-4:]}",
        )
        far = ("s3:DeleteObject", "ec2:*", f"{service}:Other*", "sts:Assume*", f"{service}:{operation}s")
        if layer != "rcp" and self.often(0.12):
            return {"NotAction": self.spelled(self.some(far if self.often(0.75) else near))}
        chosen = self.some(near, 1) if self.often(0.75 if denies else 0.9) else []
        return {"Action": self.spelled(chosen + self.some(far, 1) if not chosen or self.often(0.3) else chosen)}

    def _resources(self, layer: str) -> Json:
        near = (self.resource, "*", f"{self.resource[:-1]}*", f"{self.resource[:-2]}?{self.resource[-1]}")
        pool: Sequence[str] = RARE_RESOURCES if self.often(0.02) else RESOURCES
        if self.often(0.03):
            pool = SHORT.get(layer, RESOURCES)
        if self.often(0.1):
            return {"NotResource": self.spelled(self.some(pool if self.often(0.8) else near[:1]))}
        chosen = [self.rng.choice(near) if self.resource != "*" else "*"] if self.often(0.8) else []
        return {"Resource": self.spelled(chosen + self.some(pool) if not chosen or self.often(0.2) else chosen)}

    def _principals(self, layer: str, denies: bool) -> Json:
        """NotPrincipal goes with Deny alone, and into no trust policy:
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"""
        if layer == "rcp" or (layer == "endpoint" and self.often(0.98)):
            return {"Principal": "*"}
        if denies and self.often(0.2) and not self.target.action.startswith("sts:"):
            return {"NotPrincipal": self._spared() if self.often(0.7) else self.rng.choice(NAMED[2:])}
        return {"Principal": self._own_name() if self.often(0.35) else self.rng.choice(NAMED)}

    def _own_name(self) -> Json:
        kinds = {"service": "Service"} | dict.fromkeys(PROVIDERS, "Federated")
        name = "*" if self.kind == "anonymous" else self.principal
        if self.kind == "session" and self.often(0.5):
            name = self._identity_arn()
        return {kinds.get(self.kind, "AWS"): self.spelled([name])}

    def _spared(self) -> Json:
        """The principal with its account, and a session with its role, as AWS wants it named."""
        if self.kind not in IDENTITIES:
            return self._own_name()
        names = [self.principal, self._identity_arn(), f"arn:aws:iam::{HOME}:root"]
        return {"AWS": list(dict.fromkeys(names))}

    def _conditions(self) -> Json:
        """One or two operators. Half of them compare a key that the request carries."""
        found: Json = {}
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            carried = [key for key in KEYS if key.name in self.context]
            key = self.rng.choice(carried if self.often(0.6) else KEYS)
            operator, values = self._comparison(key)
            found.setdefault(operator, {})[self.cased(key.name)] = self.spelled(values)
        return found

    def _comparison(self, key: Key) -> tuple[str, list[str]]:
        if self.often(0.08):
            return "Null", [self.rng.choice(("true", "false"))]
        operator = self.rng.choice(OPERATORS[key.family])
        if key.several or self.often(0.05):
            operator = self.rng.choice(("ForAllValues:", "ForAnyValue:")) + operator
        operator += "IfExists" if self.often(0.15) else ""
        carried = self.context.get(key.name)
        if carried is None or self.often(0.5):
            return operator, self.some(key.compared, 1 if key.family == "bool" else 2)
        return operator, [*(carried if isinstance(carried, list) else [carried])]
