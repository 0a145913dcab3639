"""Who is sent in somebody's place takes over their seat, however full the house and whoever else acts meanwhile."""

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.invitations import services as invitations
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.registration import offer_links, services
from backend.registration.models import Registration, Seats
from backend.registration.services import substitution
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.registration.test_seats import at_once

pytestmark = pytest.mark.django_db


def full_house(seated: int = 1, waiting: int = 1, **times: Any) -> list[Invitation]:
    """Everybody seated came by invitation; others wait."""
    conference = ConferenceFactory(announced=True, exact=not times, capacity=seated, **times)
    guests = InvitationListFactory(conference=conference, substitutes="free")
    rows = [InvitationFactory(list=guests, person=PersonFactory(), sent=True) for _ in range(seated)]
    for row in rows:
        invitations.reply(invitation_id=row.pk, answer="accepted")
        services.follow_answer(invitation_id=row.pk)
    for _ in range(waiting):
        RegistrationFactory(conference=guests.conference)
    return rows


def send_another(row: Invitation, name: str = "Lê Thị Bình") -> Invitation:
    invitations.propose_substitute(
        invitation_id=row.pk,
        named={
            "full_name": name,
            "honorific": "ba",
            "office": "",
            "email": f"{row.pk}@plenum.example",
            "phone": "",
        },
    )
    row.refresh_from_db()
    assert row.substitute is not None
    return row.substitute


def state_of(row: Invitation) -> str:
    return Registration.objects.get(conference_id=row.conference_id, person_id=row.person_id).state


def test_the_substitute_has_the_seat_and_who_waits_still_waits() -> None:
    (row,) = full_house()
    site = SiteFactory(conference=row.conference)
    Registration.objects.filter(person_id=row.person_id).update(site=site)
    heir = send_another(row)

    services.follow_withdrawal(invitation_id=row.pk)
    services.follow_withdrawal(invitation_id=row.pk)
    services.promote(conference_id=row.conference_id)

    assert (state_of(row), state_of(heir)) == ("cancelled", "confirmed")
    made = Registration.objects.get(person_id=heir.person_id)
    assert (made.site_id, made.invitation_id) == (site.pk, heir.pk)
    seats = Seats.objects.get()
    assert (seats.taken, seats.waiting) == (1, 1)
    # Their own answer follows: accepting changes nothing, declining frees the seat for who waits.
    invitations.reply(invitation_id=heir.pk, answer="declined")
    services.follow_answer(invitation_id=heir.pk)
    services.promote(conference_id=row.conference_id)
    assert (state_of(heir), Registration.objects.filter(state="confirmed").count()) == ("cancelled", 1)


def test_a_substitute_who_answered_first_is_taken_off_the_waiting_list() -> None:
    (row,) = full_house(waiting=0)
    heir = send_another(row)
    invitations.reply(invitation_id=heir.pk, answer="accepted")
    services.follow_answer(invitation_id=heir.pk)
    assert state_of(heir) == "waiting"
    services.follow_withdrawal(invitation_id=row.pk)
    assert (state_of(heir), Seats.objects.get().taken, Seats.objects.get().waiting) == ("confirmed", 1, 0)


def test_the_substitute_of_a_substitute_has_the_seat() -> None:
    (row,) = full_house()
    second = send_another(row)
    third = send_another(second, "Phạm Văn Cường")
    for gone in (second, row):
        services.follow_withdrawal(invitation_id=gone.pk)
    assert (state_of(row), state_of(third)) == ("cancelled", "confirmed")


def test_without_a_substitute_the_seat_goes_to_who_waits() -> None:
    (row,) = full_house()
    invitations.withdraw(invitation_id=row.pk)
    services.follow_withdrawal(invitation_id=row.pk)
    services.promote(conference_id=row.conference_id)
    assert (state_of(row), Registration.objects.filter(state="confirmed").count()) == ("cancelled", 1)


def wait_behind(row: Invitation, offer_hours: int = 0) -> Invitation:
    """Somebody invited who waits, and somebody else behind them."""
    services.set_admission(conference_id=row.conference_id, mode="invitation", offer_hours=offer_hours)
    waits: Invitation = InvitationFactory(list=row.list, person=PersonFactory(), sent=True)
    invitations.reply(invitation_id=waits.pk, answer="accepted")
    services.follow_answer(invitation_id=waits.pk)
    RegistrationFactory(conference=row.conference)
    return waits


def of(row: Invitation) -> Registration:
    return Registration.objects.get(conference_id=row.conference_id, person_id=row.person_id)


