"""Mail in: kept once, told apart, and never answered by itself."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.core.errors import Conflict, IllegalMove
from backend.mail import claims, intake, services, suppression
from backend.mail.models import InboundMail, MailState, OutgoingMail, SuppressedAddress
from backend.mail.reading import HEAD
from backend.outbox.models import Event
from tests.factories.inbound import InboundMailFactory, exchange_report, letter, postfix_report
from tests.factories.mail import OutgoingMailFactory
from tests.mail.test_reading import MAILS
from tests.threads import in_threads


def settled(raw: bytes) -> InboundMail:
    """What becomes of the mail before any invitee's answer is looked for."""
    mail, _ = intake.receive(raw=raw, via="gateway")
    with transaction.atomic():
        opened = intake.opened(mail.pk)
        assert opened is not None
        read = intake.letter_of(opened)
        assert read is not None
        verdict = intake.settled_here(opened, read)
        if verdict is not None:
            intake.settle(opened, verdict)
    return InboundMail.objects.get(pk=mail.pk)


@pytest.mark.django_db
def test_a_mail_is_kept_byte_for_byte_and_told_once() -> None:
    raw = letter()
    first, new = intake.receive(raw=raw, via="mailbox")
    again, repeated = intake.receive(raw=b"Received: by another way\r\n" + raw, via="gateway")

    assert (new, repeated, again.pk) == (True, False, first.pk)
    assert bytes(InboundMail.objects.get().raw) == raw
    assert Event.objects.filter(name="mail.received").count() == 1


@pytest.mark.django_db
def test_without_a_message_id_the_content_is_the_identity() -> None:
    raw = b"From: an@donvi.example\r\n\r\nxin chao"
    assert intake.receive(raw=raw, via="mailbox")[1]
    assert not intake.receive(raw=raw, via="mailbox")[1]
    assert intake.receive(raw=raw + b"!", via="mailbox")[1]
    assert InboundMail.objects.first().message_id.startswith("sha256:")  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_many_bringing_the_same_mail_at_once_bring_one() -> None:
    raw = letter()
    brought = in_threads(8, lambda: intake.receive(raw=raw, via="gateway"))

    assert sum(new for _, new in brought) == 1
    assert InboundMail.objects.count() == 1
    assert Event.objects.filter(name="mail.received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_they_would_bring_many() -> None:
    raw = letter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'mail_inboundmail'::regclass AND contype = 'u'"
        )
        ((name,),) = cursor.fetchall()
        cursor.execute(f'ALTER TABLE mail_inboundmail DROP CONSTRAINT "{name}"')
        try:
            in_threads(8, lambda: intake.receive(raw=raw, via="gateway"))
            assert InboundMail.objects.count() > 1
        finally:
            InboundMail.objects.all().delete()
            cursor.execute(f'ALTER TABLE mail_inboundmail ADD CONSTRAINT "{name}" UNIQUE (message_id)')


@pytest.mark.django_db
def test_what_is_too_large_waits_with_its_beginning(settings: Any) -> None:
    settings.INBOUND_MAX_BYTES = 100_000
    mail, _ = intake.receive(raw=letter("x" * 100_000), via="gateway")
    part, _ = intake.receive(raw=letter(), size=10_000_001, via="mailbox")

    assert (mail.state, mail.reason, mail.sender) == ("waiting", "too_large", "an@donvi.example")
    assert len(bytes(InboundMail.objects.get(pk=mail.pk).raw)) == HEAD
    assert (part.reason, part.size) == ("too_large", 10_000_001)
    assert not Event.objects.filter(name="mail.received").exists()


@pytest.mark.django_db
def test_ten_megabytes_are_read_in_time() -> None:
    raw = letter()[:-2] + b"x" * (10 * 1024 * 1024 - 1000)
    assert settled(raw).state == "new"


@pytest.mark.django_db
@pytest.mark.parametrize("deep", [5000])
def test_parts_nested_without_end_are_unreadable_and_kept(deep: int) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x0\r\n\r\n" + b"".join(
        b"--x%d\r\nContent-Type: multipart/mixed; boundary=x%d\r\n\r\n" % (level, level + 1) for level in range(deep)
    )
    mail, _ = intake.receive(raw=raw, via="gateway")
    assert intake.letter_of(InboundMail.objects.get(pk=mail.pk)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (letter(headers="Auto-Submitted: auto-replied\r\n"), "automatic"),
        (letter("Tôi đi vắng", headers="X-Auto-Response-Suppress: All\r\nReturn-Path: <>\r\n"), "automatic"),
        (letter(sender="MAILER-DAEMON@mx.donvi.example", headers="Return-Path: <>\r\n"), "unknown_bounce"),
        (letter(sender="Ban Tổ chức <thumoi@plenum.example>"), "own"),
        (
            b"From: an@donvi.example\r\nContent-Type: multipart/report; report-type=disposition-notification;"
            b" boundary=x\r\n\r\n--x--\r\n",
            "receipt",
        ),
        (postfix_report("<never.sent@plenum.example>", "an@donvi.example"), "unknown_bounce"),
        (letter(), "not_looked_at"),
    ],
)
def test_what_is_no_invitees_is_told_apart(raw: bytes, reason: str) -> None:
    assert settled(raw).reason == reason
    assert not OutgoingMail.objects.exists()
    assert not SuppressedAddress.objects.exists()


