"""Reading what people asked, what was done, and which days count."""

from backend.rights.queries.requests import (
    is_officer,
    officers_of,
    visible_corrections,
    visible_erasures,
    visible_exports,
    visible_requests,
    working_calendar,
)
from backend.rights.queries.retention import days_kept, held_conferences

__all__ = [
    "days_kept",
    "held_conferences",
    "is_officer",
    "officers_of",
    "visible_corrections",
    "visible_erasures",
    "visible_exports",
    "visible_requests",
    "working_calendar",
]