def test_the_substitute_of_who_waits_has_their_turn_and_is_told() -> None:
    (row,) = full_house(waiting=1)
    waits = wait_behind(row)
    heir = send_another(waits)
    lift.run()

    assert (of(waits).state, of(waits).turn, of(heir).state, of(heir).turn) == ("withdrawn", None, "waiting", 2)
    told = OutgoingMail.objects.get(purpose="waiting-list", subject_id=of(heir).pk)
    assert told.recipient == heir.email
    seats = Seats.objects.get()
    assert (seats.taken, seats.waiting, seats.last_turn) == (1, 3, 3)
    services.set_capacity(conference_id=row.conference_id, capacity=3)
    assert of(heir).state == "confirmed"
    assert Registration.objects.filter(state="waiting").get().turn == 3


def test_the_substitute_of_who_was_offered_a_seat_has_the_offer_until_the_same_hour(client: Client) -> None:
    start = now() + dt.timedelta(days=30)
    (row,) = full_house(waiting=0, starts_at=start, ends_at=start + dt.timedelta(hours=3))
    waits = wait_behind(row, offer_hours=24)
    services.set_capacity(conference_id=row.conference_id, capacity=2)
    lift.run()
    until, link = of(waits).offer_until, f"/o/{offer_links.sign(of(waits).pk)}"
    assert (of(waits).state, client.get(link).status_code) == ("offered", 200)

    heir = send_another(waits)
    lift.run()

    assert (of(waits).state, of(heir).state, of(heir).offer_until) == ("withdrawn", "offered", until)
    assert "chuyển cho người dự thay" in client.get(link).content.decode()
    assert client.post(link, {"choice": "take"}).status_code == 409
    letter = OutgoingMail.objects.get(purpose="seat-offer", subject_id=of(heir).pk)
    address = f"/o/{offer_links.sign(of(heir).pk)}"
    assert address in message_from_bytes(bytes(letter.raw), policy=policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert client.post(address, {"choice": "take"}).status_code == 200
    seats = Seats.objects.get()
    assert (of(heir).state, seats.taken, seats.offered, seats.waiting) == ("confirmed", 2, 0, 1)


def test_an_offer_that_has_ended_is_not_handed_on() -> None:
    start = now() + dt.timedelta(days=30)
    (row,) = full_house(waiting=0, starts_at=start, ends_at=start + dt.timedelta(hours=3))
    waits = wait_behind(row, offer_hours=24)
    services.set_capacity(conference_id=row.conference_id, capacity=2)
    Registration.objects.filter(pk=of(waits).pk).update(offer_until=now() - dt.timedelta(seconds=1))
    heir = send_another(waits)
    lift.run()
    assert not Registration.objects.filter(person_id=heir.person_id).exists()
    assert Registration.objects.get(turn=2).state == "offered"


def race() -> tuple[list[Invitation], list[Exception]]:
    """Six substitutes take over while free seats are given out, again and again."""
    rows = full_house(seated=6, waiting=6)
    heirs = [send_another(row) for row in rows]
    conference_id = rows[0].conference_id
    connection.close()

    def following(invitation_id: UUID) -> Callable[[], Any]:
        return lambda: services.follow_withdrawal(invitation_id=invitation_id)

    calls: list[Callable[[], Any]] = [following(row.pk) for row in rows]
    calls += [lambda: services.promote(conference_id=conference_id)] * 6
    raised = at_once(calls)
    services.promote(conference_id=conference_id)
    return heirs, raised


@pytest.mark.django_db(transaction=True)
def test_while_seats_are_given_out_every_substitute_gets_theirs() -> None:
    heirs, raised = race()
    assert raised == []
    assert {state_of(heir) for heir in heirs} == {"confirmed"}
    seats = Seats.objects.get()
    assert (seats.taken, seats.waiting) == (6, 6)


@pytest.mark.django_db(transaction=True)
def test_given_up_first_and_taken_later_the_seats_go_to_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a seat that is free in between is passed on."""
    monkeypatch.setattr(substitution, "_heir_of", lambda invitation_id: None)
    heirs, raised = race()
    assert raised == []
    assert not Registration.objects.filter(person__in=[heir.person_id for heir in heirs]).exists()
    assert Registration.objects.filter(state="confirmed", invitation=None).count() == 6


def race_of_those_who_wait(offer_hours: int) -> tuple[list[Invitation], list[Exception]]:
    """Six who wait send others, while six seats are added and given out, again and again; six more wait behind."""
    start = now() + dt.timedelta(days=30)
    rows = full_house(seated=6, waiting=0, starts_at=start, ends_at=start + dt.timedelta(hours=3))
    conference_id = rows[0].conference_id
    services.set_admission(conference_id=conference_id, mode="invitation", offer_hours=offer_hours)
    first = [InvitationFactory(list=rows[0].list, person=PersonFactory(), sent=True) for _ in range(6)]
    for row in first:
        invitations.reply(invitation_id=row.pk, answer="accepted")
        services.follow_answer(invitation_id=row.pk)
    for _ in range(6):
        RegistrationFactory(conference=rows[0].conference)
    heirs = [send_another(row) for row in first]
    connection.close()

    def following(invitation_id: UUID) -> Callable[[], Any]:
        return lambda: services.follow_withdrawal(invitation_id=invitation_id)

    calls: list[Callable[[], Any]] = []
    for n, row in enumerate(first, start=1):
        calls += [following(row.pk), lambda n=n: services.set_capacity(conference_id=conference_id, capacity=6 + n)]  # type: ignore[misc]
    raised = [error for error in at_once(calls) if not isinstance(error, Conflict)]  # fewer than another has set
    services.set_capacity(conference_id=conference_id, capacity=12)
    return heirs, raised


@pytest.mark.parametrize(("offer_hours", "state"), [(0, "confirmed"), (24, "offered")])
@pytest.mark.django_db(transaction=True)
def test_while_seats_are_added_the_substitutes_of_those_who_wait_are_not_passed(offer_hours: int, state: str) -> None:
    heirs, raised = race_of_those_who_wait(offer_hours)
    assert raised == []
    assert {state_of(heir) for heir in heirs} == {state}
    seats = Seats.objects.get()
    assert (seats.taken + seats.offered, seats.waiting) == (12, 6)


@pytest.mark.django_db(transaction=True)
def test_turns_given_up_are_lost_to_those_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(substitution, "_heir_of", lambda invitation_id: None)
    heirs, raised = race_of_those_who_wait(0)
    assert raised == []
    assert not Registration.objects.filter(person__in=[heir.person_id for heir in heirs]).exists()
    assert Registration.objects.filter(state="confirmed", invitation=None).count() == 6


# Sites and their own capacity


def test_a_sites_capacity_bounds_it_where_nobody_set_a_limit() -> None:
    site = SiteFactory(conference=ConferenceFactory(announced=True, capacity=10), capacity=1)
    rows = [RegistrationFactory(conference=site.conference, site=site) for _ in range(2)]
    elsewhere = RegistrationFactory(conference=site.conference)
    assert [row.state for row in (*rows, elsewhere)] == ["confirmed", "waiting", "confirmed"]
    limit = site.conference.seat_limits.get()
    assert (limit.capacity, limit.held, limit.from_site) == (1, 1, True)

    type(site).objects.filter(pk=site.pk).update(capacity=2)  # another hall
    services.promote(conference_id=site.conference_id)
    assert Registration.objects.filter(state="confirmed").count() == 3
    type(site).objects.filter(pk=site.pk).update(capacity=1)  # and a smaller one: nobody is moved
    assert RegistrationFactory(conference=site.conference, site=site).state == "waiting"
    assert site.conference.seat_limits.get().capacity == 2
    services.cancel(registration_id=rows[0].pk)
    services.promote(conference_id=site.conference_id)
    assert Registration.objects.filter(site=site, state="confirmed").count() == 1

    services.set_limit(conference_id=site.conference_id, site_id=site.pk, capacity=5)  # chairs were brought in
    assert not site.conference.seat_limits.get().from_site
    services.set_limit(conference_id=site.conference_id, site_id=site.pk, capacity=None)
    assert site.conference.seat_limits.get().from_site
    type(site).objects.filter(pk=site.pk).update(capacity=None)
    services.promote(conference_id=site.conference_id)
    assert not site.conference.seat_limits.exists()
    assert not Seats.objects.get().limited


@pytest.mark.django_db(transaction=True)
def test_a_crowd_at_a_site_fills_it_by_its_own_capacity() -> None:
    site = SiteFactory(conference=ConferenceFactory(announced=True, capacity=24), capacity=5)
    people = PersonFactory.create_batch(12)
    connection.close()

    def registering(person_id: UUID) -> Callable[[], Any]:
        return lambda: services.register(conference_id=site.conference_id, person_id=person_id, site_id=site.pk)

    assert at_once([registering(person.pk) for person in people]) == []
    assert Registration.objects.filter(state="confirmed").count() == 5
