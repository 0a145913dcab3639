"""Facts about long work."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("job.due", subject="job_id")
class JobDue(DomainEvent):
    """The next chunk of a job is to be done: the one that begins at `position`."""

    job_id: UUID
    position: int


@event("job.finished", subject="job_id")
class JobFinished(DomainEvent):
    """A job came to its end, by itself or by hand: `state` is done, failed or cancelled."""

    job_id: UUID
    kind: str
    state: str
