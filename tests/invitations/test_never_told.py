"""Who never had a letter is not written to when their invitation is taken back."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest

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
