"""The organiser's view: who has answered, as numbers and as series."""

import datetime as dt
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences.models import TimeAndPlace
from backend.invitations.models import Invitation
from backend.people.models import Person
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
#: Seconds an organiser may wait for 2,000 invitations of 30 units.
PATIENCE = 0.5


@pytest.fixture
def unit() -> Any:
    return OrganisationFactory(name={"vi": "Uỷ ban", "en": "Commission"})


def read(api: APIClient, conference: Any, **filters: Any) -> Any:
    answer = api.get("/api/v1/invitations/overview", {"conference": str(conference.pk), **filters})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def answers(rows: Any, organisation: Any, *states: str, on: str = "2021-01-05T03:00:00+00:00", **fields: Any) -> None:
    for state in states:
        answered = dt.datetime.fromisoformat(on) if state in {"accepted", "declined", "tentative"} else None
        InvitationFactory(list=rows, organisation=organisation, state=state, answered_at=answered, **fields)


def test_numbers_by_unit_roll_up_the_tree(api: APIClient, conference: Any, unit: Any) -> None:
    centre = OrganisationFactory(parent=unit, name={"vi": "A Trung tâm"})
    room = OrganisationFactory(parent=centre, name={"vi": "Phòng thử nghiệm"})
    other = OrganisationFactory(parent=unit, name={"vi": "B Vụ"})
    rows = InvitationListFactory(conference=conference)
    answers(rows, centre, "accepted", "draft")
    answers(rows, room, "accepted", "declined", "withdrawn")
    answers(rows, other, "sent")
    answers(rows, None, "tentative")
    answers(InvitationListFactory(), room, "accepted")  # of another conference

    found = read(api, conference)

    assert found["figures"] == {
        "invited": 5,
        "answered": 4,
        "outdated": 0,
        "waiting": 1,
        "by_state": {"draft": 1, "sent": 1, "accepted": 2, "declined": 1, "tentative": 1, "withdrawn": 1},
    }
    seen = [
        (row["name"]["vi"], row["level"], row["own"]["invited"], row["figures"]["invited"], row["figures"]["answered"])
        for row in found["by_unit"]
    ]
    assert seen == [
        ("Uỷ ban", 0, 0, 4, 3),
        ("A Trung tâm", 1, 1, 3, 3),
        ("Phòng thử nghiệm", 2, 2, 2, 2),
        ("B Vụ", 1, 1, 1, 0),
        ("Không thuộc đơn vị nào", 0, 1, 1, 1),
    ]
    assert [row["parent"] for row in found["by_unit"]][1:3] == [str(unit.pk), str(centre.pk)]
    chart = found["units"]
    assert [label["vi"] for label in chart["labels"]] == [
        "A Trung tâm",
        "Phòng thử nghiệm",
        "B Vụ",
        "Không thuộc đơn vị nào",
    ]
    assert {series["key"]: series["values"] for series in chart["series"]} == {
        "accepted": [1, 1, 0, 0],
        "declined": [0, 1, 0, 0],
        "tentative": [0, 0, 0, 1],
        "sent": [0, 0, 1, 0],
    }
    assert chart["series"][0]["name"] == {"vi": "nhận lời", "en": "accepted"}
    assert chart["outdated"] == {
        "key": "outdated",
        "name": {"vi": "trả lời theo thời gian, địa điểm cũ", "en": "answered for a former time or place"},
        "values": [0, 0, 0, 0],
    }


def test_numbers_by_site_and_category(api: APIClient, conference: Any, unit: Any) -> None:
    here, there = SiteFactory(conference=conference), SiteFactory(conference=conference)
    answers(InvitationListFactory(conference=conference, site=here, category="staff"), unit, "accepted", "sent")
    answers(InvitationListFactory(conference=conference, category="guest"), unit, "declined")

    found = read(api, conference)

    by_site = {row["site"]: row["figures"]["invited"] for row in found["by_site"]}
    assert by_site == {str(here.pk): 2, str(there.pk): 0, None: 1}
    by_category = {row["category"]: row["figures"]["answered"] for row in found["by_category"]}
    assert by_category == {"staff": 1, "delegate": 0, "guest": 1}
    assert found["by_category"][1]["name"] == {"vi": "đại biểu", "en": "delegate"}
    assert len(found["sites"]["labels"]) == 2


