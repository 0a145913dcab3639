"""Facts about mail that people must see."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("mail.refused", subject="mail_id")
class MailRefused(DomainEvent):
    """A mail will never arrive by itself: its server said no for good, or the tries are used up."""

    mail_id: UUID
    conference_id: UUID | None
    purpose: str


@event("mail.received", subject="inbound_id")
class MailReceived(DomainEvent):
    """A mail came in and is kept; nobody has looked at it yet."""

    inbound_id: UUID


@event("mail.bounced", subject="mail_id")
class MailBounced(DomainEvent):
    """A mail that was sent came back for good, by the report `inbound_id`: nothing more is sent to its recipient until
    somebody lifts that. `status` is the report's (RFC 3463)."""

    mail_id: UUID
    inbound_id: UUID
    conference_id: UUID | None
    purpose: str
    status: str


@event("mail.address_lifted", subject="suppression_id")
class AddressLifted(DomainEvent):
    """An address that was suppressed is written to again."""

    suppression_id: UUID


@event("mail_batch.paused", subject="batch_id")
class BatchPaused(DomainEvent):
    """Nothing more of the batch goes out for now, except what was being handed over."""

    batch_id: UUID
    conference_id: UUID | None


@event("mail_batch.resumed", subject="batch_id")
class BatchResumed(DomainEvent):
    """What waited in the batch goes out."""

    batch_id: UUID
    conference_id: UUID | None


@event("mail_batch.aborted", subject="batch_id")
class BatchAborted(DomainEvent):
    """What of the batch was not sent yet never will be: `withdrawn` letters. Those sent stay sent."""

    batch_id: UUID
    conference_id: UUID | None
    withdrawn: int
