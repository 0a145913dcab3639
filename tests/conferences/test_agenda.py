"""The agenda over HTTP: a tree of sessions, items and breaks whose times follow from its order."""

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import queries, services
from backend.conferences.models import AgendaItem, Conference, OwnPhase, Release, RoomBooking
from backend.core.clock import now
from backend.people.models import Organisation
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    RoomFactory,
    SiteFactory,
    SpeakerFactory,
)
from tests.factories.people import PersonFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
ITEMS = "/api/v1/agenda-items"
CONFERENCES = "/api/v1/conferences"
PHASES = "/api/v1/own-phases"
ANY = {"If-Match": "*"}
REASON = {"reason": {"vi": "Bão"}}


@pytest.fixture
def conference(host: Organisation) -> Conference:
    """From 13:30 to 17:00 on 14 January 2021."""
    made: Conference = ConferenceFactory(lead=host, exact=True)
    return made


@pytest.fixture
def add(organiser: APIClient, conference: Conference) -> Callable[..., Any]:
    def post(title: str, minutes: int | None = None, **fields: Any) -> Any:
        body = {"phase": "report", "title": {"vi": title}, "minutes_planned": minutes, **fields}
        return organiser.post(ITEMS, {"conference": str(conference.pk), **body})

    return post


def patch(client: APIClient, item: Any, **fields: Any) -> Any:
    return client.patch(f"{ITEMS}/{item['id']}", fields, headers=ANY)


def fields_of(problem: Any) -> set[str]:
    assert problem.status_code == 400, problem.json()
    return {error["field"] for error in problem.json()["errors"]}


def hours(moment: str | None) -> str | None:
    return moment and moment[11:16]


def laid_out(client: APIClient, conference: Conference) -> list[tuple[Any, ...]]:
    """(title, start, end) from top to bottom, indented by how deep an item stands."""
    agenda = client.get(f"{CONFERENCES}/{conference.pk}").json()["agenda"]
    depth: dict[str | None, int] = {None: -1}
    rows = []
    for item in agenda:
        depth[item["id"]] = depth[item["parent"]] + 1
        title = " " * depth[item["id"]] + item["title"]["vi"]
        rows.append((title, hours(item["starts_at"]), hours(item["ends_at"])))
    return rows


# Times


def test_times_follow_from_the_order(organiser: APIClient, conference: Conference, add: Any) -> None:
    add("Khai mạc", 15)
    report = add("Báo cáo", 45).json()
    add("Giải lao", 15, kind="break", phase="discussion")
    add("Biểu quyết", pinned_at := None)
    assert pinned_at is None
    assert laid_out(organiser, conference) == [
        ("Khai mạc", "13:30", "13:45"),
        ("Báo cáo", "13:45", "14:30"),
        ("Giải lao", "14:30", "14:45"),
        ("Biểu quyết", "14:45", None),
    ]
    patch(organiser, report, minutes_planned=60)
    assert laid_out(organiser, conference)[2:] == [("Giải lao", "14:45", "15:00"), ("Biểu quyết", "15:00", None)]


def test_a_given_start_pins_and_none_lets_it_follow_again(
    organiser: APIClient, conference: Conference, add: Any
) -> None:
    add("A", 15)
    pinned = add("B", 30, starts_at="2021-01-14T15:00:00+07:00").json()
    add("C", 10)
    assert pinned["pinned"] is True
    assert laid_out(organiser, conference)[1:] == [("B", "15:00", "15:30"), ("C", "15:30", "15:40")]
    freed = patch(organiser, pinned, starts_at=None).json()
    assert (freed["pinned"], hours(freed["starts_at"])) == (False, "13:45")


