"""The jobs of the timetable."""

from enum import StrEnum


class Job(StrEnum):
    IDENTITY = "identity"
    NETWORK = "network"
    REPORT = "report"
