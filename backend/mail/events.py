"""Facts about mail that people must see."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("mail.refused", subject="mail_id")
class MailRefused(DomainEvent):
    """A mail will never arrive by itself: its server said no for good, or the tries are used up."""

    mail_id: UUID
    conference_id: UUID | None
    purpose: str
