"""Agendas that come again: cloned, standing in templates and series, each with its sessions, breaks and own phases."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import AgendaItem, Conference, OwnPhase
from backend.conferences.services.laying import lay_agenda
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory

pytestmark = pytest.mark.django_db
API = "/api/v1"
ANY = {"If-Match": "*"}
OWN = {"vi": "Trao thưởng", "en": "Awards"}
AGENDA: list[dict[str, Any]] = [
    {"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 15},
    {
        "phase": "paper",
        "title": {"vi": "Phiên chuyên đề"},
        "children": [
            {"phase": "paper", "title": {"vi": "Nhóm A"}, "minutes_planned": 60},
            {"phase": "paper", "title": {"vi": "Nhóm B"}, "minutes_planned": 45, "parallel": True},
            {"phase": "paper", "title": {"vi": "Dự phòng"}, "minutes_planned": 20, "reserve": True},
        ],
    },
    {"kind": "break", "title": {"vi": "Giải lao"}, "minutes_planned": 15},
    {"phase": "reply", "phase_name": OWN, "title": {"vi": "Trao cờ"}, "minutes_planned": 10},
]
LAID_OUT = [
    ("Khai mạc", None, "item", "08:00"),
    ("Phiên chuyên đề", None, "session", "08:15"),
    ("Nhóm A", "Phiên chuyên đề", "item", "08:15"),
    ("Nhóm B", "Phiên chuyên đề", "item", "08:15"),
    ("Dự phòng", "Phiên chuyên đề", "item", None),
    ("Giải lao", None, "break", "09:15"),
    ("Trao cờ", None, "item", "09:30"),
]
MORNING = {"starts_at": "2022-01-13T08:00:00+07:00", "ends_at": "2022-01-13T11:30:00+07:00"}


def laid_out(client: APIClient, conference_id: str) -> list[tuple[Any, ...]]:
    agenda = client.get(f"{API}/conferences/{conference_id}").json()["agenda"]
    titles = {None: None, **{item["id"]: item["title"]["vi"] for item in agenda}}
    return [
        (item["title"]["vi"], titles[item["parent"]], item["kind"], item["starts_at"] and item["starts_at"][11:16])
        for item in agenda
    ]


def standing(shown: Any) -> list[tuple[Any, ...]]:
    return [
        (item["title"]["vi"], item["parent_order"], item["kind"], item["parallel"], item["reserve"], item["phase_name"])
        for item in shown["agenda"]
    ]


STANDING = [
    ("Khai mạc", None, "item", False, False, {}),
    ("Phiên chuyên đề", None, "session", False, False, {}),
    ("Nhóm A", 2, "item", False, False, {}),
    ("Nhóm B", 2, "item", True, False, {}),
    ("Dự phòng", 2, "item", False, True, {}),
    ("Giải lao", None, "break", False, False, {}),
    ("Trao cờ", None, "item", False, False, OWN),
]


@pytest.fixture
def review(organiser: APIClient, host: Organisation) -> dict[str, Any]:
    body = {"kind": "review", "title": {"vi": "Tổng kết"}, "lead": str(host.pk), "agenda": AGENDA}
    times = {"starts_at": "2021-01-14T13:30:00+07:00", "ends_at": "2021-01-14T17:00:00+07:00"}
    answer = organiser.post(f"{API}/conferences", {**body, **times})
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def clone(client: APIClient, conference: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/conferences/{conference['id']}/clone", {"parts": ["agenda"], **fields})
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def test_a_clone_has_the_tree_and_phases_of_its_own(organiser: APIClient, review: dict[str, Any]) -> None:
    made = clone(organiser, review, **MORNING)
    assert laid_out(organiser, made["id"]) == LAID_OUT
    flags = [(item["parallel"], item["reserve"], item["phase_name"]) for item in made["agenda"]]
    assert (flags[3][0], flags[4][1], flags[6][2]) == (True, True, OWN)
    assert {item["conference"] for item in made["agenda"]} == {made["id"]}
    assert OwnPhase.objects.filter(conference=made["id"]).count() == 1
    assert made["agenda"][6]["own_phase"] != review["agenda"][6]["own_phase"]


def test_pinned_items_of_a_clone_keep_their_distance_and_what_was_cancelled_stays_behind(
    organiser: APIClient, review: dict[str, Any]
) -> None:
    awards, opening = review["agenda"][6], review["agenda"][0]
    organiser.patch(f"{API}/agenda-items/{awards['id']}", {"starts_at": "2021-01-14T16:00:00+07:00"}, headers=ANY)
    organiser.post(f"{API}/agenda-items/{opening['id']}/cancel", {"reason": {"vi": "Bão"}})
    made = clone(organiser, review, **MORNING)["agenda"]
    assert (made[5]["pinned"], made[5]["starts_at"]) == (True, "2022-01-13T10:30:00+07:00")
    assert {item["state"] for item in made} == {"planned"}
    assert opening["title"] not in [item["title"] for item in made]
    open_day = clone(organiser, review, day="2022-01-13")["agenda"]
    assert {(item["pinned"], item["starts_at"]) for item in open_day} == {(False, None)}


def test_a_day_without_an_hour_keeps_its_distance_in_days(organiser: APIClient, review: dict[str, Any]) -> None:
    awards = review["agenda"][6]
    body = {"day": "2021-01-15", "day_part": "morning"}
    two_days = {"ends_at": "2021-01-15T12:00:00+07:00"}
    assert organiser.patch(f"{API}/conferences/{review['id']}", two_days, headers=ANY).status_code == 200
    assert organiser.patch(f"{API}/agenda-items/{awards['id']}", body, headers=ANY).status_code == 200
    made = clone(organiser, review, day="2022-01-13")["agenda"][6]
    assert (made["day"], made["day_part"]) == ("2022-01-14", "morning")


def test_a_template_of_a_conference_has_its_tree_and_drafts_it(organiser: APIClient, review: dict[str, Any]) -> None:
    template = organiser.post(f"{API}/conference-templates", {"conference": review["id"], "parts": ["agenda"]})
    assert template.status_code == 201, template.json()
    assert standing(template.json()) == STANDING
    drafted = organiser.post(f"{API}/conference-templates/{template.json()['id']}/draft", MORNING)
    assert laid_out(organiser, drafted.json()["id"]) == LAID_OUT


def test_a_template_is_written_as_a_tree(organiser: APIClient, host: Organisation) -> None:
    body = {"title": {"vi": "Mẫu"}, "organisation": str(host.pk), "agenda": AGENDA}
    template = organiser.post(f"{API}/conference-templates", body).json()
    assert standing(template) == STANDING
    path = f"{API}/conference-templates/{template['id']}"
    same = organiser.patch(path, {"agenda": AGENDA}, headers=ANY).json()
    assert same["version"] == template["version"]
    leaf = {"phase": "paper", "title": {"vi": "A"}}
    for wrong, field in (
        ([{"title": {"vi": "Không có phần"}}], "agenda.0.phase"),
        ([{**leaf, "kind": "item", "children": [leaf]}], "agenda.0.children.0.children"),
    ):
        refused = organiser.patch(path, {"agenda": wrong}, headers=ANY)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert standing(organiser.get(path).json()) == STANDING


def test_a_series_gives_its_meetings_the_tree_and_leads_them_along(organiser: APIClient, host: Organisation) -> None:
    monday = dt.date.today() + dt.timedelta(days=7 - dt.date.today().weekday())
    body = {
        "title": {"vi": "Giao ban"},
        "organisation": str(host.pk),
        "rule": "FREQ=WEEKLY;COUNT=2",
        "starts_on": str(monday),
        "start_time": "08:00",
        "minutes": 120,
        "agenda": AGENDA,
    }
    series = organiser.post(f"{API}/series", body).json()
    assert standing(series) == STANDING
    first, second = organiser.get(f"{API}/conferences?series={series['id']}").json()["results"]
    assert laid_out(organiser, first["id"]) == laid_out(organiser, second["id"]) == LAID_OUT
    path = f"{API}/series/{series['id']}"
    organiser.patch(path, {"start_time": "09:00"}, headers=ANY)
    assert [row[3] for row in laid_out(organiser, first["id"])] == [
        row[3] and f"{int(row[3][:2]) + 1:02}{row[3][2:]}" for row in LAID_OUT
    ]
    kept = AgendaItem.objects.get(conference=first["id"], order=2)
    shorter = [
        {"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 30},
        {"phase": "paper", "title": {"vi": "Một phiên"}, "children": [AGENDA[1]["children"][0]]},
    ]
    organiser.patch(path, {"agenda": shorter}, headers=ANY)
    assert laid_out(organiser, first["id"]) == [
        ("Khai mạc", None, "item", "09:00"),
        ("Một phiên", None, "session", "09:30"),
        ("Nhóm A", "Một phiên", "item", "09:30"),
    ]
    assert AgendaItem.objects.get(conference=first["id"], order=2).pk == kept.pk


def test_an_item_of_its_own_in_a_standing_session_stays_without_it(organiser: APIClient, host: Organisation) -> None:
    """What somebody added to one meeting is not lost when the series' session goes."""
    conference: Conference = ConferenceFactory(lead=host)
    session = AgendaItem.objects.create(
        conference=conference, order=1, kind="session", phase="paper", title={"vi": "Phiên"}
    )
    own = AgendaItem.objects.create(
        conference=conference, order=5, parent=session, phase="paper", title={"vi": "Riêng"}
    )
    changed, others = lay_agenda(conference, [{"order": 1, "phase": "vote", "kind": "item", "title": {"vi": "Bầu"}}])
    own.refresh_from_db()
    assert (changed, others, own.parent) == (True, [own], None)
