"""Conferences drafted from others: cloned part by part, from templates, with what the last meeting left open."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import AgendaItem, AgendaRoom, Conference, ConferenceTemplate, Outline, RoomBooking
from backend.conferences.services import carrying
from backend.conferences.states import ClonePart
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    OutlineFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeakerFactory,
    SpeechFactory,
    TemplateFactory,
)
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory
from workers.subscriptions import REACTIONS, SUBSCRIPTIONS

pytestmark = pytest.mark.django_db
CONFERENCES = "/api/v1/conferences"
TEMPLATES = "/api/v1/conference-templates"
ANY = {"If-Match": "*"}
ALL = [part.value for part in ClonePart]
NEXT_YEAR = {"starts_at": "2022-01-13T08:00:00+07:00", "ends_at": "2022-01-13T11:30:00+07:00"}


@pytest.fixture
def review(host: Organisation) -> Conference:
    """A year's review with everything a conference has, held by the host and a partner."""
    conference: Conference = ConferenceFactory(
        lead=host,
        co=[OrganisationFactory()],
        exact=True,
        state="closed",
        kind="review",
        confidentiality="internal",
        topics=["TCVN ISO 9001:2015"],
        legal_basis=[{"vi": "Luật Đo lường 2011"}],
        period_reviewed="2020",
        capacity=180,
        note={"vi": "Mang theo báo cáo"},
        attended={"n": 190, "op": ">"},
    )
    room = RoomFactory()
    site = SiteFactory(conference=conference, venue=room.venue, room=room, attended={"n": 190, "op": ">"})
    report = AgendaItemFactory(conference=conference, starts_at=dt.datetime(2021, 1, 14, 7, 0, tzinfo=dt.UTC))
    AgendaItemFactory(conference=conference, phase="closing", title={"vi": "Bế mạc"})
    AgendaRoom.objects.create(conference=conference, agenda_item=report, site=site, room=RoomFactory(venue=room.venue))
    DutyFactory(conference=conference, office={"vi": "Giám đốc"})
    DutyFactory(conference=conference, kind="panel", agenda_item=report, site=site, office={"vi": "Phó Giám đốc"})
    SpeakerFactory(conference=conference, agenda_item=report, bloc={"vi": "Khối Đo lường"}, office={})
    SpeechFactory(conference=conference)
    return conference


def clone(client: APIClient, conference: Conference, parts: list[str], **fields: Any) -> Any:
    return client.post(f"{CONFERENCES}/{conference.pk}/clone", {"parts": parts, **fields})


