"""The clock of the calendars' tests: everything happens around January 2021."""

import datetime as dt
from collections.abc import Callable

import pytest

from backend.calendars import recurring, services
from backend.calendars.queries import contents
from backend.conferences.queries import series

NOW = dt.datetime(2021, 1, 4, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """It is NOW for feeds and links; today(moment) makes it another time."""

    def set_clock(moment: dt.datetime) -> None:
        for module in (contents, recurring, services, series):
            monkeypatch.setattr(module, "now", lambda: moment)

    set_clock(NOW)
    return set_clock
