"""What stands in a feed: the conferences a reader may see, within the window, with all that is said of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

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
from backend.conferences.queries import (
    apart_from,
    as_told,
    held_by,
    hidden_items,
    told_off,
    visible_to,
    with_items_visible_to,
)
from backend.conferences.queries.public import public_conferences
from backend.conferences.queries.working import worked_on_by
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
    to_come = Q(day=None) | Q(day__gte=local(now()).date())
    return _within_window() | Q(to_come, starts_at=None, state__in=AHEAD)


def _within_window() -> Q:
    """Conferences whose exact time lies within the window; of what is called off the time that was told."""
    start, end = window()
    off = told_off().filter(starts_at__gte=start, starts_at__lt=end)
    return Q(pk__in=off.values("conference_id")) | (
        Q(starts_at__gte=start, starts_at__lt=end) & ~Q(pk__in=told_off().values("conference_id"))
    )


def held_by_organisation(organisation: Organisation, reader: Reader) -> QuerySet[Conference]:
    """Those it leads or co-organises."""
    return open_to(reader).filter(held_by(organisation.pk)).filter(expected_or_in_window())


def of_series(series_id: UUID, reader: Reader) -> QuerySet[Conference]:
    return open_to(reader).filter(expected_or_in_window(), series_id=series_id)


def at_room(room: Room, reader: Reader) -> QuerySet[Conference]:
    """Those held in the room, or of which a point of the programme the reader may see is, or was when it was released;
    with an exact time."""
    by_site = Site.objects.filter(room=room).values("conference_id")
    by_item = with_items_visible_to(AgendaRoom.objects.filter(room=room), reader).values("conference_id")
    there = Q(pk__in=by_site) | Q(pk__in=by_item) | Q(pk__in=_told_in(room)) | Q(pk__in=_released_in(room))
    return open_to(reader).filter(there, _within_window())


def _released_in(room: Room) -> QuerySet[Any]:
    """Conferences of which a released programme has a point in the room."""
    return Release.objects.filter(rooms__contains=[str(room.pk)]).values("conference_id")


def _told_in(room: Room) -> QuerySet[Any]:
    """Called off conferences within the window that were to be in the room, as a whole or with a point of their
    programme."""
    start, end = window()
    off = told_off().filter(starts_at__gte=start, starts_at__lt=end)
    point = {"entries": [{"places": [{"room": str(room.pk)}]}]}
    there = Q(places__contains=[{"room": str(room.pk)}]) | Q(programme__contains=point)
    return off.filter(there | Q(conference__in=_released_in(room))).values("conference_id")


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
    sequence: int
    updated_at: dt.datetime
    parent_id: UUID | None


@dataclass(kw_only=True)
class Shown:
    """Conferences as a reader may see them: `points` are the agenda items he may know of, `released` the last programme
    released of each conference that has one, `hidden` the items of those that are kept from him, `told` what people know
    of when and where one that is called off was to be."""

    conferences: list[Conference]
    points: dict[UUID, list[Point]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[UUID] = field(default_factory=set)
    released: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)
    told: Mapping[UUID, TimeAndPlace] = field(default_factory=dict)

    def by_id(self) -> dict[UUID, Conference]:
        return {conference.pk: conference for conference in self.conferences}

    def programme(self, conference_id: UUID) -> dict[str, Any] | None:
        """What people know of the programme, as it is stored: as released, or as it stood when the conference was called
        off; None while it is the working one."""
        told = self.told.get(conference_id)
        return self.released.get(conference_id) or (told.programme if told else None)


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
    if stored := [row.pk for row in rows if found.programme(row.pk) is not None]:
        found.hidden = set(
            items.filter(conference__in=stored).exclude(pk__in=seen.values("pk")).values_list("pk", flat=True)
        )
    return found


def worked_on(conference_ids: Collection[UUID], reader: Reader) -> set[UUID]:
    """Those of the conferences the reader works on, and so reads the working programme of."""
    works = worked_on_by(reader)
    rows = Conference.objects.filter(works or Q(), pk__in=conference_ids)
    return set(rows.values_list("pk", flat=True)) if conference_ids else set()


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
