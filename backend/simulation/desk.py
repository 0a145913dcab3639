"""Where the year is planned: what there is, what of it is taken, and who or what is free."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from backend.simulation import words
from backend.simulation.country import AGENCY, Country
from backend.simulation.days import working_days
from backend.simulation.diary import Diary, Span
from backend.simulation.shapes import Duty, House, Organisation, Person, Room, Words

#: Kinds of organisations that hold conferences, and how often each of that kind does.
LEADS = {
    "agency": 12,
    "department": 5,
    "office": 3,
    "institute": 6,
    "centre": 6,
    "provincial-department": 3,
    "party": 2,
}
#: Offices of lower rank (higher number) lead no conference.
LEADING = 80


class Desk:
    def __init__(self, country: Country, *, year: int, seed: int, seen_from: dt.date) -> None:
        self.country, self.year, self.seed, self.seen_from = country, year, seed, seen_from
        self.days = working_days(year)
        self.diary = Diary()
        self.organisations: dict[str, Organisation] = {each.key: each for each in country.organisations}
        self.houses: dict[str, House] = {house.organisation: house for house in country.houses}
        self.people: dict[str, Person] = {person.key: person for person in country.people}
        self._staff: defaultdict[str, list[Person]] = defaultdict(list)
        for person in country.people:
            self._staff[person.organisation].append(person)
        self._rooms: defaultdict[str, list[Room]] = defaultdict(list)
        for room in sorted(country.rooms, key=lambda room: room.capacity):  # stable: equal ones stay in order
            self._rooms[room.house].append(room)
        self._everywhere = sorted(country.rooms, key=lambda room: room.capacity)
        self.leads = {each.key: LEADS[each.kind] for each in country.organisations if each.kind in LEADS}

    # Rooms

    def rooms_for(self, lead: str, spans: Sequence[Span], people: int, *, hired: bool = False) -> Room | None:
        """The smallest free room with seats for so many, in the lead's own house or its superior's, then in any."""
        for rooms in self._near(lead, hired):
            for room in rooms:
                if room.capacity >= people and all(self.diary.room_is_free(room, span) for span in spans):
                    return room
        return None

    def biggest_free(self, spans: Sequence[Span]) -> Room | None:
        """Where there is no room with enough seats, the one with most."""
        for room in reversed(self._everywhere):
            if all(self.diary.room_is_free(room, span) for span in spans):
                return room
        return None

    def _near(self, lead: str, hired: bool) -> Iterable[list[Room]]:
        if hired:
            here = self.organisations[lead].place
            for each in words.HOTELS:
                if self.organisations[each[0]].place == here:
                    yield self._rooms[self.houses[each[0]].key]
        at: str | None = lead
        while at is not None:
            if at in self.houses:
                yield self._rooms[self.houses[at].key]
            at = self.organisations[at].parent
        yield self._everywhere

    # People

    def leaders(self, organisation: str) -> list[Person]:
        return [person for person in self._staff[organisation] if min(o.rank for o in person.offices) < LEADING]

    def clerks(self, organisation: str) -> list[Person]:
        return [person for person in self._staff[organisation] if min(o.rank for o in person.offices) >= LEADING]

    def is_free(self, person: Person, spans: Sequence[Span]) -> bool:
        """Whether the person can be there each time, in one and the same office."""
        offices = {person.office_on(span.day) for span in spans}
        return len(offices) == 1 and None not in offices and all(self.diary.is_free(person.key, s) for s in spans)

    def engage(self, candidates: Iterable[Person], spans: Sequence[Span]) -> Person | None:
        """The first who can be there; from now on that time is taken."""
        for person in candidates:
            if self.is_free(person, spans):
                for span in spans:
                    self.diary.take(person.key, span)
                return person
        return None

    def appoint(self, kind: str, candidates: Iterable[Person], spans: Sequence[Span]) -> Duty | None:
        """The duty of the first who can be there."""
        person = self.engage(candidates, spans)
        return Duty(kind=kind, person=person.key) if person else None

    def chair(self, organisation: str, spans: Sequence[Span]) -> Duty:
        """A leader, else the head's office without a name: who will sit there is not known yet."""
        named = self.appoint("chair", self.leaders(organisation), spans)
        return named or Duty(kind="chair", organisation=organisation, office=self.head_office(organisation))

    def head_office(self, organisation: str) -> Words:
        return words.OFFICES[self.organisations[organisation].kind][0][0]

    def communes_of(self, lead: str) -> list[str]:
        """The communes of the province a provincial department works for."""
        province = self.organisations[lead].parent
        return [key for key, each in self.organisations.items() if each.kind == "commune" and each.parent == province]

    def superior(self, organisation: str) -> str:
        return self.organisations[organisation].parent or AGENCY
