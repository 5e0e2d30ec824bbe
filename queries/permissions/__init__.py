"""Who may do what, asked of a snapshot: one request, all that a principal can do, and everyone who can."""

from queries.permissions.access import changed, effective_of
from queries.permissions.answer import Answer, ask, verdict_document
from queries.permissions.principals import Subject, subject
from queries.permissions.resources import Asked, asked
from queries.permissions.who import Found, Granted, who_can

__all__ = [
    "Answer",
    "Asked",
    "Found",
    "Granted",
    "Subject",
    "ask",
    "asked",
    "changed",
    "effective_of",
    "subject",
    "verdict_document",
    "who_can",
]
