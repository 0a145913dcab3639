"""When something recurs: RFC 5545 rules, dates added and dates left out, as local times. Pure; the counting is dateutil's.

A slot is a local time without a zone: what the clock on the wall shows. `moment` says when that is:
a time the clocks jump over is read with the offset before the jump (02:30 becomes 03:30 of the new time), a time they
show twice is the first of the two (RFC 5545 §3.3.5). No meeting vanishes because clocks change, and its slot stays.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from backend.core.errors import Invalid
from backend.core.text import say

#: The most occurrences one horizon may hold.
MOST = 10_000
#: How far from today a first day may lie: what went before must be counted, for COUNT and INTERVAL.
YEARS_AWAY = 50
#: The Gregorian calendar repeats after these years, to the weekday.
CYCLE = 400

#: What slots that may take each other's place have in common.
_Station = Callable[[dt.datetime], object]
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_SUB_DAILY = {"HOURLY", "MINUTELY", "SECONDLY"}
_DAYS = "MO|TU|WE|TH|FR|SA|SU"
_BY_DAY = re.compile(rf"([+-]?\d{{1,2}})?({_DAYS})", re.ASCII)
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)
#: part → the numbers it takes; negative ones count from the end where `True`
_RANGES: dict[str, tuple[int, int, bool]] = {
    "INTERVAL": (1, 1000, False),
    "COUNT": (1, MOST, False),
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
}
_PARTS = {"FREQ", "UNTIL", "WKST", "BYDAY", *_RANGES}
#: part → the frequencies RFC 5545 §3.3.10 allows it with
_ONLY_WITH = {
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY"},
    "BYMONTHDAY": {"DAILY", "MONTHLY", "YEARLY"},
}


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A start and what follows from it. `whole_days` is for meetings of which only the day is known: slots are days."""

    start: dt.datetime
    rule: str = ""
    time_zone: str = "Asia/Ho_Chi_Minh"
    added: tuple[dt.datetime, ...] = ()
    left_out: tuple[dt.datetime, ...] = ()
    whole_days: bool = False

    def between(self, first: dt.date, last: dt.date) -> list[dt.datetime]:
        """The slots from the day `first` to the day `last`, both included, in order; at most MOST + 1 of them."""
        since, until = dt.datetime.combine(first, dt.time.min), dt.datetime.combine(last, dt.time.max)
        if until < since:
            return []
        return list(islice((slot for slot in self._slots(until) if slot >= since), MOST + 1))

    def first_from(self, day: dt.date) -> dt.datetime | None:
        """The first slot of the rule on or after `day`, whatever the start says; None when none comes."""
        opened = replace(self, start=dt.datetime.combine(day, self.start.time()), added=(), left_out=())
        return _first(opened._rule()) if self.rule else opened.start

    def count_before(self, slot: dt.datetime) -> int:
        """How many times the rule itself recurs before `slot`, left-out days included: what COUNT has used up."""
        return sum(1 for _ in _until(self._rule(), slot - dt.timedelta(microseconds=1)))

    def _slots(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Every slot up to `until`, in order and each once."""
        slots = rruleset()
        if self.rule:
            slots.rrule(self._rule(until))
        else:
            slots.rdate(self.start)
        for slot in self.added:
            slots.rdate(slot)
        for slot in self.left_out:
            slots.exdate(slot)
        return _until(slots, until)

    def _rule(self, until: dt.datetime | None = None) -> rrule:
        parts = _read(self.rule)
        ends = [end for end in (self._until_said(parts.pop("UNTIL", None)), until) if end is not None]
        made = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=self.start)
        assert isinstance(made, rrule)
        return made.replace(until=min(ends)) if ends and "COUNT" not in parts else made

    def _until_said(self, said: str | None) -> dt.datetime | None:
        """UNTIL on the wall clock: given in UTC, as a local time, or as a day that is still included."""
        if said is None:
            return None
        if "T" not in said:
            return dt.datetime.combine(dt.datetime.strptime(said, "%Y%m%d").date(), dt.time.max)  # noqa: DTZ007
        local = dt.datetime.strptime(said.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- the zone is said beside it
        if not said.endswith("Z"):
            return local
        return local.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)


def moment(slot: dt.datetime, time_zone: str) -> dt.datetime:
    """The moment at which the wall clock of `time_zone` shows `slot`, in UTC (RFC 5545 §3.3.5, see above)."""
    return slot.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(dt.UTC)


def check(plan: Recurrence, *, today: dt.date, horizon_days: int) -> None:
    """Raises Invalid naming the field: a rule that cannot be read or never comes to an occurrence, an UNTIL before the
    start, a first day the rule does not know, more than MOST occurrences in a horizon."""
    if abs(plan.start.year - today.year) > YEARS_AWAY:
        raise _invalid(
            "starts_on", vi="Phải trong vòng {n} năm.", en="Must be within {n} years of today.", n=YEARS_AWAY
        )
    if plan.rule:
        check_rule(plan.rule)
        _check_start(plan)
    first = max(plan.start.date(), today)
    if len(plan.between(first, first + dt.timedelta(days=horizon_days))) > MOST:
        raise _invalid(
            "rule",
            vi="Quá {n} lần trong {days} ngày.",
            en="More than {n} occurrences in {days} days.",
            n=MOST,
            days=horizon_days,
        )


def _check_start(plan: Recurrence) -> None:
    until = plan._until_said(_read(plan.rule).get("UNTIL"))
    if until is not None and until < plan.start:
        raise _invalid("rule", vi="UNTIL trước ngày bắt đầu.", en="UNTIL is before the start.")
    if plan.whole_days and "BYHOUR" in _read(plan.rule):
        raise _invalid(
            "rule", vi="Có BYHOUR thì phải có giờ bắt đầu.", en="BYHOUR needs a start time, which is not known."
        )
    endless = replace(plan, rule=_without(plan.rule, "UNTIL", "COUNT"))
    first = _first(endless._rule())
    if first is None:
        raise _invalid("rule", vi="Quy tắc này không có ngày nào.", en="No day ever matches this rule.")
    if first != plan.start:
        raise _invalid(
            "starts_on",
            vi="Không khớp quy tắc; lần đầu sẽ là {first}.",
            en="Does not match the rule; the first would be {first}.",
            first=first.isoformat(" ", "minutes"),
        )


def check_rule(rule: str) -> None:
    """Raises Invalid for `rule` unless it is an RFC 5545 recurrence rule of days or longer steps.

    BYMINUTE and BYSECOND are refused like every unknown part: the minute is the start's.
    """
    parts = _read(rule)
    frequency = parts.get("FREQ", "")
    if frequency in _SUB_DAILY:
        raise _invalid("rule", vi="Không lặp dày hơn mỗi ngày.", en="Nothing recurs more often than daily.")
    if frequency not in _FREQUENCIES:
        raise _invalid(
            "rule",
            vi="Phải là quy tắc lặp RFC 5545, như FREQ=MONTHLY;BYDAY=2FR.",
            en="Must be an RFC 5545 recurrence rule such as FREQ=MONTHLY;BYDAY=2FR.",
        )
    for name, value in parts.items():
        _check_part(name, value, frequency)
    if "COUNT" in parts and "UNTIL" in parts:
        raise _invalid("rule", vi="Chọn COUNT hoặc UNTIL.", en="Give COUNT or UNTIL, not both.")
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise _invalid("rule", vi="BYSETPOS cần một phần BY khác.", en="BYSETPOS needs another BY part.")


def _check_part(name: str, value: str, frequency: str) -> None:
    if name not in _PARTS:
        raise _invalid("rule", vi="Không có phần {name}.", en="There is no part {name}.", name=name)
    if frequency not in _ONLY_WITH.get(name, {frequency}):
        raise _invalid(
            "rule",
            vi="{name} không đi với FREQ={frequency}.",
            en="{name} does not go with FREQ={frequency}.",
            name=name,
            frequency=frequency,
        )
    if name in _RANGES:
        fits = all(_in_range(name, number) for number in _values(name, value))
    elif name == "BYDAY":
        fits = all(_weekday_fits(day, frequency) for day in value.split(","))
    elif name == "UNTIL":
        fits = _UNTIL.fullmatch(value) is not None and _is_date(value)
    else:
        fits = name == "FREQ" or value in _DAYS.split("|")
    if not fits:
        raise _invalid(
            "rule", vi="{name}={value} không hợp lệ.", en="{name}={value} is not valid.", name=name, value=value
        )


def _values(name: str, value: str) -> list[str]:
    return [value] if name in {"INTERVAL", "COUNT"} else value.split(",")


def _in_range(name: str, number: str) -> bool:
    lowest, highest, from_the_end = _RANGES[name]
    if not _NUMBER.fullmatch(number):
        return False
    return lowest <= (abs(int(number)) if from_the_end else int(number)) <= highest


def _weekday_fits(day: str, frequency: str) -> bool:
    """An ordinal (2FR, -1MO) says which one of a month or year."""
    found = _BY_DAY.fullmatch(day)
    if found is None:
        return False
    ordinal = found[1]
    return ordinal is None or (frequency in {"MONTHLY", "YEARLY"} and 1 <= abs(int(ordinal)) <= 53)


def _is_date(value: str) -> bool:
    try:
        dt.datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        return False
    return True


def ended_before(plan: Recurrence, slot: dt.datetime) -> str:
    """The rule with an UNTIL before `slot`, unless it ends sooner by itself: with the day before, so that it still ends
    there when the hour changes, unless an earlier slot of the same day stays in."""
    if not plan.rule:
        return ""
    if _read(plan.rule).keys() & {"COUNT", "UNTIL"} and not any(known >= slot for known in plan._rule()):
        return plan.rule
    if plan.whole_days:
        until = f"{slot - dt.timedelta(days=1):%Y%m%d}"
    else:
        stays = plan.between(slot.date(), slot.date())[:1] != [slot]
        last = slot if stays else dt.datetime.combine(slot.date(), dt.time.min)
        until = f"{moment(last - dt.timedelta(seconds=1), plan.time_zone):%Y%m%dT%H%M%SZ}"
    return f"{_without(plan.rule, 'COUNT', 'UNTIL')};UNTIL={until}"


def continued_from(plan: Recurrence, slot: dt.datetime) -> str:
    """The rule of what comes from `slot` on: of a COUNT only what is left."""
    parts = _read(plan.rule)
    if "COUNT" not in parts:
        return plan.rule
    left = max(1, int(parts["COUNT"]) - plan.count_before(slot))
    return f"{_without(plan.rule, 'COUNT')};COUNT={left}"


def as_published(plan: Recurrence, slot: dt.datetime) -> str:
    """The rule of what comes from `slot` on as calendar programs want it: an UNTIL in UTC (RFC 5545 §3.3.10)."""
    rule = continued_from(plan, slot)
    until = plan._until_said(_read(rule).get("UNTIL"))
    if until is None:
        return rule
    return f"{_without(rule, 'UNTIL')};UNTIL={moment(until, plan.time_zone):%Y%m%dT%H%M%SZ}"


def pair(old: Sequence[dt.datetime], new: Sequence[dt.datetime], rule: str) -> dict[dt.datetime, dt.datetime]:
    """Which new slot takes the place of which old one: the same, else one of the same day, else (in order) one of the
    same week, month or year, as the new rule steps. What finds no partner is not in the answer."""
    stations: list[_Station | None] = [
        lambda slot: slot,
        lambda slot: slot.date(),
        _PERIODS.get(_read(rule).get("FREQ", "")),
    ]
    pairs: dict[dt.datetime, dt.datetime] = {}
    for station in filter(None, stations):
        waiting: dict[object, list[dt.datetime]] = {}
        taken = set(pairs.values())
        for slot in new:
            if slot not in taken:
                waiting.setdefault(station(slot), []).append(slot)
        for slot in old:
            if slot not in pairs and (places := waiting.get(station(slot))):
                pairs[slot] = places.pop(0)
    return pairs


_PERIODS: dict[str, _Station] = {
    "WEEKLY": lambda slot: slot.isocalendar()[:2],
    "MONTHLY": lambda slot: (slot.year, slot.month),
    "YEARLY": lambda slot: slot.year,
}


def tidy(rule: str) -> str:
    """The rule as it is kept: in capitals, without the name of its property and without spaces."""
    return "".join(rule.upper().split()).removeprefix("RRULE:").strip(";")


def _read(rule: str) -> dict[str, str]:
    """The parts by name; raises Invalid for what is not NAME=value or comes twice."""
    parts: dict[str, str] = {}
    for part in rule.split(";") if rule else ():
        name, _, value = part.partition("=")
        if not name or not value or name in parts:
            raise _invalid("rule", vi="Không đọc được: {part}.", en="Cannot be read: {part}.", part=part or ";")
        parts[name] = value
    return parts


def _without(rule: str, *names: str) -> str:
    return ";".join(f"{name}={value}" for name, value in _read(rule).items() if name not in names)


def _until(slots: Iterable[dt.datetime], until: dt.datetime) -> Iterator[dt.datetime]:
    for slot in slots:
        if slot > until:
            return
        yield slot


def _first(rule: rrule) -> dt.datetime | None:
    """The rule's first slot, found with the start moved to the last cycle of the calendar: dateutil looks for a rule that
    never matches until the year 9999."""
    start = rule._dtstart
    later = CYCLE * ((dt.MAXYEAR - start.year) // CYCLE)
    found = next(iter(rule.replace(dtstart=start.replace(year=start.year + later), until=None)), None)
    return found.replace(year=found.year - later) if found else None


def _invalid(field: str, *, vi: str, en: str, **values: object) -> Invalid:
    return Invalid({field: say(vi=vi, en=en, **values)})
