"""By when the law wants what."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.rights import deadlines
from backend.rights.deadlines import DAY, TERMS, Calendar
from backend.rights.states import RequestKind

FIRST = dt.date(2026, 1, 1)
DAYS = st.integers(0, 400).map(lambda n: FIRST + n * DAY)
NEAR = st.lists(DAYS, max_size=8).map(frozenset)
CALENDARS = st.builds(Calendar, closed=NEAR, worked=NEAR)


@pytest.mark.parametrize(
    ("received", "answer_by"),
    [
        ("2026-03-02", "2026-03-04"),  # a Monday
        ("2026-03-06", "2026-03-10"),  # a Friday: the weekend does not count
        ("2026-03-07", "2026-03-10"),  # a Saturday
        ("2026-02-13", "2026-02-24"),  # before Tết, 16 to 20 February
        ("2026-04-29", "2026-05-05"),  # 30 April and 1 May
        ("2026-08-20", "2026-08-22"),  # Saturday 22 August is worked instead of Monday 31
        ("2026-08-27", "2026-09-03"),  # … and National Day
    ],
)
def test_two_working_days(received: str, answer_by: str) -> None:
    calendar = Calendar(
        closed={*(dt.date(2026, 2, day) for day in range(16, 21)), dt.date(2026, 8, 31), dt.date(2026, 9, 1)},
        worked={dt.date(2026, 8, 22)},
    )
    got = deadlines.answer_by(dt.date.fromisoformat(received), calendar)
    assert got == dt.date.fromisoformat(answer_by)


def test_every_kind_of_request_has_its_term() -> None:
    received = dt.date(2026, 3, 2)
    days = {kind: (deadlines.due_on(kind, received) - received).days for kind in RequestKind.values}
    assert days == {
        "access": 10, "correct": 10, "erase": 20, "restrict": 15, "object": 15, "withdraw": 15, "takedown": 15,
    }  # fmt: skip
    assert deadlines.due_on("object", received, third_party=True) == received + 20 * DAY


@given(received=DAYS, calendar=CALENDARS)
def test_an_answer_is_due_on_a_working_day_with_one_more_between(received: dt.date, calendar: Calendar) -> None:
    by = deadlines.answer_by(received, calendar)
    between = [received + n * DAY for n in range(1, (by - received).days + 1)]
    assert calendar.works(by)
    assert sum(map(calendar.works, between)) == deadlines.ANSWER_WORKING_DAYS


@given(received=DAYS, later=st.integers(0, 40), calendar=CALENDARS)
def test_who_asks_later_is_never_due_earlier(received: dt.date, later: int, calendar: Calendar) -> None:
    after = received + later * DAY
    assert deadlines.answer_by(received, calendar) <= deadlines.answer_by(after, calendar)
    for kind in TERMS:
        assert deadlines.due_on(kind, received) <= deadlines.due_on(kind, after)
        assert deadlines.due_on(kind, received) <= deadlines.due_on(kind, received, third_party=True)


@given(received=DAYS, kind=st.sampled_from(RequestKind.values), calendar=CALENDARS)
def test_officers_hear_before_on_and_after_each_deadline(received: dt.date, kind: str, calendar: Calendar) -> None:
    answer_by, due_on = deadlines.answer_by(received, calendar), deadlines.due_on(kind, received)
    moments = deadlines.moments(answer_by, due_on, calendar)
    for deadline, (before, on, after) in ((answer_by, moments[:3]), (due_on, moments[3:])):
        assert before < on == deadline < after
        assert calendar.works(before)
        assert not any(calendar.works(before + n * DAY) for n in range(1, (on - before).days))
