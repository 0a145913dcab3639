"""Seats offered from the waiting list: the letter, its page, taking it, leaving it, and letting it expire."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Gone
from backend.invitations import wording
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.registration import offer_links, services
from backend.registration.models import Registration, Seats
from backend.registration.services import waiting
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def offered(waiting: int = 2, **conference: Any) -> list[Registration]:
    """Those who wait, by turn; the first of them is offered the only seat."""
    start = now() + dt.timedelta(days=30)
    times = {"starts_at": start, "ends_at": start + dt.timedelta(hours=3)}
    made = ConferenceFactory(announced=True, capacity=1, **{**times, **conference})
    services.set_admission(conference_id=made.pk, mode="invitation", offer_hours=24)
    first = RegistrationFactory(conference=made)
    rows = [RegistrationFactory(conference=made, person=PersonFactory(language="en")) for _ in range(waiting)]
    services.cancel(registration_id=first.pk)
    services.promote(conference_id=made.pk)
    return [fresh(row) for row in rows]


def fresh(row: Registration) -> Registration:
    return Registration.objects.get(pk=row.pk)


def expire(row: Registration) -> None:
    Registration.objects.filter(pk=row.pk).update(offer_until=now() - dt.timedelta(seconds=1))


def page(row: Registration) -> str:
    return f"/o/{offer_links.sign(row.pk)}"


def counted(row: Registration) -> tuple[int, int, int]:
    seats = Seats.objects.get(conference=row.conference_id)
    return seats.taken, seats.offered, seats.waiting


def test_an_offer_ends_with_a_start_that_was_moved_to_before_its_end() -> None:
    first, second = offered()
    start = now().replace(second=0, microsecond=0) + dt.timedelta(hours=5)
    Conference.objects.update(starts_at=start)
    services.mail_offer(registration_id=first.pk)
    until = wording.until(start, first.conference.time_zone, "en")
    message = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    assert until in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert until in Client().get(page(first)).content.decode()

    Conference.objects.update(starts_at=now())
    assert Client().post(page(first), {"choice": "take"}).status_code == 410
    assert services.expire_offers() == 1
    assert [fresh(row).state for row in (first, second)] == ["expired", "confirmed"]


def test_a_free_seat_is_kept_for_who_is_next_and_nobody_else_gets_it() -> None:
    first, second = offered()

    newcomer = RegistrationFactory(conference=first.conference)

    assert (first.state, second.state, newcomer.state) == ("offered", "waiting", "waiting")
    assert first.offer_until is not None
    assert dt.timedelta(hours=23) < first.offer_until - now() <= dt.timedelta(hours=24)
    assert counted(first) == (0, 1, 2)
    assert Event.objects.filter(name="registration.offered").count() == 1


def test_the_letter_has_a_link_on_which_the_seat_is_taken() -> None:
    first, _ = offered()
    for _ in range(2):
        services.mail_offer(registration_id=first.pk)

    mail = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    assert page(first) in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    http = Client(enforce_csrf_checks=True)
    assert "Take the seat" in http.get(page(first)).content.decode()
    assert fresh(first).state == "offered", "looking takes nothing"
    assert http.post(page(first), {"choice": "perhaps"}).status_code == 400
    assert "The seat is yours" in http.post(page(first), {"choice": "take"}).content.decode()
    assert http.post(page(first), {"choice": "take"}).status_code == 200
    assert counted(first) == (1, 0, 1)
    assert fresh(first).confirmed_at is not None
    services.mail_offer(registration_id=first.pk)
    assert OutgoingMail.objects.count() == 1


def test_who_leaves_the_seat_passes_it_on() -> None:
    first, second = offered()

    answer = Client().post(page(first), {"choice": "leave"})
    services.promote(conference_id=first.conference_id)

    assert "left the seat" in answer.content.decode()
    assert (fresh(first).state, fresh(second).state) == ("withdrawn", "offered")
    assert Client().post(page(first), {"choice": "take"}).status_code == 409


def test_an_offer_that_ended_is_refused_before_the_clock_has_passed_it_on_and_after() -> None:
    first, second = offered()
    expire(first)

    assert Client().get(page(first)).status_code == 410
    with pytest.raises(Gone):
        services.accept(registration_id=first.pk)
    assert services.expire_offers() == 1
    assert services.expire_offers() == 0
    assert Client().post(page(first), {"choice": "take"}).status_code == 410
    assert (fresh(first).state, fresh(second).state) == ("expired", "offered")
    services.mail_expired(registration_id=first.pk)
    assert OutgoingMail.objects.get().purpose == "seat-offer-ended"
    assert RegistrationFactory(conference=first.conference, person=first.person).turn == 3


@pytest.mark.django_db(transaction=True)
def test_taking_it_and_its_end_at_once_is_one_of_the_two() -> None:
    first, second = offered()
    expire(first)
    Registration.objects.filter(pk=first.pk).update(offer_until=now() + dt.timedelta(seconds=0.15))
    calls = iter([services.expire_offers, lambda: services.accept(registration_id=first.pk)] * 4)

    in_threads(8, lambda: next(calls)())

    assert (fresh(first).state, fresh(second).state) in {("confirmed", "waiting"), ("expired", "offered")}
    assert sum(counted(first)[:2]) == 1


def test_a_forged_link_and_one_for_another_purpose_open_nothing() -> None:
    first, second = offered()

    for word in ("x", offer_links.sign(second.pk), offer_links.sign(first.pk)[:-1], "a" * 200):
        assert Client().get(f"/o/{word}").status_code == 404


def test_an_offer_ends_when_the_conference_begins_and_then_seats_are_given_at_once() -> None:
    soon = now() + dt.timedelta(hours=2)
    first, second = offered(starts_at=soon, ends_at=soon + dt.timedelta(hours=3))
    assert first.offer_until == soon

    type(first.conference).objects.update(starts_at=now() - dt.timedelta(minutes=1))
    services.cancel(registration_id=first.pk)
    services.promote(conference_id=first.conference_id)

    assert fresh(second).state == "confirmed"


def test_nothing_is_offered_or_taken_while_the_conference_is_called_off() -> None:
    first, second = offered()
    type(first.conference).objects.update(state="postponed")

    assert Client().post(page(first), {"choice": "take"}).status_code == 409
    expire(first)
    services.expire_offers()
    assert (fresh(first).state, fresh(second).state) == ("offered", "waiting")
    type(first.conference).objects.update(state="announced")
    services.promote(conference_id=first.conference_id)
    assert fresh(second).state == "offered"


def test_the_seat_is_taken_over_the_api_by_its_person() -> None:
    first, _ = offered()
    api = APIClient()
    api.force_authenticate(account_with(person=first.person))

    answer = api.post(f"/api/v1/registrations/{first.pk}/accept")

    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")


def test_one_conference_that_cannot_be_settled_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = offered()[0], offered()[0]
    expire(first)
    expire(other)
    give_out = waiting.give_out

    def failing(seats: Seats) -> int:
        if seats.pk == first.conference_id:
            raise RuntimeError("no")
        return give_out(seats)

    monkeypatch.setattr(waiting, "give_out", failing)
    assert services.expire_offers() == 1
    assert (fresh(first).state, fresh(other).state) == ("offered", "expired")
