"""Sites, agenda items, duties and speeches as resources of their own; venues, rooms and series."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from backend.conferences.models import AgendaItem, Conference, Duty, Speech
from backend.conferences.services import parts
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeechFactory,
    VenueFactory,
)
from tests.factories.people import PersonFactory, PositionFactory

pytestmark = pytest.mark.django_db
ANY = {"If-Match": "*"}


@pytest.fixture
def conference(host: Organisation) -> Conference:
    made: Conference = ConferenceFactory(lead=host)
    return made


def add(client: APIClient, shelf: str, conference: Conference, /, **fields: Any) -> Any:
    return client.post(f"/api/v1/{shelf}", {"conference": str(conference.pk), **fields})


def fields_of(problem: Any) -> set[str]:
    assert problem.status_code == 400
    return {error["field"] for error in problem.json()["errors"]}


def test_agenda_items_follow_one_another_unless_told(organiser: APIClient, conference: Conference) -> None:
    first = add(organiser, "agenda-items", conference, phase="opening", title={"vi": "Khai mạc"})
    fifth = add(organiser, "agenda-items", conference, phase="report", title={"vi": "Báo cáo"}, order=5)
    sixth = add(organiser, "agenda-items", conference, phase="vote", title={"vi": "Biểu quyết"})
    assert [answer.json()["order"] for answer in (first, fifth, sixth)] == [1, 5, 6]
    taken = add(organiser, "agenda-items", conference, phase="vote", title={"vi": "Biểu quyết"}, order=5)
    assert fields_of(taken) == {"order"}
    path = f"/api/v1/agenda-items/{sixth.json()['id']}"
    assert fields_of(organiser.patch(path, {"order": 1}, headers=ANY)) == {"order"}
    assert organiser.patch(path, {"order": 6, "title": {"vi": "Bầu"}}, headers=ANY).json()["title"] == {"vi": "Bầu"}


def test_a_change_of_a_part_is_seen_in_the_conferences_etag(organiser: APIClient, conference: Conference) -> None:
    path = f"/api/v1/conferences/{conference.pk}"
    before = organiser.get(path)["ETag"]
    assert organiser.get(path, headers={"If-None-Match": before}).status_code == 304
    add(organiser, "agenda-items", conference, phase="opening", title={"vi": "Khai mạc"})
    assert organiser.get(path, headers={"If-None-Match": before}).status_code == 200


def test_recording_a_speech_is_no_edit_of_the_conference(organiser: APIClient, conference: Conference) -> None:
    path = f"/api/v1/conferences/{conference.pk}"
    before = organiser.get(path)["ETag"]
    add(organiser, "speeches", conference, kind="remark", speaker={"vi": "Khối Đo lường"})
    assert organiser.get(path)["ETag"] == before
    assert Event.objects.get(subject_id=conference.pk).payload["fields"] == ["speeches"]


@pytest.mark.parametrize(
    ("kind", "factory"),
    [("sites", SiteFactory), ("agenda-items", AgendaItemFactory), ("duties", DutyFactory), ("speeches", SpeechFactory)],
)
def test_parts_are_edited_by_version_and_deleted_in_drafts_only(
    organiser: APIClient, host: Organisation, conference: Conference, kind: str, factory: Any
) -> None:
    path = f"/api/v1/{kind}/{factory(conference=conference).pk}"
    assert organiser.patch(path, {"order": 77}).status_code == 428
    assert organiser.patch(path, {"order": 77}, headers={"If-Match": '"9"'}).status_code == 412
    edited = organiser.patch(path, {"order": 77}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["order"], edited["ETag"]) == (200, 77, '"2"')
    other = {"conference": str(ConferenceFactory(lead=host).pk)}
    assert fields_of(organiser.patch(path, other, headers=ANY)) == {"conference"}
    assert organiser.delete(path, headers=ANY).status_code == 204
    assert organiser.get(path).status_code == 404
    held = kind == "agenda-items"  # before that they may still go, as long as no release told of them
    kept = factory(conference=ConferenceFactory(lead=host, state="running" if held else "announced"))
    assert organiser.delete(f"/api/v1/{kind}/{kept.pk}", headers=ANY).status_code == 409


def test_parts_have_limits(organiser: APIClient, conference: Conference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parts.LIMITS, AgendaItem, 1)
    item = {"phase": "opening", "title": {"vi": "Khai mạc"}}
    assert add(organiser, "agenda-items", conference, **item).status_code == 201
    assert add(organiser, "agenda-items", conference, **item).status_code == 409


@pytest.mark.parametrize("model", [AgendaItemFactory, SpeechFactory, SiteFactory])
def test_the_database_refuses_an_order_twice(conference: Conference, model: Any) -> None:
    model(conference=conference, order=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        model(conference=conference, order=3)


# Duties


def test_the_office_is_the_one_held_on_the_day_and_stays(organiser: APIClient, conference: Conference) -> None:
    person = PersonFactory()
    then = PositionFactory(person=person, title={"vi": "Phó Tổng cục trưởng"}, valid_to=dt.date(2021, 12, 31))
    PositionFactory(person=person, title={"vi": "Quyền Chủ tịch"}, valid_from=dt.date(2022, 1, 1), rank=1)
    duty = add(organiser, "duties", conference, kind="guest", person=str(person.pk)).json()
    assert duty["office"] == {"vi": "Phó Tổng cục trưởng"}
    assert duty["organisation"]["id"] == str(then.organisation_id)
    then.title = {"vi": "Viết lại"}
    then.save()
    organiser.patch(f"/api/v1/duties/{duty['id']}", {"order": 4}, headers=ANY)
    assert Duty.objects.get(pk=duty["id"]).office == {"vi": "Phó Tổng cục trưởng"}


def test_no_office_is_guessed_for_an_unknown_day(organiser: APIClient, host: Organisation) -> None:
    person = PositionFactory().person
    duty = add(organiser, "duties", ConferenceFactory(lead=host, day=None), kind="chair", person=str(person.pk)).json()
    assert (duty["office"], duty["organisation"]) == ({}, None)


def test_an_office_as_said_is_kept(organiser: APIClient, conference: Conference) -> None:
    person = PositionFactory().person
    said = {"vi": "PGĐ"}
    assert (
        add(organiser, "duties", conference, kind="chair", person=str(person.pk), office=said).json()["office"] == said
    )


def test_a_person_has_a_duty_once(organiser: APIClient, conference: Conference) -> None:
    person = str(PersonFactory().pk)
    assert add(organiser, "duties", conference, kind="chair", person=person).status_code == 201
    assert fields_of(add(organiser, "duties", conference, kind="chair", person=person)) == {"person"}
    assert add(organiser, "duties", conference, kind="teller", person=person).status_code == 201
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyFactory(conference=conference, kind="chair", person_id=person)


def test_the_database_refuses_a_duty_of_nobody(conference: Conference) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyFactory(conference=conference, office={})


def test_a_panel_chairs_an_item_of_its_own_conference(organiser: APIClient, conference: Conference) -> None:
    group = {"vi": "các đại biểu"}
    assert fields_of(add(organiser, "duties", conference, kind="panel", group=group)) == {"agenda_item"}
    elsewhere = str(AgendaItemFactory().pk)
    assert fields_of(add(organiser, "duties", conference, kind="panel", group=group, agenda_item=elsewhere)) == {
        "agenda_item"
    }
    here = str(AgendaItemFactory(conference=conference).pk)
    assert add(organiser, "duties", conference, kind="panel", group=group, agenda_item=here).status_code == 201


def test_whoever_chairs_one_session_is_its_panel_and_goes_with_it(organiser: APIClient, conference: Conference) -> None:
    item, person = AgendaItemFactory(conference=conference), PersonFactory()
    session = {"agenda_item": str(item.pk), "person": str(person.pk)}
    refused = add(organiser, "duties", conference, kind="chair", **session)
    assert fields_of(refused) == {"kind"}
    assert "chủ trì phiên" in refused.json()["errors"][0]["reason"]
    panel = add(organiser, "duties", conference, kind="panel", **session)
    writer = add(organiser, "duties", conference, kind="secretary", **session)
    assert (panel.status_code, writer.status_code) == (201, 201)
    path = f"/api/v1/duties/{panel.json()['id']}"
    assert fields_of(organiser.patch(path, {"kind": "chair"}, headers=ANY)) == {"kind"}
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyFactory(conference=conference, kind="chair", agenda_item=item)
    assert organiser.delete(f"/api/v1/agenda-items/{item.pk}", headers=ANY).status_code == 204
    assert not Duty.objects.filter(conference=conference).exists(), "nobody becomes secretary of the whole by that"


# Speeches


def test_a_speech_is_recorded_with_points_and_quotes(organiser: APIClient, conference: Conference) -> None:
    person = PositionFactory(title={"vi": "Giám đốc"}).person
    answer = add(
        organiser,
        "speeches",
        conference,
        kind="direction",
        person=str(person.pk),
        gist={"vi": "Nội dung"},
        points=[{"vi": "Một", "en": "One"}, {"vi": "Hai"}],
        points_declared=7,
        quotes=[{"text": {"vi": "Hợp tác để khách hàng hài lòng"}}],
    )
    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["order"], body["office"], body["person"]["full_name"]) == (1, {"vi": "Giám đốc"}, person.full_name)
    assert (len(body["points"]), body["points_declared"]) == (2, 7)
    assert body["quotes"][0]["text"]["vi"].startswith("Hợp tác")
    assert set(body["person"]) == {"id", "full_name", "honorific", "degree"}


@pytest.mark.parametrize(
    ("_case", "wrong", "field"),
    [
        ("nobody", {}, "person"),
        (
            "fewer declared than recorded",
            {"speaker": {"vi": "Khối"}, "points": [{"vi": "A"}], "points_declared": 0},
            "points_declared",
        ),
        ("a point that is no map", {"speaker": {"vi": "Khối"}, "points": ["A"]}, "points.0"),
        ("a quote without text", {"speaker": {"vi": "Khối"}, "quotes": [{}]}, "quotes.0.text"),
    ],
)
def test_a_wrong_speech_names_the_field(
    organiser: APIClient, conference: Conference, _case: str, wrong: dict[str, Any], field: str
) -> None:
    assert field in fields_of(add(organiser, "speeches", conference, kind="paper", **wrong))
    assert not Speech.objects.exists()


def test_a_named_person_and_a_bloc_exclude_each_other(organiser: APIClient, conference: Conference) -> None:
    both = {"person": str(PersonFactory().pk), "speaker": {"vi": "Khối"}}
    assert fields_of(add(organiser, "speeches", conference, kind="paper", **both)) == {"speaker"}


# Venues, rooms, series


def test_places_in_use_are_not_deleted(organiser: APIClient, host: Organisation, conference: Conference) -> None:
    room = RoomFactory(venue=VenueFactory(organisation=host))
    SiteFactory(conference=conference, venue=room.venue, room=room)
    conference.series = SeriesFactory(organisation=host)
    conference.save()
    for path in (f"rooms/{room.pk}", f"venues/{room.venue_id}", f"series/{conference.series_id}"):
        assert organiser.delete(f"/api/v1/{path}", headers=ANY).status_code == 409
    free = RoomFactory(venue=VenueFactory(organisation=host))
    assert organiser.delete(f"/api/v1/rooms/{free.pk}", headers=ANY).status_code == 204
    assert organiser.delete(f"/api/v1/venues/{free.venue_id}", headers=ANY).status_code == 204


def test_a_room_stays_in_its_house(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory(venue=VenueFactory(organisation=host))
    path = f"/api/v1/rooms/{room.pk}"
    assert fields_of(organiser.patch(path, {"venue": str(VenueFactory().pk)}, headers=ANY)) == {"venue"}
    assert organiser.patch(path, {"capacity": 90}, headers=ANY).json()["capacity"] == 90


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("FREQ=MONTHLY;BYDAY=2FR", 201),
        ("", 400),
        ("every month", 400),
        ("FREQ=NEVER", 400),
        ("BYDAY=MO", 400),
        ("FREQ=DAILY;UNTIL=x", 400),
    ],
)
def test_a_series_has_a_recurrence_rule_or_days(
    organiser: APIClient, host: Organisation, rule: str, status: int
) -> None:
    body = {"title": {"vi": "Học tập chính trị"}, "organisation": str(host.pk), "rule": rule}
    answer = organiser.post("/api/v1/series", body)
    assert answer.status_code == status
    if status == 400:
        assert fields_of(answer) == {"rule"}
    if rule == "":
        assert organiser.post("/api/v1/series", {**body, "starts_on": "2027-01-11"}).status_code == 201
