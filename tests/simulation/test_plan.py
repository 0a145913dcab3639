"""A planned year: the same everywhere, and possible: nobody and no room in two places, offices held, hours kept."""

import dataclasses
import datetime as dt
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.conferences.states import (
    ClashPolicy,
    ConferenceState,
    Confidentiality,
    DayPart,
    DutyKind,
    Equipment,
    ItemKind,
    Kind,
    Phase,
)
from backend.embedded import ROOT
from backend.simulation.days import working_days
from backend.simulation.diary import span_of
from backend.simulation.plan import MOST_CONFERENCES, CannotPlan, plan_year
from backend.simulation.shapes import CALLED_OFF, HELD, Conference, Item, Plan, When

#: The plan of seed 7, 2027, 60 conferences in 20 rooms. It changes with the generator only: then say so in the changelog.
GOLDEN = "e63d7c1c11fe18de3ce1ea623526210edef5258aed0c7de398b269ff316a82ab"

years = st.builds(
    lambda year, conferences, rooms, seed, month: plan_year(
        year, conferences, rooms, seed, seen_from=dt.date(year, month, 1)
    ),
    st.integers(2020, 2050),
    st.integers(1, 150),
    st.integers(8, 60),
    st.integers(0, 2**40),
    st.integers(1, 12),
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_same_arguments_give_the_same_plan() -> None:
    assert plan_year(2027, 60, 20, 7).digest == plan_year(2027, 60, 20, 7).digest == GOLDEN
    assert plan_year(2027, 60, 20, 8).digest != GOLDEN
    assert plan_year(2028, 60, 20, 7).digest != GOLDEN


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_process_plans_the_same_without_django(hash_seed: str) -> None:
    program = (
        "import sys; from backend.simulation.plan import plan_year; print(plan_year(2027, 60, 20, 7).digest);"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in ('django', 'psycopg')))"
    )
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "America/New_York", "LC_ALL": "C"}
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [GOLDEN, "[]"]


def test_a_day_to_see_it_from_changes_what_was_held_and_nothing_else() -> None:
    early, late = plan_year(2027, 60, 20, 7), plan_year(2027, 60, 20, 7, seen_from=dt.date(2028, 1, 1))
    assert early.rooms == late.rooms
    assert [each.when for each in early.conferences] == [each.when for each in late.conferences]
    assert [each.fate for each in early.conferences if each.fate in CALLED_OFF] == [
        each.fate for each in late.conferences if each.fate in CALLED_OFF
    ]
    assert not [each for each in early.conferences if each.fate in HELD]
    assert {each.fate for each in late.conferences} <= HELD | CALLED_OFF


@few
@given(st.integers(1, 150), st.integers(8, 60), st.integers(0, 2**40))
def test_there_are_as_many_as_were_asked_for_and_each_has_its_own_key(conferences: int, rooms: int, seed: int) -> None:
    plan = plan_year(2027, conferences, rooms, seed)
    assert len({each.key for each in plan.conferences}) == len(plan.conferences) == conferences
    assert len({each.key for each in plan.rooms}) == len(plan.rooms) == rooms


@few
@given(years)
def test_no_room_is_held_twice_with_setting_up_and_clearing(plan: Plan) -> None:
    rooms = {room.key: room for room in plan.rooms}
    held = defaultdict(list)
    for conference, when in _times(plan):
        for place in conference.places:
            if place.room is not None:
                span, room = span_of(when), rooms[place.room]
                assert room.house == place.house
                held[room.key, when.day].append((span.start - room.setup_minutes, span.end + room.clearing_minutes))
    _assert_apart(held)


@few
@given(years)
def test_nobody_is_in_two_places_or_in_an_office_not_held(plan: Plan) -> None:
    people = {person.key: person for person in plan.people}
    busy = defaultdict(list)
    for conference, when in _times(plan):
        for key in _named(conference):
            assert people[key].office_on(when.day) is not None
            span = span_of(when)
            busy[key, when.day].append((span.start, span.end))
    _assert_apart(busy)


@few
@given(years)
def test_times_are_working_hours_of_working_days(plan: Plan) -> None:
    days = set(working_days(plan.year))
    for _, when in _times(plan):
        assert when.day in days
        assert (when.start is None) == (when.end is None) == bool(when.part)
        if when.start and when.end:
            assert when.start.date() == when.end.date() == when.day
            assert dt.time(8) <= when.start.time() < when.end.time() <= dt.time(17)
            assert when.start.minute % 30 == 0


