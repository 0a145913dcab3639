"""News that reaches the next meeting."""

from backend.conferences import services
from backend.outbox.models import Event


def carry_over(event: Event) -> None:
    if event.conference_id is not None:
        services.carry_over(conference_id=event.conference_id)


ALL = [carry_over]
