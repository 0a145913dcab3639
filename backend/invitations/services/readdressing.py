"""What follows from a letter that came back for good: the person's second address is tried, where there is one."""

from uuid import UUID

from django.db import transaction

from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.invitations import queries
from backend.invitations.events import InvitationIssued, InvitationReaddressed
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.mail.suppression import suppressed
from backend.outbox.services import emit

INVITING = (ConferenceState.ANNOUNCED, ConferenceState.RUNNING)


@transaction.atomic
def follow_bounce(*, mail_id: UUID) -> int:
    """Writes the current letter of each invitation that went to the mail's recipient to the person's second address,
    with a new link; returns how many. Does nothing when that address is suppressed, too, or the first was lifted."""
    mail = OutgoingMail.objects.defer("raw").get(pk=mail_id)
    if not suppressed([mail.recipient]):
        return 0
    rows = Invitation.objects.filter(
        email__iexact=mail.recipient, state__in=queries.LIVE, conference__state__in=INVITING
    ).exclude(person__alternate_email="")
    found = list(rows.select_related("person").select_for_update(of=("self",)).order_by("pk"))
    dead = suppressed(row.person.alternate_email for row in found if row.person)
    written = 0
    for row in found:
        if row.person is None or row.person.alternate_email.lower() in dead:
            continue
        row.email = row.person.alternate_email
        row.link_round += 1
        row.sent_at = now()
        row.save()
        emit(
            InvitationReaddressed(invitation_id=row.pk, conference_id=row.conference_id),
            InvitationIssued(
                invitation_id=row.pk, conference_id=row.conference_id, sequence=row.sequence, link_round=row.link_round
            ),
        )
        written += 1
    return written
