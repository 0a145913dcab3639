"""Reading what people asked, what was done, and which days count."""

from backend.rights.queries.requests import (
    asked_already,
    is_officer,
    officers_of,
    visible_corrections,
    visible_erasures,
    visible_exports,
    visible_requests,
    who_asks_by,
    working_calendar,
)
from backend.rights.queries.retention import days_kept, held_conferences

__all__ = [
    "asked_already",
    "days_kept",
    "held_conferences",
    "is_officer",
    "officers_of",
    "visible_corrections",
    "visible_erasures",
    "visible_exports",
    "visible_requests",
    "who_asks_by",
    "working_calendar",
]
