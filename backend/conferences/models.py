"""Conferences: who holds them, where and when, what is on the agenda, and who said what."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Deferrable
from django.db.models.functions import Now

from backend.conferences.states import (
    ClashPolicy,
    ConferenceState,
    Confidentiality,
    DayPart,
    DutyKind,
    Equipment,
    ItemKind,
    ItemState,
    Kind,
    OrganiserRole,
    PaperState,
    Phase,
    SpeechKind,
)
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.core.vietnamese import fold
from backend.documents.models import Document
from backend.people.models import Organisation, Person


class Outline(Base):
    """What conferences are drafted from again and again: the standing part of one series or one template."""

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.MEETING)
    confidentiality = models.CharField(max_length=12, choices=Confidentiality, default=Confidentiality.PUBLIC)
    topics = models.JSONField(default=list, blank=True)
    standards = models.JSONField(default=list, blank=True)
    legal_basis = models.JSONField(default=list, blank=True)


class Series(Base):
    """Conferences that recur: a weekly staff meeting, a monthly study, a yearly review.

    `starts_on` is the first day of the RFC 5545 `rule` (null: not known, and nothing is planned). With a `start_time`
    and a length it plans exact times on the wall clock of `time_zone`; without, days and a `day_part`. `added` and
    `left_out` are local times beside the rule (RDATE, EXDATE). Until `complete_until` nothing needs to be created.
    """

    title = LocalizedTextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    outline = models.OneToOneField(Outline, on_delete=models.PROTECT, related_name="series")
    rule = models.CharField(max_length=500, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    start_time = models.TimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How long each one lasts.")
    day_part = models.CharField(max_length=12, choices=DayPart, blank=True, default=DayPart.WHOLE)
    time_zone = models.CharField(max_length=40, default="Asia/Ho_Chi_Minh")
    added = models.JSONField(default=list, blank=True)
    left_out = models.JSONField(default=list, blank=True)
    horizon_days = models.PositiveSmallIntegerField(default=90)
    announces = models.BooleanField(default=False, help_text="Whether new occurrences are announced at once.")
    continues = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )
    complete_until = models.DateTimeField(null=True, editable=False)


class ConferenceTemplate(Base):
    """What an organisation's conferences of one kind are drafted from."""

    title = LocalizedTextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    outline = models.OneToOneField(Outline, on_delete=models.PROTECT, related_name="template")


