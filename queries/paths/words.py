"""A step in a person's words."""

from __future__ import annotations

from graph.model import Graph
from graph.techniques import techniques
from queries.paths.path import Hop
from queries.where import full_name

# {can} is `can` or `may`, {means} how a technique gains, {level} a phrase of LEVELS, {ports} which ports.
STEPS = {
    "ASSUME": "{source} {can} take the role {target}",
    "ESCALATE": "{source} {can} gain the rights of {target}{means}",
    "ACCESS": "{source} {can} {level} {target}",
    "CONNECT": "packets from {source} {can} reach {target} on {ports}",
    "EXPOSES": "what runs behind {source} is {target}",
    "SENDS_AS": "what {source} sends leaves through {target}",
    "RUNS_AS": "what runs on {source} has the credentials of {target}",
}
ADMINISTRATOR = "{source} {can} do anything: it is {target}"
LEVELS = {
    "read": "read",
    "write": "write to",
    "permissions": "change the permissions of",
    "delete": "delete",
}


def sentence(graph: Graph, hop: Hop) -> str:
    """What a step is, as plain text: names in it are those that strangers gave."""
    verb = hop.type.removeprefix("CAN_").removeprefix("MAY_")
    template = ADMINISTRATOR if hop.key == "administrator" else STEPS[verb]
    return template.format(
        source=full_name(graph, hop.source),
        target=full_name(graph, hop.target),
        can="can" if hop.certain else "may",
        level=LEVELS.get(hop.key, hop.key),
        means=_means(hop.key),
        ports=ports(hop.key) or "all ports",
    )


def _means(technique_id: str) -> str:
    technique = techniques().get(technique_id)
    return f": {technique.name} ({technique.id})" if technique else f" ({technique_id})" * bool(technique_id)


def ports(key: str) -> str:
    """A port range for people: `tcp/443-443` is `tcp/443`, every other one stays as it is."""
    protocol, _, span = key.partition("/")
    first, _, last = span.partition("-")
    return f"{protocol}/{first}" if first and first == last else key
