"""The record of what was found, proposed and concluded, and the minutes written from it."""

from django.db import models

from backend.conferences.models import Conference, Speech
from backend.core.models import Base
from backend.core.text import LocalizedTextField, Text
from backend.documents.models import Document
from backend.minutes.states import ConclusionKind, FindingKind, MinutesState, ProposalKind
from backend.people.models import Account, Organisation


class Entry(Base):
    """One line of the record, in order; `speech` says who brought it up."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="%(class)ss")
    speech = models.ForeignKey(Speech, null=True, blank=True, on_delete=models.SET_NULL, related_name="%(class)ss")
    order = models.PositiveSmallIntegerField(default=0)
    text = LocalizedTextField()

    class Meta:
        abstract = True
        ordering = ["order", "id"]


class Finding(Entry):
    kind = models.CharField(max_length=12, choices=FindingKind)
    scope = LocalizedTextField(blank=True, help_text="Which units it is about, as said.")


class Proposal(Entry):
    """Brought by somebody to one or several addressees. `response` is what was answered there and then; `responses` what
    the bodies it is addressed to answered, each once: [{addressee, text, on}]."""

    kind = models.CharField(max_length=10, choices=ProposalKind)
    proposer = LocalizedTextField(blank=True)
    addressees = models.JSONField(default=list, blank=True)
    response = LocalizedTextField(blank=True)
    responses = models.JSONField(default=list, blank=True)

    @property
    def unanswered(self) -> list[Text]:
        """The bodies it is addressed to that have not answered yet."""
        answered = [one["addressee"]["vi"] for one in self.responses]
        return [one for one in self.addressees if one["vi"] not in answered]


class Conclusion(Entry):
    """A directive, conclusion or task. A deadline is kept as said, with the dates it is taken to mean beside it."""

    kind = models.CharField(max_length=10, choices=ConclusionKind)
    subject = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    addressee = LocalizedTextField(blank=True)
    deadline_said = LocalizedTextField(blank=True)
    due_from = models.DateField(null=True, blank=True)
    due_to = models.DateField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)


class Minutes(Base):
    """The minutes of one conference. `content` is a list of blocks {id, kind, text, sources, edited, locked}; approved, they
    never change again: an error is mended by a supplement that points back."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="minutes")
    supplements = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supplemented_by"
    )
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="minutes")
    state = models.CharField(max_length=10, choices=MinutesState, default=MinutesState.DRAFT)
    head = models.JSONField(default=dict)
    content = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference"], condition=models.Q(supplements__isnull=True), name="one_minutes_per_conference"
            )
        ]
