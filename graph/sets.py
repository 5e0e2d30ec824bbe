"""Access sets: principals that no policy can tell apart share one, so that edges grow with distinct powers.

The key of a shared set is everything that decides: account, effect of the identity policies, boundary, chain of SCPs,
and, for every statement among them that asks for facts of the principal, how this principal answers it. Statements
that grant by `${aws:username}` and the like belong to one principal alone; what they add starts at its own set.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from graph.builder import Builder
from graph.estate import Estate, Holder
from graph.organizations import Chain, oldest
from policy import Document, Policy, PolicySet, Principal, Statement, parse, principal_answers

ALLOW_ALL = Policy(
    "any",
    "AdministratorAccess",
    parse('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
)
PERSONAL = frozenset({"aws:username", "aws:userid", "aws:principalarn"})  # their value belongs to one principal
NAMES_SHOWN = 12


@dataclass(frozen=True)
class AccessSet:
    """One set: what decides for it, a principal that stands for its members, and who they are."""

    id: str
    account_id: str
    identity: tuple[Policy, ...]
    policies: PolicySet
    principal: Principal
    stale: str | None
    names: tuple[str, ...] = ()
    shape: str = ""
    members: list[Holder] = field(default_factory=list)

    def is_only(self, arn: str) -> bool:
        return [m.arn for m in self.members] == [arn]

    @property
    def is_empty(self) -> bool:
        """No statement grants anything, and every text was seen."""
        return all(p.document for p in self.identity) and not any(
            s.effect == "Allow" for s in _statements(self.identity)
        )


class Sets:
    """The sets of an estate; own sets are written when first asked for."""

    def __init__(self, estate: Estate, builder: Builder) -> None:
        self.estate = estate
        self.builder = builder
        self._by_key: dict[str, AccessSet] = {}
        self._of: dict[str, AccessSet] = {}
        self._bundles: dict[tuple[object, ...], Bundle] = {}
        self._said: dict[tuple[Document, str], list[str]] = {}
        self._has_own: dict[Document, bool] = {}  # whether a document grants something to one principal alone
        # Those seen this time come first: where all were seen before, or all now, a set's id is that of its effect.
        for holder in sorted(estate.holders.values(), key=lambda h: h.stale is not None):
            self._place(holder)

    def _place(self, holder: Holder) -> None:
        has_own = any(self._grants_one(p.document) for p in holder.identity if p.document)
        shared = [_shared_part(p) for p in holder.identity] if has_own else holder.identity
        found = self._intern(holder.account_id, shared, holder.boundary, holder.chain, holder.principal, holder.stale)
        found.members.append(holder)
        self._of[holder.arn] = found

    def _grants_one(self, document: Document) -> bool:
        found = self._has_own.get(document)
        if found is None:
            found = self._has_own[document] = any(map(_is_personal, document.statements))
        return found

    def _intern(
        self,
        account_id: str,
        identity: Sequence[Policy],
        boundary: Policy | None,
        chain: Chain,
        principal: Principal,
        stale: str | None,
    ) -> AccessSet:
        key = self._key(account_id, identity, boundary, chain, principal)
        if key in self._by_key and self._by_key[key].stale != oldest(stale, chain.stale):
            key = (
                f"{key}:{stale}"  # equals of whom some were last seen before: their edges must say so, the others' not
            )
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = AccessSet(
                f"set:{key}",
                account_id,
                tuple(identity),
                PolicySet(identity, boundary, chain.levels),
                _anyone_like(principal),
                oldest(stale, chain.stale),
                tuple(sorted({p.name for p in identity})),
                self._shape(account_id, identity, boundary, chain),
            )
        return found

    def _key(
        self, account_id: str, identity: Sequence[Policy], boundary: Policy | None, chain: Chain, principal: Principal
    ) -> str:
        """The key of a set. What does not depend on the principal is worked out once for all with the same texts."""
        texts = tuple(p.document or p.name for p in (*identity, *([boundary] if boundary else [])))
        place = (account_id, texts, boundary is not None, chain.levels)
        bundle = self._bundles.get(place)
        if bundle is None:
            bundle = self._bundles[place] = Bundle.of(account_id, identity, boundary, chain)
        return bundle.key(principal)

    def _shape(self, account_id: str, identity: Sequence[Policy], boundary: Policy | None, chain: Chain) -> str:
        """The key without the account's number and the organization's guardrails: the same power elsewhere."""
        texts = sorted({*self._texts(identity, account_id), *(p.name for p in identity if p.document is None)})
        bound = sorted(self._texts([boundary] if boundary else [], account_id))
        body = msgspec.json.encode((texts, bound, chain.levels is None))
        return f"shape:{hashlib.sha256(body).hexdigest()[:20]}"

    def _texts(self, policies: Iterable[Policy], account_id: str) -> Iterator[str]:
        """Each statement as one line of text, without the account's number."""
        for document in (p.document for p in policies if p.document):
            texts = self._said.get((document, account_id))
            if texts is None:
                texts = self._said[document, account_id] = list(_texts(document, account_id))
            yield from texts

    def administrator(self, account_id: str) -> AccessSet:
        """What an administrator of an account holds, whoever becomes one."""
        chain = self.estate.organizations.chain(account_id)
        arn = f"arn:{self.estate.partition_of(account_id)}:iam::{account_id}:role/administrator"
        principal = Principal(
            arn, account_id, "role", {**self.estate.organizations.context(account_id), "aws:principalarn": (arn,)}
        )
        known = self._by_key.get(self._key(account_id, [ALLOW_ALL], None, chain, principal))
        return known or self._intern(account_id, [ALLOW_ALL], None, chain, principal, None)

    def of(self, holder: Holder) -> AccessSet:
        """The shared set of a holder."""
        return self._of[holder.arn]

    @cached_property
    def all_shared(self) -> dict[str, list[AccessSet]]:
        """The shared sets by account, those that grant nothing among them."""
        out: dict[str, list[AccessSet]] = defaultdict(list)
        for found in sorted(self._by_key.values(), key=lambda s: s.id):
            out[found.account_id].append(found)
        return out

    @cached_property
    def shared(self) -> dict[str, list[AccessSet]]:
        """The shared sets that grant anything, by account."""
        return {account: [s for s in sets if not s.is_empty] for account, sets in self.all_shared.items()}

    @cached_property
    def personal(self) -> list[Holder]:
        """Holders that a statement grants something for themselves alone."""
        holders = self.estate.holders.values()
        return [h for h in holders if any(self._grants_one(p.document) for p in h.identity if p.document)]

    @cached_property
    def personal_in(self) -> dict[str, list[Holder]]:
        """The same by account."""
        found: dict[str, list[Holder]] = defaultdict(list)
        for holder in self.personal:
            found[holder.account_id].append(holder)
        return found

    # -- nodes
    def write_shared(self) -> None:
        """Writes every shared set that grants anything."""
        for sets in self.shared.values():
            for found in sets:
                self.write(found)

    def write(self, access_set: AccessSet) -> str:
        """Writes the node of a shared set and its HOLDS edges, and returns its id."""
        if not self.builder.has(access_set.id):
            self.builder.node(
                "AccessSet",
                access_set.id,
                name=", ".join(access_set.names[:NAMES_SHOWN]) or "no policies",
                account_id=access_set.account_id,
                shape=access_set.shape,
                own=False,
                members=len(access_set.members),
                policies=list(access_set.names),
                stale=access_set.stale,
            )
            for holder in access_set.members:
                self.builder.edge(holder.arn, "HOLDS", access_set.id)
        return access_set.id

    def own(self, node_id: str, account_id: str, name: str) -> str:
        """The set of rights that belong to one node alone: written when first asked for."""
        set_id = f"set:own:{node_id}"
        if not self.builder.has(set_id):
            anywhere = node_id.replace(account_id, "*") if account_id else node_id
            self.builder.node(
                "AccessSet",
                set_id,
                name=f"own rights of {name}",
                account_id=account_id,
                shape=f"shape:{hashlib.sha256(f'own {anywhere}'.encode()).hexdigest()[:20]}",
                own=True,
                members=1,
            )
            self.builder.edge(node_id, "HOLDS", set_id)
        return set_id


