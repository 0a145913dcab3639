"""An edit of a series on the day of a meeting that has begun by the clock, whether or not anybody opened it."""

import datetime as dt

import pytest

from backend.conferences import services
from backend.conferences.models import Conference
from backend.conferences.queries import series as queries
from backend.conferences.recurrence import check_rule
from backend.core.errors import Invalid
from tests.factories.conferences import SeriesFactory


@pytest.mark.django_db
def test_a_meeting_that_has_begun_today_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monday = dt.date(2026, 11, 23)
    monkeypatch.setattr(queries, "now", lambda: dt.datetime(2026, 11, 22, 1, tzinfo=dt.UTC))
    series = SeriesFactory(
        rule="FREQ=WEEKLY;BYDAY=MO",
        title={"vi": "Giao ban"},
        starts_on=monday,
        start_time=dt.time(8),
        minutes=90,
        horizon_days=10,
        announces=True,
    )
    services.extend_series(series_id=series.pk)

    monkeypatch.setattr(queries, "now", lambda: dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC))  # half past eight
    services.edit_series(series_id=series.pk, fields={"title": {"vi": "Họp"}, "start_time": dt.time(10)})

    rows = Conference.objects.filter(series=series).order_by("recurrence_id")
    told = [(f"{row.starts_at:%d %H}", row.title["vi"], row.sequence) for row in rows if row.starts_at]
    assert ("23 01", "Giao ban", 0) in told
    assert ("30 03", "Họp", 1) in told


@pytest.mark.parametrize("part", ["X=MO", "BYMINUTE=30", "RSCALE=GREGORIAN"])
def test_a_part_nobody_knows_is_refused_by_its_name(part: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_rule(f"FREQ=WEEKLY;{part}")
    assert str(refused.value.fields["rule"]) == f"Không có phần {part.partition('=')[0]}."