def test_what_is_exact_in_a_conference_without_an_hour_is_in_no_calendar(organiser: APIClient, host: Any) -> None:
    vague = ConferenceFactory(lead=host)
    body = {"conference": str(vague.pk), "phase": "report", "title": {"vi": "A"}}
    item = organiser.post(ITEMS, {**body, "starts_at": "2021-01-14T15:00:00+07:00"}).json()
    assert item["in_calendar"] is False
    assert item["calendar_note"]["vi"] == "Hội nghị chưa có giờ chính xác nên chưa có trong lịch."


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("day", "2029-01-01"),
        ("day", "2021-01-15"),
        ("day", "2021-01-13"),
        ("starts_at", "2021-01-15T08:00:00+07:00"),
        ("starts_at", "2021-01-13T16:59:00Z"),
    ],
)
def test_an_item_lies_on_a_day_of_its_conference(
    organiser: APIClient, conference: Conference, add: Any, name: str, wrong: str
) -> None:
    refused = add("Sai", 15, **{name: wrong})
    assert fields_of(refused) == {name}
    assert refused.json()["errors"][0]["reason"] == "Hội nghị họp ngày 14/01/2021."
    item = add("Đúng", 15).json()
    assert fields_of(patch(organiser, item, **{name: wrong})) == {name}
    if name == "starts_at":
        body = {"items": [{"id": item["id"], "starts_at": wrong}]}
        answer = organiser.post(f"{CONFERENCES}/{conference.pk}/agenda/arrange", body, headers=ANY)
        assert fields_of(answer) == {"items.0.starts_at"}
    assert add("Sau giờ", 15, starts_at="2021-01-14T23:00:00+07:00").status_code == 201
    inner = {"phase": "paper", "title": {"vi": "B"}, name: wrong}
    agenda = [{"phase": "paper", "title": {"vi": "A"}}, {"phase": "paper", "title": {"vi": "P"}, "children": [inner]}]
    body = {
        "kind": "review",
        "title": {"vi": "T"},
        "lead": str(queries.lead_organisation_id(conference)),
        "agenda": agenda,
    }
    times = {"starts_at": "2021-01-14T13:30:00+07:00", "ends_at": "2021-01-14T17:00:00+07:00"}
    nested = organiser.post(CONFERENCES, {**body, **times})
    assert fields_of(nested) == {f"agenda.1.children.0.{name}"}
    assert nested.json()["errors"][0]["reason"] == "Hội nghị họp ngày 14/01/2021."
    assert Conference.objects.get() == conference


def test_without_a_known_end_or_day_an_item_may_be_later(organiser: APIClient, host: Any) -> None:
    body = {"phase": "report", "title": {"vi": "A"}}
    begun = {**body, "conference": str(ConferenceFactory(lead=host).pk)}
    assert organiser.post(ITEMS, {**begun, "day": "2021-01-15"}).status_code == 201
    assert fields_of(organiser.post(ITEMS, {**begun, "day": "2021-03-15"})) == {"day"}
    unknown = {**body, "conference": str(ConferenceFactory(lead=host, day=None, day_part="").pk)}
    assert organiser.post(ITEMS, {**unknown, "day": "2029-01-01"}).status_code == 201


def test_a_break_belongs_to_no_phase(organiser: APIClient, conference: Conference, add: Any) -> None:
    assert add("Giải lao", 15, kind="break", phase="discussion").json()["phase_name"] == {}
    shown = organiser.get(f"{CONFERENCES}/{conference.pk}/programme").json()
    assert [entry["phase_name"] for entry in shown["entries"]] == [{}]


def test_a_session_lasts_as_long_as_what_it_holds(organiser: APIClient, conference: Conference, add: Any) -> None:
    session = add("Phiên 1", kind="session").json()
    add("Kết luận", 20, phase="closing")
    first = add("Tham luận 1", 15, parent=session["id"]).json()
    add("Tham luận 3", 10, parent=session["id"])
    add("Tham luận 2", 20, after=first["id"])
    add("Chào cờ", 5, after=None)
    add("Lời dẫn", 5, parent=session["id"], after=None)
    assert laid_out(organiser, conference) == [
        ("Chào cờ", "13:30", "13:35"),
        ("Phiên 1", "13:35", "14:25"),
        (" Lời dẫn", "13:35", "13:40"),
        (" Tham luận 1", "13:40", "13:55"),
        (" Tham luận 2", "13:55", "14:15"),
        (" Tham luận 3", "14:15", "14:25"),
        ("Kết luận", "14:25", "14:45"),
    ]


def test_parallel_and_reserve(organiser: APIClient, conference: Conference, add: Any) -> None:
    add("Nhóm 1", 60)
    add("Nhóm 2", 90, parallel=True)
    reserve = add("Dự phòng", 15, reserve=True).json()
    add("Họp chung", 30)
    assert [row[1] for row in laid_out(organiser, conference)] == ["13:30", "13:30", None, "15:00"]
    assert reserve["in_calendar"] is False
    assert reserve["calendar_note"]["vi"] == "Nội dung dự phòng, chưa chắc có."


