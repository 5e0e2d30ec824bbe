"""Where a node is asked for: ARNs, names and classes (`internet`, `jewels`, `account:dev`) to node ids."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from graph.model import Graph, Node
from graph.schema import RELATIONSHIPS

OUTCOMES = {"admin": "administrator", "org_admin": "organization administrator"}
EXPOSED = "exposed"
SHOWN = 5  # candidates named in an error
STEP_ENDS = {label for r in RELATIONSHIPS.values() if r.role != "fact" for ends in r.ends for label in ends}
NAMED = tuple(sorted(STEP_ENDS - {"AccessSet", "CrownJewel"}))  # labels that a question may start or end at


class Unresolved(Exception):
    """A text that names no node, or more than one."""


@dataclass(frozen=True)
class Entry:
    """A real start of an attack: `kind` says what kind of outsider or credential it is."""

    id: str
    kind: str


def resolve(graph: Graph, text: str) -> list[str]:
    """The node ids that a text names: an id, a unique name, `ACCOUNT/NAME`, `account:ID` or a class.

    A class may be empty. Raises Unresolved with what was probably meant.
    """
    if text in graph.nodes:
        return [text]
    prefix, _, rest = text.partition(":")
    if prefix in PREFIXES and rest:
        return PREFIXES[prefix](graph, rest)
    if text in CLASSES:
        members, _hint = CLASSES[text]
        return [node.id for node in members(graph)]
    return [_unique(text, _named(graph, text), graph)]


def places(graph: Graph, text: str) -> list[str]:
    """As `resolve`, with `exposed` for all real entry points."""
    return exposed(graph) if text == EXPOSED else resolve(graph, text)


def entries(graph: Graph) -> list[Entry]:
    """Who an attack can start from, outsiders first: the order of ENTRY_KINDS."""
    return [Entry(node.id, kind) for kind, members in ENTRY_KINDS.items() for node in members(graph)]


def exposed(graph: Graph) -> list[str]:
    """The ids of all real entry points."""
    return [entry.id for entry in entries(graph)]


def full_name(graph: Graph, node_id: str) -> str:
    """`ACCOUNT/NAME` where the node belongs to an account, else its name: unique enough for people."""
    node = graph.nodes.get(node_id)
    if node is None:
        return node_id
    account = str(node.properties.get("account_id") or "")
    name = OUTCOMES[str(node.properties.get("kind"))] if node.label == "Outcome" else node.name
    return f"{account_name(graph, account)}/{name}" if account and node.label != "AWSAccount" else name


def account_name(graph: Graph, account_id: str) -> str:
    """The account's name, or its id where it has none."""
    return next((n.name for n in graph.of("AWSAccount") if _account_id(n) == account_id), account_id)


def _account_id(node: Node) -> str:
    return str(node.properties.get("account_id") or node.id)


def _named(graph: Graph, text: str) -> list[str]:
    """Exact names first, then names that differ in case alone."""
    account, _, name = text.rpartition("/")
    nodes = [n for label in NAMED for n in graph.of(label)]
    by_name = [n.id for n in nodes if n.name == text]
    by_account = [n.id for n in nodes if account and n.name == name and _belongs(graph, n, account)]
    return by_name or by_account or [n.id for n in nodes if n.name.casefold() == text.casefold()]


def _belongs(graph: Graph, node: Node, account: str) -> bool:
    account_id = str(node.properties.get("account_id") or "")
    return account in (account_id, account_name(graph, account_id))


