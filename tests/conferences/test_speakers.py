"""Who is planned to speak: in which office, in what order, and never in two places."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import AgendaItem, Conference, Duty, Paper, Speaker
from backend.core.clock import now
from backend.outbox.models import Event
from backend.people.models import Organisation, Person, Position
from tests.conferences.test_clashes import nobody_queues
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    SpeakerFactory,
    SpeechFactory,
)
from tests.factories.papers import PaperFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory
from tests.threads import rush

URL = "/api/v1/speakers"
ANY = {"If-Match": "*"}
START = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)
DEPUTY = {"vi": "Phó Tổng cục trưởng", "en": "Deputy Director General"}
ACTING = {"vi": "Quyền Tổng cục trưởng", "en": "Acting Director General"}


@pytest.fixture
def item(host: Organisation) -> AgendaItem:
    """Of a draft on 14 January 2021."""
    made: AgendaItem = AgendaItemFactory(conference=ConferenceFactory(lead=host), phase="paper")
    return made


@pytest.fixture
def hiep(db: None) -> Person:
    """Deputy until the end of January 2021, then acting director of the same body."""
    body = OrganisationFactory(name={"vi": "Tổng cục Đo lường", "en": "Directorate"})
    made: Person = PersonFactory(full_name="Hà Minh Hiệp", organisation=body)
    PositionFactory(person=made, title=DEPUTY, valid_to=dt.date(2021, 1, 31))
    PositionFactory(person=made, title=ACTING, valid_from=dt.date(2021, 2, 1), valid_to=dt.date(2021, 6, 30))
    return made


def planned(organiser: APIClient, item: AgendaItem, **fields: Any) -> Any:
    body = {"conference": str(item.conference_id), "agenda_item": str(item.pk)}
    return organiser.post(URL, {**body, **fields})


def reason(answer: Any, field: str) -> str:
    assert answer.status_code == 400, answer.json()
    return {error["field"]: error["reason"] for error in answer.json()["errors"]}[field]


# Who


def test_a_person_speaks_in_the_office_held_on_the_day(organiser: APIClient, item: AgendaItem, hiep: Person) -> None:
    answer = planned(organiser, item, person=str(hiep.pk))
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["office"], shown["order"], shown["clashes"]) == (DEPUTY, 1, [])
    assert shown["organisation"]["name"]["vi"] == "Tổng cục Đo lường"
    assert shown["person"]["full_name"] == "Hà Minh Hiệp"


def test_an_office_without_a_name_and_a_bloc_may_speak(organiser: APIClient, item: AgendaItem) -> None:
    unnamed = planned(organiser, item, office={"vi": "Đại diện quận Hải An"})
    bloc = planned(organiser, item, bloc={"vi": "Khối Đo lường"})
    assert [answer.status_code for answer in (unnamed, bloc)] == [201, 201]
    assert [answer.json()["order"] for answer in (unnamed, bloc)] == [1, 2]
    shown = organiser.get(f"/api/v1/agenda-items/{item.pk}").json()["speakers"]
    assert [(each["office"], each["bloc"]) for each in shown] == [
        ({"vi": "Đại diện quận Hải An"}, {}),
        ({}, {"vi": "Khối Đo lường"}),
    ]
    page = organiser.get(f"/api/v1/conferences/{item.conference_id}").json()
    assert page["agenda"][0]["speakers"] == shown


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "person"),
        ({"person": "known", "bloc": {"vi": "Khối Đo lường"}}, "bloc"),
        ({"office": {"vi": "Giám đốc"}, "bloc": {"vi": "Khối Đo lường"}}, "bloc"),
        ({"agenda_item": "elsewhere", "office": {"vi": "Giám đốc"}}, "agenda_item"),
        ({"agenda_item": "break", "office": {"vi": "Giám đốc"}}, "agenda_item"),
        ({"order": 7, "office": {"vi": "Giám đốc"}}, "order"),
        ({"person": "there"}, "person"),
    ],
)
def test_what_is_no_speaker(
    organiser: APIClient, host: Organisation, item: AgendaItem, fields: dict[str, Any], field: str
) -> None:
    there = SpeakerFactory(conference=item.conference, agenda_item=item, person=PersonFactory(), order=7)
    known = {
        "known": PersonFactory(),
        "there": there.person,
        "elsewhere": AgendaItemFactory(conference=ConferenceFactory(lead=host)),
        "break": AgendaItemFactory(conference=item.conference, kind="break"),
    }
    body = {name: str(known[value].pk) if isinstance(value, str) else value for name, value in fields.items()}
    assert reason(planned(organiser, item, **body), field)
    assert Speaker.objects.count() == 1


def test_a_new_conference_comes_with_its_speakers(organiser: APIClient, host: Organisation, hiep: Person) -> None:
    speakers = [{"person": str(hiep.pk)}, {"bloc": {"vi": "Khối Thử nghiệm"}}]
    body = {
        "kind": "review",
        "title": {"vi": "Tổng kết"},
        "lead": str(host.pk),
        "day": "2021-02-20",
        "agenda": [{"phase": "paper", "title": {"vi": "Tham luận"}, "speakers": speakers}],
    }
    answer = organiser.post("/api/v1/conferences", body)
    assert answer.status_code == 201, answer.json()
    shown = answer.json()["agenda"][0]["speakers"]
    assert [(each["order"], each["office"], each["bloc"]) for each in shown] == [
        (1, ACTING, {}),
        (2, {}, {"vi": "Khối Thử nghiệm"}),
    ]
    body["agenda"][0]["speakers"] = [*speakers, {}]  # type: ignore[index]
    assert reason(organiser.post("/api/v1/conferences", body), "agenda.0.speakers.2.person")
    assert Conference.objects.count() == 1


def test_speakers_change_places_in_one_call(organiser: APIClient, item: AgendaItem) -> None:
    rows = [SpeakerFactory(conference=item.conference, agenda_item=item, order=n) for n in (1, 2, 3)]
    wanted = [str(rows[index].pk) for index in (2, 0, 1)]
    answer = organiser.post(f"{URL}/reorder", {"agenda_item": str(item.pk), "speakers": wanted})
    assert answer.status_code == 200, answer.json()
    assert [(each["id"], each["order"]) for each in answer.json()["results"]] == list(
        zip(wanted, (1, 2, 3), strict=True)
    )
    for wrong in (wanted[:2], [*wanted, wanted[0]], [*wanted[:2], str(SpeakerFactory().pk)]):
        assert reason(organiser.post(f"{URL}/reorder", {"agenda_item": str(item.pk), "speakers": wrong}), "speakers")
    assert [row.order for row in Speaker.objects.filter(agenda_item=item).order_by("pk")] == [2, 3, 1]


def test_a_speaker_is_taken_off_an_announced_programme(organiser: APIClient, host: Organisation) -> None:
    row = SpeakerFactory(conference=ConferenceFactory(lead=host, announced=True))
    assert organiser.delete(f"{URL}/{row.pk}").status_code == 428
    assert organiser.delete(f"{URL}/{row.pk}", headers=ANY).status_code == 204
    told = Event.objects.filter(name="conference.edited").latest("id")
    assert told.payload["fields"] == ["agenda", "speakers"]


def test_another_item_of_the_conference_takes_a_speaker_over(organiser: APIClient, item: AgendaItem) -> None:
    first = SpeakerFactory(conference=item.conference, agenda_item=item, order=1)
    other = AgendaItemFactory(conference=item.conference)
    SpeakerFactory(conference=item.conference, agenda_item=other, order=1)
    answer = organiser.patch(f"{URL}/{first.pk}", {"agenda_item": str(other.pk)}, headers=ANY)
    assert (answer.json()["agenda_item"], answer.json()["order"]) == (str(other.pk), 2)


# Who has left office


@pytest.mark.parametrize("path", [URL, "/api/v1/duties"])
def test_who_has_left_office_cannot_be_named_in_it(
    organiser: APIClient, host: Organisation, hiep: Person, path: str
) -> None:
    later = AgendaItemFactory(conference=ConferenceFactory(lead=host, day=dt.date(2021, 9, 2)))
    body: dict[str, Any] = {
        "conference": str(later.conference_id),
        "agenda_item": str(later.pk),
        "person": str(hiep.pk),
    }
    body |= {"kind": "panel"} if "duties" in path else {}
    there = {"organisation": str(hiep.organisation_id)}
    said = "Hà Minh Hiệp chỉ giữ chức {} (Tổng cục Đo lường) đến ngày {}; hội nghị họp ngày 02/09/2021."
    gone = organiser.post(path, {**body, **there})
    assert reason(gone, "organisation") == said.format("Quyền Tổng cục trưởng", "30/06/2021")
    earlier = organiser.post(path, {**body, "office": {"vi": "phó tổng cục trưởng"}})
    assert reason(earlier, "office") == said.format("Phó Tổng cục trưởng", "31/01/2021")
    english = organiser.post(path, {**body, **there}, headers={"Accept-Language": "en"})
    assert "Acting Director General (Directorate) until 30/06/2021 only" in reason(english, "organisation")
    assert not Duty.objects.exists()
    assert not Speaker.objects.exists()
    # by name alone, as what was once held, and in an office nobody recorded, there is nothing wrong
    assert organiser.post(path, body).json()["office"] == {}
    former = {"office": {"vi": "Nguyên Quyền Tổng cục trưởng"}, **there}
    row = organiser.post(
        path, {**body, **former, "agenda_item": str(AgendaItemFactory(conference=later.conference).pk)}
    )
    assert row.status_code == 201, row.json()
    unknown = organiser.post(path, {**body, "person": str(PersonFactory().pk), "office": {"vi": "Chuyên gia"}})
    assert unknown.status_code == 201, unknown.json()
    refused = organiser.patch(f"{path}/{unknown.json()['id']}", {"person": str(hiep.pk), **there}, headers=ANY)
    assert refused.status_code == 400


def test_a_standing_duty_does_not_keep_a_conference_from_being_cloned(
    organiser: APIClient, host: Organisation, hiep: Person
) -> None:
    held = ConferenceFactory(lead=host, announced=True)
    DutyFactory(conference=held, person=hiep, organisation=hiep.organisation, office=DEPUTY)
    answer = organiser.post(f"/api/v1/conferences/{held.pk}/clone", {"parts": ["duties"], "day": "2022-01-14"})
    assert answer.status_code == 201, answer.json()
    assert [duty["office"] for duty in answer.json()["duties"]] == [{}]
    assert [left["office"] for left in answer.json()["offices_left"]] == [ACTING]


# Offices follow the day


def moved(organiser: APIClient, conference: Conference, day: str) -> Any:
    answer = organiser.patch(f"/api/v1/conferences/{conference.pk}", {"day": day}, headers=ANY)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_offices_follow_the_day(organiser: APIClient, item: AgendaItem, hiep: Person) -> None:
    here = item.conference
    planned(organiser, item, person=str(hiep.pk))
    organiser.post("/api/v1/duties", {"conference": str(here.pk), "kind": "chair", "person": str(hiep.pk)})
    by_hand = {"office": {"vi": "Trưởng đoàn"}, "person": str(hiep.pk), "kind": "guest"}
    organiser.post("/api/v1/duties", {"conference": str(here.pk), **by_hand})
    answer = moved(organiser, here, "2021-02-14")
    assert answer["agenda"][0]["speakers"][0]["office"] == ACTING
    assert [duty["office"] for duty in answer["duties"]] == [ACTING, {"vi": "Trưởng đoàn"}]
    assert [duty["version"] for duty in answer["duties"]] == [2, 1]
    assert answer["offices_left"] == []
    told = Event.objects.filter(name="conference.edited").latest("id")
    assert told.payload["fields"] == ["day", "duties", "speakers"]
    assert moved(organiser, here, "2021-01-14")["agenda"][0]["speakers"][0]["office"] == DEPUTY


def test_who_holds_no_such_office_any_more_is_told_and_stays(
    organiser: APIClient, item: AgendaItem, hiep: Person
) -> None:
    planned(organiser, item, person=str(hiep.pk))
    moved(organiser, item.conference, "2021-02-14")
    answer = moved(organiser, item.conference, "2021-09-02")
    speaker = answer["agenda"][0]["speakers"][0]
    assert speaker["office"] == ACTING
    assert answer["offices_left"] == [
        {
            "person": speaker["person"],
            "duty": None,
            "speaker": speaker["id"],
            "office": ACTING,
            "until": "2021-06-30",
            "now": None,
            "said": {
                "vi": "Hà Minh Hiệp chỉ giữ chức Quyền Tổng cục trưởng (Tổng cục Đo lường) đến ngày 30/06/2021;"
                " hội nghị họp ngày 02/09/2021.",
                "en": "Hà Minh Hiệp was Acting Director General (Directorate) until 30/06/2021 only;"
                " the conference is on 02/09/2021.",
            },
        }
    ]
    listed = organiser.get(f"/api/v1/conferences/{item.conference_id}/clashes").json()
    assert listed == {"results": [], "offices_left": answer["offices_left"], "crowded_sites": []}


def test_following_the_day_costs_the_same_for_1_3_and_30(organiser: APIClient, item: AgendaItem) -> None:
    costs, day, made = [], dt.date(2021, 1, 14), 0
    for size in (1, 3, 30):
        while made < size:
            for kind in (SpeakerFactory, DutyFactory):
                person = PersonFactory()
                PositionFactory(person=person, title=DEPUTY, valid_to=dt.date(2021, 1, 31))
                PositionFactory(person=person, title=ACTING, valid_from=dt.date(2021, 2, 1))
                where = {"agenda_item": item} if kind is SpeakerFactory else {}
                kind(conference=item.conference, person=person, organisation=person.organisation, **where)
            made += 1
        office = DEPUTY if day.month == 1 else ACTING
        for rows in (Speaker, Duty):
            rows.objects.filter(conference=item.conference).update(office=office)
        day = dt.date(2021, 2, 14) if day.month == 1 else dt.date(2021, 1, 14)
        with CaptureQueriesContext(connection) as captured:
            services.edit(conference_id=item.conference_id, fields={"day": day})
        costs.append(len(captured))
        now_held = set(Speaker.objects.values_list("office__vi", flat=True))
        assert now_held == {(ACTING if day.month == 2 else DEPUTY)["vi"]}
    assert len(set(costs)) == 1, costs


# Clashes


def spoken(conference: Conference, person: Person, **fields: Any) -> Speaker:
    item = AgendaItemFactory(conference=conference, **{"starts_at": START, "minutes_planned": 60, **fields})
    row: Speaker = SpeakerFactory(conference=conference, agenda_item=item, person=person)
    return row


@pytest.mark.parametrize(
    ("fields", "clash"),
    [
        ({}, True),
        ({"starts_at": START + dt.timedelta(hours=1)}, False),
        ({"state": "cancelled"}, False),
        ({"state": "postponed"}, False),
        ({"reserve": True}, False),
        ({"starts_at": None}, True),  # some time during the conference, which is exact
    ],
)
def test_a_planned_speaker_is_needed_for_the_item(
    organiser: APIClient, host: Organisation, fields: dict[str, Any], clash: bool
) -> None:
    person = PersonFactory()
    here = ConferenceFactory(lead=host, exact=True, announced=True)
    spoken(here, person)
    spoken(ConferenceFactory(exact=True, announced=True), person, **fields)
    told = organiser.get(f"/api/v1/conferences/{here.pk}/clashes").json()["results"]
    assert bool(told) is clash


def test_a_speech_that_was_planned_and_held_is_one_presence(organiser: APIClient, host: Organisation) -> None:
    person = PersonFactory()
    here = ConferenceFactory(lead=host, exact=True, announced=True)
    row = spoken(here, person)
    SpeechFactory(conference=here, agenda_item=row.agenda_item, person=person, speaker={})
    assert organiser.get(f"/api/v1/conferences/{here.pk}/clashes").json()["results"] == []
    spoken(ConferenceFactory(exact=True, announced=True), person)
    assert len(organiser.get(f"/api/v1/conferences/{here.pk}/clashes").json()["results"]) == 1


def test_a_clash_is_told_or_refused_as_the_conference_says(organiser: APIClient, host: Organisation) -> None:
    person = PersonFactory(full_name="Nguyễn Thị Bận")
    spoken(ConferenceFactory(exact=True, announced=True), person)
    for policy, status in (("warn", 201), ("refuse", 409)):
        here = ConferenceFactory(lead=host, exact=True, announced=True, clash_policy=policy)
        item = AgendaItemFactory(conference=here, starts_at=START, minutes_planned=30)
        answer = planned(organiser, item, person=str(person.pk))
        assert answer.status_code == status
        assert len(answer.json()["clashes"]) == (2 if policy == "refuse" else 1)
        assert here.speakers.count() == (status == 201)


PARTIES = 8


def rush_for_a_speaker() -> tuple[int, int]:
    """Many conferences that refuse clashes plan the same speaker at the same moment: how many got the speaker."""
    person = PersonFactory()
    rivals = [ConferenceFactory(exact=True, announced=True, clash_policy="refuse") for _ in range(PARTIES)]
    items = [AgendaItemFactory(conference=rival, starts_at=START, minutes_planned=30) for rival in rivals]
    return rush(
        partial(services.add_speaker, conference_id=item.conference_id, fields={"agenda_item": item, "person": person})
        for item in items
    )


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_speaker() -> None:
    assert rush_for_a_speaker() == (1, PARTIES - 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_queue_more_than_one_gets_the_speaker() -> None:
    """The negative control: it is the lock that keeps two from missing each other."""
    with nobody_queues():
        assert max(rush_for_a_speaker()[0] for _ in range(5)) > 1


# Series and clones


def test_a_clone_has_the_speakers_of_its_items_in_their_new_offices(
    organiser: APIClient, host: Organisation, hiep: Person
) -> None:
    held = ConferenceFactory(lead=host, announced=True)
    items = [AgendaItemFactory(conference=held, phase="paper") for _ in range(2)]
    planned(organiser, items[0], person=str(hiep.pk))
    planned(organiser, items[0], bloc={"vi": "Khối Đo lường"})
    planned(organiser, items[1], office={"vi": "Đại diện quận"})
    PaperFactory(speaker=Speaker.objects.earliest("id"))
    path, parts = f"/api/v1/conferences/{held.pk}/clone", ["agenda", "speakers"]
    answer = organiser.post(path, {"parts": parts, "day": "2021-03-01"})
    assert answer.status_code == 201, answer.json()
    shown = [[(each["office"], each["bloc"]) for each in item["speakers"]] for item in answer.json()["agenda"]]
    assert shown == [[(ACTING, {}), ({}, {"vi": "Khối Đo lường"})], [({"vi": "Đại diện quận"}, {})]]
    assert not Paper.objects.filter(conference=answer.json()["id"]).exists()
    later = organiser.post(path, {"parts": parts, "day": "2022-03-01"}).json()
    assert later["agenda"][0]["speakers"][0]["office"] == {}
    assert [left["office"] for left in later["offices_left"]] == [ACTING]
    for parts in (["agenda"], ["speakers"]):
        without = organiser.post(path, {"parts": parts, "day": "2022-03-01"}).json()
        assert not Speaker.objects.filter(conference=without["id"]).exists()


def test_a_series_that_moves_tells_who_has_left_office_by_then(
    organiser: APIClient, host: Organisation, hiep: Person
) -> None:
    first = now().date() + dt.timedelta(days=3)
    Position.objects.filter(person=hiep).delete()
    PositionFactory(person=hiep, title=ACTING, valid_to=first)
    duty = {"kind": "chair", "person": str(hiep.pk), "organisation": str(hiep.organisation_id)}
    body = {"title": {"vi": "Giao ban"}, "organisation": str(host.pk), "rule": "FREQ=WEEKLY;COUNT=1", "duties": [duty]}
    made = organiser.post("/api/v1/series", {**body, "starts_on": str(first)})
    assert made.status_code == 201, made.json()
    path, later = f"/api/v1/series/{made.json()['id']}", {"starts_on": str(first + dt.timedelta(days=1))}
    assert Duty.objects.get().office == ACTING
    preview = organiser.patch(f"{path}?preview=true", later)
    assert [change["offices_left"] for change in preview.json()["changes"]] == [[str(hiep.pk)]], preview.json()
    assert organiser.patch(path, later, headers=ANY).status_code == 200
    assert Duty.objects.get().office == ACTING
