"""A series' feed unfolds to exactly what there is to see: read by recurring-ical-events, as a calendar program would."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Series
from backend.invitations.ical import series_uid
from tests.calendars.reading import fetch, link, sound, unfolded
from tests.factories.conferences import ConferenceFactory, OutlineFactory, SeriesFactory
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = dt.date(2021, 1, 11)


@pytest.fixture
def host() -> Any:
    return OrganisationFactory()


def weekly(host: Any, **fields: Any) -> Series:
    made: Series = SeriesFactory(
        **{
            "organisation": host,
            "title": {"vi": "Giao ban"},
            "rule": "FREQ=WEEKLY;BYDAY=MO",
            "starts_on": MONDAY,
            "start_time": dt.time(8),
            "minutes": 60,
            "horizon_days": 28,
            "outline": OutlineFactory(kind="meeting"),
            **fields,
        }
    )
    return made


def occurrence(series: Series, first: dt.datetime, **fields: Any) -> Conference:
    """An announced one, first planned for the local time `first`."""
    start = fields.pop("start", first).replace(tzinfo=ZoneInfo(series.time_zone))
    made: Conference = ConferenceFactory(
        **{
            "lead": series.organisation,
            "series": series,
            "title": {"vi": "Giao ban"},
            "state": "announced",
            "day": start.date(),
            "starts_at": start,
            "ends_at": start + dt.timedelta(hours=1),
            "time_zone": series.time_zone,
            "recurrence_id": first.isoformat(),
            "slot": first.isoformat(),
            **fields,
        }
    )
    return made


def at(day: int, hour: int = 8, month: int = 1) -> dt.datetime:
    return dt.datetime(2021, month, day, hour)


def unfold(path: str, until: dt.date = dt.date(2021, 3, 1)) -> list[tuple[str, str]]:
    """(local start, status) of everything a program shows from 2021 until a day."""
    data = fetch(path).content
    sound(data)
    events = recurring_ical_events.of(Calendar.from_ical(data)).between(dt.date(2021, 1, 1), until)
    return sorted((f"{event['dtstart'].dt.astimezone(HANOI):%m-%d %H:%M}", str(event["status"])) for event in events)


def test_the_plan_recurs_and_each_meeting_stands_in_its_place(host: Any) -> None:
    series = weekly(host, announces=True)
    occurrence(series, at(11))
    moved = occurrence(series, at(18), start=at(19, 14))
    off = occurrence(series, at(25))
    conferences.cancel(conference_id=off.pk, reason={"vi": "Nghỉ Tết"})
    path = f"/calendars/series/{series.pk}.ics"

    assert unfold(path, dt.date(2021, 2, 10)) == [
        ("01-11 08:00", "CONFIRMED"),
        ("01-19 14:00", "CONFIRMED"),
        ("01-25 08:00", "CANCELLED"),
        ("02-01 08:00", "TENTATIVE"),
        ("02-08 08:00", "TENTATIVE"),
    ]
    lines = unfolded(fetch(path).content)
    assert {
        "RRULE:FREQ=WEEKLY;BYDAY=MO",
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20210118T080000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20210119T140000",
    } <= set(lines)
    assert lines.count(f"UID:{series_uid(series.pk)}") == 4
    assert moved.slot == "2021-01-18T08:00:00"


def test_of_a_series_announced_one_by_one_the_public_sees_what_was_announced(host: Any) -> None:
    series = weekly(host)
    occurrence(series, at(11))
    occurrence(series, at(18), state="draft", announced_at=None)
    occurrence(series, at(25), confidentiality="restricted", title={"vi": "Nhân sự"})
    occurrence(series, at(1, month=2))
    path = f"/calendars/series/{series.pk}.ics"

    assert unfold(path) == [("01-11 08:00", "CONFIRMED"), ("02-01 08:00", "CONFIRMED")]
    assert "RRULE" not in fetch(path).content.decode()
    outsider = link(AccountFactory(), "series", series)
    assert unfold(outsider) == [("01-11 08:00", "CONFIRMED"), ("02-01 08:00", "CONFIRMED")]

    organiser = link(account_with("organiser", organisation=host), "series", series)
    assert unfold(organiser, dt.date(2021, 2, 15)) == [
        ("01-11 08:00", "CONFIRMED"),
        ("01-18 08:00", "TENTATIVE"),
        ("01-25 08:00", "CONFIRMED"),
        ("02-01 08:00", "CONFIRMED"),
        ("02-08 08:00", "TENTATIVE"),
    ]


def test_a_hidden_meeting_leaves_a_gap_in_a_plan_everybody_knows(host: Any) -> None:
    series = weekly(host, announces=True)
    occurrence(series, at(11))
    occurrence(series, at(18), confidentiality="restricted", title={"vi": "Nhân sự"})
    path = f"/calendars/series/{series.pk}.ics"
    assert unfold(path, dt.date(2021, 1, 30)) == [("01-11 08:00", "CONFIRMED"), ("01-25 08:00", "TENTATIVE")]
    assert "Nhân sự" not in fetch(path).content.decode()


def test_only_another_time_raises_the_sequence_of_what_recurs(host: Any) -> None:
    series = weekly(host, announces=True)
    occurrence(series, at(11))
    path = f"/calendars/series/{series.pk}.ics"

    def sequence() -> int:
        [master] = [each for each in Calendar.from_ical(fetch(path).content).events if "rrule" in each]
        return int(master["sequence"])

    for edit in ({"title": {"vi": "Giao ban tuần"}}, {"horizon_days": 30}):
        conferences.edit_series(series_id=series.pk, fields=edit)  # type: ignore[arg-type]
        assert sequence() == 0
    conferences.edit_series(series_id=series.pk, fields={"start_time": dt.time(9)})
    assert sequence() == 1


def test_after_a_new_rule_every_meeting_keeps_the_name_calendars_know_it_by(host: Any) -> None:
    series = weekly(host, announces=True, rule="FREQ=WEEKLY;BYDAY=TU", starts_on=dt.date(2021, 1, 12))
    occurrence(series, at(11), slot=at(12).isoformat(), start=at(12))
    occurrence(series, at(18), slot=at(19).isoformat(), start=at(19))
    path = f"/calendars/series/{series.pk}.ics"
    assert unfold(path, dt.date(2021, 2, 1)) == [
        ("01-12 08:00", "CONFIRMED"),
        ("01-19 08:00", "CONFIRMED"),
        ("01-26 08:00", "TENTATIVE"),
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20210201", "UNTIL=20210201T165959Z"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20210201T080000", "UNTIL=20210201T010000Z"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=4", "COUNT=4"),
    ],
)
def test_a_plan_that_ends_says_so_as_rfc_5545_wants_it(host: Any, rule: str, said: str) -> None:
    series = weekly(host, announces=True, rule=rule)
    occurrence(series, at(11))
    path = f"/calendars/series/{series.pk}.ics"
    assert [day for day, _ in unfold(path)] == ["01-11 08:00", "01-18 08:00", "01-25 08:00", "02-01 08:00"]
    (line,) = [line for line in unfolded(fetch(path).content) if line.startswith("RRULE")]
    assert said in line


def test_days_added_and_left_out_are_said(host: Any) -> None:
    series = weekly(host, announces=True, added=["2021-01-20T09:00:00"], left_out=["2021-01-25", "2021-06-07"])
    occurrence(series, at(11))
    path = f"/calendars/series/{series.pk}.ics"
    assert [day for day, _ in unfold(path, dt.date(2021, 2, 5))] == [
        "01-11 08:00", "01-18 08:00", "01-20 09:00", "02-01 08:00",
    ]  # fmt: skip
    assert not [day for day, _ in unfold(path, dt.date(2021, 7, 1)) if day == "06-07 08:00"]


def test_a_series_of_days_without_a_time_has_no_entries_and_says_so(host: Any) -> None:
    series = weekly(host, start_time=None, minutes=None, announces=True)
    occurrence(series, at(11), starts_at=None, ends_at=None, day_part="morning", recurrence_id="2021-01-11", slot=None)
    lines = unfolded(fetch(f"/calendars/series/{series.pk}.ics").content)
    assert "BEGIN:VEVENT" not in lines
    said = "1 hội nghị chưa có giờ chính xác nên chưa có trong lịch: Giao ban (Sáng 11/01/2021)."
    assert f"DESCRIPTION:{said}" in lines


def test_a_closed_series_or_one_of_which_nothing_is_known_has_no_public_feed(host: Any) -> None:
    closed = weekly(host, outline=OutlineFactory(confidentiality="internal"), announces=True)
    occurrence(closed, at(11))
    unknown = weekly(host)
    occurrence(unknown, at(11), state="draft", announced_at=None)
    for series in (closed, unknown):
        fetch(f"/calendars/series/{series.pk}.ics", 404)
    assert unfold(link(account_with("organiser", organisation=host), "series", closed))
    fetch(link(AccountFactory(), "series", closed), 404)


RULES = st.sampled_from(
    [
        "FREQ=WEEKLY;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        "FREQ=MONTHLY;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=DAILY;COUNT=40",
        "FREQ=DAILY;UNTIL=20210315",
    ]
)
ZONES = st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/London", "America/New_York", "Asia/Kolkata", "UTC", "GMT"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), rule=RULES, zone=ZONES, hour=st.sampled_from([0, 2, 8, 23]))
def test_whatever_happens_to_occurrences_programs_unfold_what_there_is(
    data: Any, rule: str, zone: str, hour: int, today: Callable[[dt.datetime], None]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        host = OrganisationFactory()
        first = dt.date(2021, 1, 29) if "BYSETPOS" in rule else MONDAY
        series = weekly(
            host, rule=rule, time_zone=zone, start_time=dt.time(hour, 30), starts_on=first, announces=True,
            horizon_days=90,
        )  # fmt: skip
        expected = _live_through(series, data)
        until = dt.date(2021, 4, 1)
        answer = fetch(f"/calendars/series/{series.pk}.ics").content
        found = recurring_ical_events.of(Calendar.from_ical(answer)).between(dt.date(2021, 1, 1), until)
        moments = sorted(event["dtstart"].dt.astimezone(dt.UTC) for event in found)
        transaction.set_rollback(True)
    before = dt.datetime(2021, 4, 1, tzinfo=ZoneInfo("UTC")) - dt.timedelta(days=1)
    assert [moment for moment in moments if moment < before] == [moment for moment in expected if moment < before]


def _live_through(series: Series, data: Any) -> list[dt.datetime]:
    """Makes some of what is planned, moves and hides some of it; returns when everything shown is."""
    from backend.conferences.queries import planned_slots
    from backend.conferences.recurrence import moment

    shown = []
    for number, slot in enumerate(planned_slots(series)):
        fate = data.draw(st.sampled_from(["planned", "as planned", "moved", "hidden", "cancelled"]))
        start = moment(slot, series.time_zone)
        if number == 0:
            fate = "as planned"
        if fate == "moved":
            start += dt.timedelta(hours=data.draw(st.integers(1, 30)))
        if fate != "planned":
            occurrence(
                series,
                slot,
                starts_at=start,
                ends_at=start + dt.timedelta(minutes=30),
                confidentiality="restricted" if fate == "hidden" else "public",
                state="cancelled" if fate == "cancelled" else "announced",
                announced_at=dt.datetime(2021, 1, 1, tzinfo=dt.UTC),
            )
        if fate != "hidden":
            shown.append(start)
    return sorted(shown)


def test_a_meeting_keeps_its_entry_when_the_hour_of_its_series_changes(host: Any) -> None:
    series = conferences.add_series(
        fields={
            "title": {"vi": "Giao ban"},
            "organisation": host,
            "rule": "FREQ=WEEKLY",
            "starts_on": MONDAY,
            "start_time": dt.time(8),
            "minutes": 60,
            "horizon_days": 20,
            "announces": True,
        },
        outline={"kind": "meeting"},
    )
    path = f"/calendars/series/{series.pk}.ics"
    for fields in ({}, {"start_time": dt.time(9)}, {"horizon_days": 40}, {"start_time": dt.time(8)}):
        if fields:
            conferences.edit_series(series_id=series.pk, fields=fields)  # type: ignore[arg-type]
        data = fetch(path).content
        sound(data)
        events = Calendar.from_ical(data).events
        assert {str(event["uid"]) for event in events} == {series_uid(series.pk)}
        (plan,) = [event for event in events if "rrule" in event]
        instances = [event["recurrence-id"].dt for event in events if "recurrence-id" in event]
        assert len(instances) == Conference.objects.filter(series=series).count()
        hour = Series.objects.get(pk=series.pk).start_time
        assert {plan["dtstart"].dt.time(), *(each.time() for each in instances)} == {hour}


def test_a_meeting_the_rule_drops_keeps_its_place_in_what_recurs(host: Any) -> None:
    """The series met at eight first, and now meets at nine."""
    series = weekly(host, announces=True)
    conferences.extend_series(series_id=series.pk)
    conferences.edit_series(series_id=series.pk, fields={"start_time": dt.time(9)})
    path = f"/calendars/series/{series.pk}.ics"
    known = "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20210118T090000"
    assert known in unfolded(fetch(path).content)
    conferences.edit_series(series_id=series.pk, fields={"left_out": ["2021-01-18"]})
    lines = unfolded(fetch(path).content)
    assert known in lines
    assert not [line for line in lines if line.startswith(("EXDATE", "RDATE")) and "202101" in line]
    assert ("01-18 09:00", "CANCELLED") in unfold(path)
    assert "01-18 08:00" not in dict(unfold(path))
