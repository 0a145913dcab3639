"""Who has a part in a conference, who is to speak and who spoke."""

from django.db import models
from django.db.models import Deferrable

from backend.conferences.models.agenda import AgendaItem
from backend.conferences.models.conference import Conference, Site
from backend.conferences.states import (
    DutyKind,
    PaperState,
    SpeechKind,
)
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.documents.models import Document
from backend.people.models import Organisation, Person


class Duty(Base):
    """A part somebody has in a conference: chair, secretary, guest … A person with the office held then, an office
    without a name (`person` null), or a group (`group`). One with an `agenda_item` is about that item alone; whoever
    chairs it is its `panel`."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="duties")
    kind = models.CharField(max_length=12, choices=DutyKind)
    order = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="duties")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    group = LocalizedTextField(blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.CASCADE)

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
            models.CheckConstraint(
                condition=~models.Q(kind="chair") | models.Q(agenda_item=None), name="a_chair_is_of_the_whole"
            ),
        ]


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
