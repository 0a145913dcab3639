"""Which jobs there are, and how they fare."""

from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from backend.jobs.models import Job, JobError
from backend.jobs.states import JobState
from backend.outbox.models import Delivery
from backend.outbox.states import DeliveryState

#: Who follows the work begun for their organisation.
FOLLOWERS = ("organiser",)
#: The reaction that does the steps, as the outbox names it.
CONSUMER = "reaction:jobs.run_step"


def jobs() -> QuerySet[Job]:
    """Every job, with how often its present step was begun (`tries`) and, after a first try in vain, when it is begun
    again (`next_try_at`)."""
    present = _steps().exclude(state=DeliveryState.SETTLED).order_by("-id")
    again = Case(When(state=DeliveryState.DUE, attempts__gt=1, then=F("due_at")), output_field=DateTimeField())
    return Job.objects.annotate(
        tries=Coalesce(Subquery(present.values("attempts")[:1]), Value(0), output_field=IntegerField()),
        next_try_at=Subquery(present.annotate(again=again).values("again")[:1]),
    )


def visible_to(account: Any) -> QuerySet[Job]:
    """The jobs the account began, and those of the organisations it organises for."""
    if not account.is_authenticated:
        return jobs().none()
    where = account.works_in(*FOLLOWERS)
    if where is None:
        return jobs()
    return jobs().filter(Q(requested_by=account.pk) | Q(organisation_id__in=where))


def visible_errors(account: Any) -> QuerySet[JobError]:
    """What could not be done in the jobs the account may follow."""
    return JobError.objects.filter(job__in=visible_to(account).values("pk"))


def given_up() -> QuerySet[Job]:
    """Jobs that count as going on, while the ladder has given up on their step: nobody will do it by itself."""
    dead = _steps().filter(state=DeliveryState.DEAD)
    return Job.objects.filter(Exists(dead), state__in=[JobState.QUEUED, JobState.RUNNING])


def _steps() -> QuerySet[Delivery]:
    return Delivery.objects.filter(event__subject_id=OuterRef("pk"), event__name="job.due", consumer=CONSUMER)
