"""Drafting a conference in one call, and editing it."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Conference, Venue
from backend.outbox.models import Event
from backend.people.models import Organisation, OrganisationName
from tests.factories.conferences import ConferenceFactory, RoomFactory, VenueFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"
EXACT = {"starts_at": "2021-01-14T13:30:00+07:00", "ends_at": "2021-01-14T17:00:00+07:00"}


def minimal(host: Organisation, **fields: Any) -> dict[str, Any]:
    return {"kind": "review", "title": {"vi": "Hội nghị tổng kết năm 2020"}, "lead": str(host.pk), **fields}


def fields_of(problem: Any) -> set[str]:
    return {error["field"] for error in problem.json()["errors"]}


def test_a_whole_conference_is_drafted_in_one_call(organiser: APIClient, host: Organisation) -> None:
    partners = OrganisationFactory.create_batch(2)
    person = PersonFactory()
    PositionFactory(person=person, organisation=host, title={"vi": "Phó Giám đốc"}, valid_to=dt.date(2021, 6, 30))
    PositionFactory(person=person, organisation=host, title={"vi": "Giám đốc"}, valid_from=dt.date(2021, 7, 1), rank=1)
    answer = organiser.post(
        URL,
        minimal(
            host,
            co_organisers=[str(partner.pk) for partner in reversed(partners)],
            day="2021-01-14",
            day_part="afternoon",
            sites=[
                {
                    "new_venue": {"name": {"vi": "Khách sạn Minh Toàn"}, "hired": True},
                    "new_room": {"name": {"vi": "Hội trường"}},
                }
            ],
            agenda=[
                {"phase": "report", "title": {"vi": "Báo cáo"}},
                {"phase": "discussion", "title": {"vi": "Thảo luận"}},
            ],
            duties=[
                {"kind": "chair", "person": str(person.pk), "organisation": str(host.pk)},
                {"kind": "guest", "office": {"vi": "Vụ trưởng"}},
                {"kind": "guest", "group": {"vi": "lãnh đạo UBND huyện"}},
                {"kind": "panel", "group": {"vi": "các đại biểu"}, "agenda_order": 2, "site_order": 1},
            ],
            legal_basis=[{"vi": "Quyết định 19/2014/QĐ-TTg"}],
            topics=["TCVN ISO 9001:2015"],
            expected={"n": 190, "op": ">", "who": {"vi": "viên chức"}},
            capacity=200,
        ),
    )
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["state"], body["moves"], body["sequence"]) == ("draft", ["announce", "cancel"], 0)
    assert [o["role"] for o in body["organisers"]] == ["lead", "co", "co"]
    assert [o["organisation"]["id"] for o in body["organisers"]] == [str(o.pk) for o in [host, *reversed(partners)]]
    assert body["slug"] == "hoi-nghi-tong-ket-nam-2020-2021-01-14"
    assert body["when_said"] == {"vi": "Chiều 14/01/2021", "en": "Afternoon of 14 January 2021"}
    assert body["where_said"]["vi"] == "Hội trường, Khách sạn Minh Toàn"
    assert body["sites"][0]["venue"]["hired"] is True
    assert [item["order"] for item in body["agenda"]] == [1, 2]
    duties = {(duty["kind"], duty["order"]): duty for duty in body["duties"]}
    assert duties["chair", 1]["office"] == {"vi": "Phó Giám đốc"}
    assert duties["guest", 2]["group"] == {"vi": "lãnh đạo UBND huyện"}
    assert duties["panel", 1]["agenda_item"] == body["agenda"][1]["id"]
    assert body["expected"] == {"n": 190, "op": ">", "who": {"vi": "viên chức"}}
    assert body["starts_at"] is None
    assert answer["ETag"] == '"1"'
    assert Event.objects.get(subject_id=body["id"]).name == "conference.drafted"


def test_what_is_unknown_stays_unknown(organiser: APIClient, host: Organisation) -> None:
    body = organiser.post(URL, minimal(host)).json()
    assert body["day"] is body["starts_at"] is body["capacity"] is None
    assert body["expected"] == body["when_said"] == body["where_said"] == {}
    assert body["slug"].startswith("hoi-nghi-tong-ket-nam-2020-")


def test_equal_titles_on_one_day_get_slugs_of_their_own(organiser: APIClient, host: Organisation) -> None:
    slugs = {organiser.post(URL, minimal(host, day="2021-01-14")).json()["slug"] for _ in range(3)}
    assert len(slugs) == 3


def test_a_given_slug_is_kept_and_refused_when_taken(organiser: APIClient, host: Organisation) -> None:
    assert organiser.post(URL, minimal(host, slug="tong-ket")).json()["slug"] == "tong-ket"
    refused = organiser.post(URL, minimal(host, slug="tong-ket"))
    assert (refused.status_code, fields_of(refused)) == (400, {"slug"})


def test_the_day_follows_from_the_exact_start_in_the_conference_zone(organiser: APIClient, host: Organisation) -> None:
    late = {"starts_at": "2021-01-13T20:00:00Z", "time_zone": "Asia/Ho_Chi_Minh"}
    assert organiser.post(URL, minimal(host, **late)).json()["day"] == "2021-01-14"
    assert organiser.post(URL, minimal(host, **late | {"time_zone": "Europe/Paris"})).json()["day"] == "2021-01-13"


def test_a_part_of_the_day_that_no_longer_fits_goes(organiser: APIClient, host: Organisation) -> None:
    made = organiser.post(URL, minimal(host, day="2021-01-14", day_part="morning")).json()
    address, any_version = f"{URL}/{made['id']}", {"If-Match": "*"}
    refused = organiser.patch(address, EXACT | {"day_part": "evening"}, headers=any_version)
    assert (refused.status_code, fields_of(refused)) == (400, {"day_part"})
    exact = organiser.patch(address, EXACT, headers=any_version).json()
    assert (exact["starts_at"], exact["day_part"]) == (EXACT["starts_at"], "")
    organiser.patch(address, {"starts_at": None, "ends_at": None, "day_part": "afternoon"}, headers=any_version)
    kept = organiser.patch(address, EXACT, headers=any_version).json()
    assert kept["day_part"] == "afternoon"
    unknown = organiser.patch(address, {"starts_at": None, "ends_at": None, "day": None}, headers=any_version).json()
    assert (unknown["day"], unknown["day_part"]) == (None, "")


def test_a_clone_to_an_exact_time_has_no_part_of_the_day_of_the_original(
    organiser: APIClient, host: Organisation
) -> None:
    made = organiser.post(URL, minimal(host, day="2021-01-14", day_part="morning")).json()
    for time in (EXACT, {}):
        clone = organiser.post(f"{URL}/{made['id']}/clone", {"parts": [], **time})
        assert (clone.status_code, clone.json().get("day_part")) == (201, ""), clone.json()


@pytest.mark.parametrize(
    ("_case", "wrong", "field"),
    [
        ("a part of no day", {"day_part": "evening"}, "day_part"),
        ("morning at half past one", EXACT | {"day_part": "morning"}, "day_part"),
        ("a century", EXACT | {"ends_at": "2121-01-14T17:00:00+07:00"}, "ends_at"),
        ("a month and a day", EXACT | {"ends_at": "2021-02-14T13:31:00+07:00"}, "ends_at"),
        ("no Vietnamese title", {"title": {"en": "Review"}}, "title"),
        ("a title of invisible characters", {"title": {"vi": "\u202e\u0007"}}, "title"),
        ("no lead", {"lead": None}, "lead"),
        ("unknown kind", {"kind": "party"}, "kind"),
        ("unknown field", {"tittle": 1}, "tittle"),
        ("unknown zone", {"time_zone": "Asia/Hanoi2"}, "time_zone"),
        ("end before start", EXACT | {"ends_at": "2021-01-14T13:30:00+07:00"}, "ends_at"),
        ("end alone", {"ends_at": EXACT["ends_at"]}, "ends_at"),
        ("another day", EXACT | {"day": "2021-01-15"}, "day"),
        ("no offset", {"starts_at": "2021-01-14T13:30:00"}, "starts_at"),
        ("year out of reach", {"starts_at": "9999-12-31T23:59:59-10:00"}, "starts_at"),
        ("a count without a number", {"expected": {"op": ">"}}, "expected.n"),
        ("no seats", {"capacity": 0}, "capacity"),
        ("a site without a venue", {"sites": [{"capacity": 5}]}, "sites.0.venue"),
        (
            "an order twice",
            {"agenda": [{"phase": "vote", "title": {"vi": "A"}, "order": 2}] * 2},
            "agenda.1.order",
        ),
        ("nobody's duty", {"duties": [{"kind": "chair"}]}, "duties.0.person"),
        (
            "a panel of nothing",
            {"duties": [{"kind": "panel", "office": {"vi": "A"}, "agenda_order": 7}]},
            "duties.0.agenda_order",
        ),
        ("a panel without a session", {"duties": [{"kind": "panel", "office": {"vi": "A"}}]}, "duties.0.agenda_order"),
    ],
)
def test_a_wrong_draft_names_the_field_and_leaves_nothing(
    organiser: APIClient, host: Organisation, _case: str, wrong: dict[str, Any], field: str
) -> None:
    answer = organiser.post(URL, minimal(host, sites=[{"new_venue": {"name": {"vi": "A"}}}]) | wrong)
    assert answer.status_code == 400
    assert field in fields_of(answer)
    assert not Conference.objects.exists()
    assert not Venue.objects.exists()
    assert not Event.objects.exists()


def test_an_organisation_organises_once(organiser: APIClient, host: Organisation) -> None:
    answer = organiser.post(URL, minimal(host, co_organisers=[str(host.pk)]))
    assert (answer.status_code, fields_of(answer)) == (400, {"co_organisers"})


def test_a_room_of_another_house_is_refused(organiser: APIClient, host: Organisation) -> None:
    site = {"venue": str(VenueFactory().pk), "room": str(RoomFactory().pk)}
    answer = organiser.post(URL, minimal(host, sites=[site]))
    assert (answer.status_code, fields_of(answer)) == (400, {"sites.0.room"})


def test_organisers_appear_under_the_name_of_that_day(organiser: APIClient, host: Organisation) -> None:
    OrganisationName.objects.create(
        organisation=host, name={"vi": "Trung tâm Khu vực 2"}, valid_from=None, valid_to=dt.date(2021, 12, 31)
    )
    then = ConferenceFactory(lead=host, day=dt.date(2021, 1, 14))
    later = ConferenceFactory(lead=host, day=dt.date(2022, 1, 14))
    unknown = ConferenceFactory(lead=host, day=None)
    names = [
        organiser.get(f"{URL}/{c.pk}").json()["organisers"][0]["organisation"]["name"]["vi"]
        for c in (then, later, unknown)
    ]
    assert names == ["Trung tâm Khu vực 2", "Trung tâm Kỹ thuật 2", "Trung tâm Kỹ thuật 2"]


# Editing


def test_an_edit_needs_the_version_that_was_read(organiser: APIClient, host: Organisation) -> None:
    path = f"{URL}/{ConferenceFactory(lead=host).pk}"
    assert organiser.patch(path, {"capacity": 5}).status_code == 428
    assert organiser.patch(path, {"capacity": 5}, headers={"If-Match": '"9"'}).status_code == 412
    done = organiser.patch(path, {"capacity": 5}, headers={"If-Match": organiser.get(path)["ETag"]})
    assert (done.status_code, done.json()["capacity"], done["ETag"]) == (200, 5, '"2"')


def test_seats_of_an_announced_conference_are_changed_where_they_are_taken(
    organiser: APIClient, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host, announced=True, capacity=5)
    refused = organiser.patch(f"{URL}/{conference.pk}", {"capacity": 9}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "capacity")
    assert f"/api/v1/seats/{conference.pk}/resize" in refused.json()["errors"][0]["reason"]
    seats = f"/api/v1/seats/{conference.pk}"
    read = {"If-Match": organiser.get(seats)["ETag"]}
    assert organiser.post(f"{seats}/resize", {"capacity": 9}, headers=read).status_code == 200
    assert organiser.get(f"{URL}/{conference.pk}").json()["capacity"] == 9


def moved_facts(conference: Conference) -> list[dict[str, Any]]:
    return [
        event.payload
        for event in Event.objects.filter(subject_id=conference.pk, name="conference.moved").order_by("id")
    ]


def test_a_new_time_of_an_announced_conference_raises_the_sequence_once(
    organiser: APIClient, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    body = organiser.patch(
        f"{URL}/{conference.pk}", EXACT | {"day_part": "", "note": {"vi": "x"}}, headers={"If-Match": "*"}
    ).json()
    assert body["sequence"] == 1
    (fact,) = moved_facts(conference)
    assert (fact["sequence"], set(fact["changes"])) == (1, {"starts_at", "ends_at", "day_part"})


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("a text", {"title": {"vi": "Tên mới"}, "note": {"vi": "Ghi chú"}}),
        ("the same time", {"day": "2021-01-14", "day_part": "afternoon"}),
    ],
)
def test_a_text_keeps_the_sequence(
    organiser: APIClient, host: Organisation, _case: str, change: dict[str, Any]
) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    assert organiser.patch(f"{URL}/{conference.pk}", change, headers={"If-Match": "*"}).json()["sequence"] == 0
    assert moved_facts(conference) == []


def test_a_draft_moves_silently(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host)
    moved = organiser.patch(f"{URL}/{conference.pk}", {"day": "2021-02-01"}, headers={"If-Match": "*"}).json()
    assert moved["sequence"] == 1, "in the calendars of those who prepare it"
    assert moved_facts(conference) == []


def test_an_edit_that_changes_nothing_writes_nothing(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host)
    answer = organiser.patch(f"{URL}/{conference.pk}", {"day": "2021-01-14"}, headers={"If-Match": "*"})
    assert answer["ETag"] == '"1"'
    assert not Event.objects.exists()


def test_a_place_added_to_an_announced_conference_is_a_move(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    made = organiser.post("/api/v1/sites", {"conference": str(conference.pk), "venue": str(VenueFactory().pk)})
    assert made.status_code == 201, made.json()
    path = f"/api/v1/sites/{made.json()['id']}"
    organiser.patch(path, {"capacity": 90}, headers={"If-Match": "*"})
    organiser.patch(path, {"venue": str(VenueFactory().pk)}, headers={"If-Match": "*"})
    assert [fact["changes"] for fact in moved_facts(conference)] == [["sites"], ["sites"]]
    assert organiser.get(f"{URL}/{conference.pk}").json()["sequence"] == 2


@pytest.mark.parametrize("state", ["running", "closed"])
def test_a_held_conference_does_not_move_but_its_record_is_written(
    organiser: APIClient, host: Organisation, state: str
) -> None:
    path = f"{URL}/{ConferenceFactory(lead=host, state=state).pk}"
    assert organiser.patch(path, {"day": "2021-02-01"}, headers={"If-Match": "*"}).status_code == 409
    assert organiser.patch(path, {"attended": {"n": 190, "op": ">"}}, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("state", ["archived", "cancelled"])
def test_a_shut_conference_is_not_written(organiser: APIClient, host: Organisation, state: str) -> None:
    conference = ConferenceFactory(lead=host, state=state)
    assert (
        organiser.patch(f"{URL}/{conference.pk}", {"note": {"vi": "x"}}, headers={"If-Match": "*"}).status_code == 409
    )
    item = {"conference": str(conference.pk), "phase": "vote", "title": {"vi": "Biểu quyết"}}
    assert organiser.post("/api/v1/agenda-items", item).status_code == 409


def test_organisers_are_replaced_together(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, co=[OrganisationFactory()])
    partners = [str(o.pk) for o in OrganisationFactory.create_batch(2)]
    body = organiser.patch(f"{URL}/{conference.pk}", {"co_organisers": partners}, headers={"If-Match": "*"}).json()
    assert [o["organisation"]["id"] for o in body["organisers"]] == [str(host.pk), *partners]


def test_the_lead_cannot_be_given_to_an_organisation_one_does_not_work_for(
    organiser: APIClient, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host)
    change = {"lead": str(OrganisationFactory().pk)}
    assert organiser.patch(f"{URL}/{conference.pk}", change, headers={"If-Match": "*"}).status_code == 403


def test_a_conference_does_not_follow_itself(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host)
    answer = organiser.patch(f"{URL}/{conference.pk}", {"follows": str(conference.pk)}, headers={"If-Match": "*"})
    assert (answer.status_code, fields_of(answer)) == (400, {"follows"})
