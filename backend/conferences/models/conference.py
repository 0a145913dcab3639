"""A conference: who holds it, when and where, and what people were told of that."""

from typing import Any

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Deferrable
from django.db.models.functions import Now
from django.utils import timezone

from backend.conferences.models.places import PortableEquipment, Room, Venue
from backend.conferences.models.series import Series
from backend.conferences.states import (
    CallingOff,
    ClashPolicy,
    ConferenceState,
    Confidentiality,
    DayPart,
    Kind,
    OrganiserRole,
)
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.core.vietnamese import fold
from backend.people.models import Organisation


class Conference(Base):
    """One conference or meeting. What is unknown is null or empty, never guessed.

    `day` with `day_part` is enough to hold one; `starts_at`/`ends_at` make it a calendar entry.
    `expected`/`attended` are counts as said: {"n": 190, "op": ">", "who": {"vi": …}} with op one of "=", "≈", ">",
    `who` optional; {} is unknown. `topics` and `standards` ("TCVN ISO 9001:2015") are short strings, `legal_basis` language maps.
    `sequence` rises by one with each other time, place or state that any feed shows (RFC 5545 SEQUENCE); invitees know `told_sequence` and the programme released as `told_release`, and hear
    of what is new at `news_due_at`. `said_at` is when anything that calendars say of it was last written: a programme being
    worked on after a release is not said.
    `folded` is what search reads: title, topics and standards in every language, without diacritics.

    In a series, `recurrence_id` is the local time it was first planned for, for ever (RFC 5545 RECURRENCE-ID);
    `slot` is the local time the series' present rule gives it, null when the rule no longer has it: then `last_slot` is
    what it gave last, by which calendars go on knowing it. `by_hand` names
    what was written by hand: later edits of the series leave that alone.
    """

    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    title = LocalizedTextField()
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="conferences")
    recurrence_id = models.CharField(max_length=19, blank=True, default="", editable=False)
    slot = models.CharField(max_length=19, null=True, editable=False)
    last_slot = models.CharField(max_length=19, blank=True, default="", editable=False)
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
    said_at = models.DateTimeField(db_default=Now(), editable=False)
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

    def save(self, *args: Any, said: bool = True, **kwargs: Any) -> None:
        if said:
            self.said_at = timezone.now()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "said_at"}
        self.folded = fold(" ".join([*self.title.values(), *self.topics, *self.standards]))[:1000]
        if {"title", "topics", "standards"} & set(kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)


class TimeAndPlace(models.Model):
    """When and where a conference is, as people were told under one `sequence`: written before the first letter says
    so, and never changed. One that is `called_off`, postponed or cancelled, was told to take place at no time at all.

    `places` has one entry per site, in order: {"site": id, "venue": id, "room": id or null, "said": {"vi": …}}. `title`
    is what it was called then, `about` what it was about, under the names of the conference's own columns, and
    `organisers` who held it, the lead first; {} and none in what was told before they were kept. Of one that is called off time and place are those feeds last showed of it while it was expected, and
    `programme` is how its working programme stood (`programme.as_json`) if nothing was released; null otherwise. `reason`
    is why.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="told")
    sequence = models.PositiveIntegerField()
    called_off = models.CharField(max_length=12, choices=CallingOff, blank=True, default=CallingOff.NOT)
    day = models.DateField(null=True)
    day_part = models.CharField(max_length=12, choices=DayPart, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=40)
    reason = LocalizedTextField(blank=True)
    places = models.JSONField(default=list)
    title = LocalizedTextField(blank=True)
    about = models.JSONField(default=dict)
    organisers = ArrayField(models.UUIDField(), default=list)
    programme = models.JSONField(null=True)
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
