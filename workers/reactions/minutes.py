"""News that gets minutes written."""

from backend.minutes import services
from backend.outbox.models import Event


def draft(event: Event) -> None:
    services.draft(conference_id=event.subject_id)


ALL = [draft]
