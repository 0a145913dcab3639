"""Who never had a letter is not written to when their invitation is taken back."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations import services
from backend.invitations.models import Invitation
from backend.mail import batches
from backend.mail.models import OutgoingMail
from backend.registration import services as registration
from backend.registration.models import Registration
from tests import lift
from tests.factories.conferences import DutyFactory, SpeakerFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.invitations.test_batches import listed, sent
from tests.invitations.test_news import held

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", [True, False])
def test_a_letter_that_waits_is_taken_back_and_no_cancellation_sent(written: bool) -> None:
    batch = sent(listed(held(), 1))
    batches.pause(batch_id=batch.pk)
    if written:
        lift.run()
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()
    batches.resume(batch_id=batch.pk)
    lift.run()

    assert list(OutgoingMail.objects.values_list("purpose", "state")) == [("invitation", "withdrawn")] * written


@pytest.mark.parametrize(
    "fate",
    [
        {"state": "sent"},
        {"held_until": dt.timedelta(seconds=30)},
        {"held_until": dt.timedelta(seconds=-30)},
        {"attempts": 1},
    ],
)
def test_who_has_or_may_have_a_letter_is_told(fate: dict[str, Any]) -> None:
    sent(listed(held(), 1))
    lift.run()
    said = {field: now() + value if isinstance(value, dt.timedelta) else value for field, value in fate.items()}
    OutgoingMail.objects.update(**said)
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()

    assert OutgoingMail.objects.get(purpose="cancellation").state == "queued"


# A conference is cancelled


def withheld(conference: Any, person: Any = None) -> Any:
    """Somebody whose invitation was written, and is kept back with its batch."""
    rows = InvitationListFactory(conference=conference)
    row = InvitationFactory(list=rows, person=person or PersonFactory(), state="draft", sent_at=None)
    batches.pause(batch_id=sent(rows).pk)
    lift.run()
    return row.person


def told_off(person: Any) -> list[str]:
    rows = OutgoingMail.objects.filter(purpose="cancellation", recipient=person.email)
    return [str(message_from_bytes(bytes(row.raw), policy=policy.default)["Subject"]) for row in rows]


def test_who_knows_of_it_by_anything_but_their_invitation_hears_once_that_it_is_cancelled() -> None:
    conference = held("Nhà văn hoá")
    stranger, chair, speaker, writer, seated, leaves, reached = (withheld(conference) for _ in range(7))
    DutyFactory(conference=conference, kind="chair", person=chair, office={})
    SpeakerFactory(conference=conference, person=speaker, office={})
    conferences.request_paper(speaker_id=SpeakerFactory(conference=conference, person=writer, office={}).pk)
    RegistrationFactory(conference=conference, person=seated)
    RegistrationFactory(conference=conference, person=leaves)
    lift.run()
    lift.post()
    # Taken off since: they know by the letter with their code.
    registration.cancel(registration_id=Registration.objects.get(person=leaves).pk)
    OutgoingMail.objects.filter(purpose="invitation", recipient=reached.email).update(state="sent")
    DutyFactory(conference=conference, kind="secretary", person=reached, office={})
    uninvited = PersonFactory()
    DutyFactory(conference=conference, kind="secretary", person=uninvited, office={})
    OutgoingMail.objects.filter(purpose="invitation").exclude(recipient=reached.email).update(
        state="queued", attempts=0, sent_at=None
    )

    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão số 5."})
    lift.run()
    for person in (stranger, chair):  # as when a reaction is repeated
        services.mail_cancellation(invitation_id=Invitation.objects.get(person=person).pk)
    services.tell_of_calling_off(conference_id=conference.pk, sequence=Conference.objects.get().sequence)
    lift.run()

    heard = {person: told_off(person) for person in (chair, speaker, writer, seated, leaves, reached, uninvited)}
    assert heard == {person: ["Huỷ hội nghị: Hội nghị tổng kết"] for person in heard}
    assert told_off(stranger) == []
    assert not OutgoingMail.objects.filter(purpose="invitation", state="queued").exists()


def test_who_has_a_part_and_whose_invitation_alone_is_taken_back_hears_nothing_of_it() -> None:
    conference = held("Nhà văn hoá")
    chair = withheld(conference)
    DutyFactory(conference=conference, kind="chair", person=chair, office={})
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()
    assert told_off(chair) == []


# Two at one address


def calendars_sent(address: str) -> list[tuple[str, int]]:
    """Method and sequence of every calendar message that goes to the address, in order."""
    found = []
    for mail in OutgoingMail.objects.filter(recipient=address).exclude(state="withdrawn").order_by("id"):
        for part in message_from_bytes(bytes(mail.raw), policy=policy.default).walk():
            if part.get_content_type() == "text/calendar":
                said = Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]
                found.append((str(said["method"]), int(said.events[0]["sequence"])))
    return found


def at_one_address(conference: Conference, address: str) -> Invitation:
    """Somebody whose invitation was sent, and arrived."""
    rows = InvitationListFactory(conference=conference)
    row: Invitation = InvitationFactory(list=rows, person=PersonFactory(email=address), state="draft", sent_at=None)
    sent(rows)
    lift.run()
    lift.post()
    return row


@pytest.mark.parametrize("whole", [True, False])
def test_a_meeting_left_in_a_calendar_for_somebody_who_never_heard_of_it_goes_out_of_it_with_them(whole: bool) -> None:
    conference, address = held("Nhà văn hoá"), "van-phong@donvi.example"
    first = at_one_address(conference, address)
    other = withheld(conference, PersonFactory(email=address))
    services.withdraw(invitation_id=first.pk)
    lift.run()
    assert calendars_sent(address) == [("REQUEST", 0)] * 2, "the other one is to have it"

    if whole:
        conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão số 5."})
    else:
        services.withdraw(invitation_id=Invitation.objects.get(person=other).pk)
    lift.run()
    services.mail_cancellation(invitation_id=Invitation.objects.get(person=other).pk)  # as when a reaction is repeated

    [(_, before), (method, after)] = calendars_sent(address)
    assert (method, after > before) == ("CANCEL", True)
    last = OutgoingMail.objects.filter(subject_id=first.pk).latest("id")
    assert last.subject.startswith("Gỡ lịch hẹn: ")
    assert (
        "Như đã báo trong thư trước"
        in message_from_bytes(bytes(last.raw), policy=policy.default).get_body(("plain",)).get_content()
    )  # type: ignore[union-attr]
    if not whole:  # whoever is invited there later has it above all that
        at_one_address(conference, address)
        method, again = calendars_sent(address)[-1]
        assert (method, again > after) == ("REQUEST", True)


def test_for_somebody_who_only_stands_on_a_list_no_meeting_is_left_in_a_calendar() -> None:
    conference, address = held("Nhà văn hoá"), "van-phong@donvi.example"
    rows = InvitationListFactory(conference=conference)
    InvitationFactory(list=rows, person=PersonFactory(email=address), state="draft", sent_at=None)
    first = at_one_address(conference, address)
    services.withdraw(invitation_id=first.pk)
    lift.run()
    assert [method for method, _ in calendars_sent(address)] == ["REQUEST", "CANCEL"]

    sent(rows)
    lift.run()
    [_, (_, off), (method, on)] = calendars_sent(address)
    assert (method, on > off) == ("REQUEST", True)


def test_whoever_was_told_in_words_alone_gets_no_second_letter_while_somebody_is_invited_there() -> None:
    conference, address = held("Nhà văn hoá"), "van-phong@donvi.example"
    first, second = at_one_address(conference, address), at_one_address(conference, address)
    other = withheld(conference, PersonFactory(email=address))
    for row in (first, Invitation.objects.get(person=other)):
        services.withdraw(invitation_id=row.pk)
        lift.run()
    assert [method for method, _ in calendars_sent(address)] == ["REQUEST", "REQUEST"]
    lift.post()
    services.withdraw(invitation_id=second.pk)
    lift.run()
    assert [method for method, _ in calendars_sent(address)] == ["REQUEST", "REQUEST", "CANCEL"]
