"""Mail out: queued in the transaction of what it tells of, sent with no transaction open, recorded one by one.

SMTP has no transaction: when the connection breaks after the mail was handed over and before the answer came, nobody
can know whether it was taken. It is then sent again, byte for byte, with the same Message-ID, so that the receiver can
drop the repetition. In every other case a mail is handed over once.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.mail import suppression
from backend.mail.events import MailRefused
from backend.mail.mailbox import checked_email
from backend.mail.models import MailState, OutgoingMail
from backend.mail.post import MailServerAway, NotTaken, Post, post
from backend.outbox import wake
from backend.outbox.services import emit

log = structlog.get_logger(__name__)

#: Seconds until the next try, by tries already made; the last rung repeats. About ten hours in all.
LADDER = (5, 15, 60, 300, 900, 1800, 3600, 7200)
TRIES = 12
#: Seconds a claimed mail has to reach a worker before it is handed out again: a lost one goes out within a minute.
LEASE = 20
#: Seconds a worker has for one mail before another may take it; renewed while it works through its chunk.
HOLD = 40


@transaction.atomic
def queue(
    *,
    purpose: str,
    subject_id: UUID,
    sequence: int,
    recipient: str,
    raw: bytes,
    message_id: str,
    subject: str,
    conference_id: UUID | None,
    organisation_id: UUID | None = None,
) -> OutgoingMail:
    """Keeps the rendered mail to be sent after the commit. The same purpose, subject and sequence to the same
    recipient is one mail: a repetition changes nothing and gives the mail that is there.

    Raises InvalidAddress.
    """
    recipient = checked_email(recipient)
    mail = OutgoingMail(
        purpose=purpose,
        subject_id=subject_id,
        sequence=sequence,
        recipient=recipient,
        raw=raw,
        message_id=message_id,
        subject=subject,
        conference_id=conference_id,
        organisation_id=organisation_id,
    )
    queue_all([mail])
    same = Q(purpose=purpose, subject_id=subject_id, sequence=sequence, recipient=recipient) | Q(message_id=message_id)
    return OutgoingMail.objects.defer("raw").get(same)


@transaction.atomic
def queue_all(mails: Sequence[OutgoingMail]) -> None:
    """`queue` for any number of rendered mails in one statement; the recipients' addresses are checked already. Mails to
    an address that is suppressed are kept and held."""
    suppression.hold_suppressed(mails)
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)
    if mails:
        transaction.on_commit(wake.relay)


def claim_due(*, limit: int = 200) -> list[UUID]:
    """Pushes the due time of up to `limit` due mails a lease ahead and commits; returns their ids, oldest first.
    Whoever dies with them in hand loses nothing: after the lease they are due again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id FROM mail_outgoingmail WHERE state = 'queued' AND due_at <= clock_timestamp()"
            " ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE mail_outgoingmail m SET due_at = clock_timestamp() + make_interval(secs => %s)"
            " FROM due WHERE m.id = due.id RETURNING m.id",
            [limit, LEASE],
        )
        return sorted(row[0] for row in cursor.fetchall())


def release(mail_ids: Iterable[UUID], *, seconds: int = 1) -> None:
    """Gives claimed mails back early, because they could not be handed to a worker."""
    OutgoingMail.objects.filter(id__in=list(mail_ids), state=MailState.QUEUED, held_until=None).update(
        due_at=now() + dt.timedelta(seconds=seconds)
    )


def send(mail_ids: Sequence[UUID], connection_: Post | None = None) -> int:
    """Hands the claimed mails to the mail server, one after the other over one connection; returns how many it took.

    Mails that were sent meanwhile, or that another worker holds, are left alone. Each answer is recorded before the
    next mail goes out, so a worker that dies costs at most the one mail whose answer it had not written down.
    """
    way = connection_ or post()
    chunk = _Held(mail_ids)
    sent = 0
    for mail in chunk:
        try:
            answer = way.send(sender=settings.MAIL_FROM, recipient=mail.recipient, raw=bytes(mail.raw))
        except NotTaken as refusal:
            _record_failure(mail, str(refusal), final=refusal.final)
        except MailServerAway as away:
            log.warning("mail_server_away", waiting=1 + len(chunk.left))
            for waiting in [mail, *chunk.left]:
                _record_failure(waiting, str(away), final=False)
            break
        else:
            sent += 1
            _record_sent(mail, answer)
    return sent


@transaction.atomic
def retry(*, mail_id: UUID) -> OutgoingMail:
    """Gives a refused or held mail all its tries again, unchanged. Raises Conflict when it is neither, or when its
    address is still suppressed."""
    mail = locked(OutgoingMail.objects.defer("raw"), mail_id)
    if mail.state not in {MailState.REFUSED, MailState.HELD}:
        raise Conflict(
            say(
                vi="Chỉ gửi lại được thư đã bị từ chối hoặc bị giữ.",
                en="Only a refused or held mail can be sent again.",
            )
        )
    if suppression.suppressed([mail.recipient]):
        raise Conflict(
            say(
                vi="Địa chỉ này đang tạm ngừng nhận thư; hãy cho dùng lại trước.",
                en="This address is suppressed; lift that first.",
            )
        )
    mail.state, mail.attempts, mail.due_at, mail.held_until = MailState.QUEUED, 0, now(), None
    mail.save(update_fields=["state", "attempts", "due_at", "held_until"])
    transaction.on_commit(wake.relay)
    return mail


class _Held:
    """The mails of a chunk that this worker alone may send, in order; the hold is renewed before it runs out."""

    def __init__(self, mail_ids: Sequence[UUID]) -> None:
        self.until = now() + dt.timedelta(seconds=HOLD)
        free = Q(held_until=None) | Q(held_until__lt=now())
        self.left = self._hold(list(mail_ids), free)

    def __iter__(self) -> "_Held":
        return self

    def __next__(self) -> OutgoingMail:
        if self.left and self.until - now() < dt.timedelta(seconds=HOLD * 0.9):
            mine, self.until = Q(held_until=self.until), now() + dt.timedelta(seconds=HOLD)
            self.left = self._hold([mail.pk for mail in self.left], mine)
        if not self.left:
            raise StopIteration
        return self.left.pop(0)

    def _hold(self, mail_ids: list[UUID], condition: Q) -> list[OutgoingMail]:
        rows = OutgoingMail.objects.filter(id__in=mail_ids, state=MailState.QUEUED)
        rows.filter(condition).update(held_until=self.until, due_at=self.until)
        return list(rows.filter(held_until=self.until).order_by("id"))


def _record_sent(mail: OutgoingMail, answer: str) -> None:
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(
        state=MailState.SENT,
        sent_at=now(),
        attempts=F("attempts") + 1,
        held_until=None,
        last_answer=answer[:500],
        version=F("version") + 1,
    )


@transaction.atomic
def _record_failure(mail: OutgoingMail, answer: str, *, final: bool) -> None:
    """The next rung of the ladder, or the end of it. A mail that passed to another worker is that one's to record."""
    tries = mail.attempts + 1
    over = final or tries >= TRIES
    changed = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED, held_until=mail.held_until).update(
        state=MailState.REFUSED if over else MailState.QUEUED,
        due_at=now() + dt.timedelta(seconds=LADDER[min(tries, len(LADDER)) - 1]),
        attempts=tries,
        held_until=None,
        last_answer=answer[:500],
        version=F("version") + 1,
    )
    if changed and over:
        emit(MailRefused(mail_id=mail.pk, conference_id=mail.conference_id, purpose=mail.purpose))
        log.error("mail_refused", mail=str(mail.pk), purpose=mail.purpose)
