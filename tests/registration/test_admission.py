"""How people come to a conference: by invitation, openly, or by approval."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.registration import services
from backend.registration.models import Registration
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, capacity=1, lead=OrganisationFactory())


def client(account: Any) -> APIClient:
    made = APIClient()
    made.force_authenticate(account)
    return made


@pytest.fixture
def organiser(conference: Any) -> APIClient:
    return client(account_with("organiser", organisation=conference.organisers.get().organisation))


@pytest.fixture
def person() -> Any:
    return PersonFactory(language="en")


@pytest.fixture
def own(person: Any) -> APIClient:
    return client(account_with(person=person))


def decide(organiser: APIClient, conference: Any, mode: str, **said: Any) -> Any:
    return organiser.post("/api/v1/admissions", {"conference": str(conference.pk), "mode": mode, **said}, format="json")


def come(api: APIClient, conference: Any, **said: Any) -> Any:
    return api.post("/api/v1/registrations", {"conference": str(conference.pk), **said}, format="json")


def test_a_conference_is_by_invitation_unless_decided_otherwise(own: APIClient, conference: Any) -> None:
    assert own.get(f"/api/v1/admissions/{conference.pk}").json() == {
        "conference": str(conference.pk),
        "mode": "invitation",
        "opens_at": None,
        "closes_at": None,
        "offer_hours": 0,
        "by_unit": False,
        "door_hours": 0,
        "door_opens_at": "2021-01-14T00:00:00+07:00",
        "page": None,
    }
    refused = come(own, conference)
    assert (refused.status_code, "giấy mời" in refused.json()["detail"]) == (409, True)


def test_to_an_open_one_everybody_registers_as_a_guest_of_their_own_unit(
    organiser: APIClient, own: APIClient, conference: Any, person: Any
) -> None:
    site = SiteFactory(conference=conference)
    assert decide(organiser, conference, "open").status_code == 200

    made = come(own, conference, site=str(site.pk))
    again = come(own, conference, person=str(person.pk))

    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert (made.json()["state"], made.json()["category"], made.json()["site"]) == ("confirmed", "guest", str(site.pk))
    assert made.json()["organisation"] == str(person.organisation_id)
    second = come(client(account_with(person=PersonFactory())), conference)
    assert (second.json()["state"], second.json()["turn"]) == ("waiting", 1)
    for chosen in ({"category": "staff"}, {"organisation": str(OrganisationFactory().pk)}):
        assert come(own, conference, **chosen).status_code == 400
    assert come(own, conference, person=str(PersonFactory().pk)).status_code == 403
    assert come(client(account_with(person=None)), conference).status_code == 403


@pytest.mark.parametrize(
    ("opens", "closes", "status", "said"),
    [(-2, None, 201, ""), (1, 2, 409, "Chưa mở"), (-2, -1, 409, "hết hạn"), (-2, 1, 201, "")],
)
def test_one_registers_between_opening_and_closing_and_organisers_at_any_time(
    organiser: APIClient, own: APIClient, conference: Any, opens: int, closes: int | None, status: int, said: str
) -> None:
    times = {
        name: (now() + dt.timedelta(days=at)).isoformat()
        for name, at in (("opens_at", opens), ("closes_at", closes))
        if at
    }
    decide(organiser, conference, "open", **times)

    answer = come(own, conference)

    assert answer.status_code == status
    assert said in answer.json().get("detail", "")
    assert come(organiser, conference, person=str(PersonFactory().pk)).status_code == 201


def test_what_cannot_be_decided_is_refused(organiser: APIClient, own: APIClient, conference: Any) -> None:
    moment = now().isoformat()
    for wrong in ({"opens_at": moment, "closes_at": moment}, {"offer_hours": 721}, {"mode": "secret"}):
        assert decide(organiser, conference, **{"mode": "open", **wrong}).status_code == 400
    assert decide(own, conference, "open").status_code == 403
    type(conference).objects.filter(pk=conference.pk).update(state="closed")
    assert decide(organiser, conference, "open").status_code == 409


def test_who_asks_is_approved_to_a_seat_or_a_turn(organiser: APIClient, own: APIClient, conference: Any) -> None:
    decide(organiser, conference, "approval")
    asked = come(own, conference).json()
    other = come(client(account_with(person=PersonFactory())), conference).json()
    assert (asked["state"], asked["turn"], asked["confirmed_at"]) == ("pending", None, None)
    assert organiser.get(f"/api/v1/seats?conference={conference.pk}").json()["results"] == []

    approved = organiser.post(f"/api/v1/registrations/{asked['id']}/approve", {"category": "delegate"}, format="json")
    queued = organiser.post(f"/api/v1/registrations/{other['id']}/approve", {}, format="json")

    assert (approved.json()["state"], approved.json()["category"]) == ("confirmed", "delegate")
    assert (queued.json()["state"], queued.json()["turn"]) == ("waiting", 1)
    again = organiser.post(f"/api/v1/registrations/{asked['id']}/approve", {}, format="json")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/illegal-move")
    assert own.post(f"/api/v1/registrations/{asked['id']}/approve", {}, format="json").status_code == 403
    names = Event.objects.filter(subject_id=asked["id"]).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["registration.requested", "registration.confirmed"]


def test_who_is_refused_is_told_why_and_may_ask_anew(
    organiser: APIClient, own: APIClient, conference: Any, person: Any
) -> None:
    decide(organiser, conference, "approval")
    asked = come(own, conference).json()
    address = f"/api/v1/registrations/{asked['id']}/refuse"
    assert organiser.post(address, {}, format="json").status_code == 400

    refused = organiser.post(address, {"reason": {"vi": "Hội trường nhỏ", "en": "The hall is small"}}, format="json")
    services.mail_refusal(registration_id=asked["id"])

    assert refused.json()["state"] == "refused"
    mail = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default)
    assert "Reason: The hall is small" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert come(own, conference).json()["id"] != asked["id"]


def test_an_organiser_who_registers_somebody_approves_their_request(
    organiser: APIClient, own: APIClient, conference: Any, person: Any
) -> None:
    decide(organiser, conference, "approval")
    asked = come(own, conference).json()
    made = come(organiser, conference, person=str(person.pk)).json()
    assert (made["id"], made["state"]) == (asked["id"], "confirmed")


def test_people_give_up_what_is_theirs_and_nothing_else(organiser: APIClient, own: APIClient, conference: Any) -> None:
    decide(organiser, conference, "open")
    mine, other = come(own, conference).json(), RegistrationFactory(conference=conference)

    assert own.post(f"/api/v1/registrations/{mine['id']}/cancel").json()["state"] == "cancelled"
    assert own.post(f"/api/v1/registrations/{other.pk}/cancel").status_code == 404
    assert organiser.post(f"/api/v1/registrations/{other.pk}/cancel").json()["state"] == "withdrawn"


def test_a_request_holds_no_seat_and_opens_no_door(organiser: APIClient, own: APIClient, conference: Any) -> None:
    decide(organiser, conference, "approval")
    asked = come(own, conference).json()

    refused = organiser.post("/api/v1/check-ins", {"registration": asked["id"]}, format="json")

    assert (refused.status_code, "chờ duyệt" in refused.json()["detail"]) == (409, True)
    assert RegistrationFactory(conference=conference).state == "confirmed"
    assert Registration.objects.get(pk=asked["id"]).state == "pending"