class Conference(Base):
    """One conference or meeting. What is unknown is null or empty, never guessed.

    `day` with `day_part` is enough to hold one; `starts_at`/`ends_at` make it a calendar entry.
    `expected`/`attended` are counts as said: {"n": 190, "op": ">", "who": {"vi": …}} with op one of "=", "≈", ">",
    `who` optional; {} is unknown. `topics` and `standards` ("TCVN ISO 9001:2015") are short strings, `legal_basis` language maps.
    `sequence` rises with each change of time or place that invitees must hear of (RFC 5545 SEQUENCE), once for all
    changes nobody was told of yet: people know `told_sequence` and the programme released as `told_release`, and hear
    of what is new at `news_due_at`.
    `folded` is what search reads: title, topics and standards in every language, without diacritics.

    In a series, `recurrence_id` is the local time it was first planned for, for ever (RFC 5545 RECURRENCE-ID);
    `slot` is the local time the series' present rule gives it, null when the rule no longer has it. `by_hand` names
    what was written by hand: later edits of the series leave that alone.
    """

    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    title = LocalizedTextField()
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="conferences")
    recurrence_id = models.CharField(max_length=19, blank=True, default="", editable=False)
    slot = models.CharField(max_length=19, null=True, editable=False)
    by_hand = models.JSONField(default=list, editable=False)
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    state = models.CharField(max_length=12, choices=ConferenceState, default=ConferenceState.DRAFT)
    confidentiality = models.CharField(max_length=12, choices=Confidentiality, default=Confidentiality.PUBLIC)
    day = models.DateField(null=True, blank=True)
    day_part = models.CharField(max_length=12, choices=DayPart, blank=True, default=DayPart.WHOLE)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Ho_Chi_Minh")
    announced_at = models.DateTimeField(
        null=True, help_text="When it was first announced; a draft that never was stays hidden."
    )
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    period_reviewed = models.CharField(max_length=40, blank=True)
    period_planned = models.CharField(max_length=40, blank=True)
    topics = models.JSONField(default=list, blank=True)
    standards = models.JSONField(default=list, blank=True)
    legal_basis = models.JSONField(default=list, blank=True)
    expected = models.JSONField(default=dict, blank=True)
    attended = models.JSONField(default=dict, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    clash_policy = models.CharField(max_length=6, choices=ClashPolicy, default=ClashPolicy.WARN)
    sequence = models.PositiveIntegerField(default=0)
    told_sequence = models.PositiveIntegerField(default=0, editable=False)
    told_release = models.PositiveIntegerField(default=0, editable=False)
    news_due_at = models.DateTimeField(null=True, editable=False)
    reason = LocalizedTextField(blank=True, help_text="Why it was postponed or cancelled.")
    note = LocalizedTextField(blank=True)
    folded = models.CharField(max_length=1000, editable=False, default="")

    class Meta:
        indexes = [
            models.Index(fields=["day", "id"], name="conferences_by_day"),
            models.Index(
                fields=["news_due_at"], condition=models.Q(news_due_at__isnull=False), name="conferences_with_news"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="a_conference_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["series", "recurrence_id"],
                condition=~models.Q(recurrence_id=""),
                name="an_occurrence_is_planned_once",
            ),
            # Put off to the end of the transaction: a new rule may exchange slots.
            models.UniqueConstraint(
                fields=["series", "slot"], deferrable=Deferrable.DEFERRED, name="a_slot_is_filled_once"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(" ".join([*self.title.values(), *self.topics, *self.standards]))[:1000]
        if {"title", "topics", "standards"} & set(kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)


class TimeAndPlace(models.Model):
    """When and where a conference is, as people were told under one `sequence`: written before the first letter says
    so, and never changed. One that is `called_off` was told to take place at no time at all.

    `places` has one entry per site, in order: {"site": id, "venue": id, "room": id or null, "said": {"vi": …}}.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="told")
    sequence = models.PositiveIntegerField()
    called_off = models.BooleanField(default=False)
    day = models.DateField(null=True)
    day_part = models.CharField(max_length=12, choices=DayPart, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=40)
    places = models.JSONField(default=list)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "sequence"], name="a_sequence_says_one_time_and_place")
        ]


class Organiser(Base):
    """An organisation's part in holding a conference: one lead, then co-organisers in order."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="organisers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=8, choices=OrganiserRole)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["conference"], condition=models.Q(role="lead"), name="one_lead_organiser"),
            models.UniqueConstraint(fields=["conference", "organisation"], name="an_organiser_once"),
        ]


class Venue(Base):
    """A house with rooms, own or hired (null: unknown)."""

    name = LocalizedTextField()
    address = LocalizedTextField(blank=True)
    hired = models.BooleanField(null=True, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)


class Room(Base):
    """A room, what is fixed in it, and the minutes it needs before and after each use."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="rooms")
    name = LocalizedTextField()
    capacity = models.PositiveIntegerField(null=True, blank=True)
    equipment = ArrayField(models.CharField(max_length=20, choices=Equipment), default=list, blank=True)
    setup_minutes = models.PositiveSmallIntegerField(default=0)
    clearing_minutes = models.PositiveSmallIntegerField(default=0)


class PortableEquipment(Base):
    """How many pieces of one kind a venue can carry to whichever room needs them."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="portable")
    kind = models.CharField(max_length=20, choices=Equipment)
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["venue", "kind"], name="portable_equipment_is_counted_once")]


class Site(Base):
    """A place where a conference is held; several at once are several sites, each with its own calendar UID.

    Minutes of setting up and clearing that are null are the room's.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sites")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT)
    order = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    setup_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    clearing_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    attended = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conference", "order"], name="one_site_per_order")]


class OutlineSite(Base):
    """A standing place: the house and, if one is usual, the room."""

    outline = models.ForeignKey(Outline, on_delete=models.CASCADE, related_name="sites")
    order = models.PositiveSmallIntegerField()
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["outline", "order"], name="one_outline_site_per_order")]


class OutlineItem(Base):
    """A standing point of the agenda; one that is `carried_over` lists what the last meeting left open."""

    outline = models.ForeignKey(Outline, on_delete=models.CASCADE, related_name="agenda")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.ITEM)
    phase = models.CharField(max_length=12, choices=Phase)
    phase_name = LocalizedTextField(blank=True, help_text="The conference's own name of the phase.")
    title = LocalizedTextField()
    minutes_planned = models.PositiveSmallIntegerField(null=True, blank=True)
    parallel = models.BooleanField(default=False)
    reserve = models.BooleanField(default=False)
    confidentiality = models.CharField(max_length=12, choices=Confidentiality, blank=True, default="")
    carried_over = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["outline", "order"], name="one_outline_item_per_order")]


class OutlineDuty(Base):
    """A standing part: a person (with the office held on the day of each conference), an office, or a group."""

    outline = models.ForeignKey(Outline, on_delete=models.CASCADE, related_name="duties")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=DutyKind)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    group = LocalizedTextField(blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["outline", "order"], name="one_outline_duty_per_order"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                | models.Q(organisation__isnull=False)
                | ~models.Q(office={})
                | ~models.Q(group={}),
                name="an_outline_duty_is_somebodys",
            ),
        ]


class EquipmentClaim(Base):
    """Portable pieces a site wants. `during` is when they are away: null while the conference has no exact time."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="claims")
    portable = models.ForeignKey(PortableEquipment, on_delete=models.PROTECT, related_name="claims")
    quantity = models.PositiveSmallIntegerField()
    during = DateTimeRangeField(null=True)

    class Meta:
        ordering = ["portable__kind"]
        constraints = [models.UniqueConstraint(fields=["site", "portable"], name="a_site_claims_a_kind_once")]
        indexes = [GistIndex(fields=["portable", "during"], name="claims_by_time")]


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


