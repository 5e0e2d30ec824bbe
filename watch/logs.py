"""Log lines: JSON for programs, words for a terminal, and no secret in either."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

from watch.redaction import Redaction


def make_log(stream: TextIO, redaction: Redaction) -> FilteringBoundLogger:
    """A logger to `stream`. What the libraries below would print besides arrives as events of ours."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)

    def redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return dict(redaction(event))

    for_people = structlog.dev.ConsoleRenderer(repr_native_str=True)
    for_programs = structlog.processors.JSONRenderer(ensure_ascii=True)
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redacted,
            for_people if stream.isatty() else for_programs,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    return logger