def test_a_day_without_an_hour_is_no_calendar_entry_and_says_so(organiser: APIClient, add: Any) -> None:
    fuzzy = add("Tham quan", 60, day="2021-01-14", day_part="morning").json()
    assert (fuzzy["starts_at"], fuzzy["pinned"], fuzzy["in_calendar"]) == (None, False, False)
    assert fuzzy["when_said"] == {"vi": "Sáng 14/01/2021", "en": "Morning of 14 January 2021"}
    assert fuzzy["calendar_note"]["en"] == "Only the day is known, not yet an exact time."
    exact = patch(organiser, fuzzy, starts_at="2021-01-14T15:00:00+07:00").json()
    assert (exact["day"], exact["day_part"], exact["in_calendar"], exact["calendar_note"]) == (None, "", True, None)
    assert exact["when_said"]["vi"] == "15 giờ 00 ngày 14/01/2021"
    again = patch(organiser, fuzzy, day="2021-01-14").json()
    assert (again["starts_at"], again["pinned"], again["day"]) == (None, False, "2021-01-14")
    both = {"day": "2021-01-14", "starts_at": "2021-01-14T15:00:00+07:00"}
    assert fields_of(add("Sai", **both)) == {"day"}
    assert fields_of(add("Sai", day_part="morning")) == {"day"}


def test_the_conference_moves_its_agenda(organiser: APIClient, conference: Conference, add: Any) -> None:
    add("A", 15)
    add("B", 30, starts_at="2021-01-14T15:00:00+07:00")
    add("C", 15)
    off = add("D", 10, starts_at="2021-01-14T15:45:00+07:00").json()
    organiser.post(f"{ITEMS}/{off['id']}/cancel", REASON)
    path = f"{CONFERENCES}/{conference.pk}"
    moved = {"starts_at": "2021-01-21T08:00:00+07:00", "ends_at": "2021-01-21T12:00:00+07:00"}
    assert organiser.patch(path, moved, headers=ANY).status_code == 200
    assert [item["starts_at"] for item in organiser.get(path).json()["agenda"]] == [
        "2021-01-21T08:00:00+07:00",
        "2021-01-21T09:30:00+07:00",
        "2021-01-21T10:00:00+07:00",
        "2021-01-14T15:45:00+07:00",  # D never was to be on any other day
    ]
    organiser.patch(path, {"starts_at": None, "ends_at": None, "day": "2021-01-22"}, headers=ANY)
    assert organiser.get(path).json()["agenda"][3]["starts_at"] == "2021-01-14T15:45:00+07:00"
    organiser.patch(path, moved, headers=ANY)
    again = organiser.post(f"{ITEMS}/{off['id']}/reopen").json()
    assert (again["starts_at"], again["pinned"]) == ("2021-01-21T09:00:00+07:00", False)


def test_on_a_day_without_an_hour_no_item_keeps_one(organiser: APIClient, conference: Conference, add: Any) -> None:
    """On the same day pinned items stay where they are; on another nobody knows their hours any more."""
    add("A", 15)
    add("B", 30, starts_at="2021-01-14T15:00:00+07:00")
    add("C", 30, day="2021-01-14", day_part="evening")
    path = f"{CONFERENCES}/{conference.pk}"
    organiser.patch(path, {"starts_at": None, "ends_at": None}, headers=ANY)
    agenda = organiser.get(path).json()["agenda"]
    assert [(hours(item["starts_at"]), item["pinned"]) for item in agenda] == [
        (None, False),
        ("15:00", True),
        (None, False),
    ]
    organiser.patch(path, {"day": "2021-02-01"}, headers=ANY)
    agenda = organiser.get(path).json()["agenda"]
    assert [(item["starts_at"], item["pinned"]) for item in agenda] == [(None, False)] * 3
    assert (agenda[2]["day"], agenda[2]["day_part"]) == ("2021-02-01", "evening")
    assert [item["minutes_planned"] for item in agenda] == [15, 30, 30]
    exact = {"starts_at": "2021-02-01T08:00:00+07:00", "ends_at": "2021-02-01T12:00:00+07:00"}
    organiser.patch(path, exact, headers=ANY)
    assert [row[1] for row in laid_out(organiser, conference)] == ["08:00", "08:15", None]


# The tree


