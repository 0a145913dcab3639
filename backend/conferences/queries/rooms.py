"""Which rooms are taken, and when."""

import datetime as dt
from uuid import UUID

from backend.conferences.models import RoomBooking


def overlapping_booking(
    room_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime, *, besides: UUID
) -> RoomBooking | None:
    """The first booking of the room in that time by another conference than `besides`."""
    return (
        RoomBooking.objects.filter(room_id=room_id, during__overlap=(starts_at, ends_at))
        .exclude(site__conference_id=besides)
        .order_by("during")
        .first()
    )
