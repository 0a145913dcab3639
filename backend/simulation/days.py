"""On which days Vietnamese agencies hold conferences, and how many: the working year, and its busy weeks."""

import datetime as dt

#: The first day of Tết and the day of the Hùng kings (10th of the 3rd lunar month), by Viet Nam's clocks: worked out
#: by Hồ Ngọc Đức's rules for UTC+7. Tết of 2030 is a day before the Chinese one.
_LUNAR: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {
    2020: ((1, 25), (4, 2)),
    2021: ((2, 12), (4, 21)),
    2022: ((2, 1), (4, 10)),
    2023: ((1, 22), (4, 29)),
    2024: ((2, 10), (4, 18)),
    2025: ((1, 29), (4, 7)),
    2026: ((2, 17), (4, 26)),
    2027: ((2, 6), (4, 16)),
    2028: ((1, 26), (4, 4)),
    2029: ((2, 13), (4, 23)),
    2030: ((2, 2), (4, 12)),
    2031: ((1, 23), (4, 1)),
    2032: ((2, 11), (4, 19)),
    2033: ((1, 31), (4, 9)),
    2034: ((2, 19), (4, 28)),
    2035: ((2, 8), (4, 17)),
    2036: ((1, 28), (4, 6)),
    2037: ((2, 15), (4, 24)),
    2038: ((2, 4), (4, 13)),
    2039: ((1, 24), (4, 3)),
    2040: ((2, 12), (4, 20)),
    2041: ((2, 1), (4, 10)),
    2042: ((1, 22), (4, 29)),
    2043: ((2, 10), (4, 19)),
    2044: ((1, 30), (4, 7)),
    2045: ((2, 17), (4, 26)),
    2046: ((2, 6), (4, 15)),
    2047: ((1, 26), (4, 4)),
    2048: ((2, 14), (4, 22)),
    2049: ((2, 2), (4, 11)),
    2050: ((1, 23), (4, 1)),
}
FIRST_YEAR, LAST_YEAR = min(_LUNAR), max(_LUNAR)
#: Offices empty some days before Tết and fill slowly after it.
_BEFORE_TET, _AFTER_TET = 3, 7
#: Days that are always off: New Year, 30 April and 1 May, National Day with the day before it.
_FIXED = ((1, 1), (4, 30), (5, 1), (9, 1), (9, 2))
#: How much goes on in each month: the year is summed up in December and January, quarters and half-years at their end.
_BUSY = {1: 7, 2: 3, 3: 5, 4: 4, 5: 4, 6: 6, 7: 5, 8: 3, 9: 5, 10: 5, 11: 6, 12: 9}
_QUARTER_ENDS = frozenset({3, 6, 9, 12})


def tet(year: int) -> dt.date:
    return dt.date(year, *_LUNAR[year][0])


def days_off(year: int) -> frozenset[dt.date]:
    """Public holidays, the days around Tết, and the Mondays that stand in for holidays on a weekend."""
    new_year = tet(year)
    off = {new_year + dt.timedelta(days=n) for n in range(-_BEFORE_TET, _AFTER_TET + 1)}
    holidays = [dt.date(year, month, day) for month, day in (*_FIXED, _LUNAR[year][1])]
    off.update(holidays)
    for lost in (day for day in holidays if day.weekday() >= 5):
        instead = lost
        while instead.weekday() >= 5 or instead in off:
            instead += dt.timedelta(days=1)
        off.add(instead)
    return frozenset(off)


def working_days(year: int) -> list[dt.date]:
    """Every day of the year that is neither on a weekend nor off, in order."""
    off, first = days_off(year), dt.date(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
    return [day for day in days if day.weekday() < 5 and day not in off]


def busyness(day: dt.date) -> int:
    """How much more is held on this working day than on the idlest."""
    last_weeks = day.month in _QUARTER_ENDS and day.day > 14
    # Monday mornings and Friday afternoons belong to the series.
    return _BUSY[day.month] * (3 if last_weeks else 2) * (2 if day.weekday() in (1, 2, 3) else 1)
