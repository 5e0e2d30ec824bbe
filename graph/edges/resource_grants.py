"""CAN_ACCESS and MAY_ACCESS on a resource's own word: what its policy, grants or sharing give to whom they name.

In its own account whoever an Allow names as itself, or by `*`, needs no identity policy; to principals of other
accounts their own policies must give it too. What was not seen gives nothing: coverage tells of it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from graph.builder import Builder
from graph.edges.access import Pairs, Target, alike
from graph.edges.audiences import Audiences, Offer, Source, write_grant
from graph.edges.federate import federated_principal
from graph.edges.granting import SHARED, Grant, Granting, granting, reads_owner
from graph.edges.outsiders import Outsider, outsider_step, outsiders
from graph.estate import Estate, Holder, Powers
from graph.proof import NO_STEP, Step, best, step_of
from graph.sets import AccessSet, Sets
from policy import PolicySet, Principal, Request, Statement, Truth, places, principal_answers, refined
from policy.language.match import glob

Ask = Callable[[str, str], Step]  # an action, and the template of what it is asked on
Held = Mapping[str, Sequence[str]]  # who holds a set
Limits = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, ...], ...]]  # statements by layer, and answers to them
Decided = tuple[list[str], Step]  # the actions with the most certain answer, and that
Known = dict[tuple[int, str | None, Limits] | None, Decided]
NO_POLICIES = PolicySet(())  # services have none, nor those whom a provider vouches for
THROUGH_A_ROLE = Step(Truth.MAYBE, conditions=("a role is taken through the provider",))


def add_resource_grants(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes what identity policies alone do not give; they have been asked before."""
    held: dict[str, list[str]] = defaultdict(list)
    for source, type_, target, _ in builder.edges:
        if type_ == "HOLDS":
            held[target].append(source)
    for found in granting(estate):
        _abroad(builder, estate, sets, found, held)
        for account in sorted(found.at_home.keys() & estate.identity_accounts) if found.label not in SHARED else ():
            _at_home(builder, estate, sets, found.of(account), account, held)
        _to_outsiders(builder, estate, sets, found)
        _to_services(builder, sets, found)
        _to_federated(builder, sets, found)


# -- to principals of other accounts
def _abroad(builder: Builder, estate: Estate, sets: Sets, found: Granting, held: Held) -> None:
    audiences = Audiences(builder, found)
    let_in = estate.identity_accounts if found.named.anyone else estate.identity_accounts & found.named.accounts
    for account in sorted(let_in):
        for one in sets.all_shared.get(account, ()) if not found.personal else ():
            _offer(audiences, found, one, _together(sets, one, held))
        for holder in _principals(estate, account) if found.personal else sets.personal_in.get(account, ()):
            _offer(audiences, found, holder, _alone(sets, holder))
    for holder in _named(estate, found):
        _offer(audiences, found, holder, _alone(sets, holder))
    audiences.write()


def _offer(audiences: Audiences, found: Granting, powers: Powers, source: Source) -> None:
    """What someone is given abroad; and at home, where that is the same."""
    home = found.at_home.get(powers.account_id, 0)
    steps: dict[Offer, Step] = {}
    bits: dict[Offer, int] = defaultdict(int)
    for group, pairs in _groups(powers, found):
        for part in (group & ~home, group & home):
            first = found.grants[next(places(part), 0)]
            actions, step = _decide(powers, first, pairs) if part else ([], NO_STEP)
            offer = Offer.of(step, actions)
            if step.truth is not Truth.NO and (part & ~home or offer in steps):
                bits[offer] |= part
                steps.setdefault(offer, found.grants[0].said(step, first))
    for offer, step in steps.items():
        audiences.add(source, offer, bits[offer], step)


def _groups(powers: Powers, found: Granting) -> Iterator[tuple[int, Pairs]]:
    """Resources that answer alike, where an identity policy may allow one of the actions."""
    able = [pair for pair in found.pairs if powers.policies.allows_action(pair[0])]
    for group, pairs in alike(powers, found, able, found.all) if able else ():
        owners = found.by_owner if any(_reads_owner(powers.policies, action) for action, _ in pairs) else ()
        yield from ((part, pairs) for part in refined([group], *owners))


def _reads_owner(policies: PolicySet, action: str) -> bool:
    """Whether the answer may depend on whose the resource is."""
    documents = (one.document for _, _, found in policies.sources for one in found if one.document)
    return any(reads_owner(speaking) for one in documents for speaking in one.relevant(action.lower()))


