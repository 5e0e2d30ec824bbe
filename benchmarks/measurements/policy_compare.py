"""What an edit of a principal's policies changes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements.policy_powers import Held, powers, sample
from benchmarks.meter import cpu_seconds
from policy import Policy, PolicySet, parse
from policy.compare import compare

PRINCIPALS = 50
GRANT = b"""{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "iam:PassRole"], "Resource": "arn:aws:s3:::ledger/*"},
    {"Effect": "Deny", "Action": "logs:*", "Resource": "*"}]}"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Mean seconds to compare a principal's policies with the same and one more, over 50 principals."""
    chosen = sample(powers(bench.estate), PRINCIPALS, "compared")
    pairs = [(held, _edited(held)) for held in chosen]
    seconds, _ = cpu_seconds(lambda: [compare(held.policies, edited, held.principal) for held, edited in pairs])
    yield Figure("policy.compare", seconds / PRINCIPALS, "s")


def _edited(held: Held) -> PolicySet:
    by_layer = {name: policies for name, _, policies in held.policies.sources}
    identity, boundary = by_layer.pop("identity"), by_layer.pop("boundary", (None,))
    return PolicySet([*identity, Policy("edit", "edit", parse(GRANT))], boundary[0], list(by_layer.values()) or None)
