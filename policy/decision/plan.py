"""What binds a principal, read for one action: which statements apply to a resource, and the cases already settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.decision.alike import Resources, refined
from policy.decision.case import Case, Route, Weights
from policy.decision.choices import TAG_KEYS, Choice, chosen_keys, enumerate_choices, shown, tags_in, used_as_variables
from policy.decision.context import Circumstances
from policy.decision.keys import resolve
from policy.decision.resources import Coverage
from policy.decision.rules import ALWAYS, Part, Rule
from policy.decision.services import reserved_from
from policy.decision.sources import Candidate, Source
from policy.decision.values import partition
from policy.language.conditions import Lookup
from policy.language.match import variables
from policy.request import Request
from policy.truth import Truth
from policy.verdict import Verdict

MAX_KEPT = 4_096  # settled cases and their answers are forgotten beyond this many
ROOT = "root"  # what the root user may do without any policy
ATTACHED = ("identity", "boundary")
Selection = tuple[int, int]  # bits of the narrow candidates that cover a resource, and of those that may
Key = tuple[object, ...]


class Plan:
    """The statements of all sources that speak of one lower-cased action."""

    __slots__ = ("_bits", "_granting", "_narrow", "_reserved", "_selected", "_varies", "action", "settled", "sources")

    def __init__(self, action: str, sources: Sequence[Source]) -> None:
        self.action = action
        self.sources = [(one.name, one.layer, one.said(action), one.fixed(action)) for one in sources]
        self._reserved = reserved_from(action)
        self.settled: dict[Key, Settled] = {}
        self._narrow: list[tuple[int, Candidate, Coverage]] = []
        self._varies = False
        self._selected: dict[str, Selection] = {}  # by resource, where that alone decides
        self._bits: dict[int, int] = {}  # id of a candidate -> its bit; the policies keep the candidates alive
        for one in self._candidates():
            if one.covers is not None:
                self._bits[id(one)] = bit = 1 << len(self._narrow)
                self._narrow.append((bit, one, one.covers))
                self._varies = self._varies or one.varies

        identity = self.sources[0][2].allows
        self._granting = -1 if any(one.covers is None for one in identity) else 0
        for one in identity:
            self._granting |= self._bits.get(id(one), 0)

    def may_grant(self, selection: Selection) -> bool:
        """Whether an identity policy may allow the action on the resources of a selection."""
        return self._granting < 0 or bool(self._granting & (selection[0] | selection[1]))

    def is_refused(self, request: Request) -> bool:
        """Whether AWS refuses the request itself: the resource is its own, or of another partition than the caller.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
        """
        resource, home = request.resource, request.principal.partition
        if home and resource.startswith("arn:aws") and not resource.startswith(f"arn:{home}:"):
            return True
        caller = request.principal.arn
        return any(matches(resource) and not (keeper and keeper in caller) for matches, keeper in self._reserved)

    def _candidates(self) -> Iterator[Candidate]:
        for _, _, said, fixed in self.sources:
            if fixed is None:
                yield from said.allows
                yield from said.denies

    def select(self, resource: str, lookup: Lookup) -> Selection:
        """Which of the statements that do not cover everything cover this resource."""
        if self._varies or not self._narrow:
            return self._select(resource, lookup)
        found = self._selected.get(resource)
        if found is None:
            if len(self._selected) >= MAX_KEPT:
                self._selected.clear()
            found = self._selected[resource] = self._select(resource, lookup)
        return found

    def _select(self, resource: str, lookup: Lookup) -> Selection:
        yes = maybe = 0
        for bit, _, covers in self._narrow:
            found = covers(resource, lookup)
            if found is Truth.YES:
                yes |= bit
            elif found is Truth.MAYBE:
                maybe |= bit
        return yes, maybe

    def alike(self, resources: Resources, group: int, lookup: Lookup, needs_grant: bool) -> list[int]:
        """A group in groups that no statement tells apart by ARN, without those that nothing here may allow where it
        `needs_grant`."""
        covered = [(bit, resources.covered(one, lookup)) for bit, one, _ in self._narrow]
        if needs_grant and self._granting >= 0:
            granted = 0
            for bit, (yes, maybe) in covered:
                granted |= yes | maybe if bit & self._granting else 0
            group &= granted
        parts = [part for _, both in covered for part in both]
        return refined([group] if group else [], *parts, *(resources.matched(one) for one, _ in self._reserved))

    @property
    def reads_tags(self) -> bool:
        """Whether a statement asks for the tags of the resource."""
        rules = (one.rule for _, _, said, _ in self.sources for candidates in said for one in candidates)
        return any(rule.statement.reads_tags for rule in rules if rule.statement)

    def parts(self, selection: Selection, is_root: bool) -> list[Part]:
        """The rules of each source for the resources of a selection. The root user, to whom neither identity policies
        nor a boundary can be attached, may do everything."""
        parts = [
            fixed or Part(name, layer, *(self._chosen(one, selection) for one in said))
            for name, layer, said, fixed in self.sources
        ]
        if is_root:
            own = Part("", ROOT, (ALWAYS,), ())
            return [own._replace(name=one.name) if one.layer in ATTACHED else one for one in parts]
        return parts

    def _chosen(self, candidates: Sequence[Candidate], selection: Selection) -> list[Rule]:
        yes, maybe = selection
        found = []
        for one in candidates:
            bit = self._bits.get(id(one), 0)
            if one.covers is None or yes & bit:
                found.append(one.rule)
            elif maybe & bit:
                found.append(one.unsure)
        return found

    def keep(self, key: Key, settled: Settled) -> Settled:
        """Remember a settled case."""
        if len(self.settled) >= MAX_KEPT:
            self.settled.clear()
        self.settled[key] = settled
        return settled


class Settled:
    """A case with the answers found so far, by the values of the condition keys that it reads."""

    __slots__ = ("_by_place", "_found", "_verdicts", "case", "keys")

    def __init__(self, parts: Sequence[Part], routes: Sequence[Route], same: Settled | None = None) -> None:
        """`same` is a case of parts that say the same under other names, whose answers hold here too."""
        self.case = Case(parts, routes)
        read = dict.fromkeys(one.name for one in self.case.conditions())
        used = (one.values for one in self.case.conditions() if one.substitutes)
        self.keys = tuple(read | dict.fromkeys(sorted(variables(value for values in used for value in values))))
        self._by_place = any(row.values for key in self.keys if (row := resolve(key)[1]))
        self._found: dict[Key, tuple[Weights, Choice]] = {} if same is None else same._found
        self._verdicts: dict[Key, Verdict] = {}

    def truth(self, circumstances: Circumstances) -> Truth:
        return self._weigh(circumstances, self._values(circumstances))[0].truth

    def verdict(self, circumstances: Circumstances) -> Verdict:
        values = self._values(circumstances)
        found = self._verdicts.get(values)
        if found is None:
            weights, choice = self._weigh(circumstances, values)
            lookup = Circumstances(circumstances.request, choice).values
            spelling = {key: ones[0].key for key, ones in chosen_keys(self.case.conditions(), circumstances).items()}
            choices = shown(choice, spelling) if weights.truth is not Truth.NO else ()
            found = self._verdicts[values] = self.case.verdict(weights, lookup, choices)
        return found

    def _values(self, circumstances: Circumstances) -> Key:
        values: Key = tuple([circumstances.values(key) for key in self.keys])
        request = circumstances.request
        if self._by_place:  # where the request is made decides what may be chosen
            values = (*values, partition(request), request.resource_account)
        return (*values, tags_in(request.context)) if TAG_KEYS in self.keys else values

    def _weigh(self, circumstances: Circumstances, values: Key) -> tuple[Weights, Choice]:
        found = self._found.get(values)
        if found is None:
            if len(self._found) >= MAX_KEPT:
                self._found.clear()
                self._verdicts.clear()
            found = self._found[values] = weigh(self.case, circumstances)
        return found


def weigh(case: Case, circumstances: Circumstances) -> tuple[Weights, Choice]:
    """The best answer that one consistent choice of the caller's brings about, with the choice; MAYBE where not all
    could be tried."""
    weights = case.weigh(circumstances.values)
    if weights.truth is not Truth.MAYBE:
        return weights, {}
    keys = chosen_keys(case.conditions(), circumstances)
    used = used_as_variables(case.conditions())
    choices, exact = enumerate_choices(keys, circumstances, used) if keys else ([], False)
    found: Weights | None = None
    chosen: Choice = {}
    for choice in choices:
        tried = case.weigh(Circumstances(circumstances.request, choice).values)
        if found is None or tried.truth > found.truth:
            found, chosen = tried, choice
        if tried.truth is Truth.YES:
            break
    if found is None or (found.truth is Truth.NO and not exact):
        return weights, {}
    return found, chosen