def refused_fields(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.json()
    return {error["field"] for error in answer.json()["errors"]}


# Clones


def test_a_whole_conference_a_year_later(organiser: APIClient, review: Conference) -> None:
    answer = clone(organiser, review, ALL, **NEXT_YEAR, title={"vi": "Tổng kết năm 2021"}, follows=True)
    assert answer.status_code == 201, answer.json()
    made = organiser.get(f"{CONFERENCES}/{answer.json()['id']}").json()
    assert (made["state"], made["title"], made["day"]) == ("draft", {"vi": "Tổng kết năm 2021"}, "2022-01-13")
    assert (made["follows"], made["kind"], made["confidentiality"]) == (str(review.pk), "review", "internal")
    assert (made["topics"], made["legal_basis"]) == (["TCVN ISO 9001:2015"], [{"vi": "Luật Đo lường 2011"}])
    assert (made["period_reviewed"], made["capacity"], made["note"]) == ("2020", 180, {"vi": "Mang theo báo cáo"})
    assert [row["role"] for row in made["organisers"]] == ["lead", "co"]
    assert made["attended"] == made["sites"][0]["attended"] == {}  # who came to the last one came to the last one
    report, closing = made["agenda"]
    assert report["starts_at"] == "2022-01-13T08:30:00+07:00"  # half an hour after the start, as before
    assert (closing["title"], closing["starts_at"]) == ({"vi": "Bế mạc"}, None)
    assert [(each["bloc"], each["agenda_item"]) for each in report["speakers"]] == [
        ({"vi": "Khối Đo lường"}, report["id"])
    ]
    chair, panel = made["duties"]
    assert chair["office"] == {"vi": "Giám đốc"}
    assert (panel["agenda_item"], panel["site"]) == (report["id"], made["sites"][0]["id"])
    own = AgendaRoom.objects.get(conference=made["id"])
    assert (str(own.agenda_item_id), str(own.site_id)) == (report["id"], made["sites"][0]["id"])
    assert RoomBooking.objects.filter(site__conference=made["id"]).exists()
    assert not Conference.objects.get(pk=made["id"]).speeches.exists()
    assert AgendaItem.objects.filter(conference=review).count() == 2


def test_what_was_cancelled_stays_behind_and_is_named(organiser: APIClient, review: Conference) -> None:
    session = AgendaItemFactory(conference=review, kind="session", state="cancelled", title={"vi": "Phiên đã huỷ"})
    AgendaItemFactory(conference=review, parent=session, title={"vi": "Trong phiên"})
    made = clone(organiser, review, ["agenda"], **NEXT_YEAR).json()
    assert [item["title"] for item in made["left_behind"]] == [{"vi": "Phiên đã huỷ"}]
    assert len(made["agenda"]) == 2
    assert clone(organiser, review, ["topics"], **NEXT_YEAR).json()["left_behind"] == []


@pytest.mark.parametrize("part", ALL)
def test_only_the_chosen_part_comes_along(organiser: APIClient, review: Conference, part: str) -> None:
    made = clone(organiser, review, [part], day="2022-01-13").json()
    there = {
        "co_organisers": len(made["organisers"]) == 2,
        "sites": bool(made["sites"]),
        "agenda": bool(made["agenda"]),
        "duties": bool(made["duties"]),
        "topics": bool(made["topics"]),
        "legal_basis": bool(made["legal_basis"]),
        "periods": bool(made["period_reviewed"]),
        "capacity": made["capacity"] is not None,
        "note": bool(made["note"]),
    }
    assert {name for name, is_there in there.items() if is_there} == {part} - {"speakers"}  # they come with their items
    assert made["title"] == review.title
    assert made["follows"] is None
    assert len(made["duties"]) == (1 if part == "duties" else 0)  # the session panel needs its session


def test_who_left_the_office_does_not_come_back_in_it(organiser: APIClient, review: Conference) -> None:
    head, gone = PersonFactory(), PersonFactory()
    PositionFactory(person=head, title={"vi": "Chi cục trưởng"}, valid_to=dt.date(2021, 6, 30))
    PositionFactory(person=head, title={"vi": "Phó Giám đốc Sở"}, valid_from=dt.date(2021, 7, 1))
    PositionFactory(person=gone, title={"vi": "Trưởng phòng"}, valid_to=dt.date(2021, 6, 30))
    for person, office in ((head, "Chi cục trưởng"), (gone, "Trưởng phòng"), (PersonFactory(), "Chuyên gia")):
        DutyFactory(conference=review, kind="guest", person=person, office={"vi": office})
    made = clone(organiser, review, ["duties"], day="2022-01-13").json()
    guests = [duty["office"] for duty in made["duties"] if duty["kind"] == "guest"]
    assert guests == [{"vi": "Phó Giám đốc Sở"}, {}, {"vi": "Chuyên gia"}]


def test_a_taken_room_leaves_no_half_clone(organiser: APIClient, review: Conference) -> None:
    assert clone(organiser, review, ["sites"], **NEXT_YEAR).status_code == 201
    refused = clone(organiser, review, ["sites", "agenda"], **NEXT_YEAR)
    assert refused.status_code == 409
    assert refused.json()["room"]
    assert Conference.objects.count() == 2


def test_what_cannot_be_cloned_is_refused(
    organiser: APIClient, granted: Callable[..., APIClient], review: Conference
) -> None:
    assert refused_fields(clone(organiser, review, ["speeches"])) == {"parts.0"}
    assert refused_fields(clone(organiser, review, [], ends_at="2022-01-13T11:30:00+07:00")) == {"ends_at"}
    assert refused_fields(clone(organiser, review, [], slug=review.slug)) == {"slug"}
    assert clone(granted("editor"), review, []).status_code == 403
    stranger = OrganisationFactory()
    elsewhere = granted("organiser", stranger)
    assert clone(elsewhere, review, []).status_code == 404  # internal: they may not know of it
    Conference.objects.filter(pk=review.pk).update(confidentiality="public")
    assert clone(elsewhere, review, []).status_code == 403
    mine = clone(elsewhere, review, ["agenda"], lead=str(stranger.pk))
    assert mine.status_code == 201
    assert mine.json()["organisers"][0]["organisation"]["id"] == str(stranger.pk)


# Templates


def test_a_template_from_scratch_and_a_conference_from_it(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    head = PersonFactory()
    PositionFactory(person=head, organisation=host, title={"vi": "Giám đốc"})
    body = {
        "title": {"vi": "Hội nghị tổng kết năm"},
        "organisation": str(host.pk),
        "kind": "review",
        "confidentiality": "internal",
        "legal_basis": [{"vi": "Nghị định 30/2020/NĐ-CP"}],
        "sites": [{"venue": str(room.venue_id), "room": str(room.pk)}],
        "agenda": [{"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 10}],
        "duties": [{"kind": "chair", "person": str(head.pk), "organisation": str(host.pk)}],
    }
    template = organiser.post(TEMPLATES, body)
    assert template.status_code == 201, template.json()
    path = f"{TEMPLATES}/{template.json()['id']}"
    made = organiser.post(f"{path}/draft", {**NEXT_YEAR, "title": {"vi": "Tổng kết năm 2021"}})
    assert made.status_code == 201, made.json()
    drafted = made.json()
    assert (drafted["title"]["vi"], drafted["kind"], drafted["day"]) == ("Tổng kết năm 2021", "review", "2022-01-13")
    assert (drafted["confidentiality"], drafted["legal_basis"]) == ("internal", body["legal_basis"])
    assert drafted["organisers"][0]["organisation"]["id"] == str(host.pk)
    assert drafted["duties"][0]["office"] == {"vi": "Giám đốc"}
    assert drafted["agenda"][0]["minutes_planned"] == 10
    assert organiser.post(f"{path}/draft", NEXT_YEAR).status_code == 409  # the room is taken now
    assert organiser.post(f"{path}/draft", {"day": "2023-01-12"}).status_code == 201
    changed = organiser.patch(path, {"agenda": [], "title": {"vi": "Tổng kết"}}, headers={"If-Match": '"1"'})
    assert (changed.json()["agenda"], changed.json()["version"]) == ([], 2)
    assert organiser.get(f"{CONFERENCES}/{drafted['id']}").json()["agenda"]
    assert organiser.delete(path, headers=ANY).status_code == 204
    assert not ConferenceTemplate.objects.exists()
    assert not Outline.objects.exists()


def test_a_template_from_a_conference(organiser: APIClient, review: Conference, host: Organisation) -> None:
    body = {"conference": str(review.pk), "parts": ["agenda", "duties"], "title": {"vi": "Mẫu tổng kết"}}
    AgendaItemFactory(conference=review, order=99, title={"vi": "Bị huỷ"}, state="cancelled")
    template = organiser.post(TEMPLATES, body).json()
    assert (template["title"], template["organisation"], template["kind"]) == (body["title"], str(host.pk), "review")
    assert [item["title"]["vi"] for item in template["agenda"]] == ["Báo cáo tổng kết", "Bế mạc"]
    assert [duty["office"] for duty in template["duties"]] == [{"vi": "Giám đốc"}]
    assert (template["sites"], template["legal_basis"]) == ([], [])


def test_templates_are_used_by_whoever_organises(granted: Callable[..., APIClient], host: Organisation) -> None:
    shown, hidden = TemplateFactory(organisation=host), TemplateFactory(organisation=host)
    hidden.outline.confidentiality = "internal"
    hidden.outline.save()
    own = OrganisationFactory()
    client = granted("organiser", own)
    assert [row["id"] for row in client.get(TEMPLATES).json()["results"]] == [str(shown.pk)]
    assert client.post(f"{TEMPLATES}/{shown.pk}/draft", {}).status_code == 403
    assert client.post(f"{TEMPLATES}/{shown.pk}/draft", {"lead": str(own.pk)}).status_code == 201
    assert client.patch(f"{TEMPLATES}/{shown.pk}", {"title": {"vi": "x"}}, headers=ANY).status_code == 403
    assert granted("editor", host).post(f"{TEMPLATES}/{shown.pk}/draft", {}).status_code == 403
    secret = ConferenceFactory(lead=host, announced=True, confidentiality="restricted")
    assert client.post(TEMPLATES, {"conference": str(secret.pk), "organisation": str(own.pk)}).status_code == 404


def test_a_template_is_named_and_somebody_s(organiser: APIClient, host: Organisation) -> None:
    assert refused_fields(organiser.post(TEMPLATES, {})) == {"title", "organisation"}
    template = TemplateFactory(organisation=host)
    late = {"conference": str(ConferenceFactory(lead=host).pk)}
    assert refused_fields(organiser.patch(f"{TEMPLATES}/{template.pk}", late, headers=ANY)) == {"conference"}


# What the last meeting left open


@pytest.fixture
def left_open() -> Iterator[dict[str, list[carrying.OpenPoint]]]:
    """What each conference left open, by its id, as a floor above would say."""
    points: dict[str, list[carrying.OpenPoint]] = {}

    @carrying.carries
    def carrier(conference: Conference) -> list[carrying.OpenPoint]:
        return points.get(str(conference.pk), [])

    yield points
    carrying.CARRIERS.remove(carrier)


TASK: carrying.OpenPoint = {"text": {"vi": "Nộp báo cáo quý trước 30/12"}, "source": "conclusion:1"}


def test_open_points_stand_on_the_next_meeting_of_the_series(
    organiser: APIClient, host: Organisation, left_open: dict[str, list[carrying.OpenPoint]]
) -> None:
    outline = OutlineFactory()
    outline.agenda.create(order=1, phase="report", title={"vi": "Việc còn tồn"}, carried_over=True)
    outline.agenda.create(order=2, phase="closing", title={"vi": "Kết luận"})
    day = dt.date.today() + dt.timedelta(days=7)
    series = SeriesFactory(organisation=host, outline=outline, rule="FREQ=WEEKLY", starts_on=day, horizon_days=20)
    services.extend_series(series_id=series.pk)
    first, second = Conference.objects.filter(series=series).order_by("day")
    for verb in ("announce", "start", "close"):
        assert organiser.post(f"{CONFERENCES}/{first.pk}/{verb}", {}).status_code == 200
    left_open[str(first.pk)] = [TASK]
    closed = Event.objects.get(name="conference.closed")
    for reaction in SUBSCRIPTIONS["conference.closed"]:
        if reaction.startswith("conferences."):
            REACTIONS[reaction](closed)
    agenda = organiser.get(f"{CONFERENCES}/{second.pk}").json()["agenda"]
    assert [item["open_points"] for item in agenda] == [[TASK], []]
    assert organiser.get(f"{CONFERENCES}/{second.pk}").json()["by_hand"] == []
    assert services.carry_over(conference_id=first.pk) is None  # done already
    left_open[str(first.pk)] = []
    assert services.carry_over(conference_id=first.pk) == second
    assert Event.objects.filter(name="conference.carried_over").count() == 2


def test_open_points_reach_a_meeting_that_is_created_later(
    host: Organisation, left_open: dict[str, list[carrying.OpenPoint]]
) -> None:
    outline = OutlineFactory()
    outline.agenda.create(order=1, phase="report", title={"vi": "Việc còn tồn"}, carried_over=True)
    today = dt.date.today()
    series = SeriesFactory(
        organisation=host, outline=outline, rule="FREQ=DAILY;INTERVAL=5", starts_on=today - dt.timedelta(days=5)
    )
    held = ConferenceFactory(lead=host, series=series, state="closed", day=today - dt.timedelta(days=5))
    left_open[str(held.pk)] = [TASK]
    services.extend_series(series_id=series.pk)
    points = AgendaItem.objects.filter(conference__series=series).order_by("conference__day")
    assert [item.open_points for item in points][:2] == [[TASK], []]


def test_open_points_reach_the_conference_that_follows(
    organiser: APIClient, review: Conference, left_open: dict[str, list[carrying.OpenPoint]]
) -> None:
    AgendaItemFactory(conference=review, carried_over=True, open_points=[{"text": {"vi": "Cũ"}, "source": "x"}])
    left_open[str(review.pk)] = [TASK]
    made = clone(organiser, review, ["agenda"], day="2022-01-13", follows=True).json()
    assert [item["open_points"] for item in made["agenda"]] == [[], [], [TASK]]
    alone = clone(organiser, review, ["agenda"], day="2022-01-14").json()
    assert [item["open_points"] for item in alone["agenda"]] == [[], [], []]


def test_open_points_reach_nobody_else(
    granted: Callable[..., APIClient], left_open: dict[str, list[carrying.OpenPoint]]
) -> None:
    """A public conference may be followed by anybody's; what it left open is told to its own organisation only."""
    public = ConferenceFactory(state="closed")
    AgendaItemFactory(conference=public, carried_over=True)
    left_open[str(public.pk)] = [TASK]
    stranger = OrganisationFactory()
    following = clone(granted("organiser", stranger), public, ["agenda"], lead=str(stranger.pk), follows=True)
    assert following.status_code == 201
    assert services.carry_over(conference_id=public.pk) is None
    assert [item.open_points for item in AgendaItem.objects.filter(conference=following.json()["id"])] == [[]]


def test_a_clone_needs_a_lead(granted: Callable[..., APIClient], host: Organisation) -> None:
    orphan = ConferenceFactory(lead=False, announced=True)
    organiser = granted("organiser", host)
    assert refused_fields(clone(organiser, orphan, [])) == {"lead"}
    assert clone(organiser, orphan, [], lead=str(host.pk)).status_code == 201
