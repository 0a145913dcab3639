"""Mail whose bytes are no longer kept: that it went out, when and with which hash stays."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from backend.core.clock import now
from backend.core.guards import erasing
from backend.mail.models import InboundMail, MailState, OutgoingMail
from backend.mail.withdrawing import UNSENT

#: What stands where an address stood: no mail can be sent there (RFC 2606), and the ledger stays unique.
NOBODY = "@erased.invalid"


@transaction.atomic
def empty_outgoing(ids: Collection[UUID]) -> int:
    """Empties mails of their bytes, recipient, subject and the other server's answer; what was not sent yet is withdrawn.
    Returns how many. Digest, Message-ID, state and times stay."""
    mails = OutgoingMail.objects.filter(pk__in=ids)
    mails.filter(state__in=UNSENT).update(state=MailState.WITHDRAWN, held_until=None)
    with erasing():
        return mails.update(
            raw=b"",
            recipient=Concat(Cast("id", CharField()), Value(NOBODY)),
            subject="",
            last_answer="",
            updated_at=now(),
            version=F("version") + 1,
        )


@transaction.atomic
def empty_inbound(ids: Collection[UUID]) -> int:
    """The same for mails that came in: bytes, sender, subject and what was noted about them. Returns how many."""
    return InboundMail.objects.filter(pk__in=ids).update(
        raw=b"", sender="", subject="", detail="", updated_at=now(), version=F("version") + 1
    )
