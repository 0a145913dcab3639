"""The series: weekly meetings, monthly study, quarterly and yearly reviews, each in the room it always takes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from dateutil.rrule import rrulestr

from backend.simulation import words
from backend.simulation.agendas import agenda
from backend.simulation.desk import Desk
from backend.simulation.diary import Span
from backend.simulation.dice import Dice
from backend.simulation.fates import MOVED, counted, fate
from backend.simulation.shapes import CALLED_OFF, HELD, Conference, Count, Fate, Place, Series, When, Words

#: The share of all conferences that recur, as far as series fit into it.
SHARE = 0.6


@dataclass(frozen=True, kw_only=True)
class _Habit:
    """What an organisation meets for again and again."""

    name: str
    kind: str
    title: Words
    confidentiality: str
    rule: str
    at: tuple[dt.time, ...]
    minutes: int
    people: int
    announces: bool
    leads: frozenset[str]


_HOUSES = frozenset({"agency", "institute", "centre", "provincial-department", "department", "office"})
_HABITS = [
    _Habit(
        name="giao-ban",
        kind="meeting",
        title=Words("Giao ban tuần – {name}", "Weekly staff meeting – {name_en}"),
        confidentiality="internal",
        rule="FREQ=WEEKLY;BYDAY=MO",
        at=(dt.time(8), dt.time(9), dt.time(13, 30)),
        minutes=90,
        people=18,
        announces=True,
        leads=_HOUSES,
    ),
    _Habit(
        name="hoc-tap",
        kind="study",
        title=Words("Sinh hoạt học tập chính trị hằng tháng – {name}"),
        confidentiality="internal",
        rule="FREQ=MONTHLY;BYDAY=-1FR",
        at=(dt.time(14),),
        minutes=150,
        people=60,
        announces=False,
        leads=_HOUSES,
    ),
    _Habit(
        name="so-ket-quy",
        kind="report",
        title=Words("Hội nghị sơ kết quý – {name}", "Quarterly review – {name_en}"),
        confidentiality="public",
        rule="FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=TU,WE,TH;BYSETPOS=-2",
        at=(dt.time(8), dt.time(13, 30)),
        minutes=210,
        people=70,
        announces=True,
        leads=_HOUSES,
    ),
    _Habit(
        name="tong-ket-nam",
        kind="review",
        title=Words("Hội nghị tổng kết công tác năm {year} – {name}", "Annual review {year} – {name_en}"),
        confidentiality="public",
        rule="FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-9",
        at=(dt.time(8),),
        minutes=210,
        people=150,
        announces=False,
        leads=_HOUSES,
    ),
    _Habit(
        name="dang-uy",
        kind="party_meeting",
        title=Words("Họp Đảng ủy thường kỳ – {name}"),
        confidentiality="restricted",
        rule="FREQ=MONTHLY;BYDAY=1TU",
        at=(dt.time(8), dt.time(14)),
        minutes=150,
        people=15,
        announces=True,
        leads=frozenset({"agency", "party", "institute"}),
    ),
]


def recurring(desk: Desk, most: int) -> tuple[list[Series], list[Conference]]:
    """Series with all their occurrences of the year, at most `most` of these."""
    dice = Dice(desk.seed, "series")
    series: list[Series] = []
    occurrences: list[Conference] = []
    pairs = [(lead, habit) for lead in desk.leads for habit in _HABITS if desk.organisations[lead].kind in habit.leads]
    for lead, habit in dice.shuffled(pairs):
        made = _begun(desk, lead, habit, most - len(occurrences))
        if made is not None:
            series.append(made)
            occurrences += _occurrences(desk, made, habit.people)
    return series, occurrences


def _begun(desk: Desk, lead: str, habit: _Habit, most: int) -> Series | None:
    """The series with room and chair for every one of its days; None when it does not fit."""
    slots, working = _slots(desk.year, habit.rule), set(desk.days)
    days = [day for day in slots if day in working]
    if habit.name == "giao-ban" and len(days) > most:
        days = days[: max(most, 0) // 3]  # tried for some weeks only
    if not days or len(days) > most:
        return None
    for at in habit.at:
        spans = [_span(day, at, habit.minutes) for day in days]
        room = desk.rooms_for(lead, spans, habit.people)
        if room is None:
            continue
        duties = [desk.chair(lead, spans)]
        if secretary := desk.appoint("secretary", desk.clerks(lead), spans):
            duties.append(secretary)
        for span in spans:
            desk.diary.take_room(room, span)
        organisation = desk.organisations[lead]
        called = {"name": organisation.short_name.vi or organisation.name.vi, "name_en": organisation.name.en}
        return Series(
            key=f"{lead}/{habit.name}",
            kind=habit.kind,
            title=_called(habit.title, year=desk.year, **called),
            organisation=lead,
            confidentiality=habit.confidentiality,
            rule=f"{habit.rule};UNTIL={days[-1]:%Y%m%d}",
            starts_on=slots[0],
            start_time=at,
            minutes=habit.minutes,
            left_out=tuple(day for day in slots if day <= days[-1] and day not in working),
            announces=habit.announces,
            places=(Place(house=room.house, room=room.key),),
            agenda=agenda(habit.kind, habit.minutes, standing=True),
            duties=tuple(duties),
        )
    return None


def _slots(year: int, rule: str) -> list[dt.date]:
    first, last = (dt.datetime.combine(dt.date(year, *day), dt.time.min) for day in ((1, 1), (12, 31)))
    return [slot.date() for slot in rrulestr(rule, dtstart=first).between(first, last, inc=True)]


def _called(title: Words, **names: object) -> Words:
    """The English title only where everything in it has an English name."""
    in_english = title.en and all(names.values())
    return Words(title.vi.format(**names), title.en.format(**names) if in_english else "")


def _span(day: dt.date, at: dt.time, minutes: int) -> Span:
    start = at.hour * 60 + at.minute
    return Span(day, start, start + minutes)


def _occurrences(desk: Desk, series: Series, people: int) -> Iterator[Conference]:
    left_out = set(series.left_out)
    for day in _slots(desk.year, series.rule):
        if day in left_out:
            continue
        dice = Dice(desk.seed, f"{series.key}/{day}")
        start = dt.datetime.combine(day, series.start_time)
        planned = When(day=day, start=start, end=start + dt.timedelta(minutes=series.minutes))
        become = fate(dice, day, desk.seen_from, drafts=False)
        if become is Fate.ANNOUNCED and not series.announces:
            become = Fate.DRAFT
        later = None
        if become not in CALLED_OFF and dice.happens(MOVED):
            later = _later(desk, series, planned, dice)
        if later is not None and become in HELD and later.day >= desk.seen_from:
            become = Fate.ANNOUNCED
        yield _occurrence(series, planned, later, become, counted(dice, people), dice)


def _occurrence(
    series: Series, planned: When, later: When | None, become: Fate, came: Count | None, dice: Dice
) -> Conference:
    attended = came if become in HELD else None
    return Conference(
        key=f"{series.key}/{planned.day}",
        kind=series.kind,
        title=series.title,
        confidentiality=series.confidentiality,
        lead=series.organisation,
        co=(),
        when=later or planned,
        moved=planned if later else None,
        places=series.places,
        agenda=series.agenda,
        duties=series.duties,
        fate=become,
        announced=series.announces or become is not Fate.DRAFT,
        topics=(),
        standards=(),
        legal_basis=(),
        period_reviewed="",
        period_planned="",
        expected=None,
        attended=attended,
        reason=dice.pick(words.REASONS[become]) if become in CALLED_OFF else Words(""),
        clash_policy="warn",
        follows=None,
        series=series.key,
        slot=planned.day,
    )


def _later(desk: Desk, series: Series, planned: When, dice: Dice) -> When | None:
    """Another time within the next days at which the room and everybody named is free; it is taken."""
    room = next(room for room in desk.country.rooms if room.key == series.places[0].room)
    named = [desk.people[duty.person] for duty in series.duties if duty.person]
    ahead = [day for day in desk.days if planned.day < day <= planned.day + dt.timedelta(days=4)]
    for day in ahead:
        same_office = all(person.office_on(day) == person.office_on(planned.day) for person in named)
        for at in (dt.time(8, 30), dt.time(14), dt.time(10)):
            span = _span(day, at, series.minutes)
            if span.end > 17 * 60 or (at < dt.time(12) and span.end > 11 * 60 + 30):
                continue
            if same_office and desk.diary.room_is_free(room, span) and all(desk.is_free(p, [span]) for p in named):
                desk.diary.take_room(room, span)
                for person in named:
                    desk.diary.take(person.key, span)
                start = dt.datetime.combine(day, at)
                return When(day=day, start=start, end=start + dt.timedelta(minutes=series.minutes))
    return None
