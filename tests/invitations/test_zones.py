"""Time zones as other programs are told them: read back by dateutil, day by day, against the database of zones."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

from backend.invitations.ical import zones

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


@pytest.mark.parametrize("name", ["UTC", "GMT", "Etc/Zulu", "Africa/Abidjan"])
def test_utc_under_any_name_needs_no_description(name: str) -> None:
    assert zones.described(name) is None
