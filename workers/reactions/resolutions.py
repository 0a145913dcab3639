"""News that counts a poll and tells its committee what was sealed."""

from backend.outbox.models import Event
from backend.resolutions import services


def count(event: Event) -> None:
    services.count(poll_id=event.subject_id)


def mail_root(event: Event) -> None:
    services.mail_root(poll_id=event.subject_id)


ALL = [count, mail_root]
