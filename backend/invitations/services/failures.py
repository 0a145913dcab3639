"""Letters that did not reach whom they were for: none could be written, or it was refused, or it came back. Each is
told with its reason to whoever can mend it, and can be tried again; nobody else's letter waits for it."""

from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.invitations.events import InvitationUnwritable, LetterFailed
from backend.invitations.models import FailedLetter, Invitation
from backend.invitations.services.single import resend
from backend.invitations.states import FailureKind
from backend.mail.models import OutgoingMail
from backend.mail.suppression import suppressed
from backend.outbox.registry import DomainEvent, known_events, payload
from backend.outbox.services import emit
from backend.people.models import Person

log = structlog.get_logger(__name__)


@transaction.atomic
def unwritable(
    *,
    person: Person,
    conference_id: UUID,
    letter: str,
    error: Exception,
    invitation: Invitation | None,
    again: DomainEvent | None,
) -> None:
    """Keeps that no correct `letter` could be made for somebody; `again` is the fact that would have it written."""
    problem = type(error).__name__
    log.error("letter_not_written", person=str(person.pk), letter=letter, problem=problem)
    _keep(
        person=person,
        conference_id=conference_id,
        invitation=invitation,
        letter=letter,
        kind=FailureKind.UNWRITABLE,
        problem=problem,
        again={"name": again.name, "payload": payload(again)} if again else {},
    )
    if invitation is not None:
        emit(
            InvitationUnwritable(
                invitation_id=invitation.pk, conference_id=conference_id, letter=letter, problem=problem
            )
        )


@transaction.atomic
def undelivered(
    *, invitation: Invitation, mail: OutgoingMail, kind: FailureKind, status: str, readdressed: bool
) -> None:
    """Keeps that a letter to an invitee was refused or came back; `readdressed`: it goes to their second address."""
    assert invitation.person is not None
    row = _keep(
        person=invitation.person,
        conference_id=invitation.conference_id,
        invitation=invitation,
        letter=mail.purpose,
        kind=kind,
        problem=status[:60],
        mail=mail,
    )
    if readdressed:
        row.readdressed, row.settled_at = True, now()
        row.save(update_fields=["readdressed", "settled_at"])


def _keep(*, person: Person, conference_id: UUID, letter: str, **said: Any) -> FailedLetter:
    """One open row for each letter of each person: the latest failure stands."""
    row, _ = FailedLetter.objects.update_or_create(
        person=person,
        conference_id=conference_id,
        letter=letter,
        settled_at=None,
        defaults={**said, "at": now(), "told_at": None},
    )
    emit(LetterFailed(failed_id=row.pk, conference_id=conference_id, kind=row.kind, letter=letter))
    return row


@transaction.atomic
def try_again(*, failed_id: UUID) -> FailedLetter:
    """Has the letter written again, from the record as it stands now; should it fail again, that is told anew.

    Raises Conflict when it is settled, when its address is still suppressed, or when nothing can write it again.
    """
    row = locked(FailedLetter.objects.select_related("invitation__person"), failed_id)
    if row.settled_at is not None:
        raise Conflict(say(vi="Việc này đã xong.", en="This is settled already."))
    row.settled_at = now()
    row.save(update_fields=["settled_at"])
    if row.again:
        fact = known_events()[row.again["name"]]
        emit(fact(**row.again["payload"]))
        return row
    invitation = row.invitation
    if invitation is None or invitation.person is None or row.kind == FailureKind.UNWRITABLE:
        raise Conflict(say(vi="Thư này không viết lại được.", en="This letter cannot be written again."))
    if suppressed([invitation.person.email]):
        raise Conflict(
            say(
                vi="Địa chỉ này đang tạm ngừng nhận thư; hãy sửa địa chỉ hoặc cho dùng lại trước.",
                en="This address is suppressed; correct it or lift that first.",
            )
        )
    resend(invitation_id=invitation.pk)
    return row