# Delivery reports and what follows from them.


@pytest.mark.django_db
@pytest.mark.parametrize("report", [postfix_report, exchange_report])
def test_a_hard_bounce_holds_all_mail_to_the_address(report: Any) -> None:
    conference = uuid.uuid4()
    sent = OutgoingMailFactory(state=MailState.SENT, recipient="An@donvi.example", conference_id=conference)
    waiting = OutgoingMailFactory(recipient="an@donvi.example")
    other = OutgoingMailFactory()

    mail = settled(report(sent.message_id, "an@donvi.example"))

    assert (mail.state, mail.reason, mail.answers_id) == ("taken", "undeliverable", sent.pk)
    assert (mail.conference_id, mail.subject_id) == (conference, sent.subject_id)
    bounced = Event.objects.get(name="mail.bounced")
    assert (bounced.subject_id, bounced.payload["conference_id"]) == (sent.pk, str(conference))
    assert "donvi" not in str(bounced.payload)
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, other.state) == (MailState.HELD, MailState.QUEUED)

    later = OutgoingMailFactory.build(recipient="AN@donvi.example")
    services.queue_all([later, fine := OutgoingMailFactory.build()])
    assert OutgoingMail.objects.get(pk=later.pk).state == MailState.HELD
    assert OutgoingMail.objects.get(pk=fine.pk).state == MailState.QUEUED
    assert set(claims.claim_due()) == {other.pk, fine.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "5.2.2"}, "delayed"),
        ({"status": "4.4.7"}, "delayed"),
        ({"action": "delayed", "status": "4.4.1"}, "delayed"),
        ({"action": "delivered", "status": "2.0.0"}, "receipt"),
        ({"action": "relayed", "status": "2.0.0"}, "receipt"),
    ],
)
def test_a_soft_bounce_holds_nothing(said: dict[str, str], reason: str) -> None:
    sent = OutgoingMailFactory(state=MailState.SENT)
    assert settled(postfix_report(sent.message_id, sent.recipient, **said)).reason == reason
    assert not SuppressedAddress.objects.exists()
    assert not Event.objects.filter(name="mail.bounced").exists()


@pytest.mark.django_db
def test_a_report_about_another_address_holds_nothing_and_waits() -> None:
    sent = OutgoingMailFactory(state=MailState.SENT)
    mail = settled(postfix_report(sent.message_id, "nguoi.khac@donvi.example"))
    assert (mail.state, mail.reason, mail.answers_id) == ("waiting", "other_address", sent.pk)
    assert not SuppressedAddress.objects.exists()


@pytest.mark.django_db
def test_a_report_twice_suppresses_once_and_lifting_lets_mail_go_out_by_hand() -> None:
    sent = OutgoingMailFactory(state=MailState.SENT)
    for _ in range(2):
        settled(postfix_report(sent.message_id, sent.recipient))
    row = SuppressedAddress.objects.get()
    services.queue_all([held := OutgoingMailFactory.build(recipient=sent.recipient)])

    with pytest.raises(Conflict):
        services.retry(mail_id=held.pk)
    suppression.lift(suppression_id=row.pk)
    with pytest.raises(Conflict):
        suppression.lift(suppression_id=row.pk)

    assert OutgoingMail.objects.get(pk=held.pk).state == MailState.HELD
    assert services.retry(mail_id=held.pk).state == MailState.QUEUED
    settled(postfix_report(sent.message_id, sent.recipient))
    assert SuppressedAddress.objects.filter(lifted_at=None).count() == 1


@pytest.mark.django_db
def test_the_state_follows_from_the_reason_in_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundMailFactory(state="taken", reason="sender_differs")


@pytest.mark.django_db
def test_only_what_waits_is_dismissed() -> None:
    mail = InboundMailFactory()
    assert intake.dismiss(inbound_id=mail.pk).reason == "dismissed"
    with pytest.raises(IllegalMove):
        intake.dismiss(inbound_id=mail.pk)


@pytest.mark.django_db(transaction=True)
@hypothesis_settings(max_examples=25, deadline=None)
@given(raws=st.lists(MAILS, min_size=1, max_size=3))
def test_any_bytes_end_in_one_row_each_and_send_nothing(raws: list[bytes]) -> None:
    from backend.invitations.services import take_reply

    InboundMail.objects.all().delete()
    for raw in raws * 2:
        mail, _ = intake.receive(raw=raw, via="gateway")
        take_reply(inbound_id=mail.pk)
    rows = list(InboundMail.objects.all())
    assert 1 <= len(rows) <= len(raws)
    assert all(row.state != "new" and row.reason != "not_looked_at" for row in rows)
    assert not OutgoingMail.objects.exists()
