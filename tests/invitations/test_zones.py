"""Time zones as other programs are told them: read back by dateutil, day by day, against the database of zones."""

import datetime as dt
import io
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from icalendar import Calendar

from backend.invitations import ical
from backend.invitations.ical import zones
from tests.invitations.test_ical import ENTRY

#: Without clock changes, with a rule, with rules that changed, with none that holds for long, beyond whole hours.
NAMES = [
    "Asia/Ho_Chi_Minh", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Istanbul",
    "Africa/Casablanca", "America/Sao_Paulo", "Asia/Tehran", "Asia/Pyongyang",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_described_zone_shows_the_time_of_every_day(name: str) -> None:
    described = zones.described(name)
    assert described is not None
    text = described.to_ical().decode().replace("\r\n ", "")
    read = tz.tzical(io.StringIO(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")).get(name)
    day = dt.datetime(2000, 1, 2, 12)
    while day.year <= zones.LAST_YEAR:
        known, told = day.replace(tzinfo=ZoneInfo(name)), day.replace(tzinfo=read)
        assert told.utcoffset() == known.utcoffset(), day
        day += dt.timedelta(days=4)


def test_clock_changes_are_rules_on_the_old_clock() -> None:
    text = zones.described("America/New_York").to_ical().decode()  # type: ignore[union-attr]
    assert "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\n" in text
    assert "RRULE:FREQ=YEARLY;UNTIL=20061231T235959Z;BYDAY=1SU;BYMONTH=4" in text
    assert "RDATE" not in text


@pytest.mark.parametrize(
    ("zone", "start", "written"),
    [
        ("America/New_York", "2027-11-07T05:30:00+00:00", "DTSTART;TZID=America/New_York:20271107T013000"),
        ("America/New_York", "2027-11-07T06:30:00+00:00", "DTSTART:20271107T063000Z"),
        ("Europe/London", "2027-10-31T01:15:00+00:00", "DTSTART:20271031T011500Z"),
        ("Africa/Monrovia", "1970-05-04T08:00:00+00:00", "DTSTART:19700504T080000Z"),
        ("Asia/Ho_Chi_Minh", "1975-05-01T01:00:00+00:00", "DTSTART:19750501T010000Z"),
    ],
)
def test_what_the_clock_cannot_say_is_said_in_utc(zone: str, start: str, written: str) -> None:
    """An hour that the clock shows twice, an offset with seconds, a time before zones are described."""
    begins = dt.datetime.fromisoformat(start)
    entry = replace(ENTRY, timezone=zone, start=begins, end=begins + dt.timedelta(hours=1), attendee=None)
    data = ical.publish([entry], name="Lịch")
    assert f"\r\n{written}\r\n" in data.decode()
    [event] = Calendar.from_ical(data).events
    assert [event[name].dt.astimezone(dt.UTC) for name in ("dtstart", "dtend")] == [
        begins,
        begins + dt.timedelta(hours=1),
    ]


@pytest.mark.parametrize("name", ["UTC", "GMT", "Etc/Zulu", "Africa/Abidjan"])
def test_utc_under_any_name_needs_no_description(name: str) -> None:
    assert zones.described(name) is None