def test_a_programme_is_a_tree_of_sessions(organiser: APIClient, host: Organisation, add: Any) -> None:
    session = add("Phiên", kind="session").json()
    inner = add("Nhóm", kind="session", parent=session["id"]).json()
    leaf = add("Tham luận", parent=inner["id"]).json()
    assert fields_of(add("Sai", parent=leaf["id"])) == {"parent"}
    assert fields_of(patch(organiser, leaf, kind="session", parent=leaf["id"])) == {"parent"}
    assert fields_of(patch(organiser, session, parent=inner["id"])) == {"parent"}
    assert fields_of(patch(organiser, inner, kind="item")) == {"kind"}
    patch(organiser, leaf, kind="session")
    assert fields_of(add("Quá sâu", parent=leaf["id"])) == {"parent"}
    other = add("Phiên 2", kind="session").json()
    assert fields_of(add("Sai", parent=other["id"], after=leaf["id"])) == {"after"}
    assert fields_of(patch(organiser, leaf, order=99)) == {"order"}
    assert fields_of(patch(organiser, inner, after=leaf["id"])) == {"after"}
    elsewhere = AgendaItemFactory(conference=ConferenceFactory(lead=host), kind="session")
    assert fields_of(add("Sai", parent=str(elsewhere.pk))) == {"parent"}
    assert AgendaItem.objects.filter(conference=leaf["conference"]).count() == 4


def test_an_item_takes_along_what_it_holds(organiser: APIClient, conference: Conference, add: Any) -> None:
    first = add("Phiên 1", kind="session").json()
    add("1a", 10, parent=first["id"])
    second = add("Phiên 2", kind="session").json()
    add("2a", 10, parent=second["id"])
    patch(organiser, second, after=None)
    titles = [row[0] for row in laid_out(organiser, conference)]
    assert titles == ["Phiên 2", " 2a", "Phiên 1", " 1a"]
    patch(organiser, first, parent=second["id"])
    assert [row[0] for row in laid_out(organiser, conference)] == ["Phiên 2", " 2a", " Phiên 1", "  1a"]


def test_a_new_place_is_a_new_version_of_whatever_makes_room(organiser: APIClient, add: Any) -> None:
    first, second = add("A", 10).json(), add("B", 10).json()
    add("C", 5, after=first["id"])
    moved = organiser.get(f"{ITEMS}/{second['id']}").json()
    assert (moved["order"], moved["version"]) == (3, 2)
    assert organiser.get(f"{ITEMS}/{first['id']}").json()["version"] == 1


@pytest.mark.parametrize("size", [1, 3, 30])
def test_writing_an_item_takes_the_same_number_of_queries_however_long_the_agenda(
    organiser: APIClient, conference: Conference, size: int
) -> None:
    rows = [AgendaItemFactory(conference=conference, order=n + 1, minutes_planned=5) for n in range(size)]
    with CaptureQueriesContext(connection) as asked:
        services.edit_agenda_item(agenda_item_id=rows[0].pk, fields={"minutes_planned": 7})
    assert len(asked) <= 20, [query["sql"][:80] for query in asked]
    assert AgendaItem.objects.filter(conference=conference, starts_at=None).count() == 0


# A whole agenda in one call


def test_a_nested_agenda_comes_with_the_conference(organiser: APIClient, host: Organisation) -> None:
    own = {"vi": "Trao Cờ thi đua"}
    agenda = [
        {"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 30},
        {
            "phase": "paper",
            "title": {"vi": "Phiên chuyên đề"},
            "children": [
                {"phase": "paper", "title": {"vi": "Nhóm A"}, "minutes_planned": 60, "confidentiality": "internal"},
                {"phase": "paper", "title": {"vi": "Nhóm B"}, "minutes_planned": 90, "parallel": True},
                {"phase": "paper", "title": {"vi": "Dự phòng"}, "reserve": True},
            ],
        },
        {"kind": "break", "title": {"vi": "Giải lao"}, "minutes_planned": 15},
        {"phase": "reply", "phase_name": own, "title": {"vi": "Trao cờ"}, "minutes_planned": 10},
        {"phase": "reply", "phase_name": own, "title": {"vi": "Tặng hoa"}},
        {"phase": "closing", "title": {"vi": "Tham quan"}, "day": "2021-01-15", "day_part": "morning"},
    ]
    body = {"kind": "review", "title": {"vi": "Tổng kết"}, "lead": str(host.pk), "agenda": agenda}
    answer = organiser.post(CONFERENCES, {**body, "starts_at": "2021-01-14T08:00:00+07:00"})
    assert answer.status_code == 201, answer.json()
    made = Conference.objects.get(pk=answer.json()["id"])
    assert laid_out(organiser, made) == [
        ("Khai mạc", "08:00", "08:30"),
        ("Phiên chuyên đề", "08:30", "10:00"),
        (" Nhóm A", "08:30", "09:30"),
        (" Nhóm B", "08:30", "10:00"),
        (" Dự phòng", None, None),
        ("Giải lao", "10:00", "10:15"),
        ("Trao cờ", "10:15", "10:25"),
        ("Tặng hoa", "10:25", None),
        ("Tham quan", None, None),
    ]
    rows = answer.json()["agenda"]
    assert rows[1]["kind"] == "session"
    assert [rows[index]["phase_name"] for index in (0, 6, 7)] == [{"vi": "Khai mạc", "en": "Opening"}, own, own]
    assert OwnPhase.objects.get().stands_for == "reply"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "item", "children": [{"phase": "paper", "title": {"vi": "B"}}]}, "agenda.0.children.0.children"),
        ({"children": [{"phase": "paper", "title": {"vi": "B"}, "order": 1}]}, "agenda.0.children.0.order"),
        ({"children": [{"title": {"vi": "B"}}]}, "agenda.0.children.0.phase"),
        ({"confidentiality": "public"}, "agenda.0.confidentiality"),
    ],
)
def test_a_wrong_entry_is_named_by_its_path_and_nothing_is_written(
    organiser: APIClient, host: Organisation, entry: dict[str, Any], field: str
) -> None:
    agenda = [{"phase": "paper", "title": {"vi": "A"}, **entry}]
    body = {"kind": "review", "title": {"vi": "T"}, "lead": str(host.pk), "confidentiality": "internal"}
    assert fields_of(organiser.post(CONFERENCES, {**body, "agenda": agenda})) == {field}
    assert not Conference.objects.exists()


