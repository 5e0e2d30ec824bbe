"""What an account blocks of public access to all of its S3 buckets."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.snapshot import AccountAccessBlock, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Source
from ingest.sources.s3 import AccessBlock, block_of


def _of_account(answers: Answers) -> Iterator[Ask]:
    yield Ask({"AccountId": answers.account})


GET_ACCESS_BLOCK = Call(
    "s3control",
    "get-public-access-block",
    AccessBlock,
    homonym=True,
    asks=Asks(_of_account),
    permission="s3:GetAccountPublicAccessBlock",
)


def access_block(answers: Answers) -> Iterator[AccountAccessBlock]:
    """An account without one is told by `NoSuchPublicAccessBlockConfiguration`."""
    found = answers.detail(GET_ACCESS_BLOCK, (), lambda page: block_of(page.public_access_block_configuration))
    if not isinstance(found, Unseen):
        yield AccountAccessBlock(account_id=answers.account, block=found)


SOURCES = (Source("s3control.access_block", access_block, required=(GET_ACCESS_BLOCK,)),)
