"""The ledger of consent: what people were asked, in which words, and what they decided (Law 91/2025/QH15, Art. 9)."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Person
from backend.privacy.states import BY_HAND, ConsentVia, Decision


class ConsentPurpose(Base):
    """One thing people may be asked to agree to, by itself. Once it is retired nobody is asked, and nobody's consent to
    it counts."""

    code = models.SlugField(max_length=40, unique=True)
    title = LocalizedTextField()
    retired_at = models.DateTimeField(null=True)


class ConsentWording(models.Model):
    """What is asked, word for word, in every language; the last version is the one shown. Append-only.

    With `asks_again` it means more than the versions before: consent given to those does not cover it, and ends.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    purpose = models.ForeignKey(ConsentPurpose, on_delete=models.PROTECT, related_name="wordings")
    version = models.PositiveSmallIntegerField()
    text = LocalizedTextField()
    asks_again = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "version"], name="a_wording_per_version")]


class ConsentDecision(models.Model):
    """A person gave or withdrew consent. Append-only; where there is none, there is no consent.

    `shown_sha256` is the hash of the text they were shown, and PostgreSQL takes no other than that of the wording in that
    `language`. `at` is when they decided; what was said or written to somebody names who took it. `recorded_by` is the
    actor of the request, as facts name it.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="decisions")
    language = models.CharField(max_length=5)
    shown_sha256 = models.CharField(max_length=64)
    decision = models.CharField(max_length=10, choices=Decision)
    via = models.CharField(max_length=10, choices=ConsentVia)
    taken_by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="consents_of_a_person"),
            models.Index(fields=["wording", "-at"], name="consents_by_wording"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(via__in=BY_HAND) & ~models.Q(taken_by="")
                | (~models.Q(via__in=BY_HAND) & models.Q(taken_by="")),
                name="who_took_a_consent_is_named",
            ),
        ]
