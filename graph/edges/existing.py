"""What exists in an account, where a technique needs something of a kind: by its ARN, or at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ingest.snapshot as facts
from graph.proof import NO_STEP, YES_STEP, Step, best
from graph.techniques import Exists
from ingest.snapshot import COLLECTOR_OF, Reason, Snapshot, Unseen
from ingest.snapshot.resources import Located
from policy import Truth

# Of ARNs by service and type of resource: what they are seen as, and how many of them are called.
THINGS: Mapping[str, tuple[type[Located], str]] = {
    "ecs:cluster": (facts.EcsCluster, "ECS clusters"),
    "ecs:task-definition": (facts.TaskDefinition, "ECS task definitions"),
    "glue:job": (facts.GlueJob, "Glue jobs"),
    "cloudformation:stackset": (facts.StackSet, "stack sets"),
    "eks:cluster": (facts.EksCluster, "EKS clusters"),
}
AT_ALL: Mapping[Exists, tuple[type[Located], str]] = {
    "ecs_cluster": THINGS["ecs:cluster"],
    "container_instance": (facts.ContainerInstance, "ECS container instances"),
}


@dataclass(frozen=True)
class Thing:
    """A thing: its ARN, the keys that a request on it carries, and whether it serves."""

    arn: str
    context: Mapping[str, tuple[str, ...]]
    step: Step


class Existing:
    """The things of one snapshot, each answer in three values."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._things: dict[tuple[str, str], list[Thing]] = {}
        self._places: dict[tuple[type[Located], str], dict[str, Step]] = {}

    def fitting(self, account: str, pattern: str) -> Sequence[Thing]:
        """The things of an account of the kind that a pattern names, as far as they serve or may."""
        key = (account, _sort(pattern))
        if key not in self._things:
            here = (record for record in self.snapshot.all(THINGS[key[1]][0]) if record.account_id == account)
            things = (thing for record in here for thing in self._as_things(record))
            self._things[key] = [thing for thing in things if thing.step.truth is not Truth.NO]
        return self._things[key]

    def unseen(self, account: str, pattern: str) -> Step:
        """Whether there may be more than was seen."""
        return self._unseen(account, *THINGS[_sort(pattern)])

    def at_all(self, account: str, what: Exists) -> Step:
        """Whether an account has anything of a kind."""
        kind, plural = AT_ALL[what]
        return best((*self._in_regions(kind, account).values(), self._unseen(account, kind, plural)))

    def _unseen(self, account: str, kind: type[Located], plural: str, region: str = "") -> Step:
        name = COLLECTOR_OF[kind]
        here = [self.snapshot.state(account, name, region)] if region else self.snapshot.incomplete(account, [name])
        rows = [row for row in here if not row.complete and row.reason is not Reason.NOT_OPTED_IN]
        return Step(Truth.MAYBE, conditions=(f"the {plural} of the account were not seen",)) if rows else NO_STEP

    def _in_regions(self, kind: type[Located], account: str) -> dict[str, Step]:
        """The regions in which an account has something of a kind, as it was seen."""
        key = (kind, account)
        if key not in self._places:
            found: dict[str, Step] = {}
            for record in self.snapshot.all(kind):
                if record.account_id == account and getattr(record, "status", "ACTIVE") == "ACTIVE":
                    step = YES_STEP.as_seen(self.snapshot.stale_since(record))
                    found[record.region] = max(found.get(record.region, NO_STEP), step, key=lambda s: s.truth)
            self._places[key] = found
        return self._places[key]

    # -- does it serve?
    def _as_things(self, record: Located) -> Iterator[Thing]:
        tags = {} if record.tags is None else {"aws:resourcetags": (), **_tag_keys(record.tags)}
        step = self._serves(record).as_seen(self.snapshot.stale_since(record))
        yield Thing(record.arn, tags, step)
        if isinstance(record, facts.TaskDefinition):  # its newest revision goes by the family's name too
            yield Thing(record.arn.rpartition(":")[0], tags, step)

    def _serves(self, record: Located) -> Step:
        if isinstance(record, facts.TaskDefinition):
            return self._runs(record)
        if isinstance(record, facts.StackSet):
            return _reaches(record)
        return YES_STEP

    def _runs(self, definition: facts.TaskDefinition) -> Step:
        """Whether tasks of a definition can be run in its region: there is a cluster, and instances where Fargate does
        not take it."""
        if definition.status != "ACTIVE":
            return NO_STEP
        serverless = not definition.compatibilities or "FARGATE" in definition.compatibilities
        kind, plural = AT_ALL["ecs_cluster" if serverless else "container_instance"]
        seen = self._in_regions(kind, definition.account_id).get(definition.region, NO_STEP)
        return best((seen, self._unseen(definition.account_id, kind, plural, definition.region)))


def _reaches(found: facts.StackSet) -> Step:
    """Whether a stack set's own role carries a template to some account; one that Organizations rules has none."""
    if found.permission_model == "SERVICE_MANAGED" or found.accounts == ():
        return NO_STEP
    if isinstance(found.accounts, Unseen):
        return Step(Truth.MAYBE, conditions=(f"stack set {found.name} has instances",))
    return YES_STEP


def _sort(pattern: str) -> str:
    """`glue:job` of `arn:aws:glue:*:1:job/*`."""
    _, _, service, _, _, resource = pattern.split(":", 5)
    return f"{service}:{resource.split('/')[0]}"


def _tag_keys(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {f"aws:resourcetag/{key.lower()}": (value,) for key, value in tags.items()}
