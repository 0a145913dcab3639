"""What happens to a conference."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("conference.drafted", subject="conference_id")
class ConferenceDrafted(DomainEvent):
    conference_id: UUID


@event("conference.edited", subject="conference_id")
class ConferenceEdited(DomainEvent):
    """Something of the conference was written anew; `fields` names what, never how it reads."""

    conference_id: UUID
    fields: list[str]


@event("conference.announced", subject="conference_id")
class ConferenceAnnounced(DomainEvent):
    conference_id: UUID


@event("conference.moved", subject="conference_id")
class ConferenceMoved(DomainEvent):
    """An announced conference has another time or place: calendars must be told, under the new `sequence`.

    `changes` names what moved: day, day_part, starts_at, ends_at, time_zone, sites; or "resumed" when a postponed
    conference was announced again.
    """

    conference_id: UUID
    sequence: int
    changes: list[str]


@event("conference.started", subject="conference_id")
class ConferenceStarted(DomainEvent):
    conference_id: UUID


@event("conference.closed", subject="conference_id")
class ConferenceClosed(DomainEvent):
    conference_id: UUID


@event("conference.archived", subject="conference_id")
class ConferenceArchived(DomainEvent):
    conference_id: UUID


@event("conference.postponed", subject="conference_id")
class ConferencePostponed(DomainEvent):
    conference_id: UUID
    sequence: int


@event("conference.cancelled", subject="conference_id")
class ConferenceCancelled(DomainEvent):
    conference_id: UUID
    sequence: int


@event("conference.reopened", subject="conference_id")
class ConferenceReopened(DomainEvent):
    conference_id: UUID
