"""Addresses that do not exist any more: mail to them is held, not sent, until somebody knows better.

Sending on to them would bring nobody anything and the house a bad name with other mail servers.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.mail.events import AddressLifted, MailBounced
from backend.mail.models import InboundMail, MailState, OutgoingMail, SuppressedAddress
from backend.outbox.services import emit

HELD_BECAUSE = "held: a mail to this address came back as undeliverable"


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that mail is held for, in lower case."""
    rows = SuppressedAddress.objects.filter(address__in={address.lower() for address in addresses}, lifted_at=None)
    return set(rows.values_list("address", flat=True))


def hold_suppressed(mails: Iterable[OutgoingMail]) -> None:
    """Marks those of the mails, not stored yet, that are not to be sent."""
    mails = list(mails)
    held = suppressed(mail.recipient for mail in mails)
    for mail in mails:
        if mail.recipient.lower() in held:
            mail.state, mail.last_answer = MailState.HELD, HELD_BECAUSE


@transaction.atomic
def suppress(mail: OutgoingMail, *, report: InboundMail, status: str, diagnosis: str) -> None:
    """Holds everything that waits, and will be written, to the recipient of `mail`, and tells of it. What a worker is
    handing over at this moment goes out."""
    hold(mail, report=report, status=status, diagnosis=diagnosis)
    emit(
        MailBounced(
            mail_id=mail.pk,
            inbound_id=report.pk,
            conference_id=mail.conference_id,
            purpose=mail.purpose,
            status=status,
        )
    )


@transaction.atomic
def hold(mail: OutgoingMail, *, report: InboundMail | None = None, status: str, diagnosis: str) -> None:
    """`suppress` without telling of it: also where there is no report, because the mail server said it at once."""
    address = mail.recipient.lower()
    row = SuppressedAddress(
        address=address,
        status=status,
        diagnosis=diagnosis[:500],
        report=report,
        organisation_id=mail.organisation_id,
    )
    SuppressedAddress.objects.bulk_create([row], ignore_conflicts=True)
    waiting = OutgoingMail.objects.annotate(to=Lower("recipient")).filter(to=address, state=MailState.QUEUED)
    waiting.filter(Q(held_until=None) | Q(held_until__lt=now())).update(
        state=MailState.HELD, held_until=None, last_answer=HELD_BECAUSE, version=F("version") + 1
    )


@transaction.atomic
def lift(*, suppression_id: UUID, expected: int | None = None) -> SuppressedAddress:
    """Lets mail to the address go out again. What was held is not sent by itself, since it may be out of date: each mail
    is sent with `retry`. Raises Conflict when it was lifted before."""
    row = locked(SuppressedAddress, suppression_id, expected=expected)
    if row.lifted_at is not None:
        raise Conflict(say(vi="Địa chỉ này đã được dùng lại.", en="This address is in use again already."))
    row.lifted_at = now()
    row.save()
    emit(AddressLifted(suppression_id=row.pk))
    return row
