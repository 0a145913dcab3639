"""The counter of a delegation's places: changed with the row locked, and brought in line with the invitations.

Whoever stands on the unit's list takes a place, whether its focal point named them or the organisers put them there;
PostgreSQL refuses one more than there are places.
"""

from uuid import UUID

from backend.conferences.models import Conference
from backend.core.queries import locked
from backend.delegations import queries
from backend.delegations.models import Delegate, Delegation
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.states import InvitationState


def locked_delegation(delegation_id: UUID, *, expected: int | None = None) -> Delegation:
    """The row, locked after its list; places whose invitations organisers took back meanwhile are free again, those of
    people they put on the list are taken, and who was sent as a substitute has the place of whom they stand in for.

    Raises NotFound or StaleWrite.
    """
    # In this order whoever puts people on the list locks the two.
    InvitationList.objects.select_for_update().filter(delegation=delegation_id).first()
    row = locked(Delegation.objects.select_related("conference"), delegation_id, expected=expected)
    delegates = Delegate.objects.filter(delegation=row)
    for delegate in delegates.filter(invitation__substitute__isnull=False).select_related("invitation"):
        while delegate.invitation.substitute is not None:
            delegate.invitation, delegate.added = delegate.invitation.substitute, False
        delegate.save()
    delegates.filter(queries.gone()).delete()
    on_list = Invitation.objects.filter(list=row.list_id).exclude(state=InvitationState.WITHDRAWN).count()
    row.taken = min(on_list, row.quota - row.returned)
    return row


def inviting_conference(delegation: Delegation) -> Conference:
    """Raises Gone or Conflict when the conference wants no names (any more)."""
    queries.check_wanted(delegation.conference)
    return delegation.conference