def _together(sets: Sets, shared: AccessSet, held: Held) -> Source:
    return Source(held.get(shared.id) or [one.arn for one in shared.members], partial(sets.write, shared))


def _alone(sets: Sets, holder: Holder) -> Source:
    return Source([holder.arn], partial(sets.own, holder.arn, holder.account_id, holder.record.name))


def _principals(estate: Estate, account: str) -> Sequence[Holder]:
    return (*estate.roles.get(account, ()), *estate.users.get(account, ()))


def _named(estate: Estate, found: Granting) -> list[Holder]:
    return [estate.holders[arn] for arn in sorted(_arns(estate, found) & estate.holders.keys())]


# -- to principals of their own account
def _at_home(builder: Builder, estate: Estate, sets: Sets, found: Granting, account: str, held: Held) -> None:
    """Only `*` and who is named say more than identity policies."""
    audiences = Audiences(builder, found)
    everyone, known = found.named.anyone, Known()
    for shared in sets.all_shared.get(account, ()) if everyone and not found.personal else ():
        _add(audiences, found, shared, [shared.id], _together(sets, shared, held), known)
    told_apart = _principals(estate, account) if found.personal else sets.personal_in.get(account, ())
    named = (one for one in _named(estate, found) if one.account_id == account)
    for arn in dict.fromkeys(one.arn for one in (*(told_apart if everyone else ()), *named)):
        holder = estate.holders[arn]
        _add(audiences, found, holder, [sets.of(holder).id, f"set:own:{arn}"], _alone(sets, holder), {})
    audiences.write()


def _add(
    audiences: Audiences, found: Granting, powers: Powers, have: Sequence[str], source: Source, known: Known
) -> None:
    """What someone is given beyond what is written of the sets that it may `have` it from."""
    for group, limits in _alike_at_home(powers, found):
        written = {place: max(_written(audiences.builder, found.grants[place], one) for one in have)
                   for place in places(group)}  # fmt: skip
        if all(truth is Truth.YES for truth in written.values()):
            continue
        first = found.grants[next(places(group))]
        key = None if limits is None else (group, powers.stale, limits)
        actions, step = known.get(key) or _decide(powers, first, found.pairs)
        if key is not None:
            known[key] = actions, step
        if where := sum(1 << place for place, truth in written.items() if step.truth > truth):
            audiences.add(source, Offer.of(step, actions), where, found.grants[0].said(step, first))


def _alike_at_home(powers: Powers, found: Granting) -> Iterator[tuple[int, Limits | None]]:
    """Resources that answer alike: those that identity policies allow alike; and of the others all, with the limits
    that alone decide there. Limits that tell resources apart leave each by itself."""
    limits, rest = _limits(powers, found), found.all
    groups = [group for group, _ in alike(powers, found, found.pairs, found.all)]
    for group in groups:
        rest &= ~group
    if limits is None:
        yield from ((1 << place, None) for place in places(found.all))
        return
    yield from ((group, None) for group in groups)
    if rest:
        yield rest, limits


def _limits(powers: Powers, found: Granting) -> Limits | None:
    """The statements that deny the actions or limit them, layer by layer, and how the principal answers those that ask
    who it is; None where they tell resources apart, or more is needed than the resource's word."""
    if found.targets[0].besides.get(found.level):
        return None
    layers: list[tuple[str, int]] = []
    asking: dict[str, Statement] = {}
    for name, layer, policies in powers.policies.sources:
        layers.append((name, 0))
        for document in (one.document for one in policies):
            if document is None:
                return None
            for allows, denies in (document.relevant(action.lower()) for action, _ in found.pairs):
                limiting = denies if layer == "identity" else (*allows, *denies)
                if any(not one.covers_all or one.reads_tags for one in limiting):
                    return None
                layers += [(name, id(one)) for one in limiting]
                asking |= {one.id: one for one in limiting if one.principal_keys}
    answers = principal_answers([asking[one] for one in sorted(asking)], powers.principal)
    return tuple(layers), tuple(answers)


def _written(builder: Builder, grant: Grant, source: str) -> Truth:
    for verb, truth in (("CAN_ACCESS", Truth.YES), ("MAY_ACCESS", Truth.MAYBE)):
        if (source, verb, grant.target.arn, grant.level) in builder.edges:
            return truth
    return Truth.NO