def test_an_agenda_is_at_most_500_long_and_three_deep(organiser: APIClient, host: Organisation) -> None:
    body = {"kind": "review", "title": {"vi": "T"}, "lead": str(host.pk)}
    leaf = {"phase": "paper", "title": {"vi": "A"}}
    many = [{**leaf, "children": [leaf] * 250}, {**leaf, "children": [leaf] * 250}]
    assert fields_of(organiser.post(CONFERENCES, {**body, "agenda": many})) == {"agenda"}
    deep = [{**leaf, "children": [{**leaf, "children": [{**leaf, "children": [leaf]}]}]}]
    assert organiser.post(CONFERENCES, {**body, "agenda": deep}).status_code == 400
    assert not Conference.objects.exists()


# Phases of the conference's own


def test_own_phases_name_what_the_house_has_no_word_for(
    organiser: APIClient, conference: Conference, host: Organisation, add: Any
) -> None:
    body = {"conference": str(conference.pk), "name": {"vi": "Trao thưởng", "en": "Awards"}, "stands_for": "reply"}
    phase = organiser.post(PHASES, body)
    assert phase.status_code == 201, phase.json()
    phase = phase.json()
    item = add("Trao cờ", phase="reply", own_phase=phase["id"]).json()
    assert (item["phase"], item["phase_name"]) == ("reply", {"vi": "Trao thưởng", "en": "Awards"})
    assert fields_of(add("Trao cờ", phase="vote", own_phase=phase["id"])) == {"phase"}
    path = f"{PHASES}/{phase['id']}"
    organiser.patch(path, {"stands_for": "closing", "name": {"vi": "Vinh danh"}}, headers=ANY)
    shown = organiser.get(f"{ITEMS}/{item['id']}").json()
    assert (shown["phase"], shown["phase_name"]) == ("closing", {"vi": "Vinh danh"})
    refused = organiser.delete(path, headers=ANY)
    assert (refused.status_code, "Còn nội dung" in refused.json()["detail"]) == (409, True)
    assert patch(organiser, item, own_phase=None).json()["phase_name"]["vi"] == "Kết luận, bế mạc"
    assert organiser.delete(path, headers=ANY).status_code == 204
    foreign = OwnPhase.objects.create(
        conference=ConferenceFactory(lead=host), order=1, name={"vi": "Khác"}, stands_for="reply"
    )
    assert fields_of(patch(organiser, item, own_phase=str(foreign.pk))) == {"own_phase"}


# Postponed, cancelled, reopened, removed


