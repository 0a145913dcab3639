"""Several at once, those who come unannounced, the end of the day, and how many are in, live and over time."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.people.models import Person
from backend.registration import queries, services
from backend.registration.models import Presence, Registration, Seats
from backend.registration.services import counters
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.registration.test_seats import LOOK_THEN_INSERT
from tests.threads import rush

API = "/api/v1"


@pytest.fixture
def conference(db: None) -> Any:
    return ConferenceFactory(announced=True, exact=True, capacity=30, lead=OrganisationFactory())


@pytest.fixture
def api(conference: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=conference.organisers.get().organisation))
    return client


def post(api: APIClient, path: str, conference: Any, **said: Any) -> Any:
    return api.post(f"{API}/{path}", {"conference": str(conference.pk), **said}, format="json")


def test_people_of_a_unit_are_checked_in_by_one_call_and_each_is_told(api: APIClient, conference: Any) -> None:
    unit = OrganisationFactory()
    rows = [RegistrationFactory(conference=conference, organisation_id=unit.pk) for _ in range(3)]
    services.check_in(registration_id=rows[0].pk)
    services.cancel(registration_id=rows[2].pk)
    foreign = RegistrationFactory()
    named = [str(row.pk) for row in (*rows, foreign)]

    told = post(api, "check-ins/many", conference, registrations=named).json()
    unit_told = post(api, "check-ins/many", conference, organisation=str(unit.pk)).json()
    out = post(api, "check-outs/many", conference, registrations=named).json()

    assert [each["outcome"] for each in told["people"]] == ["already", "recorded", "refused", "refused"]
    assert (told["recorded"], told["already"], told["refused"]) == (1, 1, 2)
    assert told["people"][2]["reason"]["vi"] == "Đăng ký này đã huỷ."
    assert told["people"][3]["person_name"] == ""
    assert unit_told["already"] == 2
    assert (out["recorded"], out["refused"]) == (2, 2)
    assert queries.present_at(conference.pk, now()).count() == 0


def test_a_list_costs_the_same_however_long(api: APIClient, conference: Any) -> None:
    costs = []
    for number in (1, 8):
        named = [str(RegistrationFactory(conference=conference).pk) for _ in range(number)]
        with CaptureQueriesContext(connection) as said:
            assert post(api, "check-ins/many", conference, registrations=named).json()["recorded"] == number
        costs.append(len([each for each in said if "outbox" not in each["sql"]]))
    assert costs[0] >= costs[1]


def test_everybody_is_checked_out_at_the_end_of_the_day(api: APIClient, conference: Any) -> None:
    here, there = SiteFactory(conference=conference), SiteFactory(conference=conference)
    for site in (here, here, there):
        services.check_in(registration_id=RegistrationFactory(conference=conference, site=site).pk)

    assert post(api, "check-outs/everyone", conference, site=str(here.pk)).json() == {"out": 2}
    assert post(api, "check-outs/everyone", conference).json() == {"out": 1}
    assert post(api, "check-outs/everyone", conference).json() == {"out": 0}
    assert Presence.objects.filter(direction="out").count() == 3


def test_who_comes_unannounced_gets_a_free_seat_and_is_in(api: APIClient, conference: Any) -> None:
    told = post(api, "walk-ins", conference, full_name="  Nguyễn  Thị Hương Giang ", honorific="ba").json()

    person = Person.objects.get(pk=told["registration"]["person"])
    assert (person.full_name, person.organisation) == ("Nguyễn Thị Hương Giang", None), "nobody's but their own"
    assert told["registration"]["organisation"] is None
    assert (person.email, person.phone) == ("", "")
    assert (told["added"], told["registration"]["walk_in"], told["registration"]["state"]) == (True, True, "confirmed")
    assert told["registration"]["category"] == "guest"
    assert told["presence"]["direction"] == "in"
    assert Seats.objects.get(pk=conference.pk).taken == 1


def test_who_is_on_record_is_taken_for_that_person_and_asked_about_where_it_is_unclear(
    api: APIClient, conference: Any
) -> None:
    host = conference.organisers.get().organisation
    known = PersonFactory(full_name="Đặng Thanh Tùng", organisation=host)
    invited = RegistrationFactory(conference=conference, person=PersonFactory(full_name="Lê Thu Hà"))

    told = post(api, "walk-ins", conference, full_name="ông Đặng Thanh Tùng", organisation=str(host.pk)).json()
    unclear = post(api, "walk-ins", conference, full_name="Lê Thu Hà")
    first = post(api, "walk-ins", conference, person=str(invited.person_id))
    repeated = post(api, "walk-ins", conference, person=str(invited.person_id))
    chosen = first.json()
    another = post(api, "walk-ins", conference, full_name="Lê Thu Hà", anew=True).json()

    assert (told["registration"]["person"], told["added"]) == (str(known.pk), False)
    assert (unclear.status_code, unclear.json()["candidates"]) == (
        409,
        [{"person": str(invited.person_id), "name": "Lê Thu Hà", "organisation": said_unit(invited.person)}],
    )
    assert (chosen["registration"]["id"], chosen["registration"]["walk_in"]) == (str(invited.pk), False)
    assert (first.status_code, repeated.status_code) == (201, 200)
    assert repeated.json()["presence"]["id"] == chosen["presence"]["id"]
    assert another["added"]


def said_unit(person: Person) -> str:
    return str(person.organisation.name["vi"]) if person.organisation else ""


def test_namesakes_elsewhere_are_asked_about_where_one_may_see_them(api: APIClient, conference: Any) -> None:
    host = conference.organisers.get().organisation
    colleague = PersonFactory(full_name="Trần Văn Đức", organisation=OrganisationFactory(parent=host))
    PersonFactory(full_name="Trần Văn Đức")  # in a unit that is none of theirs
    before = ConferenceFactory(announced=True, lead=host)
    RegistrationFactory(conference=before, person=PersonFactory(full_name="Trần Văn Đức", organisation=None))

    asked = post(api, "walk-ins", conference, full_name="Trần Văn Đức").json()["candidates"]
    assert {each["organisation"] for each in asked} == {said_unit(colleague), ""}
    of_another_unit = post(
        api, "walk-ins", conference, full_name="Trần Văn Đức", organisation=str(OrganisationFactory().pk)
    ).json()
    assert [each["organisation"] for each in of_another_unit["candidates"]] == [""]
    api.force_authenticate(account_with("organiser", organisation=OrganisationFactory()))
    assert post(api, "walk-ins", conference, full_name="Trần Văn Đức").status_code in {403, 404}


def test_where_no_seat_is_free_nothing_is_left_behind_and_the_counts_are_told(api: APIClient, conference: Any) -> None:
    services.set_capacity(conference_id=conference.pk, capacity=1)
    seated, _ = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    people = Person.objects.count()

    refused = post(api, "walk-ins", conference, full_name="Phạm Văn Mới")
    services.cancel(registration_id=seated.pk)
    passing_the_line = post(api, "walk-ins", conference, full_name="Phạm Văn Mới")

    assert refused.status_code == 409
    assert refused.json()["detail"] == "Không còn chỗ trống: 1/1 chỗ đã có người, 1 người đang chờ."
    assert [refused.json()[name] for name in ("capacity", "taken", "waiting")] == [1, 1, 1]
    assert (passing_the_line.status_code, passing_the_line.json()["taken"]) == (409, 0)
    assert (Person.objects.count(), Registration.objects.count()) == (people, 2)
    assert Seats.objects.get(pk=conference.pk).waiting == 1


def test_a_site_that_is_full_says_so(api: APIClient, conference: Any) -> None:
    site = SiteFactory(conference=conference)
    services.set_limit(conference_id=conference.pk, site_id=site.pk, capacity=1)
    RegistrationFactory(conference=conference, site=site)

    refused = post(api, "walk-ins", conference, full_name="Phạm Văn Mới", site=str(site.pk))

    assert refused.json()["detail"] == "Hết chỗ cho địa điểm hoặc đơn vị này: 1/1 chỗ đã có người."


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"full_name": " "},
        {"full_name": "🎉"},
        {"full_name": "A", "person": "0" * 32},
        {"person": "0" * 32, "office": {"vi": "A"}},
    ],
)
def test_what_cannot_be_read_is_refused(api: APIClient, conference: Any, said: dict[str, Any]) -> None:
    assert post(api, "walk-ins", conference, **said).status_code == 400


def six_for_one() -> int:
    conference = ConferenceFactory(announced=True, capacity=1)
    services.set_capacity(conference_id=conference.pk, capacity=1)
    connection.close()
    rush(
        lambda number=number: services.walk_in(  # type: ignore[misc]
            conference_id=conference.pk, who=services.Stranger(full_name=f"Khách Số {number}")
        )
        for number in range(6)
    )
    return Registration.objects.filter(conference=conference, state="confirmed").count()


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one_of_those_who_come_together() -> None:
    assert six_for_one() == 1
    assert Person.objects.count() == Presence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_locked_counter_several_would_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(counters, "TAKE_SEAT_OR_TURN", LOOK_THEN_INSERT)

    assert six_for_one() > 1


def test_numbers_are_asked_for_again_and_again_at_no_price(api: APIClient, conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    asked = {"conference": str(conference.pk)}
    first = api.get(f"{API}/attendance", asked)

    assert api.get(f"{API}/attendance", asked, headers={"If-None-Match": first["ETag"]}).status_code == 304
    services.check_in(registration_id=row.pk)
    assert api.get(f"{API}/attendance", asked, headers={"If-None-Match": first["ETag"]}).json()["present"] == 1


def test_who_was_in_is_listed_by_site_and_unit_and_counted_over_time(api: APIClient, conference: Any) -> None:
    here, there, unit = SiteFactory(conference=conference), SiteFactory(conference=conference), OrganisationFactory()
    start = now().replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=2)
    rows = [
        RegistrationFactory(conference=conference, site=here, organisation_id=unit.pk),
        RegistrationFactory(conference=conference, site=there, category="guest"),
    ]
    for row, direction, minute in ((rows[0], "in", 1), (rows[1], "in", 7), (rows[0], "out", 11), (rows[0], "out", 12)):
        Presence.objects.create(
            conference=conference, registration=row, site=row.site, direction=direction,
            at=start + dt.timedelta(minutes=minute), source="staff",
        )  # fmt: skip

    def listed(minute: int, **asked: str) -> list[str]:
        at = (start + dt.timedelta(minutes=minute)).isoformat()
        found = api.get(f"{API}/attendees", {"conference": str(conference.pk), "at": at, **asked}).json()["results"]
        return [each["registration"] for each in found]

    first, second = (str(row.pk) for row in rows)
    assert listed(8) == [second, first]
    assert listed(8, site=str(here.pk)) == listed(8, organisation=str(unit.pk)) == [first]
    assert listed(12) == [second]
    series = api.get(f"{API}/attendance/series", {"conference": str(conference.pk)}).json()["points"]
    assert [(point["present"], point["counted"]) for point in series] == [(0, 0), (1, 1), (2, 1), (1, 0)]
    for wrong in (
        {"step": 0},
        {"since": now().isoformat(), "until": start.isoformat()},
        {"since": "2001-01-01T00:00:00Z"},
    ):
        assert api.get(f"{API}/attendance/series", {"conference": str(conference.pk), **wrong}).status_code == 400


def test_a_conflict_is_raised_while_the_doors_are_shut(conference: Any) -> None:
    type(conference).objects.filter(pk=conference.pk).update(state="draft")

    with pytest.raises(Conflict):
        services.pass_many(conference_id=conference.pk, registrations=[], direction="in")
