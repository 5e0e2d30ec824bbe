"""Files that hold what the AWS CLI printed, recognised by their contents."""

from ingest.files.collect import Collected, collect_files
from ingest.files.reading import Problem

__all__ = ["Collected", "Problem", "collect_files"]
