"""News that reaches the next meeting."""

from uuid import UUID

from backend.conferences import services
from backend.outbox.models import Event


def carry_over(event: Event) -> None:
    services.carry_over(conference_id=UUID(event.payload["conference_id"]))


ALL = [carry_over]
