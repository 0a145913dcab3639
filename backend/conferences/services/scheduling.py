"""Time and place of a conference: what fits together, which rooms it holds, and who must hear of a change."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from backend.conferences.events import ConferenceEdited, ConferenceMoved
from backend.conferences.models import Conference, Room, RoomBooking, Site
from backend.conferences.queries import day_said, overlapping_booking
from backend.conferences.states import ConferenceState
from backend.core.clock import local
from backend.core.errors import Conflict, Invalid
from backend.core.text import localized, say
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit

#: The columns that say when a conference is.
TIME_FIELDS = ("day", "day_part", "starts_at", "ends_at", "time_zone")
#: States in which nothing of a conference may be written.
SHUT = {ConferenceState.ARCHIVED, ConferenceState.CANCELLED}
#: States in which time and place are a fact, no longer a plan.
HELD = {ConferenceState.RUNNING, ConferenceState.CLOSED}
#: States in which a conference gives its rooms back.
ROOMLESS = {ConferenceState.POSTPONED, ConferenceState.CANCELLED}


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def settle_time(conference: Conference, *, day_given: bool) -> None:
    """Checks that the times fit together, and derives the day from an exact start.

    Raises Invalid naming the field: an unknown time zone, an end without or not after a start, a given day that is
    not the day of the start.
    """
    if conference.time_zone not in _time_zones():
        raise Invalid({"time_zone": say(vi="Không có múi giờ này.", en="There is no such time zone.")})
    start, end = conference.starts_at, conference.ends_at
    if end is not None and start is None:
        raise Invalid({"ends_at": say(vi="Có giờ kết thúc thì phải có giờ bắt đầu.", en="An end needs a start.")})
    if end is not None and start is not None and end <= start:
        raise Invalid({"ends_at": say(vi="Phải sau giờ bắt đầu.", en="Must be after the start.")})
    if start is None:
        return
    first_day = local(start, conference.time_zone).date()
    if day_given and conference.day not in (None, first_day):
        raise Invalid({"day": say(vi="Không khớp với giờ bắt đầu.", en="Does not match the start.")})
    conference.day = first_day


def ensure_writable(conference: Conference, *, moving: bool = False) -> None:
    """Raises Conflict when the conference is archived or cancelled, or when a held one were to move."""
    if conference.state in SHUT:
        raise Conflict(
            say(
                vi="Hội nghị đã lưu hồ sơ hoặc đã huỷ, không sửa được nữa.",
                en="The conference is archived or cancelled and can no longer be edited.",
            )
        )
    if moving and conference.state in HELD:
        raise Conflict(
            say(
                vi="Hội nghị đã họp, không đổi thời gian hay địa điểm được nữa.",
                en="The conference has been held; its time and place can no longer change.",
            )
        )


def save_changes(conference: Conference, *, fields: Iterable[str], moved: Iterable[str] = ()) -> None:
    """Saves the conference and tells which fields were written; writes nothing when there are none.

    When an announced conference moved, its `sequence` rises, once for all of `moved`, and conference.moved tells it.
    """
    written, moves = list(fields), list(moved)
    if not written and not moves:
        return
    facts: list[DomainEvent] = [ConferenceEdited(conference_id=conference.id, fields=sorted({*written, *moves}))]
    if moves and conference.state == ConferenceState.ANNOUNCED:
        conference.sequence += 1
        facts.append(ConferenceMoved(conference_id=conference.id, sequence=conference.sequence, changes=moves))
    conference.save()
    emit(*facts)


def book_rooms(conference: Conference) -> None:
    """Makes the conference's bookings what its state, times and sites say: none without exact times.

    Raises Conflict naming the room and when it is taken, never by whom.
    """
    sites = list(Site.objects.filter(conference=conference, room__isnull=False).select_related("room"))
    start, end = conference.starts_at, conference.ends_at
    RoomBooking.objects.filter(site__conference=conference).delete()
    if not sites or start is None or end is None or conference.state in ROOMLESS:
        return
    # Two bookings of one room that check each other at the same moment would deadlock: they queue at the room.
    list(Room.objects.select_for_update(no_key=True).filter(pk__in={site.room_id for site in sites}).order_by("pk"))
    try:
        with transaction.atomic():
            RoomBooking.objects.bulk_create(
                [RoomBooking(room=site.room, site=site, during=(start, end)) for site in sites]
            )
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) != "no_room_booked_twice":
            raise
        raise _taken(conference, sites, start, end) from None


def _taken(conference: Conference, sites: list[Site], start: dt.datetime, end: dt.datetime) -> Conflict:
    for site in sites:
        room = site.room
        other = overlapping_booking(room.id, start, end, besides=conference.id) if room else None
        if room and other:
            since, until = other.during.lower, other.during.upper
            return Conflict(
                say(
                    vi="Phòng {room_vi} đã có lịch từ {since} đến {until}.",
                    en="Room {room_en} is taken from {since} to {until}.",
                    room_vi=localized(room.name, "vi"),
                    room_en=localized(room.name, "en"),
                    since=_moment(since, conference.time_zone),
                    until=_moment(until, conference.time_zone),
                ),
                room=str(room.id),
                taken_from=since.isoformat(),
                taken_until=until.isoformat(),
            )
    return Conflict(say(vi="Một phòng được chọn hai lần.", en="A room is chosen twice."))


def _moment(moment: dt.datetime, time_zone: str) -> str:
    here = local(moment, time_zone)
    return f"{here:%H:%M} {day_said(here.date())}"