def test_a_cancelled_item_stays_with_its_planned_time_and_takes_none(
    organiser: APIClient, conference: Conference, add: Any
) -> None:
    add("A", 15)
    off = add("B", 30).json()
    add("C", 10)
    cancelled = organiser.post(f"{ITEMS}/{off['id']}/cancel", REASON).json()
    assert (cancelled["state"], cancelled["reason"], hours(cancelled["starts_at"])) == (
        "cancelled",
        {"vi": "Bão"},
        "13:45",
    )
    assert cancelled["moves"] == ["reopen"]
    assert [row[1] for row in laid_out(organiser, conference)] == ["13:30", "13:45", "13:45"]
    assert organiser.post(f"{ITEMS}/{off['id']}/cancel", REASON).status_code == 409
    assert patch(organiser, off, starts_at="2021-01-14T15:00:00+07:00").status_code == 409
    assert patch(organiser, off, title={"vi": "B bị huỷ"}).status_code == 200
    reopened = organiser.post(f"{ITEMS}/{off['id']}/reopen").json()
    assert (reopened["state"], reopened["reason"]) == ("planned", {})
    assert [row[1] for row in laid_out(organiser, conference)] == ["13:30", "13:45", "14:15"]


def test_a_session_is_called_off_with_what_it_holds(organiser: APIClient, add: Any) -> None:
    session = add("Phiên", kind="session").json()
    first, second = (add(title, 10, parent=session["id"]).json() for title in ("A", "B"))
    organiser.post(f"{ITEMS}/{second['id']}/postpone", {"reason": {"vi": "Diễn giả ốm"}})
    organiser.post(f"{ITEMS}/{session['id']}/postpone", REASON)
    states = {title: AgendaItem.objects.get(title__vi=title).state for title in ("Phiên", "A", "B")}
    assert states == {"Phiên": "postponed", "A": "postponed", "B": "postponed"}
    assert organiser.post(f"{ITEMS}/{first['id']}/reopen").status_code == 409
    assert fields_of(add("C", parent=session["id"])) == {"parent"}
    organiser.post(f"{ITEMS}/{session['id']}/reopen")
    states = {title: AgendaItem.objects.get(title__vi=title).state for title in ("Phiên", "A", "B")}
    assert states == {"Phiên": "planned", "A": "planned", "B": "postponed"}  # B was called off for a reason of its own


def test_a_cancelled_item_gives_its_room_back_and_takes_it_again(
    organiser: APIClient, host: Organisation, conference: Conference
) -> None:
    site = SiteFactory(conference=conference)
    room = RoomFactory(venue=site.venue)
    item = AgendaItemFactory(conference=conference, minutes_planned=60, starts_at=conference.starts_at, pinned=True)
    AgendaRoomFactory(conference=conference, agenda_item=item, site=site, room=room)
    services.edit_agenda_item(agenda_item_id=item.pk, fields={})
    assert RoomBooking.objects.get().room == room
    path = f"{ITEMS}/{item.pk}"
    organiser.post(f"{path}/cancel", REASON)
    assert not RoomBooking.objects.exists()
    other = ConferenceFactory(lead=host, exact=True)
    SiteFactory(conference=other, venue=room.venue, room=room)
    services.edit(conference_id=other.pk, fields={"ends_at": other.ends_at.replace(minute=30)})
    taken = organiser.post(f"{path}/reopen")
    assert (taken.status_code, taken.json()["room"]) == (409, str(room.pk))
    assert AgendaItem.objects.get(pk=item.pk).state == "cancelled"


def test_what_is_pulled_into_a_room_that_another_item_has_is_refused_with_room_and_hour(
    organiser: APIClient, conference: Conference
) -> None:
    site = SiteFactory(conference=conference)
    room = RoomFactory(venue=site.venue, name={"vi": "Phòng 2", "en": "Room 2"})
    start, hour = conference.starts_at, dt.timedelta(hours=1)
    assert start
    flow = [(0, True, False), (1, False, False), (2, False, False), (1, True, True)]
    items = [
        AgendaItemFactory(
            conference=conference,
            minutes_planned=60,
            starts_at=start + after * hour,
            ends_at=start + (after + 1) * hour,
            pinned=pinned,
            parallel=parallel,
        )
        for after, pinned, parallel in flow
    ]
    for item in items[2:]:
        AgendaRoomFactory(conference=conference, agenda_item=item, site=site, room=room)
    services.edit_agenda_item(agenda_item_id=items[0].pk, fields={})
    refused = organiser.post(f"{ITEMS}/{items[1].pk}/cancel", REASON)
    assert refused.status_code == 409
    assert refused.json()["room"] == str(room.pk)
    assert dt.datetime.fromisoformat(refused.json()["taken_from"]) == start + hour
    assert dt.datetime.fromisoformat(refused.json()["taken_until"]) == start + 2 * hour
    assert refused.json()["detail"].startswith("Phòng 2 được chọn hai lần cho cùng lúc từ ")
    assert AgendaItem.objects.get(pk=items[1].pk).state == "planned"


