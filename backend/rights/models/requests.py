"""What people ask about their data, and what was done about it."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Organisation, Person
from backend.rights.states import Identity, RequestKind, RequestState, RequestVia


class DataRequest(Base):
    """Somebody asks about data of theirs. The organisation's data officers deal with it (null: those of everywhere).

    `answer_by` and `due_on` are the last days for a first answer and for what is asked, by the law in force; `due_on`
    may be put off once (`extended`). `subject` names what it is about, such as the address of a photograph. `moments`
    counts the moments before these days of which officers were reminded.
    """

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=RequestKind)
    via = models.CharField(max_length=5, choices=RequestVia)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.RECEIVED)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, default="vi")
    text = models.CharField(max_length=4000, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    third_party = models.BooleanField(default=False, help_text="Somebody outside has to act too: a longer deadline.")
    identity = models.CharField(max_length=10, choices=Identity, default=Identity.UNCHECKED)
    received_at = models.DateTimeField()
    answer_by = models.DateField()
    due_on = models.DateField()
    extended = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    moments = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["granted", "refused", "done"]) | models.Q(decided_at__isnull=False),
                name="a_decision_has_its_day",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="data_requests_open",
                condition=models.Q(state__in=["received", "answered", "granted"]),
            )
        ]


class RequestEntry(models.Model):
    """What happened to a request, when, by whom and why: append-only; the words may be erased with their person."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=20)
    note = models.CharField(max_length=2000, blank=True)
    by = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(db_default=Now())


class PublicHoliday(Base):
    """A day on which offices are closed; or, `worked`, one of a weekend that is worked instead of another day."""

    day = models.DateField(unique=True)
    name = LocalizedTextField()
    worked = models.BooleanField(default=False)


class Correction(models.Model):
    """One thing about a person was corrected at their request: append-only; both values may be erased with the person.

    Documents issued before keep what they said; `documents` are those that name the person, and carry this as a note.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="corrections")
    request = models.ForeignKey(DataRequest, null=True, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=400, blank=True)
    after = models.CharField(max_length=400, blank=True)
    documents = models.JSONField(default=list)
    by = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(db_default=Now())


class PersonalExport(Base):
    """A copy of everything held about a person, packed; after `expires_at` its bytes are no longer kept.

    The person's link is a signature over the id."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exports")
    request = models.ForeignKey(DataRequest, null=True, on_delete=models.PROTECT, related_name="exports")
    organisation_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    content = models.BinaryField(default=b"")
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    packed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
