"""What follows from a letter that came back for good: the person's second address is tried, where there is one."""

from uuid import UUID

from django.db import transaction

from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.invitations import queries
from backend.invitations.events import InvitationIssued, InvitationReaddressed
from backend.invitations.models import Invitation
from backend.invitations.services import failures
from backend.invitations.states import FailureKind
from backend.mail.models import MailState, OutgoingMail
from backend.mail.suppression import suppressed
from backend.outbox.services import emit

INVITING = (ConferenceState.ANNOUNCED, ConferenceState.RUNNING)


@transaction.atomic
def follow_bounce(*, mail_id: UUID, status: str = "") -> int:
    """Keeps of each invitation the mail's recipient was written to that letters do not arrive, and writes its current
    letter to the person's second address, with a new link; returns how many were. Each address is tried once: nothing
    is written to a second one that is suppressed, too. Does nothing when the first was lifted meanwhile."""
    mail = OutgoingMail.objects.defer("raw").get(pk=mail_id)
    refused = mail.state == MailState.REFUSED
    gone = bool(suppressed([mail.recipient]))
    if not refused and not gone:
        return 0
    rows = Invitation.objects.filter(
        email__iexact=mail.recipient, state__in=queries.LIVE, conference__state__in=INVITING, person__isnull=False
    )
    if mail.conference_id and not gone:
        rows = rows.filter(conference=mail.conference_id)
    found = list(rows.select_related("person").select_for_update(of=("self",)).order_by("pk"))
    dead = suppressed(row.person.alternate_email for row in found if row.person)
    written = 0
    for row in found:
        readdressed = _readdressed(row, dead | {mail.recipient.lower()})
        kind = FailureKind.REFUSED if refused else FailureKind.RETURNED
        failures.undelivered(invitation=row, mail=mail, kind=kind, status=status, readdressed=readdressed)
        written += readdressed
    return written


def _readdressed(row: Invitation, dead: set[str]) -> bool:
    """The letter goes to the second address, where there is one that lives."""
    second = row.person.alternate_email if row.person else ""
    if not second or second.lower() in dead:
        return False
    row.email = second
    row.link_round += 1
    row.sent_at = now()
    row.save()
    emit(
        InvitationReaddressed(invitation_id=row.pk, conference_id=row.conference_id),
        InvitationIssued(
            invitation_id=row.pk, conference_id=row.conference_id, sequence=row.sequence, link_round=row.link_round
        ),
    )
    return True
