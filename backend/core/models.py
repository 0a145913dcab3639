"""What every row of the house has, and the one table the API's own promises need."""

from typing import Any

from django.db import models

from backend.core.ids import time_ordered_id


class Base(models.Model):
    """A row with a time-ordered id and a version that rises with every save; the version is the row's ETag."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self.version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version", "updated_at"}
        super().save(*args, **kwargs)


class IdempotencyRecord(models.Model):
    """The answer given to a write that carried an Idempotency-Key, stored in the transaction of its effect."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_idempotency_key")]
