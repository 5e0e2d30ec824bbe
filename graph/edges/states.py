"""What state a workload must be in for a technique on it: that it runs, can be changed, or can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import ingest.snapshot as facts
from graph.edges.targets import Target
from graph.proof import NO_STEP, YES_STEP, Step
from graph.techniques import Exists
from ingest.snapshot import Reason, Snapshot, Unseen
from policy import Truth

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
NOT_UPDATED = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_COMPLETE", "DELETE_FAILED", "DELETE_IN_PROGRESS"}
)

# What EC2, SageMaker, App Runner and Bedrock call what takes a caller in.
RUNNING = frozenset({"running", "InService", "RUNNING", "READY"})


class States:
    """The states of one snapshot's workloads, each answer in three values."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __call__(self, what: Exists, target: Target) -> Step:
        return ANSWERS[what](self, target.record)

    def runs(self, workload: facts.Record) -> Step:
        return YES_STEP if getattr(workload, "state", "") in RUNNING else NO_STEP

    def is_stopped(self, notebook: facts.NotebookInstance) -> Step:
        return YES_STEP if notebook.state in ("Stopped", "Failed") else NO_STEP

    def managed(self, instance: facts.Instance) -> Step | None:
        """Whether Systems Manager reaches an instance; None where it was not asked."""
        found = self._managed.get((instance.account_id, instance.region, instance.id))
        if found is None:
            row = self.snapshot.state(instance.account_id, "ssm.instances", instance.region)
            return NO_STEP if row.complete else None
        name = instance.name or instance.id
        step = YES_STEP if found.ping_status == "Online" else _maybe(f"Systems Manager hears again from {name}")
        return step.as_seen(self.snapshot.stale_since(found))

    @cached_property
    def _managed(self) -> Mapping[tuple[str, str, str], facts.ManagedInstance]:
        return {(one.account_id, one.region, one.id): one for one in self.snapshot.all(facts.ManagedInstance)}

    def opens_by_url(self, profile: facts.StudioProfile) -> Step:
        """Whether signed addresses open Studio, and not Identity Center's portal alone.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
        """
        mode = self._auth_modes.get((profile.account_id, profile.region, profile.domain_id))
        if isinstance(mode, str):
            return YES_STEP if mode == "IAM" else NO_STEP
        return _maybe(f"the domain of {profile.name} lets people in by signed addresses")

    @cached_property
    def _auth_modes(self) -> Mapping[tuple[str, str, str], str | Unseen | None]:
        return {(d.account_id, d.region, d.id): d.auth_mode for d in self.snapshot.all(facts.StudioDomain)}

    def lets_in(self, inside: facts.PodIdentity | facts.Nodegroup) -> Step:
        """Whether a cluster takes access entries, and is reached from anywhere.

        https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
        """
        cluster, name = self._clusters.get(inside.cluster_arn), inside.cluster_arn.rpartition("/")[2]
        mode = cluster.authentication_mode if cluster else Unseen()
        if mode == "CONFIG_MAP":
            return NO_STEP
        step = YES_STEP if isinstance(mode, str) else _maybe(f"cluster {name} takes access entries")
        public = cluster.public_access if cluster else Unseen()
        is_open = not isinstance(public, Unseen) and "0.0.0.0/0" in (public or ())
        step = step if is_open else step & _maybe(f"the caller reaches the endpoint of cluster {name}")
        return step.as_seen(self.snapshot.stale_since(cluster) if cluster else None)

    @cached_property
    def _clusters(self) -> Mapping[str, facts.EksCluster]:
        return {cluster.arn: cluster for cluster in self.snapshot.all(facts.EksCluster)}

    def updatable(self, stack: facts.Stack) -> Step:
        return NO_STEP if stack.status in NOT_UPDATED else YES_STEP

    def builds_batches(self, project: facts.BuildProject) -> Step:
        """A batch needs a role of its own, which the project or the request names."""
        return YES_STEP if project.batch_role_arn else _maybe(f"{project.name} is set up for batch builds")

    def reachable(self, endpoint: facts.DevEndpoint) -> Step:
        return YES_STEP if endpoint.is_public else _maybe(f"the caller reaches {endpoint.name} by SSH")

    def is_running(self, task: facts.EcsService | facts.Task) -> Step:
        """Whether there are tasks, and they take commands."""
        if isinstance(task, facts.EcsService) and not (task.execute_command and task.is_running):
            return NO_STEP
        return YES_STEP

    def launches_default(self, template: facts.LaunchTemplate) -> Step:
        return self._launches(template, "$Default")

    def launches_latest(self, template: facts.LaunchTemplate) -> Step:
        return self._launches(template, "$Latest")

    def _launches(self, template: facts.LaunchTemplate, version: str) -> Step:
        """Whether an Auto Scaling group takes that version of a launch template, whichever it is by then."""
        row = self.snapshot.state(template.account_id, "autoscaling.groups", template.region)
        names = ((template.account_id, template.region, name) for name in (template.id, template.name))
        if any(version in self._versions.get(name, ()) for name in names):
            return YES_STEP.as_seen(row.as_of)
        if row.complete or row.reason is Reason.NOT_OPTED_IN:
            return NO_STEP
        return _maybe("the Auto Scaling groups of the account were not seen")

    @cached_property
    def _versions(self) -> Mapping[tuple[str, str, str], set[str]]:
        """The versions of launch templates that groups take, by account, region and the template's id or name."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for group in self.snapshot.all(facts.AutoScalingGroup):
            for taken in group.launch_templates:
                found.setdefault((group.account_id, group.region, taken.template), set()).add(taken.version)
        return found


def _maybe(condition: str) -> Step:
    return Step(Truth.MAYBE, conditions=(condition,))


ANSWERS: Mapping[Exists, Callable[..., Step]] = {
    "running": States.runs,
    "stopped": States.is_stopped,
    "studio_of_iam": States.opens_by_url,
    "open_cluster": States.lets_in,
    "updatable": States.updatable,
    "batch_builds": States.builds_batches,
    "reachable_endpoint": States.reachable,
    "command_task": States.is_running,
    "launched_by_default": States.launches_default,
    "launched_by_latest": States.launches_latest,
}
