"""The conferences that stand for themselves: workshops, reviews, training, working groups, some at two places."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backend.simulation import words
from backend.simulation.agendas import agenda
from backend.simulation.days import busyness
from backend.simulation.desk import Desk
from backend.simulation.diary import PARTS, Span, span_of
from backend.simulation.dice import Dice
from backend.simulation.fates import MOVED, counted, fate
from backend.simulation.shapes import (
    CALLED_OFF,
    HELD,
    NOTHING_SAID,
    Conference,
    Count,
    Duty,
    Fate,
    Item,
    Place,
    Room,
    Speaker,
    When,
    Words,
)


class Full(Exception):
    """No room is free any more at any time of the year."""


@dataclass(frozen=True)
class _Sort:
    """One sort of conference: how often it is held, how long, for how many."""

    weight: int
    lengths: tuple[tuple[dt.time, int], ...]
    people: tuple[int, int]


def _at(*times: tuple[int, int, int]) -> tuple[tuple[dt.time, int], ...]:
    return tuple((dt.time(hour, minute), length) for hour, minute, length in times)


_HALF_DAYS = _at((8, 0, 210), (8, 30, 180), (13, 30, 210), (14, 0, 180))
_HOURS = _at((8, 0, 60), (8, 30, 90), (9, 0, 120), (10, 0, 90), (13, 30, 90), (14, 0, 120), (15, 0, 90), (15, 30, 60))
_SORTS: dict[str, _Sort] = {
    "meeting": _Sort(8, _HOURS, (8, 30)),
    "workshop": _Sort(6, (*_HALF_DAYS, *_at((8, 0, 510))), (30, 140)),
    "study": _Sort(4, (*_HALF_DAYS, *_at((8, 0, 510))), (20, 70)),
    "report": _Sort(4, _HALF_DAYS, (40, 150)),
    "conference": _Sort(4, _HALF_DAYS, (50, 190)),
    "review": _Sort(3, _at((8, 0, 210), (13, 30, 210), (8, 0, 480)), (60, 200)),
    "party_meeting": _Sort(1, _at((14, 0, 120), (15, 0, 90)), (10, 25)),
}
#: Shares: only the day and a part of it are known; at two places at once; in hired houses; clashes are refused.
FUZZY, TWO_PLACES, HIRED, STRICT = 0.07, 0.25, 0.15, 0.1
#: How often chance picks a day before every day is gone through.
_TRIES = 40


def singles(desk: Desk, count: int) -> Iterator[Conference]:
    """`count` conferences. Raises Full when there is no room for one of them."""
    weights = {day: busyness(day) for day in desk.days}
    before: list[Conference] = []
    for number in range(1, count + 1):
        made = _Single(desk, number, weights, before).planned()
        before.append(made)
        yield made


class _Single:
    """One conference being planned."""

    def __init__(self, desk: Desk, number: int, weights: dict[dt.date, int], before: Sequence[Conference]) -> None:
        self.desk, self.weights, self.before = desk, weights, before
        self.key = f"{number:05}"
        self.dice = Dice(desk.seed, f"single/{number}")
        self.lead = self.dice.weighed(desk.leads)
        self.kind = self.dice.weighed({kind: sort.weight for kind, sort in _SORTS.items()})
        self.sort = _SORTS[self.kind]
        self.people = self.dice.between(*self.sort.people)

    def planned(self) -> Conference:
        dice, desk = self.dice, self.desk
        fuzzy = dice.happens(FUZZY)
        when, room = self._fuzzy() if fuzzy else self._placed()
        become = fate(dice, when.day, desk.seen_from)
        moved, when = (None, when) if fuzzy or become in CALLED_OFF else self._moved(when, room)
        if moved and become in HELD and when.day >= desk.seen_from:
            become = Fate.ANNOUNCED
        spans = [span_of(each) for each in (moved, when) if each is not None]
        co = self._co_organisers()
        places = self._places(room, co, attended=become in HELD)
        subject, standard = dice.pick(words.TOPICS)
        minutes = spans[-1].end - spans[-1].start
        duties = self._duties(spans, co, two_places=len(places) > 1)
        programme = self._spoken(agenda(self.kind, minutes, votes=self.kind == "review"), spans, co)
        return Conference(
            key=self.key,
            kind=self.kind,
            title=self._called(subject),
            confidentiality=self._confidentiality(),
            lead=self.lead,
            co=co,
            when=when,
            moved=moved,
            places=places,
            agenda=programme,
            duties=duties,
            fate=become,
            announced=become is not Fate.DRAFT,
            topics=(subject.vi,),
            standards=(standard,) if standard else (),
            legal_basis=(dice.pick(words.LEGAL_BASES),) if dice.happens(0.4) else (),
            period_reviewed=str(desk.year - (when.day.month < 7)) if self.kind == "review" else "",
            period_planned=str(desk.year + (when.day.month >= 7)) if self.kind == "review" else "",
            expected=Count(n=self.people, op="=" if self.people < 40 else "≈"),
            attended=counted(dice, self.people) if become in HELD else None,
            reason=dice.pick(words.REASONS[become]) if become in CALLED_OFF else NOTHING_SAID,
            clash_policy="refuse" if dice.happens(STRICT) else "warn",
            follows=self._earlier(when.day),
            series=None,
            slot=None,
        )

    # Time and place

    def _fuzzy(self) -> tuple[When, Room | None]:
        """A day with a part of it; the house is known, the room is not yet."""
        return When(day=self.dice.weighed(self.weights), part=self.dice.pick(list(PARTS))), None

    def _placed(self) -> tuple[When, Room]:
        hired = self.dice.happens(HIRED) and self.kind in ("workshop", "conference", "review")
        for _ in range(_TRIES):
            when = _exactly(self.dice.weighed(self.weights), *self.dice.pick(self.sort.lengths))
            room = self.desk.rooms_for(self.lead, [span_of(when)], self.people, hired=hired)
            if room is not None:
                return self._held(when, room)
        # What is left over: any day, any room, and no more people than there are seats.
        for day in self.desk.days:
            for at, length in (*self.sort.lengths, *_HOURS):
                when = _exactly(day, at, length)
                room = self.desk.biggest_free([span_of(when)])
                if room is not None:
                    self.people = min(self.people, room.capacity)
                    return self._held(when, room)
        raise Full

    def _held(self, when: When, room: Room) -> tuple[When, Room]:
        self.desk.diary.take_room(room, span_of(when))
        return when, room

    def _moved(self, when: When, room: Room | None) -> tuple[When | None, When]:
        """Sometimes the time it had first, with another one after it in the same room; both are held."""
        if room is None or when.start is None or when.end is None or not self.dice.happens(MOVED):
            return None, when
        ahead = [day for day in self.desk.days if when.day < day <= when.day + dt.timedelta(days=30)]
        for day in self.dice.several(ahead, 8):
            start = dt.datetime.combine(day, when.start.time())
            later = When(day=day, start=start, end=start + (when.end - when.start))
            if self.desk.diary.room_is_free(room, span_of(later)):
                self.desk.diary.take_room(room, span_of(later))
                return when, later
        return None, when

    def _co_organisers(self) -> tuple[str, ...]:
        """Provincial departments work with their communes, the others with one another."""
        if self.kind in ("meeting", "party_meeting") or not self.dice.happens(0.5):
            return ()
        communes = self.desk.communes_of(self.lead)
        others = communes or [key for key in self.desk.leads if key != self.lead]
        return tuple(self.dice.several(others, self.dice.between(1, 3)))

    def _places(self, room: Room | None, co: Sequence[str], *, attended: bool) -> tuple[Place, ...]:
        here = Place(house=room.house if room else self._usual_house(), room=room.key if room else None)
        there = next((self.desk.houses[each] for each in co if each in self.desk.houses), None)
        if there is None or there.key == here.house or not self.dice.happens(TWO_PLACES):
            return (here,)
        # The other hall is its own house's business: it is known by the house.
        counts = [counted(self.dice, max(4, self.people // 2)) if attended else None for _ in range(2)]
        return (
            Place(house=here.house, room=here.room, attended=counts[0]),
            Place(house=there.key, room=None, attended=counts[1]),
        )

    def _usual_house(self) -> str:
        at: str | None = self.lead
        while at is not None and at not in self.desk.houses:
            at = self.desk.organisations[at].parent
        return self.desk.houses[at].key if at else self.desk.country.houses[0].key

    # Who

    def _duties(self, spans: Sequence[Span], co: Sequence[str], *, two_places: bool) -> tuple[Duty, ...]:
        desk, dice = self.desk, self.dice
        duties = [desk.chair(self.lead, spans)]
        if co and (two_places or dice.happens(0.4)):
            duties.append(desk.chair(co[0], spans))
        if secretary := desk.appoint("secretary", desk.clerks(self.lead), spans):
            duties.append(secretary)
        if self.kind != "meeting":
            duties += self._guests(spans)
        return tuple(duties)

    def _guests(self, spans: Sequence[Span]) -> Iterator[Duty]:
        """Leaders by name where they can come, of others the office or the group alone."""
        desk, dice = self.desk, self.dice
        if dice.happens(0.7):
            above = desk.appoint("guest", desk.leaders(desk.superior(self.lead))[1:], spans)
            if above is not None:
                yield above
        for other in dice.several([key for key in desk.leads if key != self.lead], dice.below(3)):
            yield Duty(kind="guest", organisation=other, office=desk.head_office(other))
        if dice.happens(0.3):
            yield Duty(kind="guest", group=Words("Đại diện các doanh nghiệp", "Representatives of enterprises"))

    def _spoken(self, items: Sequence[Item], spans: Sequence[Span], co: Sequence[str]) -> tuple[Item, ...]:
        """The agenda with those who speak: a deputy reports, others read papers, somebody from above directs."""
        return tuple(
            replace(
                item,
                speakers=self._speakers(item.phase, spans, co) if item.kind == "item" else (),
                children=self._spoken(item.children, spans, co),
            )
            for item in items
        )

    def _speakers(self, phase: str, spans: Sequence[Span], co: Sequence[str]) -> tuple[Speaker, ...]:
        desk, dice = self.desk, self.dice
        if phase == "report" and dice.happens(0.8):
            reporter = desk.engage(desk.leaders(self.lead)[1:], spans)
            if reporter is not None:
                return (Speaker(person=reporter.key),)
            return (Speaker(organisation=self.lead, office=desk.head_office(self.lead)),)
        if phase == "paper" and dice.happens(0.8):
            others = dice.several(
                [*co, *(key for key in desk.leads if key not in (self.lead, *co))], dice.between(1, 3)
            )
            offices = [Speaker(organisation=other, office=desk.head_office(other)) for other in others]
            return (*offices, *([Speaker(bloc=words.BLOC)] if dice.happens(0.2) else []))
        if phase == "direction" and self.kind == "review":
            above = desk.superior(self.lead)
            return (Speaker(organisation=above, office=desk.head_office(above)),)
        return ()

    # What it says of itself

    def _called(self, subject: Words) -> Words:
        title, names = words.TITLES[self.kind], {"reviewed": self.desk.year - 1}
        english = title.en and self.dice.happens(0.6)
        return Words(
            title.vi.format(subject=subject.vi, **names),
            title.en.format(subject=subject.en, **names) if english else "",
        )

    def _confidentiality(self) -> str:
        if self.kind == "party_meeting":
            return "restricted"
        return "internal" if self.kind == "meeting" or self.dice.happens(0.1) else "public"

    def _earlier(self, day: dt.date) -> str | None:
        """Some follow up an earlier one of the same organisation."""
        if not self.dice.happens(0.15):
            return None
        earlier = [each for each in self.before if each.lead == self.lead and each.when.day < day]
        return self.dice.pick(earlier).key if earlier else None


def _exactly(day: dt.date, at: dt.time, minutes: int) -> When:
    start = dt.datetime.combine(day, at)
    return When(day=day, start=start, end=start + dt.timedelta(minutes=minutes))
