"""The log of who was shown whose personal data."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.people.models import Account


class Access(models.Model):
    """One answer that showed an account the data of others: `people` are all it showed, whole pages in one row.

    `operation` is the operation's name in the API's description. Nothing can be changed, and nothing deleted before it
    is a year old.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="accesses")
    operation = models.CharField(max_length=100)
    people = ArrayField(models.UUIDField())
    by_token = models.BooleanField(default=False, help_text="A program asked, with a token of the account.")
    request_id = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            GinIndex(fields=["people"], name="accesses_by_person"),
            models.Index(fields=["account", "-id"], name="accesses_by_account"),
            models.Index(fields=["at"], name="accesses_by_time"),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(people=[]), name="an_access_names_whom")]
