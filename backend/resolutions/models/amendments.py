"""Amendments to texts, who stands behind texts and amendments, and what participants say about clauses."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Organisation, Person
from backend.resolutions.models.texts import Resolution
from backend.resolutions.states import AmendmentKind, AmendmentState, BackingRole
from backend.resolutions.wording.amending import Change


class Amendment(Base):
    """A change to one clause of a tabled text. `content` is what `wording.amending.Change` reads: the clause put in or
    instead, and whether it takes the place of all below. `number` counts the amendments to one text; `fell_to` is the
    amendment whose adoption left this one without its object."""

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="amendments")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=AmendmentKind)
    target = models.CharField(max_length=32)
    content = models.JSONField(default=dict)
    reason = LocalizedTextField(blank=True)
    mover = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AmendmentState, default=AmendmentState.DRAFT)
    decided_how = LocalizedTextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    fell_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    merged_in = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resolution", "number"], name="amendments_to_a_text_are_numbered"),
            models.CheckConstraint(
                condition=Q(merged_in__isnull=True) | Q(state__in=["accepted", "adopted"]),
                name="only_what_was_carried_is_merged",
            ),
        ]

    @property
    def change(self) -> Change:
        return Change.from_json(self.number, self.content)


class Backing(models.Model):
    """Somebody behind a text or an amendment: a person, with the organisation they come from, or an organisation alone.
    `text_hash` is of the words of the text that they stand behind, "" for an amendment, whose words never change. Taken
    back it stays on record. Append-only but for that."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    resolution = models.ForeignKey(Resolution, null=True, blank=True, on_delete=models.PROTECT, related_name="backings")
    amendment = models.ForeignKey(Amendment, null=True, blank=True, on_delete=models.PROTECT, related_name="backings")
    text_hash = models.CharField(max_length=64, blank=True)
    role = models.CharField(max_length=10, choices=BackingRole)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolution__isnull=False, amendment__isnull=True)
                | Q(resolution__isnull=True, amendment__isnull=False),
                name="a_backing_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False), name="a_backing_is_somebodys"
            ),
            models.UniqueConstraint(
                fields=["resolution", "amendment", "person", "text_hash"],
                condition=Q(taken_back_at=None, person__isnull=False),
                nulls_distinct=False,
                name="a_person_backs_a_thing_once",
            ),
            models.UniqueConstraint(
                fields=["resolution", "amendment", "organisation", "text_hash"],
                condition=Q(taken_back_at=None, person=None),
                nulls_distinct=False,
                name="an_organisation_backs_a_thing_once",
            ),
        ]


class Comment(Base):
    """What somebody who takes part says about a clause, or about the whole text ("" for the clause), and what was
    answered. `text_hash` is of the version it is about."""

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="comments")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=32, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=4000)
    text_hash = models.CharField(max_length=64)
    response = LocalizedTextField(blank=True)
    responded_at = models.DateTimeField(null=True)
