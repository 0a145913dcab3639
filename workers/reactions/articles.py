"""News that gets a recap drafted."""

from backend.articles import services
from backend.outbox.models import Event


def draft_recap(event: Event) -> None:
    services.draft_recap(minutes_id=event.subject_id)


ALL = [draft_recap]