def _unique(text: str, found: list[str], graph: Graph) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"`{i}`" for i in sorted(found)[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Unresolved(f"`{text}` names {len(found)} nodes ({some}{more}): use one of these ids")
    if any(text in (_account_id(n), n.name) for n in graph.of("AWSAccount")):
        raise Unresolved(f"`{text}` is an account: write `account:{text}` to mean everything in it")
    names = {n.name for label in NAMED for n in graph.of(label)} | {*CLASSES, EXPOSED}
    raise Unresolved(f"no node is called `{text}`: {_did_you_mean(text, names)}")


def _did_you_mean(text: str, names: Iterable[str]) -> str:
    close = _holding(text, names) or difflib.get_close_matches(text, sorted(names), n=3)
    offered = ", ".join(f"`{name}`" for name in close)
    return f"did you mean {offered}?" if close else "use an ARN, a name, or one of " + ", ".join((*CLASSES, EXPOSED))


def _holding(text: str, names: Iterable[str]) -> list[str]:
    """At most three names that the text is a part of, those that begin with it first."""
    part = text.strip().casefold()
    found = [name for name in names if part and part in name.casefold()]
    return sorted(found, key=lambda name: (not name.casefold().startswith(part), len(name), name))[:3]


def _account(graph: Graph, text: str) -> list[str]:
    """Everything of an account that a question may start or end at."""
    accounts = {_account_id(n) for n in graph.of("AWSAccount") if text in (_account_id(n), n.name)}
    if not accounts:
        names = [name for n in graph.of("AWSAccount") for name in (n.name, _account_id(n))]
        close = difflib.get_close_matches(text, names, n=3)
        raise Unresolved(
            f"no account `{text}`: " + (f"did you mean `{close[0]}`?" if close else "use its id or its name")
        )
    nodes = (n for label in NAMED for n in graph.of(label))
    return sorted(n.id for n in nodes if n.properties.get("account_id") in accounts)


def _zone(graph: Graph, text: str) -> list[str]:
    raise Unresolved(f"zone `{text}` cannot be asked for yet: name the accounts with `account:ID` instead")


def _label(label: str, graph: Graph) -> list[Node]:
    return graph.of(label)


def _outcomes(kind: str, graph: Graph) -> list[Node]:
    return [n for n in graph.of("Outcome") if n.properties.get("kind") == kind]


def _jewels(graph: Graph) -> list[Node]:
    """The resources that are jewels, most precious first."""
    tier: dict[str, str] = {}
    for edge in graph.edges_of("IS_JEWEL"):
        tier[edge.source] = min(edge.target, tier.get(edge.source, edge.target))
    return [graph.nodes[i] for i in sorted(tier, key=lambda i: (tier[i], i))]


def _pipelines(graph: Graph) -> list[Node]:
    return [n for n in graph.of("AWSFederatedPrincipal") if n.properties.get("ci")]


def _federated(graph: Graph) -> list[Node]:
    """Those a provider vouches for; Identity Center's own provider stands for people who are listed themselves."""
    people = ("saml-provider/AWSSSO_",)
    return [
        n
        for n in graph.of("AWSFederatedPrincipal")
        if not n.properties.get("ci") and not any(p in str(n.properties.get("provider")) for p in people)
    ]


def _with_credentials(graph: Graph) -> list[Node]:
    """IAM users with a key or a password; what was not seen counts as there."""
    return [
        n for n in graph.of("AWSUser") if n.properties.get("active_keys") != 0 or n.properties.get("password", True)
    ]


def _foreign(graph: Graph) -> list[Node]:
    """Principals of accounts that are not ours."""
    accounts = {_account_id(n) for n in graph.of("AWSAccount") if n.properties.get("relation") in ("vendor", "unknown")}
    return [n for n in graph.of("AWSPrincipal") if n.properties.get("account_id") in accounts]


def _outsiders(graph: Graph) -> list[Node]:
    return [*graph.of("AWSExternalPrincipal"), *_foreign(graph)]


Members = Callable[[Graph], list[Node]]
PREFIXES: dict[str, Callable[[Graph, str], list[str]]] = {"account": _account, "zone": _zone}
CLASSES: dict[str, tuple[Members, str]] = {
    "internet": (partial(_label, "Internet"), "no rule lets any address in; collect the network first"),
    "external": (_outsiders, "no role trusts anyone outside the organization"),
    "ci": (_pipelines, "no role trusts a pipeline's identity provider"),
    "admin": (partial(_outcomes, "admin"), "nobody is administrator; collect identities first"),
    "org-admin": (partial(_outcomes, "org_admin"), "collect the management account first"),
    "jewels": (_jewels, "declare crown jewels in the settings, [[jewels]]"),
}
ENTRY_KINDS: dict[str, Members] = {
    "internet": partial(_label, "Internet"),
    "anyone": partial(_label, "AWSExternalPrincipal"),
    "pipeline": _pipelines,
    "foreign account": _foreign,
    "person": partial(_label, "AWSSSOUser"),
    "user": _with_credentials,
    "federated": _federated,
}
