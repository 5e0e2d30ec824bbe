"""What S3 blocks of public access, by a bucket's own block or its account's: either suffices.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import msgspec

from ingest.snapshot import PublicAccessBlock, Unseen
from policy import Truth

Block = PublicAccessBlock | Unseen | None
ANSWERS = {Truth.NO: False, Truth.MAYBE: None, Truth.YES: True}  # None where nobody knows
KINDS = 4  # access lists that are new, all of them; policies that are new, all of them


def all_blocked(*blocks: Block) -> bool | None:
    """Whether all four kinds of public access are blocked."""
    return ANSWERS[min(max(kind) for kind in zip(*map(_blocked, blocks), strict=True))]


def restricted(*blocks: Block) -> bool | None:
    """Whether everyone outside the account is kept from a bucket with a public policy."""
    return ANSWERS[max(_blocked(block)[-1] for block in blocks)]


def _blocked(block: Block) -> tuple[Truth, ...]:
    if isinstance(block, PublicAccessBlock):
        return tuple(Truth.YES if on else Truth.NO for on in msgspec.structs.astuple(block))
    return (Truth.MAYBE if isinstance(block, Unseen) else Truth.NO,) * KINDS
