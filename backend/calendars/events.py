"""What happens to calendar links."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("calendar_link.issued", subject="link_id")
class CalendarLinkIssued(DomainEvent):
    """The link has a new address; one it had before opens nothing any more."""

    link_id: UUID
    account_id: UUID
    feed: str


@event("calendar_link.revoked", subject="link_id")
class CalendarLinkRevoked(DomainEvent):
    link_id: UUID
    account_id: UUID
