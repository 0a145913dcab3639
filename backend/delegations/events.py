"""What happens to delegations. Deadlines are told apart by their minutes since 1970 (`due`)."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("delegation.asked", subject="delegation_id")
class DelegationAsked(DomainEvent):
    """The unit's focal point is to be written to with the link of this round; older links are void."""

    delegation_id: UUID
    conference_id: UUID
    link_round: int


@event("delegation.extended", subject="delegation_id")
class DelegationExtended(DomainEvent):
    """There is time until another deadline; also when a list that was submitted or closed was opened again. `version` is
    the delegation's: the same deadline may be set twice, with an earlier one between."""

    delegation_id: UUID
    conference_id: UUID
    due: int
    version: int


@event("delegation.brought_forward", subject="delegation_id")
class DelegationBroughtForward(DomainEvent):
    """There is less time. `version` is the delegation's."""

    delegation_id: UUID
    conference_id: UUID
    due: int
    version: int


@event("delegation.reminded", subject="delegation_id")
class DelegationReminded(DomainEvent):
    """`sequence` is another number for each reminder of each deadline."""

    delegation_id: UUID
    conference_id: UUID
    due: int
    sequence: int


@event("delegation.escalated", subject="delegation_id")
class DelegationEscalated(DomainEvent):
    """The deadline passed and nobody was named: the unit above is told."""

    delegation_id: UUID
    conference_id: UUID
    due: int


@event("delegation.submitted", subject="delegation_id")
class DelegationSubmitted(DomainEvent):
    delegation_id: UUID
    conference_id: UUID
    named: int


@event("delegation.closed", subject="delegation_id")
class DelegationClosed(DomainEvent):
    """Nobody is named any more; `returned` places went back to the organisers."""

    delegation_id: UUID
    conference_id: UUID
    named: int
    returned: int


@event("delegate.named", subject="invitation_id")
class DelegateNamed(DomainEvent):
    invitation_id: UUID
    delegation_id: UUID
    conference_id: UUID


@event("delegate.removed", subject="invitation_id")
class DelegateRemoved(DomainEvent):
    """The unit took the name back; the place is free again."""

    invitation_id: UUID
    delegation_id: UUID
    conference_id: UUID
