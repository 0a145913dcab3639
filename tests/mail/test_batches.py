"""Letters to many are paused, resumed and aborted, also while they are written and while they go out."""

import hashlib
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core.errors import Conflict, IllegalMove
from backend.mail import batches, claims, services, withdrawing
from backend.mail.models import MailBatch, MailState, OutgoingMail
from backend.mail.post import NotTaken
from backend.outbox.models import Event
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


class Mailbox:
    """A mail server that takes everything; `before` is called before each mail but the first `after`."""

    def __init__(self, before: Any = lambda: None, after: int = 0) -> None:
        self.before, self.after = before, after
        self.taken: list[bytes] = []

    def send(self, *, sender: str, recipient: str, raw: bytes) -> str:
        if len(self.taken) >= self.after:
            self.before()
            self.before = lambda: None
        self.taken.append(raw)
        return "250 taken"


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in OutgoingMail.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def send(way: Any) -> int:
    return services.send(claims.claim_due(), way)


def test_what_was_paused_in_the_middle_of_a_chunk_waits_and_then_goes_out() -> None:
    batch = MailBatchFactory()
    OutgoingMailFactory.create_batch(10, batch=batch)
    way = Mailbox(lambda: batches.pause(batch_id=batch.pk), after=3)

    assert send(way) == 4, "the one that was being handed over went out"
    assert states() == {"sent": 4, "queued": 6}
    assert claims.claim_due() == []

    batches.resume(batch_id=batch.pk)
    assert send(way) == 6, "at once: nothing waits for the end of a hold"
    assert len(set(way.taken)) == len(way.taken) == 10
    assert list(Event.objects.values_list("name", flat=True)) == ["mail_batch.paused", "mail_batch.resumed"]


def test_what_was_not_sent_when_the_batch_was_aborted_never_is() -> None:
    batch = MailBatchFactory()
    OutgoingMailFactory.create_batch(9, batch=batch)
    OutgoingMailFactory(batch=batch, state=MailState.HELD)
    refused = OutgoingMailFactory(batch=batch, state=MailState.REFUSED)
    other = OutgoingMailFactory(batch=MailBatchFactory())
    way = Mailbox(lambda: batches.abort(batch_id=batch.pk, reason="Sai ngày."), after=3)

    assert send(way) == 5, "those before, the one that was being handed over, and the other batch"
    assert states() == {"sent": 5, "withdrawn": 6, "refused": 1}
    assert bytes(other.raw) in way.taken
    withdrawn = OutgoingMail.objects.filter(state=MailState.WITHDRAWN)
    assert set(withdrawn.values_list("last_answer", flat=True)) == {"withdrawn: Sai ngày."}
    told = Event.objects.get()
    assert (told.name, told.payload["withdrawn"]) == ("mail_batch.aborted", 7)
    with pytest.raises(IllegalMove):
        batches.resume(batch_id=batch.pk)
    with pytest.raises(Conflict):
        services.retry(mail_id=refused.pk)


def test_a_letter_withdrawn_while_the_server_says_no_stays_withdrawn() -> None:
    batch = MailBatchFactory()
    OutgoingMailFactory(batch=batch)

    class Refuses:
        def send(self, **_: Any) -> str:
            batches.abort(batch_id=batch.pk, reason="Sai ngày.")
            raise NotTaken(451, "later")

    assert send(Refuses()) == 0
    assert states() == {"withdrawn": 1}


def test_a_letter_taken_back_while_it_was_handed_over_was_sent() -> None:
    mail = OutgoingMailFactory(conference_id=MailBatchFactory().pk)
    way = Mailbox(lambda: withdrawing.withdraw(purposes=["invitation"], conference_id=mail.conference_id))

    assert send(way) == 1
    assert states() == {"sent": 1}


def test_a_letter_written_after_the_abort_is_withdrawn_at_once() -> None:
    batch = MailBatchFactory()
    batches.abort(batch_id=batch.pk, reason="Sai ngày.")

    services.queue_all(OutgoingMailFactory.build_batch(3, batch=batch))

    assert states() == {"withdrawn": 3}
    assert OutgoingMail.objects.first().last_answer == "withdrawn: Sai ngày."


def test_an_abort_waits_for_letters_that_are_being_stored() -> None:
    batch = MailBatchFactory()
    stored, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            services.queue_all([OutgoingMailFactory.build(batch=batch)])
            stored.set()
            go_on.wait(5)

    def abort() -> None:
        stored.wait(5)
        threading.Timer(0.2, go_on.set).start()
        batches.abort(batch_id=batch.pk, reason="Sai ngày.")

    jobs = [write, abort]
    in_threads(2, lambda: jobs.pop()())

    assert states() == {"withdrawn": 1}


def test_many_who_open_the_same_batch_at_once_open_one() -> None:
    subject = MailBatchFactory().subject_id
    about: dict[str, Any] = {"conference_id": None, "organisation_id": None}

    opened = in_threads(6, lambda: batches.open_batch(purpose="news", subject_id=subject, number=3, **about))

    assert len(set(opened)) == 1
    assert MailBatch.objects.filter(purpose="news").count() == 1
    assert batches.next_number(purpose="news", subject_id=subject) == 2


def test_an_aborted_batch_says_why() -> None:
    with pytest.raises(IntegrityError, match="an_aborted_batch_says_why"):
        MailBatchFactory(state="aborted")


# -- kept as it was written


def test_a_mail_is_kept_with_the_hash_of_its_bytes() -> None:
    mail = OutgoingMailFactory()
    services.queue_all([queued := OutgoingMailFactory.build(digest="0" * 64)])

    for kept in OutgoingMail.objects.filter(pk__in=[mail.pk, queued.pk]):
        assert kept.digest == hashlib.sha256(bytes(kept.raw)).hexdigest()


@pytest.mark.parametrize("change", [{"raw": b"other"}, {"digest": "0" * 64}])
def test_neither_the_bytes_nor_their_hash_are_changed(change: dict[str, Any]) -> None:
    mail = OutgoingMailFactory()

    with pytest.raises(IntegrityError, match="kept as it was written"):
        OutgoingMail.objects.filter(pk=mail.pk).update(**change)


def test_bytes_that_were_changed_behind_the_guard_are_not_sent() -> None:
    changed, other = OutgoingMailFactory.create_batch(2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_outgoingmail DISABLE TRIGGER mail_outgoingmail_kept")
        OutgoingMail.objects.filter(pk=changed.pk).update(raw=b"Subject: gia mao\r\n\r\n.")
        cursor.execute("ALTER TABLE mail_outgoingmail ENABLE TRIGGER mail_outgoingmail_kept")
    way = Mailbox()

    assert send(way) == 1
    assert way.taken == [bytes(other.raw)]
    changed.refresh_from_db()
    assert (changed.state, changed.last_answer) == (
        "refused",
        "not sent: the bytes are not those that were written",
    )
    assert [event.name for event in Event.objects.all()] == ["mail.refused"]
