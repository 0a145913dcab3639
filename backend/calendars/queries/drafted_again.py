"""Conferences that were cancelled and are drafts again. Who may not read the draft goes on reading what they were last
told: that it is cancelled. Nothing here says anything of the draft itself."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.calendars.queries.contents import Reader, last_releases, window
from backend.conferences.events import ConferenceReopened
from backend.conferences.models import Room, TimeAndPlace
from backend.conferences.programme import Entry, Programme, from_json
from backend.conferences.queries import cut_for, drafts_kept_from
from backend.conferences.states import CallingOff
from backend.outbox.models import Event


def drafted_again(reader: Reader) -> QuerySet[TimeAndPlace]:
    """What was last told of those that had an exact time, in order of time; `said_at` is when they were opened again,
    and ceased to say more."""
    told = TimeAndPlace.objects.filter(
        conference__in=drafts_kept_from(reader).filter(announced_at__isnull=False),
        sequence=F("conference__told_sequence"),
        called_off=CallingOff.CANCELLED,
        starts_at__isnull=False,
    )
    opened = Event.objects.filter(name=ConferenceReopened.name, subject_id=OuterRef("conference_id"))
    said_at = Coalesce(Subquery(opened.order_by("-recorded_at").values("recorded_at")[:1]), F("recorded_at"))
    return told.annotate(said_at=said_at).select_related("conference").order_by("starts_at", "conference_id")


def drafted_again_within(reader: Reader) -> QuerySet[TimeAndPlace]:
    """Those whose time lies within the window."""
    start, end = window()
    return drafted_again(reader).filter(starts_at__gte=start, starts_at__lt=end)


def drafted_again_in(room: Room, reader: Reader) -> Iterator[tuple[TimeAndPlace, UUID]]:
    """Those that were to be in the room, each with the site that was there."""
    for told in drafted_again_within(reader).filter(places__contains=[{"room": str(room.pk)}]):
        for place in told.places:
            if place["room"] == str(room.pk):
                yield told, UUID(place["site"])


def points_drafted_again_in(room: Room, reader: Reader) -> Iterator[tuple[TimeAndPlace, Programme, Entry]]:
    """The points of their programmes, as people knew them, that were to be in the room and not where the conference
    itself was, as far as the reader may know of them."""
    rows = list(drafted_again_within(reader))
    stored = last_releases(row.conference for row in rows)
    for told in rows:
        known = stored.get(told.conference_id) or told.programme
        if known is None:
            continue
        programme = from_json(known)
        there_as_a_whole = {UUID(place["site"]) for place in told.places if place["room"] == str(room.pk)}
        for point in cut_for(programme, reader, told.conference).entries:
            there = any(place.room == room.pk and place.site not in there_as_a_whole for place in point.places)
            if there and point.starts_at is not None:
                yield told, programme, point