class Duty(Base):
    """A part somebody has in a conference: chair, secretary, guest … A person with the office held then, an office
    without a name (`person` null), or a group (`group`)."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="duties")
    kind = models.CharField(max_length=12, choices=DutyKind)
    order = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="duties")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    group = LocalizedTextField(blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["kind", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "kind", "person", "agenda_item"],
                condition=models.Q(person__isnull=False),
                nulls_distinct=False,
                name="a_person_has_a_duty_once",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                | models.Q(organisation__isnull=False)
                | ~models.Q(office={})
                | ~models.Q(group={}),
                name="a_duty_is_somebodys",
            ),
        ]


class Speech(Base):
    """What was said from the floor, with the office the speaker held then; a speaker may be an office or a bloc.

    `points` is a list of language maps in order; `quotes` a list of {"text": {"vi": …}}.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="speeches")
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=12, choices=SpeechKind)
    order = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="speeches")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    speaker = LocalizedTextField(blank=True, help_text="An unnamed speaker or a bloc, as said.")
    gist = LocalizedTextField(blank=True)
    points = models.JSONField(default=list, blank=True)
    points_declared = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many points were announced, if more than are known."
    )
    quotes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conference", "order"], name="one_speech_per_order")]


class Speaker(Base):
    """Who is planned to speak to an agenda item: a person with the office held on the conference's day, an office
    without a name, or a bloc. What was said in the end is a Speech."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="speakers")
    agenda_item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="speakers")
    order = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="planned_speeches")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    bloc = LocalizedTextField(blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["agenda_item", "order"], name="one_speaker_per_order", deferrable=Deferrable.IMMEDIATE
            ),
            models.UniqueConstraint(
                fields=["agenda_item", "person"],
                condition=models.Q(person__isnull=False),
                name="a_person_speaks_once_to_an_item",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                | models.Q(organisation__isnull=False)
                | ~models.Q(office={})
                | ~models.Q(bloc={}),
                name="a_speaker_is_somebody",
            ),
        ]


class Paper(Base):
    """The written contribution asked of a planned speaker, handed in as versions of `document` until `due_at`."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="papers")
    speaker = models.OneToOneField(Speaker, on_delete=models.PROTECT, related_name="paper")
    title = LocalizedTextField(blank=True)
    state = models.CharField(max_length=10, choices=PaperState, default=PaperState.REQUESTED)
    due_at = models.DateTimeField(null=True, blank=True)
    document = models.OneToOneField(Document, null=True, editable=False, on_delete=models.PROTECT, related_name="paper")
    requested_at = models.DateTimeField(null=True, editable=False)
    handed_in_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    remarks = LocalizedTextField(blank=True, help_text="What the secretary asks to change.")
    link_round = models.PositiveSmallIntegerField(default=1, editable=False)
    reminders = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["handed_in", "accepted"]) | models.Q(document__isnull=False),
                name="a_paper_handed_in_is_on_file",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["requested", "returned"], due_at__isnull=False),
                name="papers_to_be_reminded_of",
            )
        ]


class Release(models.Model):
    """The programme as it was released under `number`: never changed, never removed.

    `programme` names people and organisations by id, so that it outlives the erasure of personal data; `sha256` is
    the digest of its canonical JSON. `counts` says how much is different from the release before, by how closed it is:
    {"public": {"moved": 12}}.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    note = LocalizedTextField(blank=True)
    programme = models.JSONField()
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    released_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conference", "number"], name="releases_are_numbered")]
