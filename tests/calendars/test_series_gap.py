"""A series whose first meeting falls into the hour the clocks jump over, as calendar programs unfold it."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from backend.conferences import services as conferences
from tests.calendars.reading import fetch, sound
from tests.factories.conferences import SeriesFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def test_the_meetings_after_it_keep_their_hour(today: Callable[[dt.datetime], None]) -> None:
    today(dt.datetime(2021, 3, 25, 12, tzinfo=dt.UTC))
    series = SeriesFactory(
        rule="FREQ=WEEKLY;BYDAY=SU",
        starts_on=dt.date(2021, 3, 28),
        start_time=dt.time(2, 30),
        minutes=60,
        time_zone="Europe/Berlin",
        horizon_days=10,
        announces=True,
    )
    conferences.extend_series(series_id=series.pk)

    data = fetch(f"/calendars/series/{series.pk}.ics").content
    sound(data)
    events = recurring_ical_events.of(Calendar.from_ical(data)).between(dt.date(2021, 3, 1), dt.date(2021, 4, 20))
    assert sorted(f"{event['dtstart'].dt.astimezone(BERLIN):%m-%d %H:%M}" for event in events) == [
        "03-28 03:30",
        "04-04 02:30",
        "04-11 02:30",
        "04-18 02:30",
    ]
