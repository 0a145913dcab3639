"""Letters to many: whoever has them written opens a batch, which organisers pause, resume and abort."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from backend.core.queries import locked
from backend.mail.events import BatchAborted, BatchPaused, BatchResumed
from backend.mail.models import MailBatch, MailState, OutgoingMail
from backend.mail.states import BATCH_MOVES, BatchState
from backend.outbox.services import emit


@transaction.atomic
def open_batch(
    *, purpose: str, subject_id: UUID, number: int, conference_id: UUID | None, organisation_id: UUID | None
) -> UUID:
    """The batch of this purpose, subject and number, which is opened if nobody has yet."""
    known = MailBatch.objects.filter(purpose=purpose, subject_id=subject_id, number=number).values_list("pk", flat=True)
    if (found := known.first()) is not None:
        return found
    row = MailBatch(
        purpose=purpose,
        subject_id=subject_id,
        number=number,
        conference_id=conference_id,
        organisation_id=organisation_id,
    )
    MailBatch.objects.bulk_create([row], ignore_conflicts=True)
    return known.get()


def next_number(*, purpose: str, subject_id: UUID) -> int:
    """The number of a batch that nobody has opened yet. The caller has locked the subject."""
    return MailBatch.objects.filter(purpose=purpose, subject_id=subject_id).count() + 1


@transaction.atomic
def pause(*, batch_id: UUID, expected: int | None = None) -> MailBatch:
    """Keeps back what was not sent yet, and what will still be written; a letter that is being handed over at this
    moment goes out. Raises IllegalMove."""
    row = locked(MailBatch, batch_id, expected=expected)
    BATCH_MOVES.move(row, "pause")
    row.save()
    emit(BatchPaused(batch_id=row.pk, conference_id=row.conference_id))
    return row


@transaction.atomic
def resume(*, batch_id: UUID, expected: int | None = None) -> MailBatch:
    """Lets what waits go out. Raises IllegalMove."""
    row = locked(MailBatch, batch_id, expected=expected)
    BATCH_MOVES.move(row, "resume")
    row.save()
    emit(BatchResumed(batch_id=row.pk, conference_id=row.conference_id))
    return row


@transaction.atomic
def abort(*, batch_id: UUID, reason: str, expected: int | None = None) -> MailBatch:
    """Withdraws what was not sent yet, and what will still be written, for good. A letter that is being handed over at
    this moment goes out, and is recorded as sent. Raises IllegalMove."""
    row = locked(MailBatch, batch_id, expected=expected)
    BATCH_MOVES.move(row, "abort")
    row.reason = reason
    row.save()
    emit(BatchAborted(batch_id=row.pk, conference_id=row.conference_id, withdrawn=_withdraw([row.pk])))
    return row


def withdraw_aborted(mails: Iterable[OutgoingMail]) -> None:
    """Withdraws those of the mails, just stored, whose batch was aborted while they were written. Until the end of the
    transaction nobody can abort the others: whoever does sees these mails."""
    batches = {mail.batch_id for mail in mails if mail.batch_id}
    if not batches:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM mail_mailbatch WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(batches)])
        aborted = [batch_id for batch_id, state in cursor.fetchall() if state == BatchState.ABORTED]
    if aborted:
        _withdraw(aborted)


def _withdraw(batch_ids: list[UUID]) -> int:
    """`held_until` stays: the worker that is handing one over may still say that it was sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_outgoingmail m SET state = %s, last_answer = 'withdrawn: ' || b.reason, version = m.version + 1"
            " FROM mail_mailbatch b WHERE b.id = m.batch_id AND b.id = ANY(%s) AND m.state IN (%s, %s)",
            [MailState.WITHDRAWN, batch_ids, MailState.QUEUED, MailState.HELD],
        )
        return int(cursor.rowcount)
