"""Long work that was begun for somebody: how far it is, and what could not be done."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.core.text import LocalizedTextField, Text
from backend.jobs.kinds import title_of
from backend.jobs.states import LIVE, JobState


class Job(models.Model):
    """Work done chunk by chunk. `position` is where the next chunk begins; `done`, of `total` when that is known, and
    `failures` are what its chunks came to so far.

    It has no version: its progress is read afresh each time. This floor knows no people: `requested_by` is the id of an
    account, `organisation_id` says whose organisers may follow it (null: only those of everywhere), `subject_id` is the
    row the work is about.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    requested_by = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    parameters = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    reason = LocalizedTextField(blank=True, help_text="Why it failed.")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(state__in=sorted(LIVE)),
                name="one_live_job_per_kind_and_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(total=None) | models.Q(done__lte=models.F("total")), name="no_more_done_than_all"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(LIVE), finished_at=None)
                | (~models.Q(state__in=sorted(LIVE)) & models.Q(finished_at__isnull=False)),
                name="an_ended_job_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_by", "-id"], name="jobs_by_account"),
            models.Index(fields=["organisation_id", "-id"], name="jobs_by_organisation"),
            models.Index(fields=["id"], name="jobs_under_way", condition=models.Q(state__in=sorted(LIVE))),
        ]

    @property
    def title(self) -> Text:
        return title_of(self.kind)


class JobError(models.Model):
    """One thing a job could not do, by the row and column of what it works on (counted as the caller counts: from 1).
    The others were done all the same."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="errors")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=80, blank=True)
    reason = LocalizedTextField()

    class Meta:
        indexes = [models.Index(fields=["job", "row", "id"], name="errors_of_a_job")]
