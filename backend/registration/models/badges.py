"""What was printed to be worn."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.core.ids import time_ordered_id
from backend.documents.models import Document
from backend.registration.models.registrations import Registration
from backend.registration.states import Sheet


class BadgePrint(models.Model):
    """One file of badges for the people in `registrations`, in their order; `document` when it is done.

    `honorifics` prints Ông, Bà before the names.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="badge_prints")
    registrations = ArrayField(models.UUIDField())
    sheet = models.CharField(max_length=4, choices=Sheet)
    honorifics = models.BooleanField(default=False)
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="badge_print")
    created_at = models.DateTimeField(db_default=Now())


class Badge(models.Model):
    """One person's badge in one print. `content` is what stands on it, kept only until the file is done; `digest` says
    whether it would be another today."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    print = models.ForeignKey(BadgePrint, on_delete=models.CASCADE, related_name="badges")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="badges")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["print", "registration"], name="one_badge_in_a_print")]
