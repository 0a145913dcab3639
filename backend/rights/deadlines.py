"""By when the law wants what (Law 91/2025/QH15, Decree 356/2025/NĐ-CP): days in, days out, no clock and no database.

The day something arrives does not count (Civil Code 2015, article 147). What is counted in days is not put off when it
ends on a holiday: stricter than the law, never laxer.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from backend.rights.states import RequestKind

#: A first answer, in working days.
ANSWER_WORKING_DAYS = 2
#: What may be put off once, in days.
LONGEST_EXTENSION = 15
DAY = dt.timedelta(days=1)
#: When officers hear of a deadline, before the office opens.
MORNING = dt.time(8)


@dataclass(frozen=True, kw_only=True)
class Term:
    """So many days for what is asked, and so many when somebody outside has to act too."""

    days: int
    with_third_party: int


TERMS: dict[str, Term] = {
    RequestKind.ACCESS: Term(days=10, with_third_party=15),
    RequestKind.CORRECT: Term(days=10, with_third_party=15),
    RequestKind.ERASE: Term(days=20, with_third_party=30),
    RequestKind.RESTRICT: Term(days=15, with_third_party=20),
    RequestKind.OBJECT: Term(days=15, with_third_party=20),
    RequestKind.WITHDRAW: Term(days=15, with_third_party=20),
    RequestKind.TAKEDOWN: Term(days=15, with_third_party=20),
}
#: Public holidays that have the same date every year (Labour Code 2019, article 112), as (month, day).
FIXED = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which days offices work: `closed` ones beside the fixed holidays, and days of a weekend `worked` instead."""

    closed: Collection[dt.date] = frozenset()
    worked: Collection[dt.date] = frozenset()

    def works(self, day: dt.date) -> bool:
        if day in self.worked:
            return True
        return day.weekday() < 5 and day not in self.closed and (day.month, day.day) not in FIXED

    def after(self, day: dt.date, working_days: int) -> dt.date:
        """The working day that is the so-many-th after `day`."""
        while working_days:
            day += DAY
            working_days -= self.works(day)
        return day

    def before(self, day: dt.date) -> dt.date:
        """The last working day before `day`."""
        day -= DAY
        while not self.works(day):
            day -= DAY
        return day


def answer_by(received: dt.date, calendar: Calendar) -> dt.date:
    """The last day for a first answer."""
    return calendar.after(received, ANSWER_WORKING_DAYS)


def due_on(kind: str, received: dt.date, *, third_party: bool = False) -> dt.date:
    """The last day for doing what is asked."""
    term = TERMS[kind]
    return received + (term.with_third_party if third_party else term.days) * DAY


def moments(answer_by: dt.date, due_on: dt.date, calendar: Calendar) -> list[dt.date]:
    """The days on which officers are reminded, in order: the working day before each deadline, its day, and the day after
    it was missed; the first three are about the answer."""
    return [day for deadline in (answer_by, due_on) for day in (calendar.before(deadline), deadline, deadline + DAY)]