@few
@given(years)
def test_agendas_fill_the_time(plan: Plan) -> None:
    for conference in plan.conferences:
        span = span_of(conference.when)
        lengths = [item.minutes for item in _leaves(conference.agenda)]
        assert sum(length or 0 for length in lengths) == span.end - span.start
        assert all(length and length > 0 for length in lengths)


@few
@given(years)
def test_what_was_held_lies_behind_and_counts_heads_and_what_is_called_off_says_why(plan: Plan) -> None:
    for each in plan.conferences:
        if each.fate in HELD:
            assert each.when.day < plan.seen_from
        else:
            assert each.attended is None
            assert not any(place.attended for place in each.places)
        assert bool(each.reason.vi) == (each.fate in CALLED_OFF)
        assert each.fate not in ("draft", "announced") or each.when.day >= plan.seen_from


@few
@given(years)
def test_words_are_those_of_the_record(plan: Plan) -> None:
    for each in plan.conferences:
        assert each.kind in Kind.values
        assert each.confidentiality in Confidentiality.values
        assert each.clash_policy in ClashPolicy.values
        assert each.when.part in DayPart.values
        assert each.fate in ConferenceState.values
        assert {duty.kind for duty in each.duties} <= set(DutyKind.values)
        assert {item.phase for item in _leaves(each.agenda)} <= set(Phase.values)
        assert {item.kind for item in each.agenda} <= set(ItemKind.values)
    for room in plan.rooms:
        assert set(room.equipment) <= set(Equipment.values)


def test_a_year_has_some_of_everything() -> None:
    plan = plan_year(2027, 600, 60, 7, seen_from=dt.date(2027, 7, 1))
    single = [each for each in plan.conferences if each.series is None]
    assert {each.fate for each in plan.conferences} == {*ConferenceState.values} - {"running"}
    assert {each.kind for each in single} == set(Kind.values)
    assert any(each.when.part for each in single)
    assert any(len(each.places) == 2 for each in single)
    assert any(len(each.co) >= 2 for each in single)
    assert any(each.moved for each in single)
    assert any(each.follows for each in single)
    assert any(each.title.en for each in single)
    assert any(not each.title.en for each in single)
    assert {each.confidentiality for each in plan.conferences} == set(Confidentiality.values)
    assert {each.rule.partition(";")[0] for each in plan.series} >= {"FREQ=WEEKLY", "FREQ=MONTHLY"}
    assert any(each.left_out for each in plan.series)
    assert any(len(person.offices) > 1 for person in plan.people)
    assert any(item.children for each in single for item in each.agenda)
    by_month = defaultdict(int)
    for each in single:
        by_month[each.when.day.month] += 1
    assert by_month[12] > 2 * by_month[2]


def test_a_plan_is_a_value() -> None:
    plan = plan_year(2027, 1, 1, 7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.year = 2028  # type: ignore[misc]


@pytest.mark.parametrize(
    ("year", "conferences", "rooms", "said"),
    [
        (2027, 0, 10, "1 to"),
        (2027, -5, 10, "1 to"),
        (2027, 10_000_000, 10, f"{MOST_CONFERENCES}"),
        (2027, 10, 0, "rooms"),
        (2027, 10, 10_000_000, "rooms"),
        (2019, 10, 10, "holidays"),
        (2051, 10, 10, "holidays"),
        (2027, 3000, 2, "too few"),
        (2027, 900, 1, "too few"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(year: int, conferences: int, rooms: int, said: str) -> None:
    with pytest.raises(CannotPlan, match=said) as refusal:
        plan_year(year, conferences, rooms, 7)
    assert refusal.value.vi != str(refusal.value)


def _times(plan: Plan) -> Iterator[tuple[Conference, When]]:
    """Every conference with each time it has or had."""
    for conference in plan.conferences:
        yield conference, conference.when
        if conference.moved is not None:
            yield conference, conference.moved


def _named(conference: Conference) -> Iterator[str]:
    """Everybody named in it."""
    yield from (duty.person for duty in conference.duties if duty.person)
    for item in _leaves(conference.agenda):
        yield from (speaker.person for speaker in item.speakers if speaker.person)


def _leaves(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        if item.kind == "session":
            yield from _leaves(item.children)
        else:
            yield item


def _assert_apart(taken: dict[object, list[tuple[int, int]]]) -> None:
    for spans in taken.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
