"""The programme of a conference, the rooms it takes, and what was released of it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Deferrable

from backend.conferences.models.conference import Conference, Site
from backend.conferences.models.places import Room
from backend.conferences.states import (
    Confidentiality,
    DayPart,
    ItemKind,
    ItemState,
    Phase,
)
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField


class OwnPhase(Base):
    """A phase of this conference alone, beside those of the house; for the record it counts as `stands_for`."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="own_phases")
    order = models.PositiveSmallIntegerField()
    name = LocalizedTextField()
    stands_for = models.CharField(max_length=12, choices=Phase)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conference", "order"], name="one_own_phase_per_order")]


class AgendaItem(Base):
    """One point of the working programme, a session that holds others, or a break.

    `order` is its place in the whole programme read from top to bottom: a session comes before what it holds. One that
    is `pinned` starts at a time of its own; every other starts when the one before it ends, or together with it when
    it is `parallel`, and `starts_at` is what was worked out (null: not known), as `ends_at` always is. `day` and
    `day_part` say when, as long as nothing exact is known. A session without minutes lasts as long as what it holds; a
    `reserve` item takes no time. A postponed or cancelled one keeps its planned time and takes none. An empty
    `confidentiality` is the conference's.
    `own_phase` names the phase where the house has no word for it; `phase` is what it counts as.
    `sequence` is the SEQUENCE (RFC 5545) of its entry in calendars until it is released, and after that in those of who
    works on it: PostgreSQL raises it by one with
    each other time or state, and with another room; nothing lowers it.
    A `carried_over` one lists in `open_points` what the last meeting left open: [{"text": {"vi": …}, "source": "…"}].
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="agenda")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.ITEM)
    phase = models.CharField(max_length=12, choices=Phase)
    own_phase = models.ForeignKey(OwnPhase, null=True, blank=True, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField()
    title = LocalizedTextField()
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, editable=False)
    pinned = models.BooleanField(default=False)
    parallel = models.BooleanField(default=False)
    minutes_planned = models.PositiveSmallIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    day_part = models.CharField(max_length=12, choices=DayPart, blank=True, default=DayPart.WHOLE)
    reserve = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PLANNED)
    reason = LocalizedTextField(blank=True, help_text="Why it was postponed or cancelled.")
    confidentiality = models.CharField(max_length=12, choices=Confidentiality, blank=True, default="")
    carried_over = models.BooleanField(default=False)
    open_points = models.JSONField(default=list, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["order"]
        constraints = [
            # Checked after each statement: one statement may give the whole programme new places.
            models.UniqueConstraint(
                fields=["conference", "order"], name="one_agenda_item_per_order", deferrable=Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(
                condition=models.Q(pinned=False) | models.Q(starts_at__isnull=False), name="a_pinned_item_has_its_time"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=True) | models.Q(day__isnull=True), name="an_item_is_exact_or_not"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="an_item_ends_after_it_starts",
            ),
        ]


class AgendaRoom(Base):
    """A room an agenda item runs in, of a site's venue; one item may run in many rooms at once."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="agenda_rooms")
    agenda_item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="rooms")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="agenda_rooms")
    room = models.ForeignKey(Room, on_delete=models.PROTECT)

    class Meta:
        ordering = ["agenda_item__order", "id"]
        constraints = [models.UniqueConstraint(fields=["agenda_item", "room"], name="an_item_takes_a_room_once")]


class RoomBooking(Base):
    """A room taken by a site, or by an agenda item of its conference; PostgreSQL refuses a second one.

    `taken` is the time of the conference or item, `during` the time the room is held: with setting up and clearing.
    """

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="bookings")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="bookings")
    agenda_room = models.ForeignKey(AgendaRoom, null=True, on_delete=models.CASCADE, related_name="bookings")
    during = DateTimeRangeField()
    taken = DateTimeRangeField()

    class Meta:
        constraints = [
            # Checked after each statement; only an exchange of rooms puts it off to its own end.
            ExclusionConstraint(
                name="no_room_booked_twice",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=models.Q(during__contains=models.F("taken")), name="a_room_is_held_while_it_is_taken"
            ),
            models.UniqueConstraint(
                fields=["site", "agenda_room"], nulls_distinct=False, name="one_booking_per_site_or_agenda_room"
            ),
        ]
        # The room finder goes down this index once per room, however many bookings there are.
        indexes = [models.Index("room", RangeStartsWith("during"), name="bookings_by_room_and_start")]


class Release(models.Model):
    """The programme as it was released under `number`: never changed, never removed.

    `programme` names people and organisations by id, so that it outlives the erasure of personal data; `sha256` is
    the digest of its canonical JSON. `counts` says how much is different from the release before, by how closed it is:
    {"public": {"moved": 12}}. `rooms` are those its points are in, by which rooms' feeds find it without reading it.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    note = LocalizedTextField(blank=True)
    programme = models.JSONField()
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    released_at = models.DateTimeField()
    rooms = models.GeneratedField(
        expression=models.Func(
            models.F("programme"),
            models.Value("$.entries[*].places[*].room"),
            function="jsonb_path_query_array",
        ),
        output_field=models.JSONField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["number"]
        indexes = [GinIndex(fields=["rooms"], opclasses=["jsonb_path_ops"], name="releases_by_room")]
        constraints = [models.UniqueConstraint(fields=["conference", "number"], name="releases_are_numbered")]