def test_what_a_release_told_of_is_cancelled_not_removed(organiser: APIClient, host: Organisation) -> None:
    announced = ConferenceFactory(lead=host, announced=True)
    told, new = (AgendaItemFactory(conference=announced) for _ in range(2))
    programme = {"entries": [{"id": str(told.pk)}]}
    Release.objects.create(conference=announced, number=1, programme=programme, sha256="0" * 64, released_at=now())
    refused = organiser.delete(f"{ITEMS}/{told.pk}", headers=ANY)
    assert (refused.status_code, "hãy huỷ" in refused.json()["detail"]) == (409, True)
    assert organiser.delete(f"{ITEMS}/{new.pk}", headers=ANY).status_code == 204


def test_a_session_that_holds_items_is_not_removed_and_what_follows_begins_earlier(
    organiser: APIClient, conference: Conference, add: Any
) -> None:
    session = add("Phiên", kind="session").json()
    held = add("A", 30, parent=session["id"]).json()
    add("B", 10)
    assert organiser.delete(f"{ITEMS}/{session['id']}", headers=ANY).status_code == 409
    assert organiser.delete(f"{ITEMS}/{held['id']}", headers=ANY).status_code == 204
    assert organiser.delete(f"{ITEMS}/{session['id']}", headers=ANY).status_code == 204
    assert laid_out(organiser, conference) == [("B", "13:30", "13:40")]


# One room, one item within another


def test_a_session_and_its_items_are_not_two_uses_of_one_room(
    organiser: APIClient, conference: Conference, add: Any
) -> None:
    site = SiteFactory(conference=conference)
    room = RoomFactory(venue=site.venue)
    session = add("Phiên", kind="session").json()
    inner = add("A", 60, parent=session["id"]).json()
    rows = {}
    for item in (session, inner):
        body = {"conference": str(conference.pk), "agenda_item": item["id"], "site": str(site.pk)}
        rows[item["id"]] = organiser.post("/api/v1/agenda-rooms", {**body, "room": str(room.pk)})
    assert [answer.status_code for answer in rows.values()] == [201, 201]
    booking = RoomBooking.objects.get()
    assert (booking.taken.upper - booking.taken.lower).seconds == 3600
    shown = {row["agenda_item"]: row["booking"] for row in organiser.get("/api/v1/agenda-rooms").json()["results"]}
    assert shown[inner["id"]] == shown[session["id"]] is not None
    beside = add("B", 60, parallel=True, after=session["id"]).json()
    body = {"conference": str(conference.pk), "agenda_item": beside["id"], "site": str(site.pk), "room": str(room.pk)}
    assert organiser.post("/api/v1/agenda-rooms", body).status_code == 409


# The guards, and what there would be without them


