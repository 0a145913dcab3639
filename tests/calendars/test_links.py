"""Calendar links over the API: made and shown once, reissued, revoked; and what they open until then."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.calendars.models import CalendarLink
from backend.outbox.models import Event
from backend.people.models import Account
from tests.calendars.conftest import NOW
from tests.calendars.reading import fetch
from tests.factories.conferences import ConferenceFactory, DutyFactory, RoomFactory, SeriesFactory
from tests.factories.people import AccountFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/calendar-links"


@pytest.fixture
def account() -> Account:
    made: Account = AccountFactory()
    return made


@pytest.fixture
def api(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def made(api: APIClient, **body: Any) -> Any:
    answer = api.post(URL, body or {"kind": "person"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def path_of(issued: Any) -> str:
    address: str = issued["address"]
    assert address.startswith("http://127.0.0.1:8000/calendars/private/")
    return address.removeprefix("http://127.0.0.1:8000")


def test_the_address_is_shown_once_and_kept_as_a_hash(api: APIClient) -> None:
    issued = made(api)
    secret = path_of(issued).split("/")[-1].removesuffix(".ics")
    assert len(secret) == 43
    fetch(path_of(issued))

    (row,) = api.get(URL).json()["results"]
    assert "address" not in row
    assert "address" not in api.get(f"{URL}/{row['id']}").json()
    assert secret not in str(CalendarLink.objects.values().get())
    assert Event.objects.filter(name="calendar_link.issued").count() == 1


def test_a_repeat_of_the_making_shows_no_address(api: APIClient) -> None:
    answers = [api.post(URL, {"kind": "person"}, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert ["address" in answer.json() for answer in answers] == [True, False]


def test_one_live_link_per_feed_and_account(api: APIClient) -> None:
    first = made(api)
    again = api.post(URL, {"kind": "person"})
    assert (again.status_code, again.json()["link"]) == (409, first["id"])
    assert api.delete(f"{URL}/{first['id']}").status_code == 204
    made(api)


def test_a_reissued_link_has_a_new_address_only(api: APIClient) -> None:
    first = made(api)
    second = api.post(f"{URL}/{first['id']}/reissue").json()
    assert second["id"] == first["id"]
    fetch(path_of(first), 404)
    fetch(path_of(second))


def test_a_revoked_link_answers_404_like_one_that_never_was(api: APIClient) -> None:
    issued = made(api)
    for _ in range(2):
        assert api.delete(f"{URL}/{issued['id']}").status_code == 204
    revoked, unknown = fetch(path_of(issued), 404), fetch("/calendars/private/khong-co.ics", 404)
    assert {**revoked.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
    assert api.post(f"{URL}/{issued['id']}/reissue").status_code == 409
    assert Event.objects.filter(name="calendar_link.revoked").count() == 1


def test_the_links_of_a_closed_account_open_nothing(api: APIClient, account: Account) -> None:
    path = path_of(made(api))
    Account.objects.filter(pk=account.pk).update(is_active=False)
    fetch(path, 404)
    Account.objects.filter(pk=account.pk).update(is_active=True)
    fetch(path)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "planet"}, "kind"),
        ({"kind": "room"}, "subject"),
        ({"kind": "room", "subject": "01990000-0000-7000-8000-000000000000"}, "subject"),
        ({"kind": "room", "subject": "phong-a"}, "subject"),
        ({"kind": "person", "subject": "01990000-0000-7000-8000-000000000000"}, "subject"),
        ({"kind": "person", "account": "x"}, "account"),
    ],
)
def test_bad_bodies_are_refused_by_field(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(URL, body)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert not CalendarLink.objects.exists()


def test_what_one_may_not_see_one_cannot_have_a_feed_of(api: APIClient) -> None:
    closed = ConferenceFactory(announced=True, exact=True, confidentiality="internal")
    series = SeriesFactory(outline__confidentiality="restricted")
    for kind, row in (("conference", closed), ("series", series)):
        assert api.post(URL, {"kind": kind, "subject": str(row.pk)}).status_code == 400
    assert api.post(URL, {"kind": "person"}).status_code == 201
    nobody = APIClient()
    nobody.force_authenticate(AccountFactory(person=None))
    assert nobody.post(URL, {"kind": "person"}).json()["errors"][0]["field"] == "kind"


def test_links_are_listed_with_the_name_of_what_they_are_of_as_long_as_it_may_be_seen(
    api: APIClient, account: Account
) -> None:
    held = ConferenceFactory(announced=True, exact=True, confidentiality="internal", title={"vi": "Nhân sự"})
    duty = DutyFactory(conference=held, person=account.person)
    series = SeriesFactory()
    rows = {
        "person": None,
        "conference": held,
        "series": series,
        "room": RoomFactory(name={"vi": "Hội trường A"}),
        "organisation": OrganisationFactory(name={"vi": "Trung tâm 2"}),
    }
    for kind, row in rows.items():
        made(api, kind=kind, **({"subject": str(row.pk)} if row else {}))

    def names() -> dict[str, Any]:
        return {row["kind"]: row["name"] for row in api.get(URL).json()["results"]}

    assert names() == {
        "person": None,
        "conference": {"vi": "Nhân sự"},
        "series": series.title,
        "room": {"vi": "Hội trường A"},
        "organisation": {"vi": "Trung tâm 2"},
    }
    duty.delete()
    assert names()["conference"] is None
    (link,) = api.get(URL, {"kind": "conference"}).json()["results"]
    assert api.get(f"{URL}/{link['id']}/contents").status_code == 404


def test_the_api_says_what_is_not_in_the_calendar(api: APIClient, account: Account) -> None:
    DutyFactory(conference=ConferenceFactory(announced=True, exact=True), person=account.person)
    held = ConferenceFactory(announced=True, title={"vi": "Hội thảo"})
    DutyFactory(conference=held, person=account.person)
    said = api.get(f"{URL}/{made(api)['id']}/contents").json()
    assert said == {
        "entries": 1,
        "undated": [{"id": str(held.pk), "title": {"vi": "Hội thảo"}, "when": "Chiều 14/01/2021"}],
        "said": "1 hội nghị chưa có giờ chính xác nên chưa có trong lịch: Hội thảo (Chiều 14/01/2021).",
    }


def test_use_is_noted_by_the_hour(api: APIClient, today: Callable[[dt.datetime], None]) -> None:
    path = path_of(made(api))
    noted = []
    for minutes in (0, 59, 61):
        today(NOW + dt.timedelta(minutes=minutes))
        fetch(path)
        noted.append(CalendarLink.objects.get().used_at)
    assert noted == [NOW, NOW, NOW + dt.timedelta(minutes=61)]
    assert CalendarLink.objects.get().version == 1
