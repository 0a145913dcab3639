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


@event("registration.requested", subject="registration_id")
class RegistrationRequested(DomainEvent):
    """Somebody asks to come to a conference that approves who does."""

    registration_id: UUID
    conference_id: UUID


@event("registration.signed_up", subject="signup_id")
class SignedUp(DomainEvent):
    """Somebody wrote their name on a conference's public page; nothing is theirs before they confirm by the link of this
    round."""

    signup_id: UUID
    conference_id: UUID
    round: int


@event("registration.refused", subject="registration_id")
class RegistrationRefused(DomainEvent):
    registration_id: UUID
    conference_id: UUID


@event("registration.offered", subject="registration_id")
class RegistrationOffered(DomainEvent):
    """A free seat is kept for who is next on the waiting list, until they say or the offer ends."""

    registration_id: UUID
    conference_id: UUID


@event("registration.expired", subject="registration_id")
class RegistrationExpired(DomainEvent):
    """Nobody took up the offer in time: the seat goes on to the next."""

    registration_id: UUID
    conference_id: UUID


@event("registration.cancelled", subject="registration_id")
class RegistrationCancelled(DomainEvent):
    """A seat, a turn, an offer or a request was given up."""

    registration_id: UUID
    conference_id: UUID


@event("registration.called_off", subject="registration_id")
class RegistrationCalledOff(DomainEvent):
    """A turn, an offer or a request ended with its conference, which was cancelled."""

    registration_id: UUID
    conference_id: UUID


@event("registration.put_off", subject="registration_id")
class RegistrationPutOff(DomainEvent):
    """An offer ended with the time of its conference, which was postponed: the turn is theirs as it was."""

    registration_id: UUID
    conference_id: UUID


@event("registration.resumed", subject="registration_id")
class RegistrationResumed(DomainEvent):
    """The conference was announced again: the turn is theirs as it was, or the request waits for approval again."""

    registration_id: UUID
    conference_id: UUID


@event("seat_reminders.addressed", subject="conference_id")
class SeatRemindersAddressed(DomainEvent):
    """These people have a seat and no invitation, and are reminded of the conference's start, which is `anchor`, because
    `moment` has come; their letters are written together."""

    conference_id: UUID
    moment: str
    anchor: str
    registrations: list[str]


@event("registration.capacity_set", subject="conference_id")
class CapacitySet(DomainEvent):
    conference_id: UUID
    capacity: int | None


@event("registration.limit_set", subject="conference_id")
class LimitSet(DomainEvent):
    """`capacity` null: the site or the unit has no limit of its own any more."""

    conference_id: UUID
    site_id: UUID | None
    organisation_id: UUID | None
    capacity: int | None


@event("registration.admission_set", subject="conference_id")
class AdmissionSet(DomainEvent):
    conference_id: UUID
    mode: str
    offer_hours: int
    by_unit: bool
    door_hours: int


@event("presence.recorded", subject="presence_id")
class PresenceRecorded(DomainEvent):
    presence_id: UUID
    conference_id: UUID
    registration_id: UUID
    direction: str
