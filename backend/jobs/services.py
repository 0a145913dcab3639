"""Long work: begun, done chunk by chunk, ended.

The step of one chunk, how far the job is, and the fact that the next chunk is due are one transaction. Kill a worker
anywhere: what was committed is not done again, what was not is done by the next try.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core import context
from backend.core.clock import now
from backend.core.errors import Conflict, DomainError, Invalid
from backend.core.queries import locked
from backend.core.text import Text, both, say
from backend.jobs import queries
from backend.jobs.events import JobDue, JobFinished
from backend.jobs.kinds import Chunk, RowError, kind_of
from backend.jobs.models import Job, JobError
from backend.jobs.states import LIVE, MOVES, JobState
from backend.outbox.services import emit


class NoProgress(RuntimeError):
    """A step said that the next one begins where it began itself: the job would never end."""


@transaction.atomic
def start(
    *,
    kind: str,
    requested_by: UUID | None,
    organisation_id: UUID | None = None,
    subject_id: UUID | None = None,
    total: int | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Begins work that a worker does; answer it with `answers.accepted`.

    Of one kind there is one job at a time about a subject: raises Conflict with the id of the one under way (`job`).
    Raises LookupError for a kind nobody registered.
    """
    kind_of(kind)
    job = Job(
        kind=kind,
        requested_by=requested_by,
        organisation_id=organisation_id,
        subject_id=subject_id,
        total=total,
        parameters=dict(parameters or {}),
    )
    # Two may begin at the same moment: the constraint decides, not a look beforehand.
    Job.objects.bulk_create([job], ignore_conflicts=True)
    made = Job.objects.filter(pk=job.pk).first()
    if made is None:
        under_way = Job.objects.filter(kind=kind, subject_id=subject_id, state__in=LIVE).first()
        raise Conflict(
            say(vi="Việc này đang được làm; hãy đợi xong.", en="This is being done already; wait until it is."),
            **({"job": str(under_way.pk)} if under_way else {}),
        )
    emit(JobDue(job_id=made.pk, position=0))
    return made


@transaction.atomic
def run_step(*, job_id: UUID, position: int) -> None:
    """Does the chunk that begins at `position`, unless that was done or the job has ended."""
    job = locked(Job, job_id)
    if job.state not in LIVE or job.position != position:
        return
    MOVES.move(job, "run")
    job.started_at = job.started_at or now()
    with context.acting(on_behalf_of=f"account:{job.requested_by}" if job.requested_by else ""):
        try:
            with transaction.atomic():
                chunk = kind_of(job.kind).step(job)
        except DomainError as refusal:
            _end(job, "fail", reason=_told(refusal))
        else:
            _go_on(job, chunk)


@transaction.atomic
def cancel(*, job_id: UUID) -> Job:
    """Ends the job after the chunk that is being done; what was done stays. Raises IllegalMove when it has ended."""
    job = locked(Job, job_id)
    _end(job, "cancel")
    return job


@transaction.atomic
def mark_stuck() -> int:
    """Names the jobs whose step was given up on stuck, so that nobody waits for them in vain; returns how many.

    Redelivering the dead delivery lets a stuck job go on where it was.
    """
    found = list(queries.given_up().select_for_update(of=("self",), skip_locked=True))
    for job in found:
        MOVES.move(job, "give_up")
        job.save(update_fields=["state"])
    return len(found)


def _go_on(job: Job, chunk: Chunk) -> None:
    """Writes down what the chunk came to, and that the next one is due; ends the job after the last one."""
    if chunk.next is not None and chunk.next <= job.position:
        raise NoProgress(f"{job.kind}: after {job.position} comes {chunk.next}")
    job.done += chunk.done
    job.total = job.total if chunk.total is None else chunk.total
    job.failures += len(chunk.errors)
    job.result = {**job.result, **chunk.result}
    JobError.objects.bulk_create(_kept(job, error) for error in chunk.errors)
    if chunk.refusal is not None:
        _end(job, "fail", reason=both(chunk.refusal))
        return
    if chunk.next is None:
        job.total = job.done if job.total is None else job.total
        _end(job, "finish")
        return
    job.position = chunk.next
    job.save()
    emit(JobDue(job_id=job.pk, position=job.position))


def _kept(job: Job, error: RowError) -> JobError:
    return JobError(
        job=job,
        row=error.row,
        column=error.column,
        reason=error.reason if isinstance(error.reason, dict) else both(error.reason),
    )


def _end(job: Job, verb: str, *, reason: Text | None = None) -> None:
    MOVES.move(job, verb)
    job.reason, job.finished_at = reason or {}, now()
    job.save()
    emit(JobFinished(job_id=job.pk, kind=job.kind, state=JobState(job.state).value))


def _told(refusal: DomainError) -> Text:
    """The refusal's sentence in every language, with each wrong field and why."""
    told = both(refusal.sentence)
    for field, why in refusal.fields.items() if isinstance(refusal, Invalid) else ():
        reasons = both(why)
        told = {language: f"{text} {field}: {reasons[language]}" for language, text in told.items()}
    return told
