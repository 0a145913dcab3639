"""Series: their occurrences are conferences, created ahead; edited one, from one on, or all; ended."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, RoomBooking, Series
from backend.conferences.queries import series as series_queries
from backend.conferences.services import occurrences as occurrences_service
from backend.conferences.services import series as series_service
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.conferences.conftest import signed_in
from tests.factories.conferences import ConferenceFactory, DutyFactory, OutlineFactory, RoomFactory, SeriesFactory
from tests.factories.invitations import InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with
from tests.threads import in_threads
from workers import clock

URL = "/api/v1/series"
CONFERENCES = "/api/v1/conferences"
ANY = {"If-Match": "*"}
NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)  # a Saturday, 9:00 in Viet Nam
TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """It is NOW; today("2027-01-01T00:00") makes it later (UTC)."""

    def set_to(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
        monkeypatch.setattr(series_queries, "now", lambda: at)

    monkeypatch.setattr(series_queries, "now", lambda: NOW)
    return set_to


#: Giao ban: Monday mornings at eight, an hour and a half.
WEEKLY = {
    "title": {"vi": "Giao ban tuần", "en": "Weekly staff meeting"},
    "rule": "FREQ=WEEKLY;BYDAY=MO",
    "starts_on": "2026-11-23",
    "start_time": "08:00",
    "minutes": 90,
    "horizon_days": 28,
}


def begin(client: APIClient, host: Organisation, **fields: Any) -> Any:
    answer = client.post(URL, {**WEEKLY, "organisation": str(host.pk), **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def occurrences(client: APIClient, series: Any) -> list[Any]:
    rows = client.get(f"{CONFERENCES}?series={series['id']}&page_size=100").json()["results"]
    whole = [client.get(f"{CONFERENCES}/{row['id']}").json() for row in rows]
    return sorted(whole, key=lambda row: row["recurrence_id"])


def when(rows: list[Any]) -> list[str]:
    return [row["starts_at"] or row["day"] for row in rows]


def refused_fields(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.json()
    return {error["field"] for error in answer.json()["errors"]}


def news(name: str, **about: Any) -> int:
    return Event.objects.filter(name=name, **{f"payload__{key}": value for key, value in about.items()}).count()


pytestmark = pytest.mark.django_db


# Created ahead


def test_a_weekly_meeting_stands_in_the_calendar_with_its_agenda_people_and_room(
    organiser: APIClient, host: Organisation
) -> None:
    room = RoomFactory()
    head = PersonFactory()
    PositionFactory(person=head, organisation=host, title={"vi": "Giám đốc"}, valid_to=dt.date(2026, 12, 1))
    PositionFactory(person=head, organisation=host, title={"vi": "Phó Cục trưởng"}, valid_from=dt.date(2026, 12, 2))
    series = begin(
        organiser,
        host,
        kind="meeting",
        confidentiality="internal",
        sites=[{"venue": str(room.venue_id), "room": str(room.pk)}],
        agenda=[
            {"phase": "report", "title": {"vi": "Việc tuần trước"}, "minutes_planned": 30},
            {"phase": "closing", "title": {"vi": "Kết luận"}, "minutes_planned": 10},
        ],
        duties=[
            {"kind": "chair", "person": str(head.pk)},
            {"kind": "secretary", "office": {"vi": "Chánh Văn phòng"}, "organisation": str(host.pk)},
        ],
    )
    rows = occurrences(organiser, series)
    assert [row["recurrence_id"] for row in rows] == [
        "2026-11-23T08:00:00",
        "2026-11-30T08:00:00",
        "2026-12-07T08:00:00",
        "2026-12-14T08:00:00",
    ]
    first, last = rows[0], rows[-1]
    assert (first["starts_at"], first["ends_at"]) == ("2026-11-23T08:00:00+07:00", "2026-11-23T09:30:00+07:00")
    assert first["series"] == series["id"]
    assert (first["state"], first["confidentiality"], first["title"]) == ("draft", "internal", WEEKLY["title"])
    assert [item["title"]["vi"] for item in first["agenda"]] == ["Việc tuần trước", "Kết luận"]
    assert first["sites"][0]["room"]["id"] == str(room.pk)
    assert [duty["office"]["vi"] for duty in first["duties"]] == ["Giám đốc", "Chánh Văn phòng"]
    assert last["duties"][0]["office"]["vi"] == "Phó Cục trưởng"  # the office held on that day
    assert RoomBooking.objects.filter(room=room).count() == 4
    assert news("series.begun") == 1
    assert news("conference.drafted") == 4
    assert organiser.get(f"{URL}/{series['id']}/report").json() == {"planned": 4, "shortfalls": []}


def test_the_monthly_study_is_planned_once_its_day_is_known(organiser: APIClient, host: Organisation) -> None:
    """The record only says "monthly": nothing is made up. A day and an evening are enough, without an hour."""
    study = organiser.post(
        URL,
        {
            "title": {"vi": "Chương trình học tập chính trị hằng tháng", "en": "Monthly political study"},
            "organisation": str(host.pk),
            "kind": "study",
            "rule": "FREQ=MONTHLY",
        },
    ).json()
    assert occurrences(organiser, study) == []
    known = {"rule": "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=2", "starts_on": "2026-12-11", "day_part": "evening"}
    assert organiser.patch(f"{URL}/{study['id']}", known, headers=ANY).status_code == 200
    rows = occurrences(organiser, study)
    assert [row["recurrence_id"] for row in rows] == ["2026-12-11", "2027-01-08", "2027-02-12"]
    assert {(row["starts_at"], row["day_part"], row["kind"]) for row in rows} == {(None, "evening", "study")}
    assert rows[0]["when_said"]["vi"] == "Tối 11/12/2026"
    exact = {"start_time": "19:00", "minutes": 120}
    assert organiser.patch(f"{URL}/{study['id']}", exact, headers=ANY).status_code == 200
    later = occurrences(organiser, study)
    assert [row["id"] for row in later] == [row["id"] for row in rows]
    assert when(later)[0] == "2026-12-11T19:00:00+07:00"
    assert later[0]["recurrence_id"] == "2026-12-11"  # fixed for ever


def test_the_horizon_rolls(organiser: APIClient, host: Organisation, today: Callable[[str], None]) -> None:
    series = begin(organiser, host)
    assert services.extend_all_series() == 0
    assert Series.objects.get().complete_until == dt.datetime(2026, 11, 21, 17, tzinfo=dt.UTC)
    today("2026-11-30T02:00")
    assert services.extend_all_series() == 2
    assert services.extend_all_series() == 0
    today("2026-12-20T17:00")  # Monday the 21st has begun in Viet Nam
    assert services.extend_all_series() == 3
    assert len(occurrences(organiser, series)) == 9


def test_the_clock_plans_ahead_in_its_own_name(
    organiser: APIClient, host: Organisation, today: Callable[[str], None]
) -> None:
    begin(organiser, host)
    today("2026-12-20T17:00")
    clock.extend_series()
    assert Event.objects.filter(name="conference.drafted", actor="clock").count() == 5


def test_nothing_is_created_in_the_past(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, starts_on="2026-08-03", start_time="08:00")
    assert when(occurrences(organiser, series))[0] == "2026-11-23T08:00:00+07:00"
    daily = begin(organiser, host, rule="FREQ=DAILY", starts_on="2026-11-01", start_time="08:59", horizon_days=2)
    assert when(occurrences(organiser, daily)) == ["2026-11-22T08:59:00+07:00", "2026-11-23T08:59:00+07:00"]


def test_a_series_may_announce_its_meetings(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, announces=True)
    assert {row["state"] for row in occurrences(organiser, series)} == {"announced"}


def test_local_time_is_kept_when_clocks_change(organiser: APIClient, host: Organisation) -> None:
    series = begin(
        organiser,
        host,
        time_zone="Europe/Berlin",
        starts_on="2026-12-07",
        rule="FREQ=MONTHLY;BYDAY=1MO",
        horizon_days=200,
    )
    assert [moment[11:] for moment in when(occurrences(organiser, series))] == [
        *["08:00:00+01:00"] * 4,
        *["08:00:00+02:00"] * 3,
    ]


def test_added_and_left_out_days(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, added=["2026-11-25T14:00:00", "2026-12-03"], left_out=["2026-11-30"])
    assert [row["recurrence_id"] for row in occurrences(organiser, series)] == [
        "2026-11-23T08:00:00",
        "2026-11-25T14:00:00",
        "2026-12-03T08:00:00",
        "2026-12-07T08:00:00",
        "2026-12-14T08:00:00",
    ]


def test_a_day_left_out_stays_out_when_the_hour_changes(organiser: APIClient, host: Organisation) -> None:
    series = begin(
        organiser,
        host,
        added=["2026-11-25T14:00:00", "2026-12-03T08:00:00"],
        left_out=["2026-11-30T08:00:00"],
    )
    answer = organiser.patch(f"{URL}/{series['id']}", {"start_time": "09:00"}, headers=ANY)
    assert answer.status_code == 200, answer.json()
    starts = [row["starts_at"][:16] for row in occurrences(organiser, series)]
    assert sorted(starts) == [
        "2026-11-23T09:00",
        "2026-11-25T14:00",  # it was at an hour of its own
        "2026-12-03T09:00",
        "2026-12-07T09:00",
        "2026-12-14T09:00",
    ]


def test_a_day_that_is_no_longer_left_out_is_met_again_at_the_usual_hour_and_announced(
    organiser: APIClient, host: Organisation
) -> None:
    series = begin(organiser, host, announces=True)
    called = occurrences(organiser, series)[1]
    edit = lambda **fields: organiser.patch(f"{URL}/{series['id']}", fields, headers=ANY)  # noqa: E731
    edit(left_out=["2026-11-30"])
    assert organiser.get(f"{CONFERENCES}/{called['id']}").json()["state"] == "cancelled"
    edit(start_time="09:00")
    told = organiser.patch(f"{URL}/{series['id']}?preview=true", {"left_out": []}).json()["changes"]
    edit(left_out=[])
    assert [(each["conference"], each["outcome"]) for each in told] == [(called["id"], "revived")]
    services.extend_all_series()
    rows = occurrences(organiser, series)
    assert [row["recurrence_id"][5:10] for row in rows] == ["11-23", "11-30", "12-07", "12-14"]
    assert {row["state"] for row in rows} == {"announced"}
    assert rows[1]["starts_at"] == "2026-11-30T09:00:00+07:00"


@pytest.mark.parametrize("hour", ["08:00+05:00", "08:00Z", "08:00:30", "8h"])
def test_the_hour_of_a_series_is_a_minute_of_its_own_clock(organiser: APIClient, host: Organisation, hour: str) -> None:
    body = {**WEEKLY, "organisation": str(host.pk)}
    assert refused_fields(organiser.post(URL, {**body, "start_time": hour})) == {"start_time"}
    assert refused_fields(organiser.post(URL, {**body, "added": [f"2026-11-25T{hour}"]})) == {"added.0"}


def test_a_series_that_ends_sooner_is_not_made_longer_by_ending_it(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, rule="FREQ=WEEKLY;COUNT=2", horizon_days=60)
    end = {"last_day": "2027-02-10", "reason": {"vi": "Hết"}}
    assert organiser.post(f"{URL}/{series['id']}/end", end, headers=ANY).status_code == 200
    assert organiser.get(f"{URL}/{series['id']}").json()["rule"] == "FREQ=WEEKLY;COUNT=2"
    services.extend_all_series()
    assert len(occurrences(organiser, series)) == 2


def test_the_rule_of_a_series_with_meetings_is_not_emptied(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, announces=True)
    refused = organiser.patch(f"{URL}/{series['id']}", {"rule": ""}, headers=ANY)
    assert refused_fields(refused) == {"rule"}
    assert {row["state"] for row in occurrences(organiser, series)} == {"announced"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rule": "FREQ=HOURLY"}, {"rule"}),
        ({"rule": ";;;"}, {"rule"}),
        ({"rule": " "}, {"rule"}),
        ({"rule": "FREQ=WEEKLY;BYDAY=TU"}, {"starts_on"}),
        ({"rule": "FREQ=WEEKLY;UNTIL=20261101"}, {"rule"}),
        ({"rule": "FREQ=WEEKLY;X-COLOUR=RED"}, {"rule"}),
        ({"starts_on": "1912-01-01"}, {"starts_on"}),
        ({"start_time": None}, {"minutes"}),
        ({"minutes": 14 * 24 * 60}, {"minutes"}),
        ({"time_zone": "Asia/Saigonn"}, {"time_zone"}),
        ({"horizon_days": 731}, {"horizon_days"}),
        ({"horizon_days": 0}, {"horizon_days"}),
        ({"added": ["2026-11-25T14:00:00+07:00"]}, {"added.0"}),
        ({"left_out": ["tomorrow"]}, {"left_out.0"}),
        ({"duties": [{"kind": "chair"}]}, {"duties.0.person"}),
        ({"duties": [{"kind": "panel", "office": {"vi": "Giám đốc"}}]}, {"duties.0.kind"}),
        (
            {
                "rule": "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))),
                "start_time": "00:00",
                "horizon_days": 730,
            },
            {"rule"},
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(
    organiser: APIClient, host: Organisation, fields: Any, named: set[str]
) -> None:
    answer = organiser.post(URL, {**WEEKLY, "organisation": str(host.pk), **fields})
    assert refused_fields(answer) == named
    assert not Series.objects.exists()
    assert not Conference.objects.exists()


def test_a_room_of_another_house_is_refused(organiser: APIClient, host: Organisation) -> None:
    room, other = RoomFactory(), RoomFactory()
    wrong = [{"venue": str(other.venue_id), "room": str(room.pk)}]
    twice = [{"venue": str(room.venue_id), "room": str(room.pk)}] * 2
    for sites, named in ((wrong, "sites.0.room"), (twice, "sites.1.room")):
        answer = organiser.post(URL, {**WEEKLY, "organisation": str(host.pk), "sites": sites})
        assert refused_fields(answer) == {named}


def test_a_long_series_is_created_in_portions(
    organiser: APIClient, host: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series_service, "AT_ONCE", 2)
    monkeypatch.setattr(occurrences_service, "PER_SERIES", 3)
    begin(organiser, host, rule="FREQ=DAILY", horizon_days=10)
    assert Conference.objects.count() == 2
    assert [services.extend_all_series() for _ in range(4)] == [3, 3, 1, 0]


# A room that is taken


def test_a_taken_room_stops_one_occurrence_only(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory(name={"vi": "Phòng họp A"})
    place = [{"venue": str(room.venue_id), "room": str(room.pk)}]
    rival = organiser.post(
        CONFERENCES,
        {
            "kind": "workshop",
            "title": {"vi": "Hội thảo"},
            "lead": str(host.pk),
            "sites": place,
            "starts_at": "2026-11-30T07:00:00+07:00",
            "ends_at": "2026-11-30T12:00:00+07:00",
        },
    ).json()
    series = begin(organiser, host, sites=place)
    rows = occurrences(organiser, series)
    assert [bool(row["sites"][0]["room"]) for row in rows] == [True, False, True, True]
    assert news("series.room_taken", conference_id=rows[1]["id"], room_id=str(room.pk)) == 1
    report = organiser.get(f"{URL}/{series['id']}/report").json()
    [shortfall] = report["shortfalls"]
    assert (shortfall["conference"], shortfall["room"]["id"]) == (rows[1]["id"], str(room.pk))
    assert shortfall["taken_from"] == "2026-11-30T07:00:00+07:00"
    organiser.post(f"{CONFERENCES}/{rival['id']}/cancel", {"reason": {"vi": "Nhường phòng"}})
    [free_again] = organiser.get(f"{URL}/{series['id']}/report").json()["shortfalls"]
    assert free_again["taken_from"] is None
    site = rows[1]["sites"][0]["id"]
    assert organiser.patch(f"/api/v1/sites/{site}", {"room": str(room.pk)}, headers=ANY).status_code == 200
    assert organiser.get(f"{URL}/{series['id']}/report").json()["shortfalls"] == []


def test_the_report_costs_the_same_whatever_is_amiss(host: Organisation, organiser: APIClient) -> None:
    room = RoomFactory()
    place = [{"venue": str(room.venue_id), "room": str(room.pk)}]
    costs = []
    begin(organiser, host, rule="FREQ=DAILY", horizon_days=40, sites=place)
    for days in (1, 3, 30):
        series = begin(organiser, host, rule="FREQ=DAILY", horizon_days=days + 1, sites=place)
        client = signed_in(account_with("organiser", organisation=host))
        with CaptureQueriesContext(connection) as captured:
            report = client.get(f"{URL}/{series['id']}/report").json()
        assert len(report["shortfalls"]) == days
        costs.append(len(captured))
    assert len(set(costs)) == 1, costs


# This one


def test_an_edit_by_hand_outlives_edits_of_the_series(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    moved, retitled, plain, _ = occurrences(organiser, series)
    later = {"starts_at": "2026-11-24T14:00:00+07:00", "ends_at": "2026-11-24T15:00:00+07:00"}
    answer = organiser.patch(f"{CONFERENCES}/{moved['id']}", later, headers=ANY).json()
    assert (answer["recurrence_id"], answer["by_hand"]) == ("2026-11-23T08:00:00", ["day", "ends_at", "starts_at"])
    organiser.patch(f"{CONFERENCES}/{retitled['id']}", {"title": {"vi": "Giao ban mở rộng"}}, headers=ANY)
    change = {"title": {"vi": "Giao ban"}, "start_time": "09:00"}
    assert organiser.patch(f"{URL}/{series['id']}", change, headers=ANY).status_code == 200
    after = {row["id"]: row for row in occurrences(organiser, series)}
    assert (after[moved["id"]]["starts_at"], after[moved["id"]]["title"]["vi"]) == (later["starts_at"], "Giao ban")
    assert after[retitled["id"]]["title"]["vi"] == "Giao ban mở rộng"
    assert after[retitled["id"]]["starts_at"] == "2026-11-30T09:00:00+07:00"
    assert after[plain["id"]]["starts_at"] == "2026-12-07T09:00:00+07:00"
    assert {row["recurrence_id"] for row in after.values()} == {
        f"2026-{day}T08:00:00" for day in ("11-23", "11-30", "12-07", "12-14")
    }


def test_a_cancelled_occurrence_stays_as_cancelled(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, announces=True)
    cancelled = occurrences(organiser, series)[1]
    organiser.post(f"{CONFERENCES}/{cancelled['id']}/cancel", {"reason": {"vi": "Nghỉ lễ"}})
    organiser.patch(f"{URL}/{series['id']}", {"start_time": "09:00", "rule": "FREQ=WEEKLY"}, headers=ANY)
    services.extend_all_series()
    rows = occurrences(organiser, series)
    assert len(rows) == 4
    assert (rows[1]["id"], rows[1]["state"]) == (cancelled["id"], "cancelled")
    assert rows[1]["starts_at"] == cancelled["starts_at"]  # what was planned is kept
    assert organiser.get(f"{URL}/{series['id']}").json()["left_out"] == []


def test_an_occurrence_stays_in_its_series(organiser: APIClient, host: Organisation) -> None:
    first = occurrences(organiser, begin(organiser, host))[0]
    other = SeriesFactory(organisation=host)
    answer = organiser.patch(f"{CONFERENCES}/{first['id']}", {"series": str(other.pk)}, headers=ANY)
    assert refused_fields(answer) == {"series"}


# All


def test_announced_occurrences_move_once(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    next_room = RoomFactory(venue=room.venue)
    series = begin(organiser, host, announces=True, sites=[{"venue": str(room.venue_id), "room": str(room.pk)}])
    change = {
        "start_time": "10:00",
        "minutes": 60,
        "sites": [{"venue": str(room.venue_id), "room": str(next_room.pk)}],
        "title": {"vi": "Giao ban"},
    }
    preview = organiser.patch(f"{URL}/{series['id']}?preview=true", change).json()["changes"]
    assert [each["outcome"] for each in preview] == ["moved"] * 4
    assert preview[0]["starts_at"] == "2026-11-23T10:00:00+07:00"
    assert {row["sequence"] for row in occurrences(organiser, series)} == {0}
    assert organiser.get(f"{URL}/{series['id']}").json()["start_time"] == "08:00:00"
    assert news("conference.moved") == 0
    assert organiser.patch(f"{URL}/{series['id']}", change, headers=ANY).status_code == 200
    rows = occurrences(organiser, series)
    assert {row["sequence"] for row in rows} == {1}
    assert news("conference.moved") == 4
    assert {row["title"]["vi"] for row in rows} == {"Giao ban"}
    assert {row["sites"][0]["room"]["id"] for row in rows} == {str(next_room.pk)}
    assert organiser.patch(f"{URL}/{series['id']}", {"title": {"vi": "Họp"}}, headers=ANY).status_code == 200
    assert {row["sequence"] for row in occurrences(organiser, series)} == {1}  # a text moves nobody


def test_another_weekday_moves_each_week_s_meeting(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, announces=True)
    before = occurrences(organiser, series)
    mismatch = organiser.patch(f"{URL}/{series['id']}", {"rule": "FREQ=WEEKLY;BYDAY=TU"}, headers=ANY)
    assert refused_fields(mismatch) == {"starts_on"}
    change = {"rule": "FREQ=WEEKLY;BYDAY=TU", "starts_on": "2026-11-24"}
    assert organiser.patch(f"{URL}/{series['id']}", change, headers=ANY).status_code == 200
    after = occurrences(organiser, series)
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert [moment[:10] for moment in when(after)] == ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]
    back = {"rule": "FREQ=WEEKLY;BYDAY=MO,TU", "starts_on": "2026-11-23"}
    assert organiser.patch(f"{URL}/{series['id']}", back, headers=ANY).status_code == 200
    both = occurrences(organiser, series)
    assert len(both) == len({row["recurrence_id"] for row in both}) == 8


def test_what_is_no_longer_planned_goes_or_is_called_off(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    rows = occurrences(organiser, series)
    organiser.post(f"{CONFERENCES}/{rows[1]['id']}/announce")
    change = {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}
    preview = organiser.patch(f"{URL}/{series['id']}?preview=true", change).json()["changes"]
    told = {each["recurrence_id"][5:10]: each["outcome"] for each in preview}
    assert told == {"11-30": "called_off", "12-14": "removed"}
    assert len(occurrences(organiser, series)) == 4
    organiser.patch(f"{URL}/{series['id']}", change, headers=ANY)
    after = occurrences(organiser, series)
    assert [(row["recurrence_id"][5:10], row["state"]) for row in after] == [
        ("11-23", "draft"),
        ("11-30", "cancelled"),
        ("12-07", "draft"),
    ]
    assert after[1]["reason"]["vi"]
    assert news("conference.dropped") == 1
    assert news("conference.cancelled") == 1
    organiser.patch(f"{URL}/{series['id']}", {"rule": "FREQ=WEEKLY;BYDAY=MO"}, headers=ANY)
    again = occurrences(organiser, series)
    assert [(row["recurrence_id"][5:10], row["state"]) for row in again] == [
        (day, "draft") for day in ("11-23", "11-30", "12-07", "12-14")
    ]
    assert again[1]["id"] == rows[1]["id"]


def test_what_was_moved_by_hand_is_kept_when_its_week_goes(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    rows = occurrences(organiser, series)
    later = {"starts_at": "2026-12-01T14:00:00+07:00", "ends_at": "2026-12-01T15:00:00+07:00"}
    organiser.patch(f"{CONFERENCES}/{rows[1]['id']}", later, headers=ANY)
    change = {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}
    preview = organiser.patch(f"{URL}/{series['id']}?preview=true", change).json()["changes"]
    assert {each["recurrence_id"][5:10]: each["outcome"] for each in preview} == {"11-30": "kept", "12-14": "removed"}
    organiser.patch(f"{URL}/{series['id']}", change, headers=ANY)
    organiser.post(f"{CONFERENCES}/{rows[1]['id']}/cancel", {"reason": {"vi": "Bão"}})
    organiser.patch(f"{URL}/{series['id']}", {"rule": "FREQ=WEEKLY;BYDAY=MO"}, headers=ANY)
    after = occurrences(organiser, series)
    assert [row["state"] for row in after] == ["draft", "cancelled", "draft", "draft"]
    assert after[1]["starts_at"] == later["starts_at"]


def test_a_draft_somebody_works_with_is_called_off_not_removed(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    rows = occurrences(organiser, series)
    InvitationListFactory(conference_id=rows[1]["id"], organisation=host)
    organiser.post("/api/v1/agenda-items", {"conference": rows[3]["id"], "phase": "report", "title": {"vi": "Báo cáo"}})
    organiser.patch(f"{URL}/{series['id']}", {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}, headers=ANY)
    assert [row["state"] for row in occurrences(organiser, series)] == ["draft", "cancelled", "draft", "cancelled"]


def test_a_postponed_meeting_takes_the_edit_unseen_until_it_is_announced_again(
    organiser: APIClient, host: Organisation, today: Callable[[str], None]
) -> None:
    room = RoomFactory()
    other = RoomFactory(venue=room.venue)
    places = [{"venue": str(each.venue_id), "room": str(each.pk)} for each in (room, other)]
    series = begin(organiser, host, announces=True, sites=places)
    first, second = occurrences(organiser, series)[:2]
    for row in (first, second):
        organiser.post(f"{CONFERENCES}/{row['id']}/postpone", {"reason": {"vi": "Bão"}})
    stranger = signed_in(account_with("organiser", organisation=OrganisationFactory()))
    told = stranger.get(f"{CONFERENCES}/{second['id']}").json()
    assert len(told["sites"]) == 2

    today("2026-11-25T02:00")  # the first one's day has passed: it waits for a time of its own
    change = {"title": {"vi": "Họp"}, "start_time": "09:00", "sites": places[1:]}
    preview = organiser.patch(f"{URL}/{series['id']}?preview=true", change).json()["changes"]
    outcomes = {each["recurrence_id"][5:10]: each["outcome"] for each in preview}
    assert outcomes == dict.fromkeys(("11-23", "11-30", "12-07", "12-14"), "moved") | {"12-21": "created"}
    assert organiser.patch(f"{URL}/{series['id']}", change, headers=ANY).status_code == 200
    rows = occurrences(organiser, series)[:3]
    assert [(row["title"]["vi"], row["starts_at"][8:13]) for row in rows] == [
        ("Họp", "23T08"),
        ("Họp", "30T09"),
        ("Họp", "07T09"),
    ]
    assert [[site["room"]["id"] for site in row["sites"]] for row in rows] == [[str(other.pk)]] * 3
    assert [row["sequence"] for row in rows] == [1, 1, 1]
    seen = stranger.get(f"{CONFERENCES}/{second['id']}").json()
    same = ("title", "when_said", "where_said", "starts_at")
    assert {name: seen[name] for name in same} == {name: told[name] for name in same}
    assert [site["room"]["name"] for site in seen["sites"]] == [site["room"]["name"] for site in told["sites"]]
    assert [site["id"] for site in seen["sites"]] == [site["id"] for site in told["sites"]], "also the one taken off"

    since = {"since": second["recurrence_id"][:10] + "T09:00:00", "title": {"vi": "Họp nhóm"}}
    assert organiser.post(f"{URL}/{series['id']}/split", since, headers=ANY).status_code == 201
    assert organiser.get(f"{CONFERENCES}/{second['id']}").json()["title"]["vi"] == "Họp nhóm"
    assert organiser.post(f"{CONFERENCES}/{second['id']}/announce").status_code == 200
    seen = stranger.get(f"{CONFERENCES}/{second['id']}").json()
    assert (seen["title"]["vi"], seen["starts_at"][11:16], seen["sequence"]) == ("Họp nhóm", "09:00", 2)
    assert RoomBooking.objects.filter(site__conference=second["id"], room=other).count() == 1


def test_what_is_held_never_changes(organiser: APIClient, host: Organisation, today: Callable[[str], None]) -> None:
    series = begin(organiser, host, announces=True)
    rows = occurrences(organiser, series)
    organiser.post(f"{CONFERENCES}/{rows[1]['id']}/start")  # held early
    today("2026-11-25T02:00")
    change = {
        "title": {"vi": "Họp"},
        "start_time": "10:00",
        "agenda": [{"phase": "report", "title": {"vi": "Báo cáo"}}],
    }
    organiser.patch(f"{URL}/{series['id']}", change, headers=ANY)
    after = occurrences(organiser, series)[:4]
    assert [row["title"]["vi"] for row in after] == ["Giao ban tuần", "Giao ban tuần", "Họp", "Họp"]
    assert [row["starts_at"][11:13] for row in after] == ["08", "08", "10", "10"]
    assert [len(row["agenda"]) for row in after] == [0, 0, 1, 1]


def test_standing_people_and_agenda_follow(organiser: APIClient, host: Organisation) -> None:
    series = begin(
        organiser,
        host,
        announces=True,
        agenda=[{"phase": "report", "title": {"vi": "A"}}, {"phase": "closing", "title": {"vi": "B"}}],
        duties=[{"kind": "chair", "office": {"vi": "Giám đốc"}}],
    )
    own = occurrences(organiser, series)[0]
    organiser.patch(f"/api/v1/agenda-items/{own['agenda'][0]['id']}", {"title": {"vi": "Riêng"}}, headers=ANY)
    change = {
        "agenda": [{"phase": "report", "title": {"vi": "C"}}],
        "duties": [{"kind": "chair", "office": {"vi": "Phó Giám đốc"}}],
    }
    preview = organiser.patch(f"{URL}/{series['id']}?preview=true", change).json()["changes"]
    assert preview[0]["by_hand"] == ["agenda"]
    assert preview[1]["fields_changed"] == ["agenda", "duties"]
    organiser.patch(f"{URL}/{series['id']}", change, headers=ANY)
    first, second, *_ = occurrences(organiser, series)
    assert [item["title"]["vi"] for item in first["agenda"]] == ["Riêng", "B"]
    assert [item["title"]["vi"] for item in second["agenda"]] == ["C"]
    assert first["duties"][0]["office"]["vi"] == second["duties"][0]["office"]["vi"] == "Phó Giám đốc"
    assert {first["sequence"], second["sequence"]} == {0}


def test_an_edit_needs_the_version_that_was_read(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    path = f"{URL}/{series['id']}"
    assert organiser.patch(path, {"minutes": 60}).status_code == 428
    assert organiser.patch(path, {"minutes": 60}, headers={"If-Match": '"1"'}).status_code == 200
    assert organiser.patch(path, {"minutes": 45}, headers={"If-Match": '"1"'}).status_code == 412
    assert organiser.patch(f"{path}?preview=perhaps", {"minutes": 45}, headers=ANY).status_code == 400
    end = {"last_day": "2026-12-01", "reason": {"vi": "Giải thể"}}
    assert organiser.post(f"{path}/end", end).status_code == 428
    assert organiser.post(f"{path}/end?preview=true", end).status_code == 200


# This one and what follows


def test_this_and_following(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, announces=True, left_out=["2026-12-21"], horizon_days=40)
    before = occurrences(organiser, series)
    change = {"since": "2026-12-07T08:00:00", "rule": "FREQ=WEEKLY;BYDAY=WE", "title": {"vi": "Giao ban mới"}}
    preview = organiser.post(f"{URL}/{series['id']}/split?preview=true", change)
    assert preview.status_code == 200
    assert {each["recurrence_id"][5:10] for each in preview.json()["changes"]} >= {"12-07", "12-14"}
    assert Series.objects.count() == 1
    answer = organiser.post(f"{URL}/{series['id']}/split", change, headers=ANY)
    assert answer.status_code == 201, answer.json()
    new = answer.json()
    assert (new["continues"], new["starts_on"], new["left_out"]) == (series["id"], "2026-12-09", ["2026-12-21"])
    old = organiser.get(f"{URL}/{series['id']}").json()
    assert (old["continued_by"], old["rule"]) == (new["id"], "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261206T165959Z")
    assert [row["id"] for row in occurrences(organiser, old)] == [row["id"] for row in before[:2]]
    moved = occurrences(organiser, new)
    assert [row["id"] for row in moved][:2] == [row["id"] for row in before[2:4]]
    assert moved[0]["recurrence_id"] == "2026-12-07T08:00:00"
    assert (moved[0]["starts_at"][:10], moved[0]["sequence"], moved[0]["title"]["vi"]) == (
        "2026-12-09",
        1,
        "Giao ban mới",
    )
    assert services.extend_all_series() == 0


def test_the_first_half_ends_where_it_was_cut_at_any_hour(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    organiser.post(f"{URL}/{series['id']}/split", {"since": "2026-12-07", "minutes": 60}, headers=ANY)
    assert organiser.patch(f"{URL}/{series['id']}", {"start_time": "06:00"}, headers=ANY).status_code == 200
    assert [moment[5:13] for moment in when(occurrences(organiser, series))] == ["11-23T06", "11-30T06"]


def test_a_count_is_shared_by_the_two_halves(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host, rule="FREQ=WEEKLY;BYDAY=MO;COUNT=4", horizon_days=100)
    change = {"since": "2026-11-30T08:00:00", "start_time": "07:30"}
    new = organiser.post(f"{URL}/{series['id']}/split", change, headers=ANY).json()
    assert new["rule"] == "FREQ=WEEKLY;BYDAY=MO;COUNT=3"
    assert when(occurrences(organiser, new)) == [f"2026-{day}T07:30:00+07:00" for day in ("11-30", "12-07", "12-14")]
    assert len(occurrences(organiser, series)) == 1


def test_a_split_needs_an_occurrence_and_something_before_it(organiser: APIClient, host: Organisation) -> None:
    path = f"{URL}/{begin(organiser, host)['id']}/split"
    for since in ("2026-11-24", "2026-11-23T09:00:00", "2026-11-30T08:00:00Z", "9999-12-27", "soon"):
        assert refused_fields(organiser.post(path, {"since": since}, headers=ANY)) == {"since"}
    assert organiser.post(path, {"since": "2026-11-23"}, headers=ANY).status_code == 409
    assert organiser.post(path, {"since": "2026-12-07", "minutes": 60}, headers=ANY).status_code == 201
    assert organiser.post(path, {"since": "2026-11-30", "minutes": 45}, headers=ANY).status_code == 201
    chain = {row.minutes: row.continues.minutes if row.continues else None for row in Series.objects.all()}
    assert chain == {90: None, 45: 90, 60: 45}


# The end


def test_the_end_of_a_series(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    rows = occurrences(organiser, series)
    organiser.post(f"{CONFERENCES}/{rows[2]['id']}/announce")
    end = {"last_day": "2026-12-01", "reason": {"vi": "Nhập vào giao ban tháng"}}
    assert len(organiser.post(f"{URL}/{series['id']}/end?preview=true", end).json()["changes"]) == 2
    assert organiser.post(f"{URL}/{series['id']}/end", end, headers=ANY).status_code == 200
    after = occurrences(organiser, series)
    assert [row["state"] for row in after] == ["draft", "draft", "cancelled"]
    assert after[2]["reason"] == end["reason"]
    assert services.extend_all_series() == 0
    early = {**end, "last_day": "2026-11-22"}
    assert refused_fields(organiser.post(f"{URL}/{series['id']}/end", early, headers=ANY)) == {"last_day"}


def test_a_series_nobody_has_seen_is_deleted_with_its_drafts(organiser: APIClient, host: Organisation) -> None:
    series = begin(organiser, host)
    assert organiser.delete(f"{URL}/{series['id']}", headers=ANY).status_code == 204
    assert not Conference.objects.exists()
    known = begin(organiser, host)
    organiser.post(f"{CONFERENCES}/{occurrences(organiser, known)[0]['id']}/announce")
    assert organiser.delete(f"{URL}/{known['id']}", headers=ANY).status_code == 409
    assert Conference.objects.count() == 4  # nothing half deleted


# Who may


def test_series_are_seen_by_those_concerned(granted: Callable[..., APIClient], host: Organisation) -> None:
    chair = PersonFactory()
    organiser = granted("organiser", host)
    hidden = begin(organiser, host, confidentiality="internal", duties=[{"kind": "chair", "person": str(chair.pk)}])
    shown = begin(organiser, host)

    def seen(client: APIClient) -> set[str]:
        return {row["id"] for row in client.get(URL).json()["results"]}

    assert seen(granted()) == {shown["id"]}
    assert seen(granted("editor", host)) == seen(granted(person=chair)) == {hidden["id"], shown["id"]}
    assert granted().get(f"{URL}/{hidden['id']}").status_code == 404
    assert granted().get(f"{URL}/{shown['id']}/report").status_code == 403
    for verb, body in (("split", {"since": "2026-11-30"}), ("end", {"last_day": "2026-12-01", "reason": {"vi": "x"}})):
        assert granted("editor", host).post(f"{URL}/{shown['id']}/{verb}", body, headers=ANY).status_code == 403


# Any life, against a model that knows nothing of rules


@dataclass
class Meeting:
    """One occurrence as the model has it; it is known by the day it was planned for."""

    recurrence_id: str
    time: dt.datetime
    state: str = "draft"
    by_hand: bool = False


@dataclass
class Run:
    """A stretch of days, every so many, all at one hour."""

    id: Any
    first: dt.date
    hour: int
    last: dt.date = dt.date.max
    meetings: dict[dt.date, Meeting] = field(default_factory=dict)


@dataclass
class Model:
    every: int
    horizon: int
    today: dt.date
    runs: list[Run]

    def days(self, run: Run) -> list[dt.date]:
        ahead = (self.today + dt.timedelta(days=n) for n in range(self.horizon + 1))
        return [day for day in ahead if run.first <= day <= run.last and (day - run.first).days % self.every == 0]

    def extend(self) -> None:
        for run in self.runs:
            for day in self.days(run):
                at = dt.datetime.combine(day, dt.time(run.hour))
                run.meetings.setdefault(day, Meeting(at.isoformat(), at))

    def ahead(self, run: Run) -> dict[dt.date, Meeting]:
        """What still follows its series, or may be edited."""
        now = dt.datetime.combine(self.today, dt.time.min)
        return {
            day: meeting
            for day, meeting in run.meetings.items()
            if day >= self.today and meeting.time > now and meeting.state == "draft"
        }

    def retime(self, run: Run, hour: int) -> None:
        run.hour = hour
        for day, meeting in self.ahead(run).items():
            if not meeting.by_hand:
                meeting.time = dt.datetime.combine(day, dt.time(hour))

    def split(self, run: Run, cut: dt.date, new_id: Any, hour: int) -> None:
        later = {day: run.meetings.pop(day) for day in sorted(run.meetings) if day >= cut}
        new = Run(new_id, cut, hour, run.last, later)
        run.last = cut - dt.timedelta(days=1)
        self.runs.append(new)
        self.retime(new, hour)

    def end(self, run: Run, last: dt.date) -> None:
        run.last = min(run.last, last)
        for day, meeting in self.ahead(run).items():
            if day > last:
                if meeting.by_hand:
                    meeting.state = "cancelled"
                else:
                    del run.meetings[day]

    def all(self) -> set[tuple[Any, str, dt.datetime, str]]:
        return {(run.id, m.recurrence_id, m.time, m.state) for run in self.runs for m in run.meetings.values()}


ZONE = "Asia/Ho_Chi_Minh"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_life_of_a_series_is_the_model_s(host: Organisation, monkeypatch: pytest.MonkeyPatch, data: Any) -> None:
    """Create, extend, move one, cancel one, retime all, split, end, in any order."""
    with transaction.atomic():
        live_through(host, monkeypatch, data)
        transaction.set_rollback(True)


def live_through(host: Organisation, monkeypatch: pytest.MonkeyPatch, data: Any) -> None:
    model = Model(every=data.draw(st.integers(1, 7)), horizon=data.draw(st.integers(1, 15)), today=TODAY, runs=[])
    series = SeriesFactory(
        organisation=host,
        rule=f"FREQ=DAILY;INTERVAL={model.every}",
        starts_on=TODAY,
        start_time=dt.time(8),
        minutes=45,
        horizon_days=model.horizon,
    )
    model.runs.append(Run(series.pk, TODAY, 8))
    monkeypatch.setattr(series_queries, "now", lambda: dt.datetime.combine(model.today, dt.time.min, ZoneInfo(ZONE)))
    for _ in range(data.draw(st.integers(1, 8))):
        services.extend_all_series()
        model.extend()
        run = data.draw(st.sampled_from(model.runs))
        ahead = sorted(model.ahead(run))
        act = data.draw(st.sampled_from(["wait", "retime", *(["move", "cancel", "split", "end"] if ahead else [])]))
        hour = data.draw(st.integers(6, 18))
        if act == "wait":
            model.today += dt.timedelta(days=data.draw(st.integers(1, 9)))
        elif act == "retime":
            services.edit_series(series_id=run.id, fields={"start_time": dt.time(hour)})
            model.retime(run, hour)
        elif act == "end":
            last = data.draw(st.sampled_from(ahead))
            services.end_series(series_id=run.id, last_day=last, reason={"vi": "Thôi"})
            model.end(run, last)
        else:
            day = data.draw(st.sampled_from(ahead))
            meeting = run.meetings[day]
            row = Conference.objects.get(series=run.id, recurrence_id=meeting.recurrence_id)
            if act == "move":
                meeting.time = dt.datetime.combine(day, dt.time(hour, 30)) + dt.timedelta(days=1)
                meeting.by_hand = True
                start = meeting.time.replace(tzinfo=ZoneInfo(ZONE))
                end = start + dt.timedelta(hours=1)
                services.edit(conference_id=row.pk, fields={"starts_at": start, "ends_at": end})
            elif act == "cancel":
                meeting.state = "cancelled"
                services.cancel(conference_id=row.pk, reason={"vi": "Bão"})
            elif day > run.first:
                fields: Any = {"start_time": dt.time(hour)}
                told = services.split_series(
                    series_id=run.id, since=meeting.recurrence_id, fields=fields, preview=True
                )[1]
                assert Series.objects.count() == len(model.runs)
                new, done = services.split_series(series_id=run.id, since=meeting.recurrence_id, fields=fields)
                assert [(c.recurrence_id, c.outcome) for c in told] == [(c.recurrence_id, c.outcome) for c in done]
                model.split(run, day, new.pk, hour)
        services.extend_all_series()
        model.extend()
        there = {
            (row.series_id, row.recurrence_id, row.starts_at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None), row.state)
            for row in Conference.objects.filter(series__in=[run.id for run in model.runs])
        }
        assert there == model.all(), act


# Many clocks at once


@contextmanager
def without_the_guards() -> Iterator[None]:
    """The two unique constraints dropped from this test database, and put back afterwards."""
    names = {"an_occurrence_is_planned_once", "a_slot_is_filled_once"}
    guards = [constraint for constraint in Conference._meta.constraints if constraint.name in names]
    with connection.schema_editor() as editor:
        for guard in guards:
            editor.remove_constraint(Conference, guard)
    try:
        yield
    finally:
        Conference.objects.filter(recurrence_id__gt="").delete()
        with connection.schema_editor() as editor:
            for guard in guards:
                editor.add_constraint(Conference, guard)


def rush(host: Organisation) -> list[str]:
    """Five clocks extend one series at the same moment: the recurrence ids there are then."""
    series = SeriesFactory(
        organisation=host,
        outline=OutlineFactory(),
        rule="FREQ=WEEKLY;BYDAY=MO",
        starts_on=dt.date(2026, 11, 23),
        start_time=dt.time(8),
        minutes=90,
        horizon_days=60,
    )
    results = in_threads(5, lambda: services.extend_series(series_id=series.pk))
    assert all(isinstance(result, list) for result in results), results
    rows = Conference.objects.filter(series=series)
    assert sum(len(result) for result in results) == rows.count()
    return sorted(rows.values_list("recurrence_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_five_clocks_create_each_occurrence_once(host: Organisation) -> None:
    planned = rush(host)
    assert len(planned) == len(set(planned)) == 9


@pytest.mark.django_db(transaction=True)
def test_an_edit_among_clocks_leaves_no_occurrence_of_the_old_plan(host: Organisation) -> None:
    series = SeriesFactory(
        organisation=host, rule="FREQ=DAILY", starts_on=TODAY, start_time=dt.time(10), minutes=45, horizon_days=12
    )
    turns = iter(["edit", "clock", "clock", "clock"])

    def act() -> Any:
        if next(turns) == "edit":
            return services.edit_series(series_id=series.pk, fields={"start_time": dt.time(14)})
        return services.extend_series(series_id=series.pk)

    results = in_threads(4, act)
    assert not [result for result in results if isinstance(result, Exception)], results
    services.extend_series(series_id=series.pk)
    starts = [row.starts_at.astimezone(ZoneInfo(ZONE)) for row in Conference.objects.filter(series=series)]
    assert sorted(start.date() for start in starts) == [TODAY + dt.timedelta(days=n) for n in range(13)]
    assert {start.hour for start in starts} == {14}


def test_a_clock_that_read_an_older_plan_creates_nothing(host: Organisation) -> None:
    series = SeriesFactory(organisation=host, rule="FREQ=DAILY", starts_on=TODAY, horizon_days=3)
    read_before = series_queries.with_outline(Series.objects.all(), None).get()
    services.edit_series(series_id=series.pk, fields={"title": {"vi": "Họp"}})
    Conference.objects.all().delete()
    assert occurrences_service._create(read_before, dt.datetime(2026, 11, 22)) is None
    assert not Conference.objects.exists()


def test_a_broken_series_stops_no_other(
    organiser: APIClient, host: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = SeriesFactory(organisation=host, starts_on=TODAY, rule="?"), begin(organiser, host)
    Conference.objects.all().delete()
    Series.objects.update(complete_until=None)
    assert services.extend_all_series() == 4
    assert len(occurrences(organiser, whole)) == 4
    assert Series.objects.get(pk=broken.pk).complete_until is None


@pytest.mark.django_db(transaction=True)
def test_without_the_constraints_they_create_it_again_and_again(host: Organisation) -> None:
    """The negative control: it is PostgreSQL that refuses, nothing in Python."""
    with without_the_guards():
        planned = rush(host)
        assert len(planned) > len(set(planned)) == 9


@pytest.mark.parametrize(("policy", "status"), [("refuse", 409), ("warn", 200)])
def test_an_occurrence_that_refuses_clashes_is_not_led_into_one(
    organiser: APIClient, host: Organisation, policy: str, status: int
) -> None:
    chair = PersonFactory()
    series = begin(organiser, host, duties=[{"kind": "chair", "person": str(chair.pk)}])
    second = occurrences(organiser, series)[1]
    answer = organiser.patch(f"{CONFERENCES}/{second['id']}", {"clash_policy": policy}, headers=ANY)
    assert answer.status_code == 200, answer.json()
    other = ConferenceFactory(
        lead=host,
        announced=True,
        day=dt.date(2026, 11, 30),
        day_part="",
        starts_at=dt.datetime(2026, 11, 30, 7, 0, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC),
    )
    DutyFactory(conference=other, kind="chair", person=chair)
    before = when(occurrences(organiser, series))

    led = organiser.patch(f"{URL}/{series['id']}", {"start_time": "14:00"}, headers=ANY)

    assert led.status_code == status, led.json()
    after = when(occurrences(organiser, series))
    assert (after == before) is (status == 409), "all of it or nothing"
    if status == 409:
        assert led.json()["clashes"][0]["person"] == str(chair.pk)
