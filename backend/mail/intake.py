"""Mail in: kept once before anything is thought about it, then settled with a reason. Nothing here answers a mail.

What mail is stands here: delivery reports, automatic replies, our own mails. What invitees say in theirs is read by the
floors above, which call `opened`, `settled_here` and `settle` in one transaction.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from backend.core.clock import now
from backend.core.queries import locked
from backend.core.vietnamese import one_line
from backend.mail import suppression
from backend.mail.events import MailReceived
from backend.mail.models import InboundMail, OutgoingMail
from backend.mail.reading import HEAD, Letter
from backend.mail.states import INBOUND_MOVES, InboundReason
from backend.outbox.services import emit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Why a mail is done with, or waits, and what it was found to be about."""

    reason: InboundReason
    detail: str = ""
    subject_id: UUID | None = None
    conference_id: UUID | None = None
    organisation_id: UUID | None = None
    answers: OutgoingMail | None = None


@transaction.atomic
def receive(*, raw: bytes, via: str, size: int | None = None) -> tuple[InboundMail, bool]:
    """Keeps the mail, once for each Message-ID (for each content where it has none), and says whether it is new.

    `size` is how large the mail is when `raw` is only its beginning. One that is too large waits for a human at once.
    No content is refused: whatever came in has a row afterwards.
    """
    size = len(raw) if size is None else size
    digest = hashlib.sha256(raw).hexdigest()
    head = _head(raw)
    mail = InboundMail(
        message_id=(head.message_id if head else "") or f"sha256:{digest}",
        raw=raw,
        digest=digest,
        size=size,
        via=via,
        sender=head.sender if head else "",
        subject=head.subject if head else "",
    )
    if too_large := size > len(raw) or size > settings.INBOUND_MAX_BYTES:
        mail.raw = raw[:HEAD]
        mail.reason = InboundReason.TOO_LARGE
        mail.state, mail.settled_at = InboundReason.TOO_LARGE.leads_to, now()
    # Two may bring the same mail at the same moment: the constraint decides, not a look beforehand.
    InboundMail.objects.bulk_create([mail], ignore_conflicts=True)
    kept = InboundMail.objects.defer("raw").get(message_id=mail.message_id)
    new = kept.pk == mail.pk
    if new and not too_large:
        emit(MailReceived(inbound_id=kept.pk))
    return kept, new


def opened(inbound_id: UUID) -> InboundMail | None:
    """The mail, locked, or None when it was settled already."""
    mail = locked(InboundMail, inbound_id)
    return mail if mail.reason == InboundReason.NOT_LOOKED_AT else None


def settle(mail: InboundMail, verdict: Verdict) -> None:
    """Writes down what became of a mail that is locked."""
    mail.reason, mail.state = verdict.reason, verdict.reason.leads_to
    mail.detail = one_line(verdict.detail)[:500]
    mail.subject_id = verdict.subject_id
    mail.conference_id = verdict.conference_id
    mail.organisation_id = verdict.organisation_id
    mail.answers = verdict.answers
    mail.settled_at = now()
    mail.save()


def letter_of(mail: InboundMail) -> Letter | None:
    """What the mail says; None when its bytes break the parser, as parts nested without end do."""
    letter = Letter(bytes(mail.raw))
    try:
        letter.read_all()
    except Exception:  # foreign bytes; a mail that cannot be read waits for a human, whatever it is that broke
        log.warning("inbound_mail_unreadable", inbound=str(mail.pk), exc_info=True)
        return None
    return letter


def settled_here(mail: InboundMail, letter: Letter) -> Verdict | None:
    """What becomes of mail that is no invitee's: reports, receipts, what programs write by themselves, our own."""
    if letter.sender == settings.MAIL_FROM.lower() or OutgoingMail.objects.filter(message_id=mail.message_id).exists():
        return Verdict(reason=InboundReason.OWN)
    if letter.report_type == "delivery-status":
        return _reported(mail, letter)
    if letter.report_type:
        return Verdict(reason=InboundReason.RECEIPT)
    if letter.calendars or not letter.automatic:
        return None
    return Verdict(reason=InboundReason.UNKNOWN_BOUNCE if letter.from_postmaster else InboundReason.AUTOMATIC)


@transaction.atomic
def dismiss(*, inbound_id: UUID, expected: int | None = None) -> InboundMail:
    """Closes a mail that waits and needs nothing done. Raises IllegalMove for any other."""
    mail = locked(InboundMail.objects.defer("raw"), inbound_id, expected=expected)
    INBOUND_MOVES.move(mail, "dismiss")
    mail.reason, mail.settled_at = InboundReason.DISMISSED, now()
    mail.save(update_fields=["state", "reason", "settled_at"])
    return mail


def _head(raw: bytes) -> Letter | None:
    """The headers, read; None when even they break the parser."""
    head = Letter(raw[:HEAD].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0] + b"\n\n")
    try:
        _ = head.message_id, head.sender, head.subject
    except Exception:  # as in letter_of
        log.warning("inbound_mail_unreadable", exc_info=True)
        return None
    return head


def _reported(mail: InboundMail, letter: Letter) -> Verdict:
    """A report counts only on a mail we sent: its Message-ID, which nobody else knows, must have come back with it. Who
    could report anything else could cut off anybody's address."""
    sent = OutgoingMail.objects.defer("raw").filter(message_id__in=letter.reported_ids[:10]).first()
    told = letter.reports
    if sent is not None:  # a list or a forwarding may have sent it on to others
        told = tuple(report for report in told if report.recipient in {"", sent.recipient.lower()}) or told
    failed = [report for report in told if report.failed]
    late = [report for report in told if report.action == "delayed"]
    worst = next((report for report in failed if report.for_good), next(iter(failed + late), None))
    if worst is None:
        nothing = not letter.reports
        return Verdict(reason=InboundReason.UNKNOWN_BOUNCE if nothing else InboundReason.RECEIPT)
    detail = f"{worst.status} {worst.diagnosis}"
    if sent is None:
        return Verdict(reason=InboundReason.UNKNOWN_BOUNCE, detail=detail)
    if worst.for_good and worst.recipient not in {"", sent.recipient.lower()}:
        return _about(sent, InboundReason.OTHER_ADDRESS, detail)
    if worst.for_good:
        suppression.suppress(sent, report=mail, status=worst.status, diagnosis=worst.diagnosis)
    return _about(sent, InboundReason.UNDELIVERABLE if worst.for_good else InboundReason.DELAYED, detail)


def _about(sent: OutgoingMail, reason: InboundReason, detail: str) -> Verdict:
    return Verdict(
        reason=reason,
        detail=detail,
        subject_id=sent.subject_id,
        conference_id=sent.conference_id,
        organisation_id=sent.organisation_id,
        answers=sent,
    )
