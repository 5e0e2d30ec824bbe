"""The organizations of a snapshot: which accounts belong to which, and the policies that bind them from above."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import ingest.snapshot as facts
from ingest.snapshot import Snapshot, Unseen
from policy import Policy

Reader = Callable[[str, str, str | Unseen | None], Policy]
ORG_KEYS = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
Levels = tuple[tuple[Policy, ...], ...]  # the policies of one kind above an account, root first


@dataclass(frozen=True)
class Chain:
    """The SCPs above an account, root first; `levels` None where none apply. `stale`: when they were last seen."""

    levels: Levels | None
    stale: str | None = None


def oldest(*stale: str | None) -> str | None:
    """The first of several times at which facts were last seen; None where all were seen this time."""
    return min((s for s in stale if s), default=None)


class Organizations:
    """Membership and guardrails. `read` parses a policy, each text once."""

    def __init__(self, snapshot: Snapshot, read: Reader) -> None:
        self.snapshot = snapshot
        self.read = read
        self.accounts = {a.id: a for a in snapshot.all(facts.Account)}
        self._by_management = {o.management_account_id: o for o in snapshot.all(facts.Organization)}
        self._parents = {u.id: u.parent_id for u in snapshot.all(facts.OrganizationalUnit)}
        self._chains: dict[str, Chain] = {}
        self._contexts: dict[str, dict[str, tuple[str, ...]]] = {}
        self._rcps: dict[str, Levels | None] = {}

    # -- membership
    def of(self, account_id: str) -> facts.Organization | None:
        """The organization of an account; its ARN names the account that manages it."""
        account = self.accounts.get(account_id)
        return self._by_management.get(account.arn.split(":")[4]) if account else None

    def manages(self, account_id: str) -> bool:
        return account_id in self._by_management

    @cached_property
    def _expected(self) -> bool:
        """Whether there is an organization, read or not: a lone account's dump names none."""
        return any(scope.collector.startswith("organizations.") for scope in self.snapshot.shards)

    @cached_property
    def _trees_complete(self) -> bool:
        return all(self.snapshot.state(m, "organizations.tree").complete for m in self._by_management)

    @cached_property
    def _policies_complete(self) -> bool:
        return all(self.snapshot.state(m, "organizations.policies").complete for m in self._by_management)

    def is_outside(self, account_id: str) -> bool:
        """Whether an account is known to belong to none of the organizations."""
        return account_id not in self.accounts and bool(self._by_management) and self._trees_complete

    def keeps_out(self, organizations: Iterable[str]) -> bool:
        """Whether these ids (or paths that begin with them) are all of organizations whose every account is known."""
        ours = {o.id for o in self._by_management.values()}
        return self._trees_complete and all(asked.split("/")[0] in ours for asked in organizations)

    def unit_path(self, account_id: str) -> list[str] | None:
        """Ids of the units above an account, root first; None where a parent was not seen."""
        account = self.accounts.get(account_id)
        above = account.parent_id if account else None
        path: list[str] = []
        while isinstance(above, str):
            if above not in self._parents or above in path:
                return None
            path.insert(0, above)
            above = self._parents[above]
        return path or None

    def context(self, account_id: str) -> dict[str, tuple[str, ...]]:
        """The facts that every principal of an account shares; a new mapping each time."""
        if account_id not in self._contexts:
            self._contexts[account_id] = self._context(account_id)
        return dict(self._contexts[account_id])

    def _context(self, account_id: str) -> dict[str, tuple[str, ...]]:
        context: dict[str, tuple[str, ...]] = {"aws:principalaccount": (account_id,)}
        if organization := self.of(account_id):
            context["aws:principalorgid"] = (organization.id,)
            if path := self.unit_path(account_id):
                context["aws:principalorgpaths"] = ("/".join([organization.id, *path, ""]),)
        return context

    def resource_context(self, account_id: str) -> dict[str, tuple[str, ...]]:
        """What a request says of the owner of a resource of ours: perimeters compare it with the caller's."""
        own = self.context(account_id)
        keys = {"aws:resourceorgid": "aws:principalorgid", "aws:resourceorgpaths": "aws:principalorgpaths"}
        return {of_resource: own[of_owner] for of_resource, of_owner in keys.items() if of_owner in own}

    def unknown(self, account_id: str) -> frozenset[str]:
        """The facts of membership that nobody here knows: another's organization, or one that was not read."""
        return ORG_KEYS - self.context(account_id).keys()

    # -- guardrails
    @cached_property
    def _attached(self) -> dict[tuple[str, str], tuple[Policy, ...]]:
        by_id = {p.id: self.read(p.arn, p.name, p.document) for p in self.snapshot.all(facts.OrganizationPolicy)}
        return {
            (t.target_id, t.kind): tuple(by_id.get(i, Policy(i, i, None)) for i in t.policy_ids)
            for t in self.snapshot.all(facts.PolicyTarget)
        }

    def chain(self, account_id: str) -> Chain:
        """The SCPs that bind an account. None bind the management account, nor an account outside an organization.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
        """
        if account_id not in self._chains:
            self._chains[account_id] = self._chain(account_id)
        return self._chains[account_id]

    def _chain(self, account_id: str) -> Chain:
        if not self._binds(account_id):
            return Chain(None)
        unseen = Policy("scp", "service control policies", None)
        path = self.unit_path(account_id)
        if path is None:
            return Chain(((unseen,),), self.stale)
        levels = tuple(self._attached.get((target, "scp"), (unseen,)) for target in (*path, account_id))
        # While the kind is enabled a root, unit or account always has one: none anywhere means that it is off.
        return Chain(levels if any(levels) else None, self.stale)

    def _binds(self, account_id: str) -> bool:
        return self._expected and not self.manages(account_id) and not self.is_outside(account_id)

    def rcps(self, account_id: str) -> Levels | None:
        """The resource control policies above an account's resources; one that may be there stands for any unseen."""
        if account_id not in self._rcps:
            self._rcps[account_id] = self._rcp_levels(account_id)
        return self._rcps[account_id]

    def _rcp_levels(self, account_id: str) -> Levels | None:
        path = self.unit_path(account_id) if self._binds(account_id) else None
        if path is None:
            return None
        missing = () if self._policies_complete else (Policy("rcp", "resource control policies", None),)
        levels = tuple(self._attached.get((target, "rcp"), missing) for target in (*path, account_id))
        return levels if any(levels) else None

    @cached_property
    def stale(self) -> str | None:
        """When the oldest fact that decides which policies bind whom was last seen, if not this time."""
        kinds: Iterable[type[facts.Record]] = (
            facts.OrganizationalUnit,
            facts.Account,
            facts.OrganizationPolicy,
            facts.PolicyTarget,
        )
        return oldest(*(self.snapshot.stale_since(record) for kind in kinds for record in self.snapshot.all(kind)))