# -- what is asked
def _decide(powers: Powers, grant: Grant, pairs: Pairs) -> Decided:
    def ask(action: str, template: str) -> Step:
        documents = (one.document for one in powers.identity if one.document)
        allows = (s for one in documents for s in one.relevant(action.lower())[0])
        named = [resource for statement in allows for resource in statement.resources]
        return _ask(powers.policies, powers.principal, grant, action, template, named)

    actions, step = _most_certain(pairs, ask)
    return actions, step.as_seen(powers.stale)


def _most_certain(pairs: Pairs, ask: Ask) -> Decided:
    steps = [(action, ask(action, template)) for action, template in pairs]
    step = best(one for _, one in steps)
    return [action for action, one in steps if one.truth is step.truth], step


def _ask(
    policies: PolicySet, principal: Principal, grant: Grant, action: str, template: str, named: Sequence[str] = ()
) -> Step:
    """Whether an action is allowed on the resource, or on a part of it that either side names, with all that it takes
    besides."""
    target = grant.target
    resource = template.format(arn=target.arn)
    inside = (one for one in (*grant.patterns, *named) if resource.endswith("/*") and glob(resource)(one))
    step = best(_on(policies, principal, target, action, part) for part in dict.fromkeys((resource, *inside)))
    for need in target.besides.get(grant.level, ()) if step.truth is not Truth.NO else ():
        other = need.target or target
        step = step & _on(policies, principal, other, need.action, other.arn)
    return step


def _on(policies: PolicySet, principal: Principal, target: Target, action: str, resource: str) -> Step:
    context = target.context
    if "aws:sourceowner" in context:
        context = {**context, "aws:sourceowner": (principal.account_id,) if principal.account_id else ()}
    verdict = policies.decide(Request(principal, action, resource, target.account_id, context), target.door)
    return NO_STEP if verdict.truth is Truth.NO else step_of(verdict, f"{action}.")


# -- to those of whom only the resource knows
def _arns(estate: Estate, found: Granting) -> set[str]:
    """Who takes a role chooses its session's name: a session is its role."""
    return {estate.role_of_session(arn) or arn for arn in found.named.arns}


def _to_all(builder: Builder, found: Granting, decided: Decided, source: Callable[[], str]) -> None:
    """Writes what was decided of the first resource of all that say the same."""
    actions, step = decided
    for grant in found.grants if step.truth is not Truth.NO else ():
        write_grant(builder, source(), grant, actions, grant.said(step, found.grants[0]))


def _to_outsiders(builder: Builder, estate: Estate, sets: Sets, found: Granting) -> None:
    named, home = found.named, found.targets[0].account_id
    for outsider in outsiders(
        builder, estate, estate.partition_of(home), named.accounts, _arns(estate, found), named.anyone
    ):
        node_id, account = outsider
        told = found.of(account) if account in found.at_home else found
        decided = _most_certain(told.pairs, _of_outsider(estate, told.grants[0], outsider))
        name = str(builder.nodes[node_id][1].get("name"))
        _to_all(builder, told, decided, partial(sets.own, node_id, account, name))


def _of_outsider(estate: Estate, grant: Grant, outsider: Outsider) -> Ask:
    def ask(action: str, template: str) -> Step:
        return outsider_step(
            estate, outsider, grant.allows, lambda policies, one: _ask(policies, one, grant, action, template)
        )

    return ask


def _to_services(builder: Builder, sets: Sets, found: Granting) -> None:
    for service in sorted(found.named.services):
        stranger = _of_stranger(found.grants[0], Principal(service, "", "service"))
        builder.node("AWSServicePrincipal", service, name=service, arn=service)
        decided = _most_certain([*found.grants[0].pairs], stranger)
        _to_all(builder, found, decided, partial(sets.own, service, "", service))


def _to_federated(builder: Builder, sets: Sets, found: Granting) -> None:
    """Those whom a provider vouches for come in the sessions of roles that they take through it."""
    for provider in sorted(found.named.federated):
        account = provider.split(":")[4] if provider.startswith("arn:") else ""
        stranger = _of_stranger(found.grants[0], Principal(provider, account, "federated"))
        actions, step = _most_certain(found.pairs, stranger)
        node_id = federated_principal(builder, provider, "*", found.targets[0].account_id, found.targets[0].stale)
        name = str(builder.nodes[node_id][1]["name"])
        _to_all(builder, found, (actions, step & THROUGH_A_ROLE), partial(sets.own, node_id, account, name))


def _of_stranger(grant: Grant, principal: Principal) -> Ask:
    return lambda action, template: _ask(NO_POLICIES, principal, grant, action, template)
