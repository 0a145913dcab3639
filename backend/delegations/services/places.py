"""The counter of a delegation's places: changed with the row locked, and brought in line with the invitations."""

from uuid import UUID

from backend.conferences.models import Conference
from backend.core.queries import locked
from backend.delegations import queries
from backend.delegations.models import Delegate, Delegation


def locked_delegation(delegation_id: UUID, *, expected: int | None = None) -> Delegation:
    """The row, locked; places whose invitations organisers took back meanwhile are free again, and who was sent as a
    substitute has the place of whom they stand in for.

    Raises NotFound or StaleWrite.
    """
    row = locked(Delegation.objects.select_related("conference"), delegation_id, expected=expected)
    delegates = Delegate.objects.filter(delegation=row)
    for delegate in delegates.filter(invitation__substitute__isnull=False).select_related("invitation"):
        while delegate.invitation.substitute is not None:
            delegate.invitation, delegate.added = delegate.invitation.substitute, False
        delegate.save()
    gone, _ = delegates.filter(queries.gone()).delete()
    row.taken -= gone
    return row


def inviting_conference(delegation: Delegation) -> Conference:
    """Raises Gone or Conflict when the conference wants no names (any more)."""
    queries.check_wanted(delegation.conference)
    return delegation.conference
