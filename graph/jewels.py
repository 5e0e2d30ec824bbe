"""Crown jewels: what must never be lost, in tiers, from the settings or from what every estate has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from graph.builder import Builder
from graph.model import Properties
from graph.options import Match
from graph.schema import JEWEL_LABELS
from policy.language.match import glob

PRODUCTION = ("prod", "production", "prd")
EVERYWHERE = ("Outcome", "CloudTrailTrail", "BackupVault")  # tier 0 without settings
DATA = ("RDSInstance", "RDSCluster", "DynamoDBTable", "KMSKey", "SecretsManagerSecret")  # tier 1 in production


def add_jewels(builder: Builder) -> dict[str, int]:
    """Adds the tiers and points every jewel to its own. Returns them by node id."""
    tiers = jewel_tiers(builder)
    for tier in sorted(set(tiers.values())):
        builder.node("CrownJewel", f"jewel:tier:{tier}", name=f"tier {tier}", tier=tier)
    for node_id, tier in tiers.items():
        builder.edge(node_id, "IS_JEWEL", f"jewel:tier:{tier}")
    return tiers


def jewel_tiers(builder: Builder) -> dict[str, int]:
    """Node id to tier, the most precious of those that match."""
    rules = builder.options.jewels
    found = _default_tiers(builder) if rules is None else (
        (node_id, rule.tier) for rule in rules for node_id in matching(builder, rule.match, JEWEL_LABELS)
    )  # fmt: skip
    tiers: dict[str, int] = {}
    for node_id, tier in found:
        tiers[node_id] = min(tier, tiers.get(node_id, tier))
    return dict(sorted(tiers.items()))


def matching(builder: Builder, match: Match, labels: Iterable[str]) -> Iterator[str]:
    """Ids of the nodes with one of the labels that meet every criterion; a match without criteria picks nothing."""
    wanted = set(labels)
    criteria = list(_criteria(builder, match))
    for node_id, (label, properties) in builder.nodes.items():
        if criteria and label in wanted and all(holds(node_id, label, properties) for holds in criteria):
            yield node_id


Criterion = Callable[[str, str, Properties], bool]


def _criteria(builder: Builder, match: Match) -> Iterator[Criterion]:
    if match.arn:
        arn = glob(match.arn)
        yield lambda node_id, label, properties: bool(arn(node_id))
    if match.type:
        yield lambda node_id, label, properties: label == match.type
    if match.tag:
        yield lambda node_id, label, properties: _tagged(properties, match.tag)
    if match.account:
        account = glob(match.account)
        yield lambda node_id, label, properties: any(account(name) for name in _account_names(builder, properties))
    if match.account_tag:
        yield lambda node_id, label, properties: _tagged(_account(builder, properties), match.account_tag)


def _tagged(properties: Properties, wanted: dict[str, str]) -> bool:
    tags = properties.get("tags")
    have = dict(text.split("=", 1) for text in tags) if isinstance(tags, list) else {}
    return all(key in have and glob(value)(have[key]) for key, value in wanted.items())


def _account(builder: Builder, properties: Properties) -> Properties:
    account_id = str(properties.get("account_id", ""))
    return builder.nodes[account_id][1] if builder.has(account_id) else {}


def _account_names(builder: Builder, properties: Properties) -> tuple[str, str]:
    return str(properties.get("account_id", "")), str(_account(builder, properties).get("name", ""))


def _default_tiers(builder: Builder) -> Iterator[tuple[str, int]]:
    evidence = {target for _, type_, target, _ in builder.edges if type_ == "LOGS_TO"}
    for node_id, (label, properties) in builder.nodes.items():
        if label in EVERYWHERE or node_id in evidence:
            yield node_id, 0
        elif label in DATA and _in_production(properties):
            yield node_id, 1


def _in_production(properties: Properties) -> bool:
    """By its own tag or its account's. AWS's own keys are left out: nobody can delete them or change their policy."""
    return str(properties.get("env", "")).lower() in PRODUCTION and properties.get("manager") != "AWS"
