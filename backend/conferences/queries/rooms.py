"""Which rooms the record asks for, which are taken, and which are free."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    PositiveIntegerField,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Greatest

from backend.conferences.models import (
    AgendaItem,
    AgendaRoom,
    Conference,
    EquipmentClaim,
    PortableEquipment,
    Room,
    RoomBooking,
    Site,
)
from backend.conferences.states import CALLED_OFF, ItemState

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Span:
    """An exact time, from `start` up to but without `end`."""

    start: dt.datetime
    end: dt.datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def shared_with(self, other: "Span") -> "Span":
        return Span(max(self.start, other.start), min(self.end, other.end))

    def joined_to(self, other: "Span") -> "Span":
        return Span(min(self.start, other.start), max(self.end, other.end))

    def as_range(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.start, self.end)

    def widened(self, before: int, after: int) -> "Span":
        return Span(self.start - before * MINUTE, self.end + after * MINUTE)


def conference_span(conference: Conference) -> Span | None:
    """When the conference is, None while that is not exact."""
    if conference.starts_at is None or conference.ends_at is None:
        return None
    return Span(conference.starts_at, conference.ends_at)


def item_span(item: AgendaItem) -> Span | None:
    """When the agenda item is, or was to be before it was called off; None while start or length is unknown."""
    if item.starts_at is None:
        return None
    if item.ends_at is not None:
        return Span(item.starts_at, item.ends_at)
    return Span(item.starts_at, item.starts_at + item.minutes_planned * MINUTE) if item.minutes_planned else None


def above(item: AgendaItem) -> list[UUID]:
    """The sessions the item is part of, from the inside out. Reads `parent`, and its `parent`."""
    found = []
    while item.parent is not None:
        item = item.parent
        found.append(item.pk)
    return found


def buffers(site: Site, room: Room | None) -> tuple[int, int]:
    """Minutes of setting up and of clearing: the site's own, else the room's."""
    setup = site.setup_minutes if site.setup_minutes is not None else (room.setup_minutes if room else 0)
    clearing = site.clearing_minutes if site.clearing_minutes is not None else (room.clearing_minutes if room else 0)
    return setup, clearing


# What the record asks for


@dataclass(kw_only=True)
class _Use:
    site: Site
    room: Room
    taken: Span
    agenda_room: AgendaRoom | None = None


def wanted_bookings(conference: Conference) -> list[RoomBooking]:
    """The bookings the record asks for, not saved: one per site with a room, one per room of an agenda item.

    - A site takes its room for the conference's exact time; an agenda item takes its rooms for its own. Whatever has
      no exact time, or is called off, takes nothing.
    - An agenda item in its site's own room needs no booking of its own: what it takes beyond the conference's time is
      joined to the site's. Likewise an item in the room of a session that holds it. Two other items at once in one
      room are two bookings, which PostgreSQL refuses.
    - Between two uses by the same conference the buffers shrink to the time there is: it need not clear for itself.
    """
    if conference.state in CALLED_OFF:
        return []
    uses: list[_Use] = []
    halls: dict[UUID, _Use] = {}
    if (whole := conference_span(conference)) is not None:
        for site in Site.objects.filter(conference=conference, room__isnull=False).select_related("room"):
            assert site.room is not None
            uses.append(_Use(site=site, room=site.room, taken=whole))
            halls[site.room.pk] = uses[-1]
    busy_until: dict[UUID, dt.datetime] = {}
    for use in sorted(_uses_of_items(conference), key=lambda use: use.taken.start):
        span, hall = use.taken, halls.get(use.room.pk)
        alone = span.start >= busy_until.get(use.room.pk, span.start)
        busy_until[use.room.pk] = max(span.end, busy_until.get(use.room.pk, span.end))
        if hall is not None and alone and hall.taken.overlaps(span):
            hall.taken = hall.taken.joined_to(span)
        else:
            uses.append(use)
    return [
        RoomBooking(
            room=use.room,
            site=use.site,
            agenda_room=use.agenda_room,
            during=held.as_range(),
            taken=use.taken.as_range(),
        )
        for use, held in _held(uses)
    ]


def _uses_of_items(conference: Conference) -> list[_Use]:
    """One per room of a planned item with exact times; one within a session that has the same room is joined to it."""
    if not AgendaRoom.objects.filter(conference=conference).exists():
        return []  # as in most conferences, without asking for all that would be needed
    rows = (
        AgendaRoom.objects.filter(conference=conference, agenda_item__state=ItemState.PLANNED)
        .select_related("agenda_item__parent__parent", "room", "site")
        .order_by("agenda_item__order", "id")
    )
    uses: list[_Use] = []
    by_item: dict[tuple[UUID, UUID], _Use] = {}
    for row in rows:
        span = item_span(row.agenda_item)
        if span is None:
            continue
        holders = (by_item.get((session, row.room_id)) for session in above(row.agenda_item))
        use = next((holder for holder in holders if holder is not None and holder.taken.overlaps(span)), None)
        if use is None:
            use = _Use(site=row.site, room=row.room, taken=span, agenda_room=row)
            uses.append(use)
        use.taken = use.taken.joined_to(span)
        by_item[row.agenda_item_id, row.room_id] = use
    return uses


def _held(uses: Iterable[_Use]) -> Iterable[tuple[_Use, Span]]:
    """Each use with the time its room is held: widened by the buffers as far as the neighbour in the room lets it."""
    free_from: dict[UUID, dt.datetime] = {}
    ordered = sorted(uses, key=lambda use: (use.room.pk, use.taken))
    for use, following in zip_longest(ordered, ordered[1:]):
        held = use.taken.widened(*buffers(use.site, use.room))
        start, end = held.start, held.end
        if (before := free_from.get(use.room.pk)) is not None and before <= use.taken.start:
            start = max(start, before)
        if following is not None and following.room.pk == use.room.pk and following.taken.start >= use.taken.end:
            end = min(end, following.taken.start)
        free_from[use.room.pk] = end
        yield use, Span(start, end)


def crowded_sites(conference: Conference) -> QuerySet[Site]:
    """Sites that let in more people than their room has seats, or where more are expected, as far as both are known:
    `people` says how many. Whom a conference expects may be anywhere as soon as it has several sites."""
    sites = Site.objects.filter(conference=conference)
    expected = conference.expected.get("n") if sites.count() == 1 else None
    there = Greatest("capacity", Value(expected, output_field=PositiveIntegerField()))
    return sites.annotate(people=there).filter(people__gt=F("room__capacity")).select_related("room")


def overlapping_booking(
    room_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime, *, besides: Collection[UUID]
) -> RoomBooking | None:
    """The first booking of the room in that time by another conference than those of `besides`."""
    return (
        RoomBooking.objects.filter(room_id=room_id, during__overlap=(starts_at, ends_at))
        .exclude(site__conference_id__in=besides)
        .order_by("during")
        .first()
    )


# What is free


def free_rooms(
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    capacity: int | None = None,
    venue_id: UUID | None = None,
    organisation_id: UUID | None = None,
    equipment: Sequence[str] = (),
) -> QuerySet[Room]:
    """The rooms free for that time and for setting up and clearing around it, the smallest first.

    Each comes with `held_from` and `held_until`. A room of unknown capacity fits no given number of people. Equipment
    is either fixed in the room or a portable piece of its venue that nobody has claimed for that time.

    Bookings of a room never overlap, so the last one to begin before the time ends says it all: one step down an index
    per room, however many bookings there are.
    """
    rooms = Room.objects.select_related("venue").annotate(
        held_from=ExpressionWrapper(Value(starts_at) - _minutes("setup_minutes"), output_field=DateTimeField()),
        held_until=ExpressionWrapper(Value(ends_at) + _minutes("clearing_minutes"), output_field=DateTimeField()),
    )
    last_before = (
        RoomBooking.objects.filter(room=OuterRef("pk"))
        .annotate(begins=RangeStartsWith("during"))
        .filter(begins__lt=OuterRef("held_until"))
        .order_by("-begins")
        .values(ends=RangeEndsWith("during"))[:1]
    )
    rooms = rooms.filter(held_from__gte=Coalesce(Subquery(last_before), F("held_from")))
    if capacity is not None:
        rooms = rooms.filter(capacity__gte=capacity)
    if venue_id is not None:
        rooms = rooms.filter(venue_id=venue_id)
    if organisation_id is not None:
        rooms = rooms.filter(venue__organisation_id=organisation_id)
    if equipment:
        portable = _venues_with(equipment, Span(starts_at, ends_at))
        for kind in equipment:
            rooms = rooms.filter(Q(equipment__contains=[kind]) | Q(venue_id__in=portable.get(kind, set())))
    return rooms.order_by(F("capacity").asc(nulls_last=True), "pk")


def _minutes(column: str) -> "ExpressionWrapper[CombinedExpression]":
    return ExpressionWrapper(F(column) * Value(MINUTE, DurationField()), output_field=DurationField())


def _venues_with(kinds: Collection[str], span: Span) -> dict[str, set[UUID]]:
    """By kind, the venues that have a portable piece of it left all through that time."""
    claims: dict[UUID, list[tuple[Span, int]]] = {}
    for claim in EquipmentClaim.objects.filter(portable__kind__in=kinds, during__overlap=(span.start, span.end)):
        when = Span(claim.during.lower, claim.during.upper).shared_with(span)
        claims.setdefault(claim.portable_id, []).append((when, claim.quantity))
    left: dict[str, set[UUID]] = {}
    for portable in PortableEquipment.objects.filter(kind__in=kinds):
        if peak(claims.get(portable.pk, ())) < portable.quantity:
            left.setdefault(portable.kind, set()).add(portable.venue_id)
    return left


def peak(claims: Iterable[tuple[Span, int]]) -> int:
    """The most pieces claimed at any one moment. A claim that ends when another begins hands its pieces over."""
    most = now = 0
    for _, change in sorted(step for span, n in claims for step in ((span.start, n), (span.end, -n))):
        now += change
        most = max(most, now)
    return most


@dataclass(frozen=True, kw_only=True)
class FreeTime:
    """A room is free from `held.start` to `held.end`; with its buffers, a conference fits into `usable`."""

    held: Span
    usable: Span


@dataclass(frozen=True, kw_only=True)
class RoomDay:
    """One day of a room, midnight to midnight on the wall clocks of a zone (23 or 25 hours when they are changed)."""

    day: Span
    bookings: list[RoomBooking]
    free: list[FreeTime]


def room_day(room: Room, day: dt.date, zone: str) -> RoomDay:
    """What takes the room that day, by anybody, and the times in between that are long enough for its buffers."""
    tz = ZoneInfo(zone)
    midnight = [dt.datetime.combine(day + dt.timedelta(days=n), dt.time(), tz).astimezone(dt.UTC) for n in (0, 1)]
    span = Span(midnight[0], midnight[1])
    around = span.widened(room.setup_minutes, room.clearing_minutes)
    found = list(
        RoomBooking.objects.filter(room=room, during__overlap=(around.start, around.end))
        .select_related("site__conference", "agenda_room")
        .order_by("during")
    )
    edges = [around.start, *(edge for b in found for edge in (b.during.lower, b.during.upper)), around.end]
    free = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        gap = Span(start, end)
        usable = gap.widened(-room.setup_minutes, -room.clearing_minutes).shared_with(span)
        if usable.start < usable.end:
            free.append(FreeTime(held=usable.widened(room.setup_minutes, room.clearing_minutes), usable=usable))
    return RoomDay(day=span, bookings=[b for b in found if span.overlaps(held_span(b))], free=free)


def with_bookings(sites: QuerySet[Site]) -> QuerySet[Site]:
    """With venue, room, bookings and claimed equipment, in a constant number of queries."""
    claims = EquipmentClaim.objects.select_related("portable")
    return sites.select_related("venue", "room").prefetch_related("bookings", Prefetch("claims", claims))


def held_span(booking: RoomBooking) -> Span:
    return Span(booking.during.lower, booking.during.upper)


def taken_span(booking: RoomBooking) -> Span:
    return Span(booking.taken.lower, booking.taken.upper)
