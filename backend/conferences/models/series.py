"""What recurs, and what conferences are drafted from."""

from django.db import models

from backend.conferences.models.places import Room, Venue
from backend.conferences.states import (
    Confidentiality,
    DayPart,
    DutyKind,
    ItemKind,
    Kind,
    Phase,
)
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Organisation, Person


class Outline(Base):
    """What conferences are drafted from again and again: the standing part of one series or one template."""

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.MEETING)
    confidentiality = models.CharField(max_length=12, choices=Confidentiality, default=Confidentiality.PUBLIC)
    topics = models.JSONField(default=list, blank=True)
    standards = models.JSONField(default=list, blank=True)
    legal_basis = models.JSONField(default=list, blank=True)


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


class Series(Base):
    """Conferences that recur: a weekly staff meeting, a monthly study, a yearly review.

    `starts_on` is the first day of the RFC 5545 `rule` (null: not known, and nothing is planned). With a `start_time`
    and a length it plans exact times on the wall clock of `time_zone`; without, days and a `day_part`. `added` and
    `left_out` are local times beside the rule (RDATE, EXDATE). `sequence` rises with each change of when it meets (RFC
    5545 SEQUENCE of what recurs). Until `complete_until` nothing needs to be created.
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
    sequence = models.PositiveIntegerField(default=0)


class ConferenceTemplate(Base):
    """What an organisation's conferences of one kind are drafted from."""

    title = LocalizedTextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    outline = models.OneToOneField(Outline, on_delete=models.PROTECT, related_name="template")
