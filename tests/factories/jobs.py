"""Jobs, for tests, and a kind of work that writes rows of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import factory

from backend.core.models import IdempotencyRecord
from backend.jobs import kinds
from backend.jobs.kinds import Chunk, Step
from backend.jobs.models import Job, JobError

COUNTING = "test.counting"
CHUNK = 10


class JobFactory(factory.django.DjangoModelFactory[Job]):
    """A queued job whose step nobody has been told of."""

    class Meta:
        model = Job

    kind = COUNTING
    subject_id = None


class JobErrorFactory(factory.django.DjangoModelFactory[JobError]):
    class Meta:
        model = JobError

    job = factory.SubFactory(JobFactory)
    row = factory.Sequence(lambda n: n + 1)
    reason = factory.LazyFunction(lambda: {"vi": "Thiếu họ tên.", "en": "The name is missing."})


def counting(job: Job) -> Chunk:
    """Writes one row for each number of its chunk. A number written twice breaks a constraint."""
    end = min(job.position + CHUNK, job.total or 0)
    IdempotencyRecord.objects.bulk_create(
        IdempotencyRecord(caller=str(job.pk), key=str(number), fingerprint="") for number in range(job.position, end)
    )
    return Chunk(done=end - job.position, next=end if end < (job.total or 0) else None)


def counted(job: Job) -> int:
    return IdempotencyRecord.objects.filter(caller=str(job.pk)).count()


@contextmanager
def working(step: Step = counting, name: str = COUNTING) -> Iterator[None]:
    """Within the block there is the kind `name`, done by `step`."""
    kinds._kinds[name] = kinds.Kind(name=name, title={"vi": "Đếm", "en": "Counting"}, step=step)
    try:
        yield
    finally:
        del kinds._kinds[name]
