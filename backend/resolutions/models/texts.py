"""Texts put before a conference, every version of them, and what was issued."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import AgendaItem, Conference
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.documents.models import Document
from backend.people.models import Person
from backend.resolutions.states import ResolutionState, SupportBy, TextSource
from backend.resolutions.wording import Wording


class Procedure(Base):
    """How a conference deals with texts: how many must stand behind one before it is tabled, and whether people count
    or the organisations they come from; and for how many others anybody may cast votes (`proxies`). A conference without
    a row asks for nobody and has no proxies."""

    conference = models.OneToOneField(Conference, on_delete=models.PROTECT, related_name="procedure")
    resolution_support = models.PositiveSmallIntegerField(default=0)
    amendment_support = models.PositiveSmallIntegerField(default=0)
    support_by = models.CharField(max_length=14, choices=SupportBy, default=SupportBy.PEOPLE)
    proxies = models.PositiveSmallIntegerField(default=0)


class Resolution(Base):
    """A text put before the conference: its title, the căn cứ (`preamble`) and its clauses as they stand now, as
    `wording` reads them. [] clauses mean that the text is not on record.

    `shared_at` is when a draft was shown to those who take part; they comment until `comments_until`. `voting_order`
    is the chair's order of amendments with its reason, {} where the norm decides. `untabled` says of each time it went
    back to the draft when ("at"), why and which words ("text_hash") were taken off the table; it only grows. Once tabled a
    text changes by amendments alone, decided never: guards of PostgreSQL.
    """

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="resolutions")
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL)
    title = LocalizedTextField()
    preamble = models.JSONField(default=list, blank=True)
    clauses = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=ResolutionState, default=ResolutionState.DRAFT)
    support_needed = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Who must stand behind it before it is tabled; null: as the conference has it."
    )
    shared_at = models.DateTimeField(null=True)
    comments_until = models.DateTimeField(null=True)
    voting_order = models.JSONField(default=dict, blank=True)
    untabled = models.JSONField(default=list, blank=True)
    decided_how = LocalizedTextField(blank=True, help_text="How it was decided, where the record holds no count.")
    decided_at = models.DateTimeField(null=True)
    by_consensus = models.BooleanField(
        default=False, db_default=False, help_text="Objections were asked for and none was raised."
    )
    chaired_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who asked for objections."
    )
    referred_to = LocalizedTextField(blank=True)
    referred_why = LocalizedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by_consensus=False) | models.Q(chaired_by__isnull=False, decided_at__isnull=False),
                name="consensus_was_asked_for_by_a_chair",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="referred") | (~models.Q(referred_to={}) & ~models.Q(referred_why={})),
                name="a_referral_says_to_whom_and_why",
            ),
        ]

    @property
    def wording(self) -> Wording:
        return Wording.from_json(self.title, self.preamble, self.clauses)


class TextVersion(models.Model):
    """One version of a resolution's text, under its hash. Append-only; the last one is the text as it stands."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=8, choices=TextSource)
    title = LocalizedTextField()
    preamble = models.JSONField(default=list)
    clauses = models.JSONField(default=list)
    hash = models.CharField(max_length=64)
    amendments = models.JSONField(default=list, help_text="The numbers of the amendments merged into it.")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resolution", "number"], name="versions_of_a_text_are_numbered")]

    @property
    def wording(self) -> Wording:
        return Wording.from_json(self.title, self.preamble, self.clauses)


class Promulgation(models.Model):
    """A resolution as it was issued: the file with its official number, and what its pages say (`facts`). Append-only."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    resolution = models.OneToOneField(Resolution, on_delete=models.PROTECT, related_name="promulgation")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
    signer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text_hash = models.CharField(max_length=64)
    facts = models.JSONField()
    issued_at = models.DateTimeField()
