"""Mails, for tests."""

import datetime as dt

import factory

from backend.core.ids import time_ordered_id
from backend.mail.mime import build_message, message_id
from backend.mail.models import MailBatch, OutgoingMail

SENDER = ("Ban Tổ chức", "thumoi@plenum.example")


def rendered(mail: OutgoingMail) -> bytes:
    return build_message(
        message_id=mail.message_id,
        date=dt.datetime(2026, 1, 15, 8, tzinfo=dt.UTC),
        sender=SENDER,
        to=("", mail.recipient),
        subject=mail.subject,
        text="Trân trọng kính mời.\n",
    )


class OutgoingMailFactory(factory.django.DjangoModelFactory[OutgoingMail]):
    """A queued mail whose bytes are a real message."""

    class Meta:
        model = OutgoingMail

    purpose = "invitation"
    subject_id = factory.LazyFunction(time_ordered_id)
    recipient = factory.Sequence(lambda n: f"khach{n}@plenum.example")
    subject = "Thư mời"
    message_id = factory.LazyAttribute(
        lambda mail: message_id(mail.purpose, mail.subject_id, mail.recipient, 0, "plenum.example")
    )
    raw = factory.LazyAttribute(rendered)


class MailBatchFactory(factory.django.DjangoModelFactory[MailBatch]):
    """Going out, and empty."""

    class Meta:
        model = MailBatch

    purpose = "invitation"
    number = 1
    subject_id = factory.LazyFunction(time_ordered_id)
