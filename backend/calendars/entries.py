"""Rows as calendar entries, in one language. Nothing is read here: `queries` has loaded what is said."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings

from backend.calendars import addresses
from backend.calendars.queries import Part, Point, Shown
from backend.conferences.models import AgendaItem, AgendaRoom, Conference, Duty, Room, RoomBooking
from backend.conferences.programme import Entry, Programme, from_json
from backend.conferences.queries import item_span
from backend.conferences.queries.confidential import effective
from backend.conferences.states import CALLED_OFF, ConferenceState, Confidentiality, DutyKind, ItemState, Kind
from backend.core.clock import local
from backend.core.text import Text, localized, say
from backend.invitations import ical, wording
from backend.mail.mailbox import Mailbox

#: An agenda in a description is for orientation; the programme itself is on the conference's page.
LONGEST_AGENDA = 40
CLASSES = {
    Confidentiality.PUBLIC: "PUBLIC",
    Confidentiality.INTERNAL: "PRIVATE",
    Confidentiality.RESTRICTED: "CONFIDENTIAL",
}
_BUSY = say(vi="Bận", en="Busy")
_DRAFT = say(vi="Dự thảo, chưa công bố.", en="A draft, not announced yet.")
_AGENDA = say(vi="Chương trình:", en="Programme:")


def meeting(conference: Conference, shown: Shown, language: str) -> ical.CalendarEntry:
    """The conference as a whole, at all its places; its start must be known."""
    assert conference.starts_at is not None
    off = conference.state in CALLED_OFF
    modified = _modified(conference, shown)
    draft = conference.state == ConferenceState.DRAFT
    listed = _listed(conference, shown)
    return ical.CalendarEntry(
        uid=ical.calendar_uid(conference.pk, None),
        sequence=conference.sequence,
        stamp=modified,
        modified=modified,
        summary=localized(conference.title, language),
        description=_description(conference, listed, language),
        start=conference.starts_at,
        end=conference.ends_at,
        timezone=conference.time_zone,
        location=_where(conference, None, shown, language),
        url=_page(conference, language),
        organizer=wording.organizer(conference, language),
        language=language,
        categories=(str(Kind(conference.kind).label),),
        status="CANCELLED" if off else "TENTATIVE" if draft else "CONFIRMED",
        classification=_class(conference, *(point.confidentiality for point in listed)),
        free=off,
    )


def in_room_as_a_whole(conference: Conference, room: Room, shown: Shown, language: str) -> Iterator[ical.CalendarEntry]:
    """The conference at those of its sites that are in the room, each under the UID of those who are invited there."""
    if (told := shown.told.get(conference.pk)) is not None:
        there = [UUID(place["site"]) for place in told.places if place["room"] == str(room.pk)]
    else:
        there = [site.pk for site in conference.sites.all() if site.room_id == room.pk]
    for site in there:
        yield replace(
            meeting(conference, shown, language),
            uid=ical.calendar_uid(conference.pk, site),
            location=_where(conference, site, shown, language),
        )


def own(conference: Conference, part: Part, shown: Shown, language: str) -> ical.CalendarEntry | None:
    """The conference as it stands in one person's calendar: the entry of his invitation, if he has one."""
    status = part.status(conference)
    if status is None or conference.starts_at is None:
        return None
    entry = meeting(conference, shown, language)
    modified = max(entry.stamp, *part.modified)
    site, invitation = part.site(), part.invitation
    return replace(
        entry,
        uid=ical.calendar_uid(conference.pk, (invitation.site_id if invitation else site and site.pk) or None),
        sequence=conference.sequence + part.steps,
        stamp=modified,
        modified=modified,
        location=_where(conference, site.pk if site else None, shown, language),
        description="\n\n".join(filter(None, [_own_part(part), entry.description])),
        status=status,
        free=status == "CANCELLED",
    )