@dataclass(frozen=True)
class Bundle:
    """The policies that bind principals, whoever they are: what they say, and which statements ask who it is."""

    effect: tuple[object, ...]
    asking: tuple[Statement, ...]

    @classmethod
    def of(cls, account_id: str, identity: Sequence[Policy], boundary: Policy | None, chain: Chain) -> Bundle:
        governing = [*identity, *([boundary] if boundary else []), *(p for level in chain.levels or () for p in level)]
        asking = {s.id: s for s in _statements(governing) if s.principal_keys}
        effect = (account_id, *_effect(identity, boundary, chain))
        return cls(effect, tuple(asking[i] for i in sorted(asking)))

    def key(self, principal: Principal) -> str:
        """Content address of everything that decides for a principal."""
        body = (*self.effect, principal_answers(self.asking, principal))
        return hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:24]


def _effect(identity: Sequence[Policy], boundary: Policy | None, chain: Chain) -> tuple[object, ...]:
    granted = sorted({s.id for s in _statements(identity)})
    unseen = sorted(p.name for p in identity if p.document is None)
    levels = None if chain.levels is None else [sorted({_document_key(p) for p in level}) for level in chain.levels]
    return granted, unseen, _document_key(boundary) if boundary else None, levels


def _anyone_like(principal: Principal) -> Principal:
    """A stand-in with the member's facts and a name that no policy can hold: who is named is asked by itself."""
    return msgspec.structs.replace(principal, arn=f"{principal.arn.rpartition('/')[0]}/*")


def _document_key(policy: Policy) -> str:
    return policy.document.digest if policy.document else f"unseen {policy.name}"


def _statements(policies: Iterable[Policy]) -> Iterator[Statement]:
    return (s for p in policies if p.document for s in p.document.statements)


def _texts(document: Document, account_id: str) -> Iterator[str]:
    for s in document.statements:
        lists = (s.actions, s.not_actions, s.resources, s.not_resources)
        conditions = sorted((c.operator.lower(), c.name, sorted(c.values)) for c in s.conditions)
        words = (s.effect, [sorted(one) for one in lists], conditions)
        yield msgspec.json.encode(words).decode().replace(account_id, "*")


def _is_personal(statement: Statement) -> bool:
    return statement.effect == "Allow" and bool(statement.variables & PERSONAL)


def _shared_part(policy: Policy) -> Policy:
    document = policy.document
    if document is None or not any(map(_is_personal, document.statements)):
        return policy
    kept = tuple(s for s in document.statements if not _is_personal(s))
    return Policy(policy.id, policy.name, Document(kept, document.version))
