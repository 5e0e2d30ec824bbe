"""Where an answer comes from: partition, account and region, as its contents or its path tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
REGION = re.compile(r"(?<![a-z0-9])[a-z]{2,4}(?:-[a-z]+)?-(?:north|south|east|west|central)(?:east|west)?-\d(?!\d)")
ARN = re.compile(r"arn:(aws[a-z-]*):[a-z0-9-]*:([a-z0-9-]*):(\d{12}):")
PARTITION_PREFIXES = {
    "us-gov-": "aws-us-gov",
    "cn-": "aws-cn",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
}


class Place(NamedTuple):
    """A field is empty where nobody said."""

    account: str = ""
    region: str = ""
    partition: str = ""

    def or_else(self, other: Place) -> Place:
        return Place(self.account or other.account, self.region or other.region, self.partition or other.partition)


def place_of_path(path: PurePosixPath) -> Place:
    """The last 12-digit number and the last region's name in a path."""
    accounts, regions = ACCOUNT.findall(str(path)), REGION.findall(str(path))
    region = regions[-1] if regions else ""
    return Place(accounts[-1] if accounts else "", region, _partition(region))


def place_of(told: Iterable[str]) -> Place:
    """From ARNs, account ids, regions and availability zones; the first that tells counts."""
    place = Place()
    for text in told:
        if arn := ARN.match(text):
            place = place.or_else(Place(arn[3], arn[2], arn[1]))
        elif ACCOUNT.fullmatch(text):
            place = place.or_else(Place(account=text))
        elif region := REGION.match(text):  # a zone's name begins with its region's
            place = place.or_else(Place(region=region[0], partition=_partition(region[0])))
        if all(place):
            break
    return place


def place_in_text(text: str) -> Place:
    """From the first ARN in a text that cannot be read as a whole."""
    arn = ARN.search(text)
    return Place(arn[3], arn[2], arn[1]) if arn else Place()


def _partition(region: str) -> str:
    if not region:
        return ""
    return next((p for prefix, p in PARTITION_PREFIXES.items() if region.startswith(prefix)), "aws")
