"""The whole programme in one call: another order, everything later; what it does to whom is told before and after."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import AgendaItem, Conference, Duty, RoomBooking, Speaker
from backend.core.clock import now
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    RoomFactory,
    SiteFactory,
)
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
ANY = {"If-Match": "*"}
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def conference(host: Organisation) -> Conference:
    """From 13:30 to 17:00 on 14 January 2021."""
    made: Conference = ConferenceFactory(lead=host, exact=True, announced=True)
    return made


def item(conference: Conference, title: str, minutes: int | None = None, **fields: Any) -> AgendaItem:
    body = {"phase": "report", "title": {"vi": title}, "minutes_planned": minutes, **fields}
    return services.add_agenda_item(conference_id=conference.pk, fields=body)  # type: ignore[arg-type]


def act(client: APIClient, conference: Conference, verb: str, *, preview: bool = False, **body: Any) -> Any:
    path = f"/api/v1/conferences/{conference.pk}/agenda/{verb}"
    return client.post(f"{path}?preview=true", body) if preview else client.post(path, body, headers=ANY)


def starts(conference: Conference) -> dict[str, str | None]:
    zone = dt.timezone(dt.timedelta(hours=7))
    return {
        row.title["vi"]: row.starts_at and row.starts_at.astimezone(zone).strftime("%H:%M")
        for row in AgendaItem.objects.filter(conference=conference).order_by("order")
    }


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2021, 1, 14, hour - 7, minute, tzinfo=dt.UTC)


def fields_of(problem: Any) -> set[str]:
    assert problem.status_code == 400, problem.json()
    return {error["field"] for error in problem.json()["errors"]}


# Shifting


def test_everything_after_an_item_begins_15_minutes_later(organiser: APIClient, conference: Conference) -> None:
    opening = item(conference, "A", 15)
    item(conference, "B", 30)
    item(conference, "C", 30, starts_at=at(15))
    item(conference, "D", 30)
    answer = act(organiser, conference, "shift", after=str(opening.pk), minutes=15)
    assert answer.status_code == 200, answer.json()
    assert starts(conference) == {"A": "13:30", "B": "14:00", "C": "15:15", "D": "15:45"}
    moves = answer.json()["moves"]
    assert [(move["title"]["vi"], move["pinned"]) for move in moves] == [("B", True), ("C", True), ("D", False)]
    assert moves[1]["before"] == {"starts_at": "2021-01-14T15:00:00+07:00", "ends_at": "2021-01-14T15:30:00+07:00"}
    assert moves[1]["after"]["starts_at"] == "2021-01-14T15:15:00+07:00"
    assert answer["ETag"] == organiser.get(f"/api/v1/conferences/{conference.pk}")["ETag"]
    back = act(organiser, conference, "shift", after=str(opening.pk), minutes=-15)
    assert back.status_code == 200
    assert starts(conference) == {"A": "13:30", "B": "13:45", "C": "15:00", "D": "15:30"}


def test_a_preview_tells_the_same_and_leaves_nothing_behind(organiser: APIClient, conference: Conference) -> None:
    opening = item(conference, "A", 15)
    item(conference, "B", 30)
    before, version, facts = starts(conference), Conference.objects.get(pk=conference.pk).version, Event.objects.count()
    body = {"after": str(opening.pk), "minutes": 20}
    preview = act(organiser, conference, "shift", preview=True, **body)
    assert (preview.status_code, "ETag" in preview) == (200, False)
    assert (starts(conference), Event.objects.count()) == (before, facts)
    assert Conference.objects.get(pk=conference.pk).version == version
    assert act(organiser, conference, "shift", **body).json() == preview.json()


def test_the_shift_goes_across_the_tree_and_leaves_what_runs_beside(
    organiser: APIClient, conference: Conference
) -> None:
    one = item(conference, "S1", kind="session")
    first = item(conference, "1a", 20, parent=one)
    item(conference, "1b", 20, parent=one)
    two = item(conference, "S2", kind="session", parallel=True)
    item(conference, "2a", 60, parent=two)
    item(conference, "T", 30)
    act(organiser, conference, "shift", after=str(first.pk), minutes=30)
    assert starts(conference) == {
        "S1": "13:30",
        "1a": "13:30",
        "1b": "14:20",
        "S2": "13:30",
        "2a": "13:30",
        "T": "15:00",
    }


def test_until_an_item_and_no_further(organiser: APIClient, conference: Conference) -> None:
    first, second = item(conference, "A", 30), item(conference, "B", 30)
    item(conference, "Giải lao", 30, kind="break")
    item(conference, "C", 30)
    answer = act(organiser, conference, "shift", after=str(first.pk), until=str(second.pk), minutes=10)
    assert starts(conference) == {"A": "13:30", "B": "14:10", "Giải lao": "14:30", "C": "15:00"}
    assert [(w["kind"], w["minutes"]) for w in answer.json()["warnings"]] == [("runs_over", 10)]
    assert answer.json()["warnings"][0]["said"]["vi"] == "“B” kéo dài 10 phút sang giờ đã định của “Giải lao”."
    last = AgendaItem.objects.get(title__vi="C")
    assert fields_of(act(organiser, conference, "shift", after=str(last.pk), until=str(first.pk), minutes=1)) == {
        "until"
    }


def test_from_a_moment_on(organiser: APIClient, conference: Conference) -> None:
    for title in "ABC":
        item(conference, title, 30)
    act(organiser, conference, "shift", **{"from": "2021-01-14T14:00:00+07:00"}, minutes=5)
    assert starts(conference) == {"A": "13:30", "B": "14:05", "C": "14:35"}


def test_what_is_called_off_keeps_its_planned_time(organiser: APIClient, conference: Conference) -> None:
    first, off = item(conference, "A", 30), item(conference, "B", 30, starts_at=at(15))
    item(conference, "C", 30, starts_at=at(16))
    services.cancel_agenda_item(agenda_item_id=off.pk, reason={"vi": "Bão"})
    act(organiser, conference, "shift", after=str(first.pk), minutes=15)
    assert starts(conference) == {"A": "13:30", "B": "15:00", "C": "16:15"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 15, "from": "2021-01-14T13:30:00+07:00"}, "after"),
        ({"minutes": 15, "from": "2021-01-14T23:30:00+07:00", "after": None}, "from"),
        ({"minutes": 15, "after": "01940000-0000-7000-8000-000000000000"}, "after"),
        ({"minutes": 15, "after": None}, "after"),
        ({"minutes": 5000}, "minutes"),
    ],
)
def test_a_wrong_shift_names_the_field(
    organiser: APIClient, conference: Conference, body: dict[str, Any], field: str
) -> None:
    first = item(conference, "A", 30)
    item(conference, "B", 30)
    whole = {"after": str(first.pk), **body}
    answer = act(organiser, conference, "shift", **{key: value for key, value in whole.items() if value is not None})
    assert fields_of(answer) == {field}
    assert starts(conference)["B"] == "14:00"


def test_another_day_is_not_reached_without_saying_so(organiser: APIClient, conference: Conference) -> None:
    Conference.objects.filter(pk=conference.pk).update(ends_at=at(17) + dt.timedelta(days=1))
    first = item(conference, "A", 30)
    item(conference, "Liên hoan", 60, starts_at=at(23))
    body = {"after": str(first.pk), "minutes": 90}
    preview = act(organiser, conference, "shift", preview=True, **body).json()
    assert (preview["moves"][0]["other_day"], "sang ngày khác" in preview["refusal"]["vi"]) == (True, True)
    refused = act(organiser, conference, "shift", **body)
    assert (refused.status_code, refused.json()["report"]["moves"]) == (409, preview["moves"])
    assert starts(conference)["Liên hoan"] == "23:00"
    assert act(organiser, conference, "shift", **body, across_days=True).status_code == 200
    assert starts(conference)["Liên hoan"] == "00:30"


@pytest.mark.parametrize(("hour", "minutes"), [(23, 90), (14, -900)])
def test_no_shift_leaves_the_days_of_the_conference(
    organiser: APIClient, conference: Conference, hour: int, minutes: int
) -> None:
    first = item(conference, "A", 30)
    item(conference, "B", 30, starts_at=at(hour))
    item(conference, "C", 30)
    before = starts(conference)
    for preview in (True, False):
        body = {"after": str(first.pk), "minutes": minutes, "across_days": True}
        refused = act(organiser, conference, "shift", preview=preview, **body)
        assert fields_of(refused) == {"minutes"}
        assert refused.json()["errors"][0]["reason"] == "Hội nghị họp ngày 14/01/2021."
    assert starts(conference) == before


def test_what_runs_beyond_the_last_day_is_shifted_within_its_own(organiser: APIClient, conference: Conference) -> None:
    first = item(conference, "A", 30, starts_at=at(23))
    item(conference, "B", 60)
    item(conference, "C", 30)
    assert starts(conference)["C"] == "00:30"
    assert act(organiser, conference, "shift", after=str(first.pk), minutes=15).status_code == 200
    assert starts(conference) == {"A": "23:00", "B": "23:45", "C": "00:45"}


def test_what_has_begun_stays(organiser: APIClient, host: Organisation) -> None:
    begun = now().replace(second=0, microsecond=0) - 40 * MINUTE
    running = ConferenceFactory(lead=host, state="running", starts_at=begun, ends_at=begun + 300 * MINUTE, day=None)
    first, second, third = (item(running, title, 30) for title in "ABC")
    answer = act(organiser, running, "shift", **{"from": begun.isoformat()}, minutes=10)
    assert answer.status_code == 200, answer.json()
    assert [move["title"]["vi"] for move in answer.json()["moves"]] == ["C"]
    assert AgendaItem.objects.get(pk=third.pk).starts_at == begun + 70 * MINUTE
    past = act(organiser, running, "shift", after=str(second.pk), minutes=-60)
    assert (past.status_code, "quá khứ" in past.json()["detail"]) == (409, True)
    order = [{"id": str(row.pk)} for row in (second, first, third)]
    refused = act(organiser, running, "arrange", items=order)
    assert (refused.status_code, "đã bắt đầu" in refused.json()["detail"]) == (409, True)
    services.close(conference_id=running.pk)
    assert act(organiser, running, "shift", after=str(second.pk), minutes=5).status_code == 409


# Who and what is affected


def test_the_answer_names_who_is_affected_and_which_rooms(organiser: APIClient, conference: Conference) -> None:
    first, second = item(conference, "A", 30), item(conference, "B", 60)
    speaker, chair, unmoved = PersonFactory(), PersonFactory(), PersonFactory()
    Speaker.objects.create(conference=conference, agenda_item=second, order=1, person=speaker)
    Speaker.objects.create(conference=conference, agenda_item=second, order=2, bloc={"vi": "Khối Đo lường"})
    Speaker.objects.create(conference=conference, agenda_item=first, order=1, person=unmoved)
    Duty.objects.create(conference=conference, kind="panel", order=1, person=chair, agenda_item=second)
    site = SiteFactory(conference=conference)
    room = RoomFactory(venue=site.venue)
    AgendaRoomFactory(conference=conference, agenda_item=second, site=site, room=room)
    services.edit_agenda_item(agenda_item_id=second.pk, fields={})
    answer = act(organiser, conference, "shift", after=str(first.pk), minutes=180).json()
    assert [(who["role"], who["person"] and who["person"]["id"]) for who in answer["people"]] == [
        ("panel", str(chair.pk)),
        ("speaker", str(speaker.pk)),
        ("speaker", None),
    ]
    assert answer["people"][2]["group"] == {"vi": "Khối Đo lường"}
    assert [(move["room"]["id"], move["agenda_item"]) for move in answer["rooms"]] == [(str(room.pk), str(second.pk))]
    assert answer["rooms"][0]["before"]["from"] == "2021-01-14T14:00:00+07:00"
    assert answer["rooms"][0]["after"]["until"] == "2021-01-14T18:00:00+07:00"
    assert (answer["end_passed_by"], answer["conflicts"], answer["refusal"]) == (60, [], None)
    assert RoomBooking.objects.get(room=room).taken.lower == at(17)


def test_a_taken_room_refuses_the_whole_and_tells_the_same(
    organiser: APIClient, host: Organisation, conference: Conference
) -> None:
    first, second = item(conference, "A", 30), item(conference, "B", 60)
    site = SiteFactory(conference=conference)
    room = RoomFactory(venue=site.venue)
    AgendaRoomFactory(conference=conference, agenda_item=second, site=site, room=room)
    services.edit_agenda_item(agenda_item_id=second.pk, fields={})
    other = ConferenceFactory(lead=host, title={"vi": "Họp kín"}, starts_at=at(15, 30), ends_at=at(18), day=None)
    SiteFactory(conference=other, venue=room.venue, room=room)
    services.edit(conference_id=other.pk, fields={"ends_at": at(19)})
    body = {"after": str(first.pk), "minutes": 60}
    preview = act(organiser, conference, "shift", preview=True, **body)
    assert preview.status_code == 200
    conflict = preview.json()["conflicts"][0]
    assert (conflict["room"]["id"], conflict["agenda_item"]) == (str(room.pk), str(second.pk))
    assert conflict["taken"] == {"from": "2021-01-14T15:30:00+07:00", "until": "2021-01-14T19:00:00+07:00"}
    assert "đã có lịch" in preview.json()["refusal"]["vi"]
    refused = act(organiser, conference, "shift", **body)
    assert (refused.status_code, refused.json()["room"]) == (409, str(room.pk))
    assert refused.json()["report"] == preview.json()
    assert "Họp kín" not in refused.content.decode()
    assert starts(conference) == {"A": "13:30", "B": "14:00"}
    assert RoomBooking.objects.get(room=room, agenda_room__isnull=False).taken.lower == at(14)


# Arranging


def test_the_whole_agenda_in_a_new_order(organiser: APIClient, conference: Conference) -> None:
    a, b, c, d = (item(conference, title, 30) for title in "ABCD")
    session = item(conference, "S", kind="session")
    answer = act(
        organiser,
        conference,
        "arrange",
        items=[
            {"id": str(d.pk)},
            {"id": str(session.pk)},
            {"id": str(b.pk), "parent": str(session.pk)},
            {"id": str(a.pk), "parent": str(session.pk), "minutes_planned": 45, "parallel": True},
            {"id": str(c.pk), "starts_at": "2021-01-14T16:00:00+07:00"},
        ],
    )
    assert answer.status_code == 200, answer.json()
    assert starts(conference) == {"D": "13:30", "S": "14:00", "B": "14:00", "A": "14:00", "C": "16:00"}
    assert AgendaItem.objects.get(pk=session.pk).ends_at == at(14, 45)
    moved = {move["title"]["vi"]: move["other_session"] for move in answer.json()["moves"]}
    assert moved == {"D": False, "S": False, "B": True, "A": True, "C": False}


def test_the_same_order_again_is_no_edit(organiser: APIClient, conference: Conference) -> None:
    rows = [item(conference, title, 30) for title in "AB"]
    version = Conference.objects.get(pk=conference.pk).version
    answer = act(organiser, conference, "arrange", items=[{"id": str(row.pk)} for row in rows])
    assert answer.json()["moves"] == []
    assert Conference.objects.get(pk=conference.pk).version == version


def test_an_arrangement_names_every_item_once_and_is_a_tree(
    organiser: APIClient, host: Organisation, conference: Conference
) -> None:
    s, t = (item(conference, title, kind="session") for title in "ST")
    a = item(conference, "A", 10, parent=s)
    b = item(conference, "B", 10)
    foreign = AgendaItemFactory(conference=ConferenceFactory(lead=host))

    def wrong(*entries: Any) -> set[str]:
        items = [{"id": str(e[0].pk), **({"parent": e[1] and str(e[1].pk)} if len(e) > 1 else {})} for e in entries]
        return fields_of(act(organiser, conference, "arrange", items=items))

    before = starts(conference)
    assert wrong((s,), (a,), (t,)) == {"items"}
    assert wrong((s,), (a,), (t,), (b,), (b,)) == {"items.4.id"}
    assert wrong((s,), (a,), (t,), (b,), (foreign,)) == {"items.4.id"}
    assert wrong((a,), (s,), (t,), (b,)) == {"items.0.parent"}
    assert wrong((s, t), (t, s), (a,), (b,)) == {"items.0.parent"}
    assert wrong((s,), (a, b), (t,), (b,)) == {"items.1.parent"}
    assert wrong((s,), (t,), (a, s), (b,)) == {"items.2.id"}
    assert wrong((s,), (a, foreign), (t,), (b,)) == {"items.1.parent"}
    assert starts(conference) == before


def test_both_need_the_version_that_was_read(organiser: APIClient, conference: Conference) -> None:
    rows = [item(conference, title, 30) for title in "AB"]
    for verb, body in (
        ("arrange", {"items": [{"id": str(row.pk)} for row in rows]}),
        ("shift", {"after": str(rows[0].pk), "minutes": 5}),
    ):
        path = f"/api/v1/conferences/{conference.pk}/agenda/{verb}"
        assert organiser.post(path, body).status_code == 428
        assert organiser.post(path, body, headers={"If-Match": '"99"'}).status_code == 412
        assert organiser.post(f"{path}?preview=true", body).status_code == 200
        assert organiser.post(f"{path}?preview=perhaps", body).status_code == 400


@pytest.mark.parametrize("size", [3, 30, 300])
def test_a_shift_takes_the_same_number_of_queries_however_long_the_agenda(
    organiser: APIClient, conference: Conference, size: int
) -> None:
    rows = [
        AgendaItemFactory(conference=conference, order=n, minutes_planned=5, starts_at=at(13, 30), pinned=n == 1)
        for n in range(1, size + 1)
    ]
    services.edit_agenda_item(agenda_item_id=rows[0].pk, fields={})
    with CaptureQueriesContext(connection) as queries:
        answer = act(organiser, conference, "shift", preview=True, after=str(rows[0].pk), minutes=5)
    assert len(answer.json()["moves"]) == size - 1
    assert len(queries) <= 60


# What does not fit


def warnings(client: APIClient, conference: Conference) -> list[tuple[str, str, str | None, int]]:
    answer = client.get(f"/api/v1/conferences/{conference.pk}/agenda/warnings")
    assert answer.status_code == 200, answer.json()
    titles = {str(row.pk): row.title["vi"] for row in AgendaItem.objects.filter(conference=conference)}
    return [
        (each["kind"], titles[each["agenda_item"]], each["other"] and titles[each["other"]], each["minutes"])
        for each in answer.json()["results"]
    ]


def test_what_does_not_fit_is_read_at_any_time(organiser: APIClient, conference: Conference) -> None:
    assert warnings(organiser, conference) == []
    item(conference, "A", 60)
    session = item(conference, "Phiên", 30, kind="session", starts_at=at(14))
    item(conference, "B", 45, parent=session)
    late = item(conference, "C", 30, starts_at=at(16, 45))
    expected = [
        ("runs_over", "A", "Phiên", 30),
        ("outside_session", "B", "Phiên", 15),
        ("past_end", "C", None, 15),
    ]
    assert sorted(warnings(organiser, conference)) == sorted(expected)
    found = organiser.get(f"/api/v1/conferences/{conference.pk}/agenda/warnings").json()["results"]
    told = act(organiser, conference, "shift", preview=True, **{"from": late.starts_at.isoformat(), "minutes": -1})
    assert "“C” kết thúc sau giờ bế mạc hội nghị 15 phút." in [each["said"]["vi"] for each in found]
    assert len(told.json()["warnings"]) == len(found)
    services.cancel_agenda_item(agenda_item_id=late.pk, reason={"vi": "Bão"})
    assert sorted(warnings(organiser, conference)) == sorted(expected[:2])


def test_what_is_pinned_on_another_day_than_the_conferences_does_not_fit(
    organiser: APIClient, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host, day=at(8).date(), day_part="")
    item(conference, "A", 30, starts_at=at(14))
    assert warnings(organiser, conference) == []
    later = at(8).date() + dt.timedelta(days=1)
    Conference.objects.filter(pk=conference.pk).update(day=later)
    assert warnings(organiser, conference) == [("other_day", "A", None, 24 * 60)]
    item_of = AgendaItem.objects.get(conference=conference)
    services.cancel_agenda_item(agenda_item_id=item_of.pk, reason={"vi": "Bão"})
    assert warnings(organiser, conference) == []


def test_nobody_hears_of_an_item_that_is_closed_to_them(
    organiser: APIClient, granted: Callable[..., APIClient], conference: Conference
) -> None:
    item(conference, "A", 60, confidentiality="restricted")
    item(conference, "B", 30, starts_at=at(14))
    item(conference, "C", 30, starts_at=at(14, 15))
    item(conference, "D", 60, starts_at=at(16, 45), confidentiality="restricted")
    stranger = granted()
    assert {each[1] for each in warnings(organiser, conference)} == {"A", "B", "D"}
    assert warnings(stranger, conference) == [("runs_over", "B", "C", 15)]
    services.release(conference_id=conference.pk)
    assert {each[1] for each in warnings(organiser, conference)} == {"A", "B", "D"}
    assert warnings(stranger, conference) == [], "outsiders read the released programme"
    Conference.objects.filter(pk=conference.pk).update(confidentiality="restricted")
    assert stranger.get(f"/api/v1/conferences/{conference.pk}/agenda/warnings").status_code == 404


def test_what_is_late_today_does_not_begin_late_tomorrow_unless_that_is_said(
    organiser: APIClient, conference: Conference
) -> None:
    Conference.objects.filter(pk=conference.pk).update(ends_at=at(17) + dt.timedelta(days=1))
    first = item(conference, "A", 30)
    item(conference, "B", 30)
    item(conference, "Ngày hai", 60, starts_at=at(8) + dt.timedelta(days=1))
    item(conference, "Sau", 30)
    body = {"after": str(first.pk), "minutes": 15}
    assert act(organiser, conference, "shift", **body).status_code == 200
    assert {name: starts(conference)[name] for name in ("B", "Ngày hai", "Sau")} == {
        "B": "14:15", "Ngày hai": "08:00", "Sau": "09:00",
    }  # fmt: skip
    assert act(organiser, conference, "shift", **body, across_days=True).status_code == 200
    assert {name: starts(conference)[name] for name in ("B", "Ngày hai", "Sau")} == {
        "B": "14:30", "Ngày hai": "08:15", "Sau": "09:15",
    }  # fmt: skip
