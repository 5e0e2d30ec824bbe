"""Facts of a snapshot to nodes and to the edges that say no more than the facts do."""

from __future__ import annotations

from graph.builder import Builder
from graph.nodes.accounts import add_account_settings
from graph.nodes.automation import add_automation
from graph.nodes.compute import add_compute
from graph.nodes.coverage import add_coverage
from graph.nodes.credentials import add_credentials
from graph.nodes.identity import add_identity
from graph.nodes.identity_center import add_identity_center, reserved_role, reserved_roles
from graph.nodes.network import add_network_facts
from graph.nodes.organization import add_organization, external_account
from graph.nodes.resources import add_resources
from graph.nodes.stores import add_stores
from graph.nodes.trusts import add_trusts, anyone, root_principal

__all__ = ["add_facts", "anyone", "external_account", "reserved_role", "reserved_roles", "root_principal"]

GROUPS = (
    add_organization,
    add_account_settings,
    add_identity,
    add_trusts,
    add_credentials,
    add_identity_center,
    add_network_facts,
    add_resources,
    add_stores,
    add_compute,
    add_automation,
    add_coverage,
)


def add_facts(builder: Builder) -> None:
    """Adds every fact of the snapshot, each group after those it points to."""
    for add in GROUPS:
        add(builder)
