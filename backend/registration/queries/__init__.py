"""Reading seats and the door: registrations, how many seats there are, and who is in the room."""

from backend.registration.queries.attendance import (
    COUNTED,
    Attendance,
    Quorum,
    Share,
    attendance,
    last_events,
    present_at,
    quorum,
    visible_presences,
)
from backend.registration.queries.registrations import (
    OFFER_ENDED,
    by_code,
    check_offer,
    coming,
    live_registration,
    named,
    offered_by,
    registered,
    unseated_until,
    visible_to,
    with_names,
)
from backend.registration.queries.seats import admission, visible_admissions, visible_seats, with_limits

__all__ = [
    "COUNTED",
    "OFFER_ENDED",
    "Attendance",
    "Quorum",
    "Share",
    "admission",
    "attendance",
    "by_code",
    "check_offer",
    "coming",
    "last_events",
    "live_registration",
    "named",
    "offered_by",
    "present_at",
    "quorum",
    "registered",
    "unseated_until",
    "visible_admissions",
    "visible_presences",
    "visible_seats",
    "visible_to",
    "with_limits",
    "with_names",
]