@pytest.fixture
def without(db: None) -> Callable[[str, str], None]:
    """Takes a guard out of the database until the test ends."""

    def off(table: str, guard: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if guard == "an_agenda_is_a_tree":
                cursor.execute(f"DROP TRIGGER {guard} ON {table}")
            else:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {guard}")

    return off


ITEM_TABLE = "conferences_agendaitem"


def _below_itself(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=other.pk).update(parent=item)
    AgendaItem.objects.filter(pk=item.pk).update(parent=other)


def _of_another_conference(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=other.pk).update(parent=AgendaItemFactory(order=1))


def _phase_of_another(item: AgendaItem, other: AgendaItem) -> None:
    phase = OwnPhase.objects.create(conference=ConferenceFactory(), order=1, name={"vi": "Khác"}, stands_for="reply")
    AgendaItem.objects.filter(pk=item.pk).update(own_phase=phase)


def _pinned_to_nothing(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(pinned=True, starts_at=None)


def _exact_and_not(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(starts_at=now(), day="2021-01-14")


def _ends_before_it_starts(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(starts_at=now(), ends_at=now())
    AgendaItem.objects.filter(pk=item.pk).update(ends_at="2021-01-14T00:00:00Z")


def _in_one_place(item: AgendaItem, other: AgendaItem) -> None:
    AgendaItem.objects.filter(pk=item.pk).update(order=other.order)


GUARDS = [
    ("an_agenda_is_a_tree", _below_itself),
    ("an_item_under_one_of_its_conference", _of_another_conference),
    ("an_item_in_a_phase_of_its_conference", _phase_of_another),
    ("a_pinned_item_has_its_time", _pinned_to_nothing),
    ("an_item_is_exact_or_not", _exact_and_not),
    ("an_item_ends_after_it_starts", _ends_before_it_starts),
    ("one_agenda_item_per_order", _in_one_place),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_the_database_refuses_a_wrong_agenda(conference: Conference, guard: str, wrong: Callable[..., None]) -> None:
    item, other = (AgendaItemFactory(conference=conference, kind="session") for _ in range(2))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        wrong(item, other)
    assert refused.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_without_its_guard_it_would_not(
    conference: Conference, without: Callable[[str, str], None], guard: str, wrong: Callable[..., None]
) -> None:
    item, other = (AgendaItemFactory(conference=conference, kind="session") for _ in range(2))
    without(ITEM_TABLE, guard)
    wrong(item, other)


def test_the_whole_agenda_changes_places_in_one_statement(conference: Conference) -> None:
    first, second = (AgendaItemFactory(conference=conference, order=n) for n in (1, 2))
    first.order, second.order = 2, 1
    AgendaItem.objects.bulk_update([first, second], ["order"])
    assert [row.pk for row in conference.agenda.order_by("order")] == [second.pk, first.pk]


def test_an_item_of_another_conference_has_no_speaker_here(conference: Conference) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        SpeakerFactory(conference=conference, agenda_item=AgendaItemFactory())
    assert refused.value.__cause__.diag.constraint_name == "a_speaker_to_an_item_of_the_conference"  # type: ignore[union-attr]


def test_without_its_guard_it_would_have(conference: Conference, without: Callable[[str, str], None]) -> None:
    elsewhere = AgendaItemFactory()
    without("conferences_speaker", "a_speaker_to_an_item_of_the_conference")
    assert SpeakerFactory(conference=conference, agenda_item=elsewhere).pk


# Who is where


def test_a_chair_of_a_session_may_speak_to_what_it_holds(conference: Conference, add: Any) -> None:
    person = PersonFactory()
    session = add("Phiên", kind="session").json()
    inner = add("A", 60, parent=session["id"]).json()
    beside = add("Phiên 2", 60, kind="session", parallel=True).json()
    for item in (session, inner):
        DutyFactory(conference=conference, kind="panel", person=person, agenda_item_id=item["id"])
    assert queries.clashes_of(conference.pk) == []
    DutyFactory(conference=conference, kind="panel", person=person, agenda_item_id=beside["id"])
    assert {clash.item_id for clash in queries.clashes_of(conference.pk)} != set()
    services.cancel_agenda_item(agenda_item_id=beside["id"], reason={"vi": "Bão"})
    assert queries.clashes_of(conference.pk) == []


# Many at once


@pytest.mark.django_db(transaction=True)
def test_many_who_add_behind_one_item_all_find_their_place(host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, exact=True)
    first = AgendaItemFactory(conference=conference, order=1, minutes_planned=5)
    AgendaItemFactory(conference=conference, order=2, minutes_planned=5)

    fields: Any = {"phase": "report", "title": {"vi": "Sau"}, "minutes_planned": 5, "after": first}
    in_threads(8, partial(services.add_agenda_item, conference_id=conference.pk, fields=fields))
    rows = list(AgendaItem.objects.filter(conference=conference).order_by("order"))
    assert [row.order for row in rows] == list(range(1, 11))
    assert rows[0].pk == first.pk
    apart = {after.starts_at - before.starts_at for before, after in zip(rows, rows[1:], strict=False)}
    assert apart == {dt.timedelta(minutes=5)}


def test_500_items_are_arranged_within_seconds(organiser: APIClient, conference: Conference) -> None:
    rows = AgendaItem.objects.bulk_create(
        AgendaItem(conference=conference, order=n, phase="paper", title={"vi": str(n)}, minutes_planned=1)
        for n in range(1, 501)
    )
    items = [{"id": str(row.pk)} for row in reversed(rows)]
    begun = time.perf_counter()
    path = f"{CONFERENCES}/{conference.pk}/agenda/arrange"
    answer = organiser.post(path, {"items": items}, headers=ANY)
    assert (answer.status_code, len(answer.json()["moves"])) == (200, 500)
    assert time.perf_counter() - begun < 10
    full = organiser.post(ITEMS, {"conference": str(conference.pk), "phase": "vote", "title": {"vi": "501"}})
    assert full.status_code == 409
