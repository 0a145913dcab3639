"""The plan of a synthetic year: the same arguments give the same plan, byte for byte, on any machine."""

import datetime as dt

from backend.simulation.country import settle
from backend.simulation.days import FIRST_YEAR, LAST_YEAR, working_days
from backend.simulation.desk import Desk
from backend.simulation.recurring import SHARE, recurring
from backend.simulation.shapes import Plan
from backend.simulation.singles import Full, singles

MOST_CONFERENCES, MOST_ROOMS = 20_000, 2_000
#: How many conferences one room takes on one day at most.
_A_DAY = 5


class CannotPlan(ValueError):
    """The year cannot be planned; says why in both languages."""

    def __init__(self, *, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def plan_year(year: int, conferences: int, rooms: int, seed: int, *, seen_from: dt.date | None = None) -> Plan:
    """A year of exactly so many conferences in so many rooms, no room and nobody in two places at once.

    What lies before `seen_from` (default: the first day of the year) was held, what comes after is announced or still
    a draft; who is cancelled, postponed or moved does not depend on it. Raises CannotPlan for numbers out of range,
    and when there are too few rooms.
    """
    _check(year, conferences, rooms)
    seen_from = seen_from or dt.date(year, 1, 1)
    country = settle(year=year, conferences=conferences, rooms=rooms, seed=seed)
    desk = Desk(country, year=year, seed=seed, seen_from=seen_from)
    series, occurrences = recurring(desk, int(conferences * SHARE))
    try:
        single = list(singles(desk, conferences - len(occurrences)))
    except Full:
        raise _too_few(conferences, rooms) from None
    return Plan(
        year=year,
        seed=seed,
        seen_from=seen_from,
        organisations=country.organisations,
        people=country.people,
        houses=country.houses,
        rooms=country.rooms,
        series=tuple(series),
        conferences=(*occurrences, *single),
    )


def _check(year: int, conferences: int, rooms: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CannotPlan(
            vi=f"Chỉ biết ngày nghỉ của các năm {FIRST_YEAR}–{LAST_YEAR}.",
            en=f"The holidays are known for the years {FIRST_YEAR} to {LAST_YEAR} only.",
        )
    if not 1 <= conferences <= MOST_CONFERENCES:
        raise CannotPlan(
            vi=f"Số hội nghị phải từ 1 đến {MOST_CONFERENCES}.", en=f"There may be 1 to {MOST_CONFERENCES} conferences."
        )
    if not 1 <= rooms <= MOST_ROOMS:
        raise CannotPlan(vi=f"Số phòng phải từ 1 đến {MOST_ROOMS}.", en=f"There may be 1 to {MOST_ROOMS} rooms.")
    if conferences > rooms * len(working_days(year)) * _A_DAY:
        raise _too_few(conferences, rooms)


def _too_few(conferences: int, rooms: int) -> CannotPlan:
    return CannotPlan(
        vi=f"{rooms} phòng không đủ cho {conferences} hội nghị trong một năm; hãy tăng --rooms.",
        en=f"{rooms} rooms are too few for {conferences} conferences in one year; raise --rooms.",
    )
