"""News that counts a poll and tells its committee what was sealed."""

from uuid import UUID

from backend.outbox.models import Event
from backend.resolutions import services


def count(event: Event) -> None:
    services.count(poll_id=event.subject_id)


def mail_root(event: Event) -> None:
    services.mail_root(poll_id=event.subject_id)


def close_with_conference(event: Event) -> None:
    services.close_with_conference(conference_id=UUID(event.payload["conference_id"]))


ALL = [close_with_conference, count, mail_root]
