"""What happens to invitations."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("invitation_list.sent", subject="list_id")
class InvitationListSent(DomainEvent):
    list_id: UUID
    conference_id: UUID
    issued: int
    held: int


@event("invitation.issued", subject="invitation_id")
class InvitationIssued(DomainEvent):
    """A letter is due: the first one, a new time or place, or the same again with a new link."""

    invitation_id: UUID
    conference_id: UUID
    sequence: int
    link_round: int


@event("invitation.answered", subject="invitation_id")
class InvitationAnswered(DomainEvent):
    invitation_id: UUID
    conference_id: UUID
    answer: str
    via: str


@event("invitation.withdrawn", subject="invitation_id")
class InvitationWithdrawn(DomainEvent):
    """`sequence` is the one the invitee's calendar knows; the cancellation carries a higher one."""

    invitation_id: UUID
    conference_id: UUID
    sequence: int


@event("invitation.named", subject="invitation_id")
class InvitationNamed(DomainEvent):
    """An invitation held for an office got the person who will come."""

    invitation_id: UUID
    conference_id: UUID
    person_id: UUID
