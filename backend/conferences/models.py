"""Conferences: who holds them, where and when, what is on the agenda, and who said what."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from backend.conferences.states import (
    ConferenceState,
    Confidentiality,
    DayPart,
    DutyKind,
    Kind,
    OrganiserRole,
    Phase,
    SpeechKind,
)
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.core.vietnamese import fold
from backend.people.models import Organisation, Person


class Series(Base):
    """Conferences that recur: a monthly study, a yearly review. `rule` is an RFC 5545 RRULE."""

    title = LocalizedTextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    rule = models.CharField(max_length=200, blank=True)


class Conference(Base):
    """One conference or meeting. What is unknown is null or empty, never guessed.

    `day` with `day_part` is enough to hold one; `starts_at`/`ends_at` make it a calendar entry.
    `expected`/`attended` are counts as said: {"n": 190, "op": ">", "who": {"vi": …}} with op one of "=", "≈", ">",
    `who` optional; {} is unknown. `topics` are short strings ("TCVN ISO 9001:2015"), `legal_basis` language maps.
    `sequence` rises with each change of time or place that invitees must hear of (RFC 5545 SEQUENCE).
    `folded` is what search reads: the title in every language, without diacritics.
    """

    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    title = LocalizedTextField()
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="conferences")
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
    legal_basis = models.JSONField(default=list, blank=True)
    expected = models.JSONField(default=dict, blank=True)
    attended = models.JSONField(default=dict, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    reason = LocalizedTextField(blank=True, help_text="Why it was postponed or cancelled.")
    note = LocalizedTextField(blank=True)
    folded = models.CharField(max_length=500, editable=False, default="")

    class Meta:
        indexes = [models.Index(fields=["day", "id"], name="conferences_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="a_conference_ends_after_it_starts",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(" ".join(self.title.values()))[:500]
        if kwargs.get("update_fields") is not None and "title" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)


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
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="rooms")
    name = LocalizedTextField()
    capacity = models.PositiveIntegerField(null=True, blank=True)


class Site(Base):
    """A place where a conference is held; several at once are several sites, each with its own calendar UID."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sites")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT)
    order = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    attended = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conference", "order"], name="one_site_per_order")]


class RoomBooking(Base):
    """A room taken by a conference for a time; PostgreSQL refuses a second one."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="bookings")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="bookings")
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="no_room_booked_twice",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]


class AgendaItem(Base):
    """One point of the agenda. Times are optional; `order` is what counts."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="agenda")
    phase = models.CharField(max_length=12, choices=Phase)
    order = models.PositiveSmallIntegerField()
    title = LocalizedTextField()
    starts_at = models.DateTimeField(null=True, blank=True)
    minutes_planned = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conference", "order"], name="one_agenda_item_per_order")]


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
