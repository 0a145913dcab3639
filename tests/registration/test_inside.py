"""Whoever is in the room gives up nothing from outside: the hall never holds more than it has seats."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.invitations import ical, links
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, ReplyProposal
from backend.mail import intake
from backend.mail.models import InboundMail
from backend.registration import queries, services
from backend.registration.models import Presence, Registration
from backend.registration.services import seats
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.inbound import Said, thunderbird
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
SENTENCE = "chưa ra; xin điểm danh ra trước"


def seated(substitutes: str = "free") -> Invitation:
    """Somebody invited has the only seat at a conference that has begun; somebody else waits."""
    start = now().replace(second=0, microsecond=0)
    conference = ConferenceFactory(
        announced=True, capacity=1, lead=OrganisationFactory(), starts_at=start, ends_at=start + dt.timedelta(hours=3)
    )
    where = InvitationListFactory(
        conference=conference, substitutes=substitutes, site=SiteFactory(conference=conference)
    )
    row: Invitation = InvitationFactory(list=where, sent=True)
    invitations.reply(invitation_id=row.pk, answer="accepted")
    services.follow_answer(invitation_id=row.pk)
    services.register(conference_id=conference.pk, person_id=PersonFactory().pk)
    return row


@pytest.fixture
def inside() -> Invitation:
    row = seated()
    services.check_in(registration_id=of(row).pk)
    return row


def of(row: Invitation) -> Registration:
    return Registration.objects.get(conference_id=row.conference_id, person_id=row.person_id)


def fits(row: Invitation) -> bool:
    """Not more are in, or may come in, than there are seats."""
    lift.run()
    services.promote(conference_id=row.conference_id)
    may_come = set(Registration.objects.filter(state="confirmed").values_list("pk", flat=True))
    came = set(queries.inside(row.conference_id, now()).values_list("registration_id", flat=True))
    return len(may_come | came) == 1


def answer(name: str, row: Invitation, organiser: APIClient) -> Any:
    token = links.sign(row.pk, row.link_round)
    other = {"full_name": "Lê Thị Bình", "honorific": "ba", "office": "", "email": "binh@donvi.example", "phone": ""}
    if name == "page declines":
        return Client().post(f"/r/{token}", {"answer": "declined"})
    if name == "page substitutes":
        return Client().post(f"/r/{token}", {"do": "substitute", **other})
    if name == "api declines":
        return APIClient().post(f"/api/v1/replies/{token}", {"answer": "declined"}, format="json")
    if name == "organiser declines":
        return organiser.post(f"/api/v1/invitations/{row.pk}/reply", {"answer": "declined"}, format="json")
    path = f"registrations/{of(row).pk}/cancel" if name == "organiser cancels" else f"invitations/{row.pk}/withdraw"
    return organiser.post(f"/api/v1/{path}")


WAYS = [
    "page declines",
    "page substitutes",
    "api declines",
    "organiser declines",
    "organiser cancels",
    "organiser withdraws",
]


@pytest.mark.parametrize("way", WAYS)
def test_who_is_in_the_room_gives_up_nothing_before_they_are_out(inside: Invitation, way: str) -> None:
    organiser = APIClient()
    organiser.force_authenticate(
        account_with("organiser", organisation=inside.conference.organisers.get().organisation)
    )

    refused = answer(way, inside, organiser)

    assert refused.status_code == 409
    assert SENTENCE in refused.content.decode()
    assert fits(inside)
    inside.refresh_from_db()
    assert (inside.state, of(inside).state, ReplyProposal.objects.count()) == ("accepted", "confirmed", 0)
    services.check_out(registration_id=of(inside).pk)
    assert answer(way, inside, organiser).status_code == 200
    assert fits(inside)
    assert of(inside).state == "cancelled"


def test_nobody_is_even_proposed_in_the_place_of_who_is_in_the_room() -> None:
    row = seated("approved")
    services.check_in(registration_id=of(row).pk)
    refused = answer("page substitutes", row, APIClient())
    assert (refused.status_code, SENTENCE in refused.content.decode()) == (409, True)
    assert not ReplyProposal.objects.exists()


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        ("DECLINED", "inside"),
        ('DELEGATED;DELEGATED-TO="mailto:binh@donvi.example"', "inside"),
        ("TENTATIVE", "answered"),
    ],
)
def test_a_mail_that_gives_the_seat_up_waits_for_a_human(inside: Invitation, answered: str, reason: str) -> None:
    said = Said(uid=ical.calendar_uid(inside.conference_id, inside.site_id), attendee=inside.email, answer=answered)
    mail, _ = intake.receive(raw=thunderbird(said), via="gateway")
    invitations.take_reply(inbound_id=mail.pk)
    assert InboundMail.objects.get().reason == reason
    assert fits(inside)
    assert of(inside).state == "confirmed"


@pytest.mark.parametrize("declines", [True, False])
def test_who_comes_in_before_the_answer_is_followed_keeps_the_seat(declines: bool) -> None:
    row = seated()
    answer("page declines" if declines else "page substitutes", row, APIClient())
    services.check_in(registration_id=of(row).pk)
    assert fits(row)
    assert of(row).state == "confirmed"


def cancelled_while_somebody_comes_in() -> Registration:
    """Cancelling begins when the door has written that they are in, and has not finished yet."""
    registration = of(seated())
    refused: list[Exception] = []

    def cancelling() -> None:
        try:
            services.cancel(registration_id=registration.pk)
        except Conflict as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=cancelling)
    with transaction.atomic():
        services.check_in(registration_id=registration.pk)
        thread.start()
        thread.join(timeout=0.5)
    thread.join()
    registration.refresh_from_db()
    assert Presence.objects.filter(direction="in").count() == 1
    assert (registration.state == "confirmed") == bool(refused)
    return registration


@pytest.mark.django_db(transaction=True)
def test_who_is_cancelled_at_the_moment_they_come_in_keeps_the_seat() -> None:
    assert cancelled_while_somebody_comes_in().state == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_seat_is_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what the log says is read before the door has finished."""

    def unlocked(model: Any, key: Any, expected: int | None = None) -> Any:
        return model.objects.get(pk=key) if model is Registration else locked(model, key, expected=expected)

    monkeypatch.setattr(seats, "locked", unlocked)
    assert cancelled_while_somebody_comes_in().state == "cancelled"
