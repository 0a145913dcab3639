"""Mail out: queued in the transaction of what it tells of, sent with no transaction open, recorded one by one.

SMTP has no transaction: when the connection breaks after the mail was handed over and before the answer came, nobody
can know whether it was taken. It is then sent again, byte for byte, with the same Message-ID, so that the receiver can
drop the repetition. In every other case a mail is handed over once.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.mail import batches, suppression
from backend.mail.events import MailRefused
from backend.mail.mailbox import checked_email
from backend.mail.models import MailBatch, MailState, OutgoingMail
from backend.mail.post import MailServerAway, NotTaken, Post, post
from backend.mail.states import BatchState
from backend.outbox import wake
from backend.outbox.services import emit

log = structlog.get_logger(__name__)

#: Seconds until the next try, by tries already made; the last rung repeats. About ten hours in all.
LADDER = (5, 15, 60, 300, 900, 1800, 3600, 7200)
TRIES = 12
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
def queue_all(mails: Sequence[OutgoingMail], *, batch: UUID | None = None) -> None:
    """`queue` for any number of rendered mails in one statement; the recipients' addresses are checked already. Mails to
    an address that is suppressed are kept and held, those of a batch that was aborted are kept and withdrawn."""
    suppression.hold_suppressed(mails)
    for mail in mails:
        mail.batch_id = batch or mail.batch_id
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)
    batches.withdraw_aborted(mails)
    if mails:
        transaction.on_commit(wake.relay)


def send(mail_ids: Sequence[UUID], connection_: Post | None = None) -> int:
    """Hands the claimed mails to the mail server, one after the other over one connection; returns how many it took.

    Mails that were sent meanwhile, that another worker holds, or whose batch was paused or aborted, are left alone. Each
    answer is recorded before the next mail goes out, so a connection that dies costs at most the one mail whose answer
    was not written down. What is not what was written is refused.
    """
    way = connection_ or post()
    chunk = _Held(mail_ids)
    for mail in chunk:
        if hashlib.sha256(mail.raw).hexdigest() != mail.digest:
            chunk.failed(mail, "not sent: the bytes are not those that were written", final=True)
            continue
        try:
            answer = way.send(sender=settings.MAIL_FROM, recipient=mail.recipient, raw=mail.raw)
        except NotTaken as refusal:
            chunk.failed(mail, str(refusal), final=refusal.final, gone=refusal.gone)
        except MailServerAway as away:
            log.warning("mail_server_away", waiting=1 + len(chunk.left))
            for waiting in [mail, *chunk.rest()]:
                chunk.failed(waiting, str(away), final=False)
        else:
            chunk.sent(mail, answer)
    return chunk.count


@transaction.atomic
def retry(*, mail_id: UUID) -> OutgoingMail:
    """Gives a refused or held mail all its tries again, unchanged. Raises Conflict when it is neither, or when its
    address is still suppressed, or its batch aborted."""
    mail = locked(OutgoingMail.objects.defer("raw"), mail_id)
    if mail.state not in {MailState.REFUSED, MailState.HELD}:
        raise Conflict(
            say(
                vi="Chỉ gửi lại được thư đã bị từ chối hoặc bị giữ.",
                en="Only a refused or held mail can be sent again.",
            )
        )
    if mail.batch_id and MailBatch.objects.filter(pk=mail.batch_id, state=BatchState.ABORTED).exists():
        raise Conflict(
            say(vi="Đợt thư này đã dừng hẳn.", en="The batch of this mail was aborted."),
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


class _Taken(NamedTuple):
    """A mail as it is handed over."""

    pk: UUID
    recipient: str
    raw: bytes
    digest: str
    attempts: int
    conference_id: UUID | None
    purpose: str


#: Notes what the last mail was answered and reads the next one, in one trip. A mail withdrawn while it was handed over
#: was sent all the same; one whose batch was paused or aborted meanwhile is not there to be read.
NOTE_AND_TAKE = (
    "WITH noted AS (UPDATE mail_outgoingmail SET state = 'sent', sent_at = %(now)s, attempts = attempts + 1,"
    " held_until = NULL, last_answer = %(answer)s, version = version + 1"
    " WHERE id = %(last)s AND (state = 'queued' OR (state = 'withdrawn' AND held_until = %(until)s)))"
    " SELECT m.id, m.recipient, m.raw, m.digest, m.attempts, m.conference_id, m.purpose FROM mail_outgoingmail m"
    " LEFT JOIN mail_mailbatch b ON b.id = m.batch_id WHERE m.id = %(next)s AND m.state = 'queued'"
    " AND m.held_until = %(until)s AND (b.state IS NULL OR b.state = 'running')"
)


class _Held:
    """The mails of a chunk that this worker alone may send, in order, read one at a time; the hold is renewed before it
    runs out. Those that may not be sent just now are given back at the end."""

    def __init__(self, mail_ids: Sequence[UUID]) -> None:
        self.count = 0
        self._answered: tuple[UUID, str] | None = None
        self._passed_over: list[UUID] = []
        self.until = now() + dt.timedelta(seconds=HOLD)
        free = Q(held_until=None) | Q(held_until__lt=now())
        self.left = self._hold(list(mail_ids), free)

    def __iter__(self) -> "_Held":
        return self

    def __next__(self) -> _Taken:
        if self.left and self.until - now() < dt.timedelta(seconds=HOLD * 0.9):
            self._note_and_take(None)
            mine, self.until = Q(held_until=self.until), now() + dt.timedelta(seconds=HOLD)
            self.left = self._hold(self.left, mine)
        while self.left:
            mail_id = self.left.pop(0)
            if taken := self._note_and_take(mail_id):
                return taken
            self._passed_over.append(mail_id)
        self._note_and_take(None)
        self._give_back()
        raise StopIteration

    def sent(self, mail: _Taken, answer: str) -> None:
        """The mail server took the mail; noted before the next one is read."""
        self.count += 1
        self._answered = (mail.pk, answer[:500])

    @transaction.atomic
    def failed(self, mail: _Taken, answer: str, *, final: bool, gone: str = "") -> None:
        """The next rung of the ladder, or the end of it; `gone` is the status that blames the address for good. A mail
        that passed to another worker is that one's to record."""
        tries = mail.attempts + 1
        over = final or tries >= TRIES
        changed = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED, held_until=self.until).update(
            state=MailState.REFUSED if over else MailState.QUEUED,
            due_at=now() + dt.timedelta(seconds=LADDER[min(tries, len(LADDER)) - 1]),
            attempts=tries,
            held_until=None,
            last_answer=answer[:500],
            version=F("version") + 1,
        )
        if changed and gone:
            suppression.hold(OutgoingMail.objects.defer("raw").get(pk=mail.pk), status=gone, diagnosis=answer)
        if changed and over:
            emit(MailRefused(mail_id=mail.pk, conference_id=mail.conference_id, purpose=mail.purpose))
            log.error("mail_refused", mail=str(mail.pk), purpose=mail.purpose)

    def rest(self) -> Iterator[_Taken]:
        """What was not handed over yet."""
        while self.left:
            mail_id = self.left.pop(0)
            if taken := self._note_and_take(mail_id):
                yield taken
            else:
                self._passed_over.append(mail_id)

    def _hold(self, mail_ids: list[UUID], condition: Q) -> list[UUID]:
        rows = OutgoingMail.objects.filter(id__in=mail_ids, state=MailState.QUEUED)
        rows.filter(condition).update(held_until=self.until, due_at=self.until)
        return list(rows.filter(held_until=self.until).order_by("id").values_list("id", flat=True))

    def _note_and_take(self, mail_id: UUID | None) -> _Taken | None:
        if mail_id is None and self._answered is None:
            return None
        last, answer = self._answered or (None, "")
        self._answered = None
        with connection.cursor() as cursor:
            cursor.execute(
                NOTE_AND_TAKE, {"now": now(), "answer": answer, "last": last, "next": mail_id, "until": self.until}
            )
            row = cursor.fetchone()
        return _Taken._make(row)._replace(raw=bytes(row[2])) if row else None

    def _give_back(self) -> None:
        if self._passed_over:
            OutgoingMail.objects.filter(pk__in=self._passed_over, state=MailState.QUEUED, held_until=self.until).update(
                held_until=None, due_at=now()
            )
