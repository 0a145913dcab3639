"""An address that was corrected in the directory is the one that what is still to be written goes to."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations.models import FailedLetter, Invitation
from backend.mail.models import OutgoingMail
from backend.people.models import Person
from tests import lift
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory, account_with
from tests.invitations.test_news import close_window, held, invited, move

pytestmark = pytest.mark.django_db

API = "/api/v1"


def client_of(*roles: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with(*roles))
    return client


def patched(person: Person, **fields: Any) -> None:
    client, path = client_of("administrator"), f"{API}/people/{person.pk}"
    answer = client.patch(path, fields, format="json", headers={"If-Match": client.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.content
    lift.run()


def written_to(conference: Conference, purpose: str) -> set[str]:
    return set(
        OutgoingMail.objects.filter(conference_id=conference.pk, purpose=purpose).values_list("recipient", flat=True)
    )


def test_news_and_a_cancellation_go_to_the_corrected_address() -> None:
    conference = held()
    by_patch, by_right, other = (
        invited(conference, person=PersonFactory(email=f"{name}@cu.example.vn")) for name in ("mot", "hai", "ba")
    )
    patched(by_patch, email="mot@moi.example.vn")
    corrected = {"person": str(by_right.pk), "email": "hai@moi.example.vn"}
    answer = client_of("data_officer").post(f"{API}/corrections", corrected, format="json")
    assert answer.status_code == 201, answer.content
    lift.run()
    expected = {"mot@moi.example.vn", "hai@moi.example.vn", other.email}

    move(conference)
    close_window()
    assert written_to(conference, "news") == expected
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    assert written_to(conference, "cancellation") == expected


def test_what_was_cancelled_comes_back_at_the_corrected_address_and_what_was_taken_back_stays() -> None:
    conference = held()
    person = invited(conference, person=PersonFactory(email="cu@xa.example.vn"))
    InvitationFactory(person=person, email=person.email, state="withdrawn")
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    patched(person, email="moi@xa.example.vn")
    rows = Invitation.objects.filter(person=person)
    assert {row.called_off_from != "": row.email for row in rows} == {
        True: "moi@xa.example.vn",
        False: "cu@xa.example.vn",
    }
    assert written_to(conference, "cancellation") == {"cu@xa.example.vn"}, "what was sent stays as sent"


def test_letters_that_come_back_go_on_going_to_the_second_address() -> None:
    conference = held()
    person = invited(conference, person=PersonFactory(email="day@xa.example.vn", alternate_email="rieng@xa.example.vn"))
    row = Invitation.objects.get()
    Invitation.objects.update(email=person.alternate_email)
    FailedLetter.objects.create(
        person=person, conference_id=conference.pk, invitation=row, letter="invitation", kind="returned",
        problem="5.1.1", readdressed=True, at=now(),
    )  # fmt: skip
    patched(person, email="van-day@xa.example.vn")
    assert Invitation.objects.get().email == "rieng@xa.example.vn"
    patched(person, alternate_email="rieng2@xa.example.vn")
    assert Invitation.objects.get().email == "van-day@xa.example.vn"
    patched(person, email="")
    assert Invitation.objects.get().email == "rieng2@xa.example.vn"