def own_items(
    conference: Conference, part: Part, person: UUID, shown: Shown, language: str
) -> Iterator[ical.CalendarEntry]:
    """The points of the released programme which the person speaks to or leads, each related to the conference."""
    stored, whole = shown.released.get(conference.pk), own(conference, part, shown, language)
    if stored is None or whole is None:
        return
    programme = from_json(stored)
    for point in programme.entries:
        if person in point.people() and point.starts_at is not None and not point.reserve:
            sequence = programme.sequence_of(point, conference.sequence) + part.steps
            yield replace(
                _point(point, sequence, whole, language), classification=_class(conference, point.confidentiality)
            )


def _point(point: Entry, sequence: int, whole: ical.CalendarEntry, language: str) -> ical.CalendarEntry:
    off = point.state != ItemState.PLANNED
    modified = max(point.changed_at or whole.stamp, whole.stamp)
    assert point.starts_at is not None
    return replace(
        whole,
        uid=ical.item_uid(point.id),
        sequence=sequence,
        stamp=modified,
        modified=modified,
        summary=f"{localized(point.title, language)} ({whole.summary})",
        description=localized(point.reason, language) if off else "",
        start=point.starts_at,
        end=point.ends_at,
        location="; ".join(localized(place.said, language) for place in point.places) or whole.location,
        related_to=whole.uid,
        status="CANCELLED" if off else whole.status,
        free=off,
    )


def in_room(
    row: AgendaRoom, conference: Conference, shown: Shown, language: str, *, works: bool
) -> Iterator[ical.CalendarEntry]:
    """A point of the programme that runs in a room of its own; nothing while its time is not exact. Where a programme
    was released, who works on the conference reads it as it stands, under the count of its own, which no release is ahead
    of; everybody else reads what was released (`in_room_as_released`), and of what is not so only that it is busy."""
    item: AgendaItem = row.agenda_item
    span, title, sequence, state = item_span(item), item.title, item.sequence, item.state
    written = max(item.updated_at, row.updated_at)
    if (stored := shown.released.get(conference.pk)) is not None:
        programme = from_json(stored)
        told = programme.by_id().get(item.pk)
        stands = told is not None and _as_told(row, told)
        if not works:
            yield from (busy(booking, language) for booking in row.bookings.all() if not stands)
            return
        if told is not None and stands:
            title, state = told.title, told.state
            written = told.changed_at or conference.said_at
            sequence = max(programme.sequence_of(told, conference.sequence), sequence)
    if span is not None:
        off = state != ItemState.PLANNED
        entry = _in_its_room(conference, item.pk, title, span.start, span.end, row.room, written, shown, language)
        entry = replace(entry, classification=_class(conference, *_levels(item.pk, shown.points[conference.pk])))
        yield replace(entry, sequence=sequence, status="CANCELLED" if off else entry.status, free=off or entry.free)


def in_room_as_released(
    conference: Conference, room: Room, shown: Shown, language: str
) -> Iterator[ical.CalendarEntry]:
    """The points of the released programme that are in the room, and not where the conference is itself, until the next
    release; the reader may know of them."""
    programme = from_json(shown.released[conference.pk])
    as_a_whole = {site.pk for site in conference.sites.all() if site.room_id == room.pk}
    for point in _in_its_own_room(conference, programme, room, as_a_whole, shown):
        off, written = point.state != ItemState.PLANNED, point.changed_at or conference.said_at
        entry = _told_in_its_room(conference, point, room, written, shown, language)
        sequence = programme.sequence_of(point, conference.sequence)
        yield replace(entry, sequence=sequence, status="CANCELLED" if off else entry.status, free=off or entry.free)


