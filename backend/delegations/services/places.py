"""The counter of a delegation's places: changed with the row locked, and brought in line with the invitations."""

from uuid import UUID

from backend.conferences.models import Conference
from backend.core.queries import locked
from backend.delegations import queries
from backend.delegations.models import Delegate, Delegation


def locked_delegation(delegation_id: UUID, *, expected: int | None = None) -> Delegation:
    """The row, locked; places whose invitations organisers took back meanwhile are free again.

    Raises NotFound or StaleWrite.
    """
    row = locked(Delegation.objects.select_related("conference"), delegation_id, expected=expected)
    gone, _ = Delegate.objects.filter(delegation=row, invitation__state__in=queries.GONE).delete()
    row.taken -= gone
    return row


def inviting_conference(delegation: Delegation) -> Conference:
    """Raises Gone or Conflict when the conference wants no names (any more)."""
    queries.check_wanted(delegation.conference)
    return delegation.conference
