"""Whoever hopes for a seat when a conference is cancelled: it ends with it, and goes on when it is announced again."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.core.clock import now
from backend.invitations import services as invitations
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.registration import offer_links, services
from backend.registration.models import Registration, Seats
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"


class Held:
    """A conference with one seat, which is taken: one is offered a second seat, one waits, one asked to come, and one
    who is invited waits behind."""

    def __init__(self) -> None:
        start = now().replace(second=0, microsecond=0) + dt.timedelta(days=30)
        lead = OrganisationFactory()
        self.conference = ConferenceFactory(
            announced=True, capacity=1, lead=lead, starts_at=start, ends_at=start + dt.timedelta(hours=3)
        )
        SiteFactory(conference=self.conference)
        services.set_admission(conference_id=self.conference.pk, mode="approval", offer_hours=24)
        self.api = APIClient()
        self.api.force_authenticate(account_with("organiser", organisation=lead))
        self.seated, self.offered, self.waits = (RegistrationFactory(conference=self.conference) for _ in range(3))
        self.asks = services.ask(conference_id=self.conference.pk, person_id=PersonFactory().pk)
        self.letter = InvitationFactory(list__conference=self.conference, sent=True)
        invitations.reply(invitation_id=self.letter.pk, answer="accepted")
        self.invited = services.follow_answer(invitation_id=self.letter.pk)
        services.set_capacity(conference_id=self.conference.pk, capacity=2)
        lift.run()

    @property
    def rows(self) -> list[Any]:
        return [self.seated, self.offered, self.waits, self.asks, self.invited]

    def states(self) -> list[str]:
        shown = (self.api.get(f"/api/v1/registrations/{row.pk}").json() for row in self.rows)
        return [str(each["state"]) for each in shown]

    def do(self, verb: str, **body: Any) -> None:
        address = f"{URL}/{self.conference.pk}"
        headers = {"If-Match": self.api.get(address)["ETag"]}
        answer = self.api.post(f"{address}/{verb}", body, format="json", headers=headers)
        assert answer.status_code == 200, answer.json()
        lift.run()

    def counted(self) -> tuple[int, int, int]:
        seats = Seats.objects.get(conference=self.conference)
        return seats.taken, seats.offered, seats.waiting


@pytest.fixture
def held() -> Held:
    made = Held()
    assert made.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
    return made


def text(mail: OutgoingMail) -> str:
    message = message_from_bytes(bytes(mail.raw), policy=policy.default)
    return str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def subjects(row: Any) -> list[str]:
    rows = OutgoingMail.objects.filter(recipient=row.person.email).order_by("id")
    return [str(message_from_bytes(bytes(mail.raw), policy=policy.default)["Subject"]).split(":")[0] for mail in rows]


def test_what_was_hoped_for_ends_with_the_conference_and_everybody_is_told_once(held: Held, client: Client) -> None:
    held.do("cancel", reason={"vi": "Bão số 5."})

    assert held.states() == ["confirmed", *["called_off"] * 4]
    assert held.counted() == (1, 0, 0)
    assert Event.objects.filter(name="registration.called_off").count() == 4
    assert [subjects(row)[-1] for row in held.rows] == ["Huỷ hội nghị"] * 5
    assert [subjects(row).count("Huỷ hội nghị") for row in held.rows] == [1] * 5
    assert client.post(f"/o/{offer_links.sign(held.offered.pk)}", {"choice": "take"}).status_code == 409
    Registration.objects.update(offer_until=now() - dt.timedelta(seconds=1))
    services.expire_offers()
    services.promote(conference_id=held.conference.pk)
    assert services.call_off(conference_id=held.conference.pk) == 0
    lift.run()
    assert held.states() == ["confirmed", *["called_off"] * 4]
    assert "Quá hạn nhận chỗ" not in subjects(held.offered)
    withdrawn = held.api.post(f"/api/v1/registrations/{held.waits.pk}/cancel").json()
    assert withdrawn["state"] == "withdrawn", "who has had enough of it may say so"


def test_announced_again_it_goes_on_with_the_same_turns_and_the_offer_is_made_anew(held: Held, client: Client) -> None:
    held.do("cancel", reason={"vi": "Bão số 5."})
    held.do("reopen")
    assert held.states() == ["confirmed", *["called_off"] * 4]
    OutgoingMail.objects.filter(purpose="seat-offer").update(sequence=1)  # as if it had ended long ago

    held.do("announce")

    assert held.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
    assert held.counted() == (1, 1, 2)
    assert Registration.objects.get(pk=held.invited.pk).turn == 3, "invited again, as they were"
    assert [Registration.objects.get(pk=row.pk).turn for row in held.rows[1:3]] == [1, 2]
    assert subjects(held.offered).count("Mời nhận chỗ") == 2, "each offer has its letter"
    assert subjects(held.waits).count("Danh sách chờ") == 1
    assert subjects(held.waits)[-1] == "Vẫn tổ chức"
    assert client.post(f"/o/{offer_links.sign(held.offered.pk)}", {"choice": "take"}).status_code == 200
    assert held.counted() == (2, 0, 2)
    assert services.resume(conference_id=held.conference.pk) == 0


def test_while_a_conference_is_postponed_no_offer_ends_and_it_is_made_anew_with_the_new_time(
    held: Held, client: Client
) -> None:
    address = f"/o/{offer_links.sign(held.offered.pk)}"
    conferences.postpone(conference_id=held.conference.pk, reason={"vi": "Bão số 5."})
    Registration.objects.filter(pk=held.offered.pk).update(offer_until=now() - dt.timedelta(seconds=1))
    services.expire_offers()
    assert held.states()[1] == "offered"
    assert client.post(address, {"choice": "take"}).status_code == 409
    lift.run()
    services.expire_offers()
    services.promote(conference_id=held.conference.pk)
    assert held.states() == ["confirmed", "waiting", "waiting", "pending", "waiting"]
    assert held.counted() == (1, 0, 3)
    assert Registration.objects.get(pk=held.offered.pk).turn == 1
    assert subjects(held.offered)[-1] == "Hoãn hội nghị"
    assert client.get(address).status_code == 409

    held.do("announce")
    assert held.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
    assert held.counted() == (1, 1, 2)
    assert [subjects(held.offered).count(word) for word in ("Mời nhận chỗ", "Quá hạn nhận chỗ")] == [2, 0]
    assert services.put_off(conference_id=held.conference.pk) == 0
    assert client.post(address, {"choice": "take"}).status_code == 200


@pytest.mark.parametrize("withdrawn", [True, False])
def test_reopened_at_once_everybody_hears_that_it_was_cancelled_and_why(held: Held, withdrawn: bool) -> None:
    """Letters say what happened, not how the conference stands by the time they are written."""
    conferences.cancel(conference_id=held.conference.pk, reason={"vi": "Bão số 5."})
    if withdrawn:
        invitations.withdraw_all(conference_id=held.conference.pk)
    conferences.reopen(conference_id=held.conference.pk)
    lift.run()

    assert held.states() == ["confirmed", *["called_off"] * 4]
    assert [subjects(row)[-1] for row in held.rows] == ["Huỷ hội nghị"] * 5
    letters = OutgoingMail.objects.filter(purpose="cancellation")
    assert all("Bão số 5." in text(letter) for letter in letters)
    held.do("announce")
    assert held.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
    assert subjects(held.waits)[-1] == subjects(held.invited)[-1] == "Vẫn tổ chức"


def test_between_the_cancellation_and_the_end_of_it_nothing_is_offered_taken_or_handed_on(held: Held) -> None:
    invitee = InvitationFactory(list__conference=held.conference, person=held.seated.person, sent=True)
    Registration.objects.filter(pk=held.seated.pk).update(invitation=invitee)
    type(held.conference).objects.update(state="cancelled")
    Registration.objects.filter(pk=held.offered.pk).update(offer_until=now() - dt.timedelta(seconds=1))
    services.expire_offers()
    services.promote(conference_id=held.conference.pk)
    assert invitations.withdraw_all(conference_id=held.conference.pk) == 2
    for row in (invitee, held.letter):
        services.follow_withdrawal(invitation_id=row.pk)

    assert held.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
    services.call_off(conference_id=held.conference.pk)
    assert held.states() == ["confirmed", *["called_off"] * 4]


def test_who_is_invited_again_with_the_conference_is_offered_a_seat_before_those_behind(held: Held) -> None:
    """The line goes on when it is announced; the invitations come back with the news, minutes later."""
    behind = RegistrationFactory(conference=held.conference)
    services.cancel(registration_id=held.waits.pk)
    held.do("cancel", reason={"vi": "Bão số 5."})
    type(held.conference).objects.update(state="announced")
    services.resume(conference_id=held.conference.pk)
    services.set_capacity(conference_id=held.conference.pk, capacity=3)
    held.letter.refresh_from_db()
    behind.refresh_from_db()
    assert (held.letter.state, held.states()[-1], behind.state) == ("withdrawn", "offered", "waiting")


def test_whose_invitation_was_taken_back_for_good_waits_no_more(held: Held) -> None:
    held.do("cancel", reason={"vi": "Bão số 5."})
    type(held.letter).objects.update(called_off_from="")
    held.do("reopen")
    held.do("announce")
    assert held.states()[-1] == "withdrawn"


def test_who_is_invited_anew_before_the_line_goes_on_keeps_their_turn(held: Held) -> None:
    held.do("cancel", reason={"vi": "Bão số 5."})
    type(held.conference).objects.update(state="announced")
    InvitationFactory(list__conference=held.conference, person=held.letter.person, sent=True)
    services.resume(conference_id=held.conference.pk)
    assert held.states()[-1] == "waiting"


@pytest.mark.django_db(transaction=True)
def test_cancelled_and_announced_again_at_once_nobody_is_lost() -> None:
    held = Held()
    for _ in range(3):
        type(held.conference).objects.update(state="cancelled")
        services.call_off(conference_id=held.conference.pk)
        type(held.conference).objects.update(state="announced")
        jobs = iter([services.call_off, services.resume, services.promote, services.resume])
        raised = in_threads(4, lambda jobs=jobs: next(jobs)(conference_id=held.conference.pk))
        assert not [each for each in raised if isinstance(each, Exception)]
        assert held.states() == ["confirmed", "offered", "waiting", "pending", "waiting"]
        assert held.counted() == (1, 1, 2)
