"""Rules become local times as dateutil and an independent reading of iCalendar say, in zones of every kind."""

import datetime as dt
import time
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.conferences.recurrence import (
    MOST,
    Recurrence,
    check,
    check_rule,
    continued_from,
    ended_before,
    moment,
    pair,
    tidy,
)
from backend.core.errors import Invalid

ZONES = ["Asia/Ho_Chi_Minh", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
TODAY = dt.date(2026, 11, 21)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def plan(rule: str, start: str = "2026-11-23T08:00", **fields: object) -> Recurrence:
    return Recurrence(start=dt.datetime.fromisoformat(start), rule=rule, **fields)  # type: ignore[arg-type]


def refused(rule: str, start: str = "2026-11-23T08:00", horizon: int = 90, **fields: object) -> tuple[str, str]:
    """The field that is refused, and why (in Vietnamese)."""
    with pytest.raises(Invalid) as caught:
        check(plan(rule, start, **fields), today=TODAY, horizon_days=horizon)
    [(field, reason)] = caught.value.fields.items()
    return field, str(reason)


# Against dateutil and recurring-ical-events


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules people write: every so many days, weekdays, the n-th weekday, days from the end, the last working day."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    days = ",".join(sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=3)), key=DAYS.index))
    if frequency == "MONTHLY":
        parts += draw(
            st.sampled_from(
                [
                    [],
                    ["BYDAY=2FR"],
                    ["BYDAY=-1MO"],
                    ["BYMONTHDAY=1,15,-1"],
                    ["BYDAY=MO,TU,WE,TH,FR", "BYSETPOS=-1"],
                    [f"BYDAY={days}", "BYSETPOS=2"],
                ]
            )
        )
    elif frequency == "YEARLY":
        parts += draw(st.sampled_from([[], ["BYMONTH=1,7"], ["BYMONTH=3", "BYDAY=-1SU"], ["BYMONTH=11", "BYDAY=1SU"]]))
    elif draw(st.booleans()):
        parts.append(f"BYDAY={days}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


starts = st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2029, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@settings(max_examples=200, deadline=None)
@given(rule=rules(), wish=starts, zone=st.sampled_from(ZONES), days=st.integers(0, 800), data=st.data())
def test_slots_and_moments_are_those_of_dateutil(
    rule: str, wish: dt.datetime, zone: str, days: int, data: st.DataObject
) -> None:
    endless = ";".join(part for part in rule.split(";") if not part.startswith("COUNT"))
    start = next(iter(rrulestr(endless, dtstart=wish)), None)
    assume(start is not None)
    expected = list(rrulestr(rule, dtstart=start).between(start, start + dt.timedelta(days=days), inc=True))
    left_out = tuple(data.draw(st.sets(st.sampled_from(expected), max_size=3))) if expected else ()
    made = Recurrence(start=start, rule=rule, time_zone=zone, left_out=left_out)
    last = (start + dt.timedelta(days=days)).date()
    check(made, today=start.date(), horizon_days=days)
    slots = [slot for slot in made.between(start.date(), last) if slot <= start + dt.timedelta(days=days)]
    assert slots == [slot for slot in expected if slot not in left_out]
    for slot in slots[:20]:
        assert moment(slot, zone) == slot.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    assert made.count_before(start + dt.timedelta(days=days)) == sum(
        1 for s in expected if s < start + dt.timedelta(days=days)
    )


@settings(max_examples=60, deadline=None)
@given(rule=rules(), wish=starts, zone=st.sampled_from(ZONES))
def test_another_reader_of_calendars_sees_the_same_moments(rule: str, wish: dt.datetime, zone: str) -> None:
    """recurring-ical-events reads the text of a calendar; times within a jump of the clocks have tests of their own."""
    wish = wish.replace(hour=8 + wish.hour % 10)
    start = Recurrence(start=wish, rule=rule).first_from(wish.date())
    assume(start is not None)
    assert start is not None
    event = icalendar.Event.new(uid="1", summary="x", stamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    event.add("dtstart", start.replace(tzinfo=ZoneInfo(zone)))
    event.add("rrule", icalendar.vRecur.from_ical(rule))
    calendar = icalendar.Calendar.new(subcomponents=[event])
    until = start + dt.timedelta(days=400)
    read = recurring_ical_events.of(calendar).between(start.date(), until.date())
    theirs = sorted(event["dtstart"].dt.astimezone(dt.UTC) for event in read)
    made = Recurrence(start=start, rule=rule, time_zone=zone)
    ours = [moment(slot, zone) for slot in made.between(start.date(), until.date() - dt.timedelta(days=1))]
    assert ours == theirs[: len(ours)]
    assert len(theirs) - len(ours) in (0, 1)


@settings(max_examples=100, deadline=None)
@given(rule=rules(), wish=starts, zone=st.sampled_from(ZONES), cut=st.integers(0, 12), whole=st.booleans())
def test_a_rule_cut_in_two_is_the_whole_rule(rule: str, wish: dt.datetime, zone: str, cut: int, whole: bool) -> None:
    if whole:
        wish = dt.datetime.combine(wish.date(), dt.time.min)
    start = Recurrence(start=wish, rule=rule).first_from(wish.date())
    assert start is not None
    made = Recurrence(start=start, rule=rule, time_zone=zone, whole_days=whole)
    horizon = start.date() + dt.timedelta(days=1500)
    slots = made.between(start.date(), horizon)
    assume(0 < cut < len(slots))
    before = Recurrence(start=start, rule=ended_before(made, slots[cut]), time_zone=zone, whole_days=whole)
    after = Recurrence(start=slots[cut], rule=continued_from(made, slots[cut]), time_zone=zone, whole_days=whole)
    check_rule(before.rule)
    assert before.between(start.date(), horizon) == slots[:cut]
    if "INTERVAL" not in rule or "BYDAY" not in rule:  # within a week or month INTERVAL counts from its first day
        assert after.between(start.date(), horizon) == slots[cut:]


def test_a_cut_within_a_day_keeps_what_went_before() -> None:
    twice = plan("FREQ=DAILY;BYHOUR=8,14")
    [_, noon] = twice.between(dt.date(2026, 11, 24), dt.date(2026, 11, 24))
    assert ended_before(twice, noon) == "FREQ=DAILY;BYHOUR=8,14;UNTIL=20261124T065959Z"
    assert ended_before(twice, noon.replace(hour=8)) == "FREQ=DAILY;BYHOUR=8,14;UNTIL=20261123T165959Z"


# Clocks that change


@pytest.mark.parametrize(
    ("zone", "slot", "utc"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30"),  # a gap: the offset before it, 03:30 on the clock
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),  # twice: the first
        ("America/New_York", "2007-03-11T02:30", "2007-03-11T07:30"),  # RFC 5545's own example
        ("America/New_York", "2007-11-04T01:30", "2007-11-04T05:30"),  # RFC 5545's own example
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),  # a gap of half an hour
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
        ("Asia/Kolkata", "2027-03-28T02:30", "2027-03-27T21:00"),
        ("Asia/Ho_Chi_Minh", "2027-03-28T02:30", "2027-03-27T19:30"),
    ],
)
def test_a_local_time_within_a_change_of_clocks(zone: str, slot: str, utc: str) -> None:
    assert moment(dt.datetime.fromisoformat(slot), zone) == dt.datetime.fromisoformat(utc + "+00:00")


def test_the_wall_clock_is_kept_across_a_change_and_no_meeting_vanishes() -> None:
    weekly = plan("FREQ=DAILY", "2027-03-27T02:30", time_zone="Europe/Berlin")
    slots = weekly.between(dt.date(2027, 3, 27), dt.date(2027, 3, 29))
    assert [slot.isoformat() for slot in slots] == ["2027-03-27T02:30:00", "2027-03-28T02:30:00", "2027-03-29T02:30:00"]
    here = [moment(slot, "Europe/Berlin").astimezone(ZoneInfo("Europe/Berlin")) for slot in slots]
    assert [f"{each:%H:%M %z}" for each in here] == ["02:30 +0100", "03:30 +0200", "02:30 +0200"]


# What is understood and what is refused


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3", "2026-12-16T08:00", ["12-16", "01-20", "02-17"]),
        ("FREQ=MONTHLY;BYDAY=3WE", "2026-12-16T08:00", ["12-16", "01-20", "02-17"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-12-31T08:00", ["12-31", "01-31"]),
        ("FREQ=WEEKLY;UNTIL=20261207", "2026-11-23T08:00", ["11-23", "11-30", "12-07"]),
        ("FREQ=WEEKLY;UNTIL=20261207T010000Z", "2026-11-23T08:00", ["11-23", "11-30", "12-07"]),
        ("FREQ=WEEKLY;UNTIL=20261207T005959Z", "2026-11-23T08:00", ["11-23", "11-30"]),
        ("FREQ=WEEKLY;UNTIL=20261207T080000", "2026-11-23T08:00", ["11-23", "11-30", "12-07"]),
        ("FREQ=WEEKLY;COUNT=2", "2026-11-23T08:00", ["11-23", "11-30"]),
        ("", "2026-11-23T08:00", ["11-23"]),
    ],
)
def test_rules_people_write(rule: str, start: str, expected: list[str]) -> None:
    made = plan(rule, start)
    check(made, today=TODAY, horizon_days=90)
    slots = made.between(TODAY, dt.date(2027, 2, 20))
    assert [f"{slot:%m-%d}" for slot in slots] == expected


def test_dates_are_added_and_left_out() -> None:
    at = dt.datetime.fromisoformat
    made = plan(
        "FREQ=WEEKLY", added=(at("2026-12-02T14:00"), at("2026-11-30T08:00")), left_out=(at("2026-12-07T08:00"),)
    )
    slots = [f"{slot:%d %H}" for slot in made.between(TODAY, dt.date(2026, 12, 14))]
    assert slots == ["23 08", "30 08", "02 14", "14 08"]


@pytest.mark.parametrize(
    "rule",
    [
        "MONTHLY",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;BYMINUTE=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;COUNT=2;UNTIL=20301231",
        "FREQ=DAILY;UNTIL=20261331",
        "FREQ=DAILY;UNTIL=x",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
        "FREQ=MONTHLY;BYWEEKNO=3",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=HOURLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=SECONDLY",
        "FREQ=DAILY;;COUNT=1",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYHOUR=",
        "FREQ=DAILY;COUNT=٣",
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(rule: str) -> None:
    assert refused(rule)[0] == "rule"


def test_refusals_say_why() -> None:
    assert "mỗi ngày" in refused("FREQ=HOURLY")[1]
    assert "BYEASTER" in refused("FREQ=YEARLY;BYEASTER=0")[1]
    assert "UNTIL" in refused("FREQ=DAILY;UNTIL=20261101")[1]
    assert refused("FREQ=WEEKLY;BYDAY=TU") == ("starts_on", "Không khớp quy tắc; lần đầu sẽ là 2026-11-24 08:00.")
    assert refused("FREQ=DAILY", "1926-11-23T08:00")[0] == "starts_on"
    hours = ",".join(str(hour) for hour in range(24))
    assert refused(f"FREQ=DAILY;BYHOUR={hours}", "2026-11-23T00:00", horizon=730)[0] == "rule"
    assert refused("FREQ=DAILY;BYHOUR=0", "2026-11-23", whole_days=True)[0] == "rule"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
    ],
)
def test_a_rule_that_never_comes_is_refused_at_once(rule: str) -> None:
    begun = time.perf_counter()
    assert refused(rule)[0] == "rule"
    assert time.perf_counter() - begun < 2


def test_the_densest_rule_is_bounded() -> None:
    hours = ",".join(str(hour) for hour in range(24))
    dense = plan(f"FREQ=DAILY;BYHOUR={hours}", "1976-11-23T00:00")
    begun = time.perf_counter()
    assert len(dense.between(TODAY, TODAY + dt.timedelta(days=36500))) == MOST + 1
    assert time.perf_counter() - begun < 5


def test_a_rule_is_kept_tidy() -> None:
    assert tidy(" rrule:freq=monthly; byday=2fr;") == "FREQ=MONTHLY;BYDAY=2FR"


def test_slots_find_their_successors() -> None:
    def at(*days: str) -> list[dt.datetime]:
        return [dt.datetime.fromisoformat(f"2026-{day}") for day in days]

    moved = pair(at("11-23T08:00", "11-30T08:00"), at("11-23T09:00", "11-30T09:00"), "FREQ=WEEKLY")
    assert [f"{new:%d %H}" for new in moved.values()] == ["23 09", "30 09"]
    tuesdays = pair(at("11-23T08:00", "11-30T08:00"), at("11-24T08:00", "12-01T08:00"), "FREQ=WEEKLY;BYDAY=TU")
    assert [f"{new:%d}" for new in tuesdays.values()] == ["24", "01"]
    fortnightly = pair(at("11-23T08:00", "11-30T08:00", "12-07T08:00"), at("11-23T08:00", "12-07T08:00"), "FREQ=WEEKLY")
    assert [f"{old:%d}" for old in fortnightly] == ["23", "07"]
