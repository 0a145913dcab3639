"""One run of the clock is bounded, whatever there is to create."""

import datetime as dt

import pytest

from backend.conferences import services
from backend.conferences.models import Conference
from backend.conferences.queries.series import incomplete_series
from backend.conferences.services import occurrences
from backend.core.clock import local, now
from tests.factories.conferences import SeriesFactory

pytestmark = pytest.mark.django_db


def test_one_run_stops_where_it_has_created_enough_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "PER_RUN", 2)
    tomorrow = local(now()).date() + dt.timedelta(days=1)
    for _ in range(3):
        SeriesFactory(rule="FREQ=DAILY", starts_on=tomorrow, horizon_days=2)
    assert [services.extend_all_series() for _ in range(4)] == [2, 2, 2, 0]
    assert Conference.objects.count() == 6
    assert not incomplete_series().exists()
