"""News that the next chunk of long work is due."""

from backend.jobs import services
from backend.outbox.models import Event


def run_step(event: Event) -> None:
    services.run_step(job_id=event.subject_id, position=event.payload["position"])


ALL = [run_step]
