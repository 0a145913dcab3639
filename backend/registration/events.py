"""What happens to places at a conference, and who comes in and goes out."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("registration.confirmed", subject="registration_id")
class RegistrationConfirmed(DomainEvent):
    """A seat was given, at once or from the waiting list; `round` is the check-in code's."""

    registration_id: UUID
    conference_id: UUID
    round: int


@event("registration.waitlisted", subject="registration_id")
class RegistrationWaitlisted(DomainEvent):
    registration_id: UUID
    conference_id: UUID
    turn: int


@event("registration.cancelled", subject="registration_id")
class RegistrationCancelled(DomainEvent):
    registration_id: UUID
    conference_id: UUID


@event("registration.capacity_set", subject="conference_id")
class CapacitySet(DomainEvent):
    conference_id: UUID
    capacity: int | None


@event("presence.recorded", subject="presence_id")
class PresenceRecorded(DomainEvent):
    presence_id: UUID
    conference_id: UUID
    registration_id: UUID
    direction: str
