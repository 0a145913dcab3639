"""News that counts a poll, tells its committee what was sealed, and settles what was voted on."""

from backend.outbox.models import Event
from backend.resolutions import services


def count(event: Event) -> None:
    services.count(poll_id=event.subject_id)


def conclude(event: Event) -> None:
    services.conclude(poll_id=event.subject_id)


def mail_root(event: Event) -> None:
    services.mail_root(poll_id=event.subject_id)


ALL = [count, conclude, mail_root]
