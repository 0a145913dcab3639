"""The working year of Vietnamese agencies."""

import datetime as dt

import pytest

from backend.simulation.days import FIRST_YEAR, LAST_YEAR, busyness, days_off, tet, working_days


@pytest.mark.parametrize(
    ("year", "first_day"),
    [(2020, (1, 25)), (2024, (2, 10)), (2025, (1, 29)), (2026, (2, 17)), (2027, (2, 6)), (2030, (2, 2))],
)
def test_tet_is_where_vietnamese_calendars_have_it(year: int, first_day: tuple[int, int]) -> None:
    assert tet(year) == dt.date(year, *first_day)


def test_the_hung_kings_are_remembered_and_a_holiday_lost_to_a_weekend_is_made_up_for() -> None:
    assert dt.date(2024, 4, 18) in days_off(2024)
    assert dt.date(2026, 4, 26).weekday() == 6
    assert dt.date(2026, 4, 27) in days_off(2026)  # the Monday after the Hùng kings' Sunday


@pytest.mark.parametrize("year", [FIRST_YEAR, 2027, LAST_YEAR])
def test_nobody_works_on_weekends_at_tet_or_on_the_national_day(year: int) -> None:
    days = working_days(year)
    assert 235 <= len(days) <= 252
    assert all(day.weekday() < 5 for day in days)
    assert not {tet(year), tet(year) + dt.timedelta(days=2), dt.date(year, 9, 2), dt.date(year, 4, 30)} & set(days)


def test_the_end_of_the_year_is_busier_than_february() -> None:
    assert busyness(dt.date(2027, 12, 21)) > 3 * busyness(dt.date(2027, 2, 23))
