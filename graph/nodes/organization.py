"""The organization, its units and accounts, and the policies attached to them."""

from __future__ import annotations

from graph.builder import Builder
from graph.nodes.documents import add_document
from graph.nodes.ownership import ENVIRONMENT_TAGS, TEAM_TAGS, tag_list, tagged
from ingest.snapshot import (
    Account,
    Organization,
    OrganizationalUnit,
    OrganizationPolicy,
    PolicyTarget,
    Snapshot,
    Unseen,
)

POLICY_LABELS = {"scp": "ServiceControlPolicy", "rcp": "ResourceControlPolicy"}


class Tree:
    """The organization, its units by id, and what lies above what."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.organizations = snapshot.all(Organization)
        self.units = {unit.id: unit for unit in snapshot.all(OrganizationalUnit)}
        self.managers = {o.management_account_id for o in self.organizations}

    def path(self, unit_id: str | Unseen | None) -> str:
        """Names from the root down to a unit, `/`-separated; a tree that bites its own tail ends there."""
        names: list[str] = []
        seen: set[str] = set()
        while isinstance(unit_id, str) and unit_id in self.units and unit_id not in seen:
            seen.add(unit_id)
            names.append(self.units[unit_id].name)
            unit_id = self.units[unit_id].parent_id
        return "/".join(reversed(names))

    def holders(self, parent_id: str | Unseen | None) -> list[str]:
        """Nodes that hold a unit or account: its parent; the organization where the parent is none or unseen."""
        parent = self.units.get(parent_id) if isinstance(parent_id, str) else None
        return [parent.arn] if parent else [organization.arn for organization in self.organizations]


def add_organization(builder: Builder) -> None:
    """Adds the tree and the policies that govern it; accounts that only have shards are our own as well."""
    tree = Tree(builder.snapshot)
    _add_units(builder, tree)
    _add_accounts(builder, tree)
    _add_policies(builder, tree)


def external_account(builder: Builder, account_id: str) -> str:
    """The node of an account that is not ours: a vendor's where the settings name it. Returns its id."""
    if builder.has(account_id):
        return account_id
    vendor = builder.options.vendors.get(account_id)
    relation = "vendor" if vendor else "unknown"
    return builder.node(
        "AWSAccount", account_id, name=vendor or account_id, account_id=account_id, relation=relation, vendor=vendor
    )


def _add_units(builder: Builder, tree: Tree) -> None:
    for organization in tree.organizations:
        builder.fact(
            organization,
            "AWSOrganization",
            organization.arn,
            name=organization.id,
            account_id=organization.management_account_id,
            management_account_id=organization.management_account_id,
        )
    for unit in tree.units.values():
        builder.fact(
            unit,
            "AWSOrganizationalUnit",
            unit.arn,
            name=unit.name,
            path=tree.path(unit.id),
            root=unit.parent_id is None,
        )
    for unit in tree.units.values():
        _hold(builder, tree, unit.parent_id, unit.arn)


def _hold(builder: Builder, tree: Tree, parent_id: str | Unseen | None, node_id: str) -> None:
    for holder in tree.holders(parent_id):
        builder.edge(holder, "RESOURCE", node_id)


def _add_accounts(builder: Builder, tree: Tree) -> None:
    for account in builder.snapshot.all(Account):
        builder.fact(
            account,
            "AWSAccount",
            account.id,
            name=account.name,
            account_id=account.id,
            relation="own",
            inscope=True,
            status=account.status,
            ou_path=tree.path(account.parent_id),
            env=tagged(account.tags, ENVIRONMENT_TAGS),
            team=tagged(account.tags, TEAM_TAGS),
            tags=tag_list(account.tags),
            management=account.id in tree.managers,
        )
        _hold(builder, tree, account.parent_id, account.id)
    for account_id in sorted(_collected(builder) - set(builder.nodes)):
        builder.node(
            "AWSAccount",
            account_id,
            name=account_id,
            account_id=account_id,
            relation="own",
            inscope=True,
            management=account_id in tree.managers,
        )


def _collected(builder: Builder) -> set[str]:
    return {scope.account_id for scope in builder.snapshot.shards if scope.account_id}


def _add_policies(builder: Builder, tree: Tree) -> None:
    policies = {policy.id: policy for policy in builder.snapshot.all(OrganizationPolicy)}
    for policy in policies.values():
        text = None if isinstance(policy.document, Unseen) else policy.document
        builder.fact(
            policy,
            POLICY_LABELS[policy.kind],
            policy.arn,
            name=policy.name,
            arn=policy.arn,
            document=text,
            aws_managed=policy.aws_managed,
        )
        add_document(builder, policy.arn, "STATEMENT", policy.document)
    for target in builder.snapshot.all(PolicyTarget):
        node_id = tree.units[target.target_id].arn if target.target_id in tree.units else target.target_id
        if builder.has(node_id):
            _govern(builder, node_id, target, policies)


def _govern(builder: Builder, node_id: str, target: PolicyTarget, policies: dict[str, OrganizationPolicy]) -> None:
    for policy_id in target.policy_ids:
        policy = policies.get(policy_id)
        arn = policy.arn if policy else builder.node(POLICY_LABELS[target.kind], policy_id, name=policy_id, unseen=True)
        builder.edge(node_id, "GOVERNED_BY", arn, stale=builder.snapshot.stale_since(target))
