"""Facts about what people decided about their data."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("consent.given", subject="person_id")
class ConsentGiven(DomainEvent):
    person_id: UUID
    purpose: str


@event("consent.withdrawn", subject="person_id")
class ConsentWithdrawn(DomainEvent):
    person_id: UUID
    purpose: str


@event("consent.worded", subject="purpose_id")
class ConsentWorded(DomainEvent):
    """What is asked under a purpose was put in new words; with `asks_again` consent given before does not count."""

    purpose_id: UUID
    purpose: str
    wording: int
    asks_again: bool


@event("consent.retired", subject="purpose_id")
class ConsentRetired(DomainEvent):
    purpose_id: UUID
    purpose: str