def in_room_as_told(
    conference: Conference, room: Room, shown: Shown, language: str, *, works: bool
) -> Iterator[ical.CalendarEntry]:
    """The points of a conference that is called off which were to be in the room, and not where it was itself, as people
    knew them; the reader may know of them. Who `works` on it goes on with the count they read before (`in_room`)."""
    counted = {point.id: point.sequence for point in shown.points[conference.pk]} if works else {}
    told, stored = shown.told[conference.pk], shown.programme(conference.pk)
    if stored is None:
        return
    programme = from_json(stored)
    as_a_whole = {UUID(place["site"]) for place in told.places if place["room"] == str(room.pk)}
    for point in _in_its_own_room(conference, programme, room, as_a_whole, shown):
        entry = _told_in_its_room(conference, point, room, point.changed_at or told.recorded_at, shown, language)
        sequence = programme.sequence_of(point, conference.sequence)
        yield replace(entry, sequence=max(sequence, counted.get(point.id, 0)))


def _in_its_own_room(
    conference: Conference, programme: Programme, room: Room, as_a_whole: set[UUID], shown: Shown
) -> Iterator[Entry]:
    """Of a programme that is not the working one the points in the room whose time is exact; `as_a_whole` are the sites
    at which the conference itself is there."""
    for point in _open(conference, programme, shown):
        there = any(place.room == room.pk and place.site not in as_a_whole for place in point.places)
        if there and point.starts_at is not None:
            yield point


def _told_in_its_room(
    conference: Conference, point: Entry, room: Room, written: dt.datetime, shown: Shown, language: str
) -> ical.CalendarEntry:
    assert point.starts_at is not None
    start, end = point.starts_at, point.ends_at
    entry = _in_its_room(conference, point.id, point.title, start, end, room, written, shown, language)
    return replace(entry, classification=_class(conference, point.confidentiality))


def _in_its_room(
    conference: Conference,
    item_id: UUID,
    title: Text,
    start: dt.datetime,
    end: dt.datetime | None,
    room: Room,
    written: dt.datetime,
    shown: Shown,
    language: str,
) -> ical.CalendarEntry:
    entry = meeting(conference, shown, language)
    modified = max(entry.stamp, written)
    return replace(
        entry,
        uid=ical.item_uid(item_id),
        stamp=modified,
        modified=modified,
        summary=f"{localized(title, language)} ({entry.summary})",
        description="",
        start=start,
        end=end,
        location=", ".join([localized(room.name, language), localized(room.venue.name, language)]),
        related_to=entry.uid,
    )


def _as_told(row: AgendaRoom, told: Entry) -> bool:
    item = row.agenda_item
    if not any(place.room == row.room_id for place in told.places):
        return False
    if (told.starts_at, told.ends_at) != (item.starts_at, item.ends_at):
        return False
    # What is off with its session is planned by its own row, and holds no room.
    return item.state == ItemState.PLANNED if told.state == ItemState.PLANNED else not row.bookings.all()


def busy(booking: RoomBooking, language: str) -> ical.CalendarEntry:
    """That the room is held, from setting up to clearing; nothing says for what."""
    return ical.CalendarEntry(
        uid=ical.busy_uid(booking.pk),
        sequence=booking.version - 1,
        stamp=booking.updated_at,
        modified=booking.updated_at,
        summary=str(_BUSY),
        start=booking.during.lower,
        end=booking.during.upper,
        timezone=settings.TIME_ZONE,
        organizer=Mailbox(settings.MAIL_FROM_NAME, settings.MAIL_FROM),
        language=language,
        classification="PRIVATE",
    )


def _modified(conference: Conference, shown: Shown) -> dt.datetime:
    """When anything an entry says of the conference was last written; its agenda is said as released, once it was, and
    the places of what is called off as they were told."""
    rows: list[Any] = [*conference.organisers.all()]
    if shown.programme(conference.pk) is None:
        rows += shown.points.get(conference.pk, [])
    rows += [organiser.organisation for organiser in conference.organisers.all()]
    for site in conference.sites.all() if conference.pk not in shown.told else ():
        rows += [site, site.venue, *([site.room] if site.room else [])]
    newest: dt.datetime = max([conference.said_at, *(row.updated_at for row in rows)])
    return newest


