"""What stands in a feed: the conferences a reader may see, within the window, with all that is said of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from backend.conferences.models import (
    AgendaItem,
    AgendaRoom,
    Conference,
    Organiser,
    Release,
    Room,
    RoomBooking,
    Site,
    TimeAndPlace,
)
from backend.conferences.queries import apart_from, held_by, hidden_items, visible_to, with_items_visible_to
from backend.conferences.queries.public import public_conferences
from backend.conferences.states import AHEAD, CALLED_OFF, CallingOff, ConferenceState
from backend.core.clock import local, now
from backend.core.text import Text
from backend.people.models import Account, Organisation

Reader = Account | AnonymousUser


def window() -> tuple[dt.datetime, dt.datetime]:
    """From when to when feeds tell, by the start: whole months, so that time alone changes a feed once a month."""
    month = local(now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    past, future = settings.CALENDAR_PAST_MONTHS, settings.CALENDAR_FUTURE_MONTHS
    return month - relativedelta(months=past), month + relativedelta(months=future + 1)


def open_to(reader: Reader) -> QuerySet[Conference]:
    """The conferences the reader may see; without an account: what is public and announced. None of them was called
    off before anybody knew of it."""
    if isinstance(reader, AnonymousUser):
        return public_conferences()
    return visible_to(reader).exclude(state=ConferenceState.CANCELLED, announced_at=None)


def expected_or_in_window() -> Q:
    """Conferences whose exact time lies within the window, and those to come that have none."""
    start, end = window()
    to_come = Q(day=None) | Q(day__gte=local(now()).date())
    return Q(starts_at__gte=start, starts_at__lt=end) | Q(to_come, starts_at=None, state__in=AHEAD)


def held_by_organisation(organisation: Organisation, reader: Reader) -> QuerySet[Conference]:
    """Those it leads or co-organises."""
    return open_to(reader).filter(held_by(organisation.pk)).filter(expected_or_in_window())


def of_series(series_id: UUID, reader: Reader) -> QuerySet[Conference]:
    return open_to(reader).filter(expected_or_in_window(), series_id=series_id)


def at_room(room: Room, reader: Reader) -> QuerySet[Conference]:
    """Those held in the room, or of which a point of the programme the reader may see is; with an exact time."""
    start, end = window()
    by_site = Site.objects.filter(room=room).values("conference_id")
    by_item = with_items_visible_to(AgendaRoom.objects.filter(room=room), reader).values("conference_id")
    told = _told_off().filter(places__contains=[{"room": str(room.pk)}]).values("conference_id")
    there = Q(pk__in=by_site) | Q(pk__in=by_item) | Q(pk__in=told)
    return open_to(reader).filter(there, starts_at__gte=start, starts_at__lt=end)


def busy_in(room: Room, reader: Reader) -> QuerySet[RoomBooking]:
    """When the room is held for what the reader may not know of."""
    told_of = Q(Exists(open_to(reader).filter(pk=OuterRef("site__conference"))))
    known = told_of & apart_from(hidden_items(reader), RoomBooking)
    return RoomBooking.objects.filter(~known, room=room, during__overlap=window()).order_by("during", "id")


class Point(NamedTuple):
    """Of an agenda item what a description says; thousands of them are read at once."""

    conference_id: UUID
    id: UUID
    title: Text
    starts_at: dt.datetime | None
    state: str
    reserve: bool
    confidentiality: str
    updated_at: dt.datetime


@dataclass(kw_only=True)
class Shown:
    """Conferences as a reader may see them: `points` are the agenda items he may know of, `released` the last programme
    released of each conference that has one, `hidden` the items of those that are kept from him, `told` what people know
    of when and where a postponed one was to be."""

    conferences: list[Conference]
    points: dict[UUID, list[Point]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[UUID] = field(default_factory=set)
    released: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)
    told: Mapping[UUID, TimeAndPlace] = field(default_factory=dict)

    def by_id(self) -> dict[UUID, Conference]:
        return {conference.pk: conference for conference in self.conferences}


def shown(conferences: QuerySet[Conference], reader: Reader) -> Shown:
    """The conferences in order of time with everything their entries say, in a constant number of queries."""
    rows = list(
        conferences.select_related("series__outline")
        .prefetch_related(
            Prefetch("organisers", Organiser.objects.select_related("organisation")),
            "organisers__organisation__former_names",
            Prefetch("sites", Site.objects.select_related("venue", "room")),
        )
        .order_by("starts_at", "id")
    )
    found = Shown(conferences=rows, released=last_releases(rows), told=as_told(rows))
    items = AgendaItem.objects.filter(conference__in=[row.pk for row in rows])
    seen = with_items_visible_to(items, reader)
    for values in seen.order_by("order").values_list(*Point._fields):
        found.points[values[0]].append(Point(*values))
    if found.released:
        released = items.filter(conference__in=found.released.keys())
        found.hidden = set(released.exclude(pk__in=seen.values("pk")).values_list("pk", flat=True))
    return found


def as_told(conferences: Iterable[Conference]) -> dict[UUID, TimeAndPlace]:
    """Of what is postponed the public is told the time and place it knows of, not those that are being prepared and were
    not announced: what was told when it was put off. The rows get the last exact time told; nothing is saved."""
    rows = {row.pk: row for row in conferences if row.state == ConferenceState.POSTPONED}
    if not rows:
        return {}
    told = TimeAndPlace.objects.filter(conference__in=rows, called_off=CallingOff.NOT).exclude(starts_at=None)
    for known in told.order_by("sequence"):
        row = rows[known.conference_id]
        row.starts_at, row.ends_at, row.time_zone = known.starts_at, known.ends_at, known.time_zone
    return {known.conference_id: known for known in _told_off().filter(conference__in=rows)}


def _told_off() -> QuerySet[TimeAndPlace]:
    """What was told of postponed conferences when they were put off."""
    told = TimeAndPlace.objects.filter(sequence=F("conference__told_sequence"), called_off=CallingOff.POSTPONED)
    return told.filter(conference__state=ConferenceState.POSTPONED)


def start_told_before(conference: Conference) -> dt.datetime | None:
    """The start people were last told before the present one, where it was another; None while there is none, or the
    conference is called off."""
    if conference.starts_at is None or conference.state in CALLED_OFF:
        return None
    rows = TimeAndPlace.objects.filter(
        conference=conference, sequence__lt=conference.sequence, called_off=CallingOff.NOT
    )
    last = rows.exclude(starts_at=None).exclude(starts_at=conference.starts_at).order_by("-sequence").first()
    return last.starts_at if last else None


def last_releases(conferences: Iterable[Conference]) -> dict[UUID, dict[str, Any]]:
    """The last released programme of each conference that has one, as it is stored."""
    rows = Release.objects.filter(conference__in=list(conferences)).order_by("conference_id", "-number")
    return dict(rows.distinct("conference_id").values_list("conference_id", "programme"))
