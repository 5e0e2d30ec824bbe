"""What the sources declare of AWS is what botocore and the catalogue of IAM actions know, and all that is ever sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore import xform_name
from policy_sentry.querying.actions import get_action_data

from benchmarks.aws.wire import paginated
from ingest.aws.estate import DESCRIBE_REGIONS, WHO_AM_I
from ingest.snapshot import COLLECTORS
from ingest.sources.declare import Call, Document, Shape
from ingest.sources.shaping import keys_of
from ingest.sources.table import SOURCES
from tests.aws_collecting import Run, credentials_of
from tests.aws_harborline import Harborline
from tests.aws_server import AwsServer

TOKENS = {"NextToken", "nextToken", "Marker", "NextMarker", "ContinuationToken", "IsTruncated", "Truncated"}
NOT_IN_THE_ANSWER = {"credential_report_rows"}  # is unpacked from a CSV
# One shape of ours stands for several of AWS's, of which not each has all of these keys.
OF_THE_OTHERS = {"CidrBlock", "Ipv6CidrBlock", "OwnerId", "Tags"}
SENT_BY_THE_WAY = {("sts", "AssumeRole"), ("sts", "GetCallerIdentity"), ("ec2", "DescribeRegions")}


def _asked() -> tuple[Call[Any], ...]:
    calls = [call for source in SOURCES for call in source.calls if call.asks]
    waited = [call.until.call for call in calls if call.until]
    return tuple(dict.fromkeys([*calls, *waited, DESCRIBE_REGIONS, WHO_AM_I]))


CALLS = _asked()
every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def operation(call: Call[Any]) -> Any:
    names = {xform_name(name): name for name in model(call.client).operation_names}
    return model(call.client).operation_model(names[call.method])


def test_each_collector_has_one_source():
    assert Counter(source.collector for source in SOURCES) == Counter(list(COLLECTORS))


@every_call
def test_the_operation_exists_with_the_declared_keys(call):
    assert list(unknown(call.response, operation(call).output_shape)) == []
    assert set(call.any_of) <= set(operation(call).output_shape.members)


def unknown(shape: type[Shape], known: Any, where: str = "") -> Iterator[str]:
    """Declared keys that botocore's shape has not, or has as something else."""
    for key in keys_of(shape):
        name, inner = f"{where}{key.name}", key.item or key.type
        if key.attribute in NOT_IN_THE_ANSWER:
            continue
        member = known.value if known.type_name == "map" else known.members.get(key.name)
        if member is None and not key.required and key.name in OF_THE_OTHERS:
            continue
        if member is None:
            yield f"{name} does not exist"
        elif (key.item is not None) != (member.type_name == "list"):
            yield f"{name} is a {member.type_name}"
        elif isinstance(inner, type) and issubclass(inner, Shape):
            yield from unknown(inner, member.member if key.item is not None else member, f"{name}.")
        elif inner is Document and member.type_name not in ("string", "blob"):
            yield f"{name} is no text"


@every_call
def test_an_answer_in_pages_is_read_to_its_end(call):
    tokens = TOKENS & set(operation(call).output_shape.members)
    read = {key.name for key in keys_of(call.response)}  # by calls that ask for their next page themselves
    assert paginated(call.client, call.method) or tokens <= read


@every_call
def test_the_permission_reads_and_nothing_else(call):
    if call == WHO_AM_I:
        return  # needs none: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    service, _, action = call.action.partition(":")
    levels = {row["access_level"] for row in get_action_data(service, action).get(service, [])}
    assert levels, f"the catalogue has no {call.action}"
    assert levels <= {"Read", "List"}


def test_a_name_that_the_answer_lacks_is_noticed():
    wrong = msgspec.defstruct(
        "Wrong", [("vpcs", list[str]), ("vpcz", str)], bases=(Shape,), rename="pascal", frozen=True
    )
    shape = model("ec2").operation_model("DescribeVpcs").output_shape
    assert list(unknown(wrong, shape)) == ["Vpcz does not exist"]


def test_exactly_what_is_declared_is_sent(tmp_path: Path):
    server = AwsServer(Harborline())
    with credentials_of():
        Run(server, tmp_path).collect()
    declared = {(call.client, operation(call).name) for call in CALLS}
    assert set(server.counted()) == declared | SENT_BY_THE_WAY
