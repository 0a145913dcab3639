"""Letters about seats."""

from email import message_from_bytes, policy

import pytest

from backend.mail.models import OutgoingMail
from backend.registration import codes, services
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db


def test_the_confirmation_carries_the_code_as_text_and_picture_once() -> None:
    row = RegistrationFactory()
    for _ in range(2):
        services.mail_confirmation(registration_id=row.id)

    mail = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert codes.sign(row.id, 0) in parts["text/plain"].get_content()
    assert "cid:check-in-code" in parts["text/html"].get_content()
    assert parts["image/png"].get_payload(decode=True) == codes.picture(codes.sign(row.id, 0))


def test_the_waiting_letter_tells_the_turn_and_is_silent_once_there_is_a_seat() -> None:
    conference = ConferenceFactory(announced=True, exact=True, capacity=0)
    rows = [RegistrationFactory(conference=conference, person=PersonFactory(language="en")) for _ in range(2)]
    services.mail_waiting(registration_id=rows[1].id)
    services.set_capacity(conference_id=conference.id, capacity=1)
    services.mail_waiting(registration_id=rows[0].id)
    services.mail_confirmation(registration_id=rows[1].id)

    [mail] = OutgoingMail.objects.all()
    assert (mail.purpose, mail.subject_id) == ("waiting-list", rows[1].id)
    assert (
        "as number 2" in message_from_bytes(bytes(mail.raw), policy=policy.default).get_body(("plain",)).get_content()
    )  # type: ignore[union-attr, attr-defined]


def test_a_person_without_an_address_is_not_written_to() -> None:
    services.mail_confirmation(registration_id=RegistrationFactory(person=PersonFactory(email="")).id)

    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(("honorific", "said"), [("ba", "cho Bà"), ("", "cho Ông/Bà")])
def test_letters_address_people_as_their_greeting_does(honorific: str, said: str) -> None:
    services.mail_confirmation(registration_id=RegistrationFactory(person=PersonFactory(honorific=honorific)).id)
    message = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    bodies = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert [f"dành chỗ {said}" in body for body in bodies] == [True, True]