def test_answers_by_the_day_on_the_conferences_clock(api: APIClient, conference: Any, unit: Any) -> None:
    rows = InvitationListFactory(conference=conference)
    answers(rows, unit, "accepted", "declined", on="2021-01-04T16:59:59+00:00")  # the 4th, in Viet Nam
    answers(rows, unit, "accepted", on="2021-01-04T17:00:00+00:00")  # the 5th
    answers(rows, unit, "tentative", on="2021-01-07T03:00:00+00:00")

    Invitation.objects.filter(state="accepted").update(sequence=1)
    TimeAndPlace.objects.create(
        conference=conference,
        sequence=1,
        time_zone=conference.time_zone,
        recorded_at=dt.datetime.fromisoformat("2021-01-04T17:00:00+00:00"),
    )
    found = read(api, conference)
    days = found["days"]

    assert days["outdated"]["values"] == [1, 0, 0, 0]
    assert found["units"]["outdated"]["values"] == found["sites"]["outdated"]["values"] == [1]
    assert days["labels"] == ["2021-01-04", "2021-01-05", "2021-01-06", "2021-01-07"]
    assert {series["key"]: series["values"] for series in days["series"]} == {
        "accepted": [1, 1, 0, 0],
        "declined": [1, 0, 0, 0],
        "tentative": [0, 0, 0, 1],
    }


def test_a_conference_nobody_is_invited_to_is_counted_too(api: APIClient, conference: Any) -> None:
    found = read(api, conference)

    assert (found["figures"]["invited"], found["by_unit"], found["days"]["labels"]) == (0, [], [])


def test_the_view_is_filtered(api: APIClient, conference: Any, unit: Any) -> None:
    centre = OrganisationFactory(parent=unit)
    room = OrganisationFactory(parent=centre)
    site = SiteFactory(conference=conference)
    staff = InvitationListFactory(conference=conference, category="staff", site=site)
    guests = InvitationListFactory(conference=conference, category="guest")
    answers(staff, unit, "accepted")
    answers(staff, room, "sent")
    answers(guests, centre, "sent")

    def invited(**filters: Any) -> int:
        return int(read(api, conference, **filters)["figures"]["invited"])

    assert invited(organisation=str(centre.pk)) == 2
    assert invited(list=str(staff.pk)) == invited(site=str(site.pk)) == invited(category="staff") == 2
    assert invited(category="staff", organisation=str(centre.pk)) == 1


def test_it_is_for_those_who_may_read_the_invitations(api: APIClient, conference: Any) -> None:
    row = InvitationFactory(list__conference=conference, sent=True)
    address = f"/api/v1/invitations/overview?conference={conference.pk}"
    invitee, stranger = APIClient(), APIClient()
    invitee.force_authenticate(AccountFactory(person=row.person))
    stranger.force_authenticate(account_with("organiser", organisation=OrganisationFactory()))

    assert [client.get(address).status_code for client in (api, invitee, stranger, APIClient())] == [200, 404, 404, 401]
    for query in ("", "?conference=x", f"?conference={conference.pk}&category=vip", f"?conference={conference.pk}&x=1"):
        assert api.get(f"/api/v1/invitations/overview{query}").status_code == 400, query


def test_the_same_statements_for_any_number_of_units_and_two_thousand_invitations_in_half_a_second(
    api: APIClient, unit: Any
) -> None:
    counts = set()
    for size, invitees in ((1, 3), (3, 30), (30, 2000)):
        conference = ConferenceFactory(announced=True, exact=True, lead=unit)
        rows = InvitationListFactory(conference=conference, site=SiteFactory(conference=conference))
        units = [OrganisationFactory(parent=unit) for _ in range(size)]
        people = Person.objects.bulk_create(
            PersonFactory.build(organisation=None, full_name=f"Người {n}", folded="", sort_key="")
            for n in range(invitees)
        )
        states = ("sent", "accepted", "declined", "tentative")
        Invitation.objects.bulk_create(
            Invitation(
                list=rows,
                conference=conference,
                site_id=rows.site_id,
                person=person,
                organisation=units[n % size],
                category="staff",
                state=states[n % 4],
                answered_at=dt.datetime(2021, 1, 1 + n % 9, tzinfo=dt.UTC) if n % 4 else None,
            )
            for n, person in enumerate(people)
        )
        read(api, conference)
        with CaptureQueriesContext(connection) as said:
            assert read(api, conference)["figures"]["invited"] == invitees
        counts.add(len(said))
    assert len(counts) == 1
    assert counts.pop() <= 12

    def seconds() -> float:
        began = time.perf_counter()
        read(api, conference)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < PATIENCE
