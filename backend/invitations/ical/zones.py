"""Time zones as other programs need them described: since 2000, by yearly rules where the clocks follow one.

icalendar would list every change of the clocks as one of a row of RDATEs. Several programs (ical.js, with which
Thunderbird reads, and vobject) then tell summer's time an hour wrong: they take only the first of the row.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

#: Older changes would stand in every message and have not been in force for decades.
FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
#: The clocks are known until here; a rule then in force goes on.
LAST_YEAR = 2037
_DAY = dt.timedelta(days=1)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, order=True)
class _Clock:
    """What the clocks are changed from and to, and what the new time is called."""

    before: dt.timedelta
    after: dt.timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def described(name: str) -> Timezone | None:
    """The VTIMEZONE of `name`; None for UTC under any of its names (GMT, Zulu, …): those times are written in UTC.

    Made once: searching a zone's history takes longer than the rest of a message.
    """
    zone = ZoneInfo(name)
    changes = list(_changes(zone))
    begin = FIRST.astimezone(zone)
    if not changes and not _offset(begin):
        return None
    vtimezone = Timezone()
    vtimezone.add("tzid", name)
    vtimezone.add_component(_part(_clock(_offset(begin), begin), FIRST.replace(tzinfo=None)))
    changes.sort()
    for clock, group in groupby(changes, key=lambda change: change[0]):
        for part in _by_rules(clock, [onset for _, onset in group]):
            vtimezone.add_component(part)
    return vtimezone


def _changes(zone: ZoneInfo) -> Iterator[tuple[_Clock, dt.datetime]]:
    """Each change of the offset, with the time the old clocks show at that moment (RFC 5545 §3.6.5)."""
    moment = FIRST
    while moment.year <= LAST_YEAR:
        earlier, later = moment, moment + _DAY
        before = _offset(earlier.astimezone(zone))
        if _offset(later.astimezone(zone)) != before:
            while later - earlier > dt.timedelta(seconds=1):
                middle = earlier + (later - earlier) // 2
                earlier, later = (middle, later) if _offset(middle.astimezone(zone)) == before else (earlier, middle)
            onset = later.replace(microsecond=0)
            yield _clock(before, onset.astimezone(zone)), (onset + before).replace(tzinfo=None)
        moment += _DAY


def _offset(moment: dt.datetime) -> dt.timedelta:
    return moment.utcoffset() or dt.timedelta(0)


def _clock(before: dt.timedelta, moment: dt.datetime) -> _Clock:
    return _Clock(before=before, after=_offset(moment), name=moment.tzname() or "", summer=bool(moment.dst()))


def _part(clock: _Clock, onset: dt.datetime) -> TimezoneDaylight | TimezoneStandard:
    part = TimezoneDaylight() if clock.summer else TimezoneStandard()
    part.add("dtstart", onset)
    part.add("tzname", clock.name)
    part.add("tzoffsetfrom", clock.before)
    part.add("tzoffsetto", clock.after)
    return part


def _by_rules(clock: _Clock, onsets: Sequence[dt.datetime]) -> Iterator[TimezoneDaylight | TimezoneStandard]:
    """One kind of change as few yearly rules, and single days where there is none, that say the same."""
    for run in _runs(onsets):
        part = _part(clock, run[0])
        if len(run) > 1:
            rule = {"FREQ": "YEARLY", "BYMONTH": run[0].month, "BYDAY": _place_of(run)}
            if run[-1].year < LAST_YEAR:
                # Not the last day itself: some programs read its moment in UTC as a local time, and miss it.
                rule["UNTIL"] = dt.datetime(run[-1].year, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
            part.add("rrule", vRecur(rule))
        yield part


def _runs(onsets: Sequence[dt.datetime]) -> Iterator[list[dt.datetime]]:
    """The days cut where the next one does not follow the yearly rule of those before."""
    run: list[dt.datetime] = []
    for onset in onsets:
        if run and _place_of([*run, onset]) is None:
            yield run
            run = []
        run.append(onset)
    if run:
        yield run


def _place_of(run: Sequence[dt.datetime]) -> str | None:
    """BYDAY of days in years that follow one another: -1SU, 2SU; None when they are not the last, nor all the nth, such
    weekday of the month at one time."""
    years_on = all(after.year == before.year + 1 for before, after in pairwise(run))
    if not years_on or len({(day.month, day.weekday(), day.time()) for day in run}) > 1:
        return None
    weekday, nths = _DAYS[run[0].weekday()], {(day.day - 1) // 7 + 1 for day in run}
    if all((day + 7 * _DAY).month != day.month for day in run):
        return f"-1{weekday}"
    return f"{nths.pop()}{weekday}" if len(nths) == 1 else None