def _where(conference: Conference, site_id: UUID | None, shown: Shown, language: str) -> str:
    if (told := shown.told.get(conference.pk)) is not None:
        return wording.where_told(told, site_id, language)
    site = next((site for site in conference.sites.all() if site.pk == site_id), None)
    return wording.where(conference, site, language)


def _page(conference: Conference, language: str) -> str:
    public = conference.confidentiality == Confidentiality.PUBLIC and conference.state != ConferenceState.DRAFT
    return addresses.conference(language, conference.slug) if public else ""


def _class(conference: Conference, *points: str) -> str:
    """How an entry asks to be treated which says something of the conference and of points so closed (RFC 5545 §3.8.1.3):
    as the most closed of what it says."""
    return CLASSES[Confidentiality(reduce(lambda most, own: effective(own, most), points, conference.confidentiality))]


def _levels(item_id: UUID | None, points: Iterable[Point]) -> Iterator[str]:
    """What was said of the item of a working programme and of the sessions around it."""
    by_id = {point.id: point for point in points}
    while item_id is not None and (point := by_id.get(item_id)) is not None:
        yield point.confidentiality
        item_id = point.parent_id


def _description(conference: Conference, listed: Iterable[Point | Entry], language: str) -> str:
    parts = [_state_said(conference, language), wording.hosts(conference, language)]
    agenda = [_line(conference, point.starts_at, point.title, point.state, language) for point in listed]
    if agenda:
        parts.append("\n".join([str(_AGENDA), *agenda]))
    return "\n\n".join(filter(None, [*parts, _page(conference, language)]))


def _state_said(conference: Conference, language: str) -> str:
    if conference.state == ConferenceState.DRAFT:
        return str(_DRAFT)
    if conference.state not in CALLED_OFF:
        return ""
    state = str(ConferenceState(conference.state).label)
    said = f"{state[:1].upper()}{state[1:]}"
    return ": ".join(filter(None, [said, localized(conference.reason, language)]))


def _listed(conference: Conference, shown: Shown) -> list[Point | Entry]:
    """The points of the programme as people know it, else of the working one, as far as the reader may know of them and
    a description has room."""
    stored = shown.programme(conference.pk)
    points = shown.points.get(conference.pk, []) if stored is None else _open(conference, from_json(stored), shown)
    return list(islice((point for point in points if not point.reserve), LONGEST_AGENDA))


def _open(conference: Conference, programme: Programme, shown: Shown) -> Iterator[Entry]:
    """What the reader may know of a programme that is not the working one.

    A point that was closed since is hidden in it too; one that was opened is not shown under the words it had while it
    was closed.
    """
    gone: set[UUID] = set()
    today = {item.id: item.confidentiality for item in shown.points.get(conference.pk, [])}
    for point in programme.entries:
        own = point.own_confidentiality
        opened_since = own not in ("", Confidentiality.PUBLIC) and today.get(point.id) != own
        if point.id in shown.hidden or point.parent in gone or opened_since:
            gone.add(point.id)
        else:
            yield point


def _line(conference: Conference, start: dt.datetime | None, title: dict[str, str], state: str, language: str) -> str:
    at = f"{local(start, conference.time_zone):%H:%M}" if start else "–"
    off = "" if state == ItemState.PLANNED else f" ({ItemState(state).label})"
    return f"{at} {localized(title, language)}{off}"


def _own_part(part: Part) -> str:
    """What the person does there: "Chủ trì, thư ký"."""
    kinds = list(dict.fromkeys(duty.kind for duty in _of_the_whole(part.duties)))
    said = ", ".join(str(DutyKind(kind).label) for kind in kinds)
    return f"{said[:1].upper()}{said[1:]}"


def _of_the_whole(duties: Iterable[Duty]) -> Iterator[Duty]:
    return (duty for duty in duties if duty.agenda_item_id is None)
