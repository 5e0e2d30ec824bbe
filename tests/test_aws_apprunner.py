"""App Runner's list, which the SDK does not page through, is read to its end."""

from __future__ import annotations

from typing import Any

from benchmarks.aws.wire import Request
from ingest.aws.crawling import crawl, shards_of
from ingest.snapshot import Reason, ShardInput, State
from ingest.sources.apprunner import SOURCES
from ingest.sources.place import Place
from tests.aws_collecting import asker, credentials_of, sessions_with
from tests.aws_harborline import PAYMENTS, REGION
from tests.aws_server import AwsServer, Fault, refusing

NAMES = ("a", "b", "c")


class Shop:
    """Three services, one a page."""

    def answer(self, request: Request) -> dict[str, Any]:
        base = f"arn:aws:apprunner:{REGION}:{request.account}:service"
        if request.operation == "DescribeService":
            return {"Service": {"ServiceArn": request.parameters["ServiceArn"], "ServiceId": "1"}}
        page = int(request.parameters.get("NextToken", 0))
        name = NAMES[page]
        found = {"ServiceName": name, "ServiceId": "1", "ServiceArn": f"{base}/{name}/1", "Status": "RUNNING"}
        more = {"NextToken": str(page + 1)} if page + 1 < len(NAMES) else {}
        return {"ServiceSummaryList": [found], **more}


def collected(*faults: Fault) -> ShardInput:
    place = Place(PAYMENTS, REGION, "aws")
    with credentials_of(PAYMENTS):
        account = sessions_with(AwsServer(Shop(), faults=list(faults))).own()
        by_call = crawl(asker(), account, place, SOURCES)
    [shard] = shards_of(place, SOURCES, by_call).values()
    return shard


def test_every_page_is_read():
    shard = collected()
    assert shard.state is State.SEEN, shard.detail
    assert [record.name for record in shard.records] == list(NAMES)


def test_a_page_that_is_denied_leaves_the_list_partial():
    last = Fault(lambda r: r.parameters.get("NextToken") == "2", refusing("AccessDeniedException", "no"))
    shard = collected(last)
    assert (shard.state, shard.reason) == (State.PARTIAL, Reason.DENIED)
    assert [record.name for record in shard.records] == ["a", "b"]
