"""Who was erased, and what of them stays."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.people.models import Person
from backend.rights.models.requests import DataRequest


class Erasure(models.Model):
    """A person was erased: append-only. `person` is what is left of them, a row without a name.

    `report` says by holding how many rows were erased, what stays (`remains`: table, rows, reason) and where their name,
    address or number is still written (`traces`: table, column, rows, and whether a reason given explains it).
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    request = models.ForeignKey(DataRequest, null=True, on_delete=models.PROTECT, related_name="erasures")
    organisation_id = models.UUIDField(null=True, help_text="Where the person belonged: whose officers may read this.")
    report = models.JSONField()
    erased_at = models.DateTimeField(db_default=Now())
