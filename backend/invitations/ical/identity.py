"""What calendar entries are called, for ever: the UIDs of meetings, series, programme items and busy rooms.

All are derived from ids, so that a mailed invitation and a feed speak of one entry.
"""

from uuid import UUID, uuid5

#: Calendar UIDs are derived from it; another one would make every calendar show every meeting twice.
CALENDAR = UUID("6f0b7a52-3b0e-5c55-9d1f-6a1f4f0f6c11")


def calendar_uid(conference_id: UUID, site_id: UUID | None) -> str:
    """The meeting at one site, or (without one) as a whole: the same for everybody who goes there, for ever."""
    return str(uuid5(CALENDAR, f"{conference_id}/{site_id or ''}"))


def series_uid(series_id: UUID) -> str:
    """What recurs; each occurrence has it too, beside its RECURRENCE-ID."""
    return str(uuid5(CALENDAR, f"series/{series_id}"))


def item_uid(item_id: UUID) -> str:
    """One point of a programme."""
    return str(uuid5(CALENDAR, f"item/{item_id}"))


def busy_uid(booking_id: UUID) -> str:
    """A room that is taken, by whom is not said: from this UID nobody finds the conference's."""
    return str(uuid5(CALENDAR, f"busy/{booking_id}"))
