"""Where an invitee's letters go when it is not where they went: a letter came back for good, or the directory was
corrected."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.invitations import queries
from backend.invitations.events import InvitationIssued, InvitationReaddressed
from backend.invitations.models import FailedLetter, Invitation
from backend.invitations.services import failures
from backend.invitations.states import FailureKind, InvitationState
from backend.mail.models import MailState, OutgoingMail
from backend.mail.suppression import suppressed
from backend.outbox.services import emit
from backend.people.models import Person

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


@transaction.atomic
def follow_address(*, person_id: UUID) -> int:
    """Has what is still to be written to an invitee go where the directory says by now; returns how many invitations it
    changed. An invitation has its address from the directory, so that one that is not there any more is a former one; one
    whose letters come back keeps the second address they went to. Nothing is written again: `resend` does that. Ledger
    and replies keep what was sent where, and what was taken back for good stays as it was."""
    person = Person.objects.get(pk=person_id)
    returned = FailedLetter.objects.filter(invitation=OuterRef("pk"), readdressed=True)
    rows = Invitation.objects.filter(~Q(state=InvitationState.WITHDRAWN) | ~Q(called_off_from=""), person=person)
    changed = 0
    for row in rows.annotate(returned=Exists(returned)).select_for_update(of=("self",)).order_by("pk"):
        stays = row.returned and row.email.lower() == person.alternate_email.lower()
        wanted = row.email if stays else person.email or person.alternate_email
        if row.email != wanted:
            row.email = wanted
            row.save()
            changed += 1
    return changed


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
