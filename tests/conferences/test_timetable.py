"""The flow of times, without a database: by example, and for any programme there may be."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.conferences.timetable import MINUTE, Flowing, Times, Timetable, work_out

EIGHT = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)


def at(hour: int, minute: int = 0) -> dt.datetime:
    """A time on the clocks of Việt Nam that day."""
    return EIGHT + dt.timedelta(hours=hour - 8, minutes=minute)


def item(name: str, minutes: int | None = None, **fields: Any) -> Flowing:
    return Flowing(id=name, minutes=minutes, **fields)


def plan(*items: Flowing, start: dt.datetime | None = EIGHT, end: dt.datetime | None = None) -> Timetable:
    return work_out(items, start=start, end=end)


def starts(table: Timetable) -> dict[Any, dt.datetime | None]:
    return {name: times.start for name, times in table.times.items()}


def warned(table: Timetable) -> list[tuple[Any, ...]]:
    return [(warning.kind, warning.item, warning.other, warning.minutes) for warning in table.warnings]


def test_one_begins_when_the_one_before_it_ends() -> None:
    table = plan(item("a", 30), item("b", 45), item("c"))
    assert table.times == {"a": Times(at(8), at(8, 30)), "b": Times(at(8, 30), at(9, 15)), "c": Times(at(9, 15), None)}
    assert table.warnings == []


def test_an_unknown_length_leaves_the_times_open_until_the_next_pinned_one() -> None:
    table = plan(item("a", 30), item("b"), item("c", 10), item("d", 20, pinned=at(10)), item("e", 5))
    assert starts(table) == {"a": at(8), "b": at(8, 30), "c": None, "d": at(10), "e": at(10, 20)}


def test_parallel_ones_begin_together_and_end_with_the_longest() -> None:
    table = plan(item("a", 30), item("b", 60), item("c", 90, parallel=True), item("d", 10))
    assert starts(table) == {"a": at(8), "b": at(8, 30), "c": at(8, 30), "d": at(10)}
    open_ended = plan(item("b", 60), item("c", parallel=True), item("d", 10))
    assert open_ended.times["d"].start is None


def test_a_session_lasts_as_long_as_what_it_holds() -> None:
    table = plan(item("s"), item("a", 20, parent="s"), item("b", 25, parent="s"), item("t", 30))
    assert table.times["s"] == Times(at(8), at(8, 45))
    assert table.times["b"] == Times(at(8, 20), at(8, 45))
    assert table.times["t"].start == at(8, 45)


def test_a_session_nobody_gave_a_time_begins_with_its_first_item() -> None:
    table = plan(item("s"), item("a", 20, parent="s", pinned=at(13, 30)), start=None)
    assert table.times["s"] == Times(at(13, 30), at(13, 50))


def test_an_item_in_reserve_takes_no_time() -> None:
    table = plan(item("a", 30), item("r", 20, in_reserve=True), item("b", 45, parallel=True), item("c"))
    assert starts(table) == {"a": at(8), "r": None, "b": at(8), "c": at(8, 45)}


def test_one_called_off_takes_no_time_and_nobody_begins_earlier_beside_another() -> None:
    whole = [item("a", 30), item("b", 20), item("c", 45, parallel=True), item("d")]
    whole[1] = replace(whole[1], called_off=True, pinned=at(8, 30))
    assert starts(plan(*whole)) == {"a": at(8), "b": at(8, 30), "c": at(8, 30), "d": at(9, 15)}


def test_a_vague_item_has_no_time_and_gives_none() -> None:
    table = plan(item("a", 30), item("b", 20, vague=True), item("c", 5))
    assert starts(table) == {"a": at(8), "b": None, "c": None}


def test_what_does_not_fit_is_told_with_its_minutes() -> None:
    over = plan(item("a", 90), item("b", 30, pinned=at(9)), end=at(9, 20))
    assert warned(over) == [("runs_over", "a", "b", 30), ("past_end", "a", None, 10)]
    early = plan(item("a", 10, pinned=at(7, 45)), item("b", 300), end=at(12))
    assert warned(early) == [("before_start", "a", None, 15), ("past_end", "b", None, 55)]
    outside = plan(item("s", 30), item("a", 20, parent="s"), item("b", 25, parent="s"), item("t", 30))
    assert warned(outside) == [("outside_session", "b", "s", 15)]
    assert outside.times["t"].start == at(8, 30)
    assert warned(plan(item("s", 30), item("a", 20, parent="s", in_reserve=True, pinned=at(7)))) == []


def test_what_runs_over_is_told_also_across_one_called_off_and_into_a_session_pinned_by_its_first_item() -> None:
    across = plan(item("a", 90), item("b", 20, called_off=True), item("c", 30, pinned=at(9)))
    assert warned(across) == [("runs_over", "a", "c", 30)]
    beside = [item("a"), item("b", 90, parallel=True)]
    into = plan(*beside, item("s", 30), item("first", 10, parent="s", pinned=at(9)))
    assert into.times["s"].start == at(9)
    assert warned(into) == [("runs_over", "b", "s", 30)]


def test_hours_are_hours_when_the_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = dt.datetime(2026, 10, 25, 1, 30, tzinfo=berlin)
    table = plan(item("a", 120), item("b", 60), start=night)
    assert table.times["b"].start == dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin).astimezone(dt.UTC)


# Whatever the programme


@st.composite
def programmes(draw: st.DrawFn) -> list[Flowing]:
    """Up to 40 items, at most three deep, with everything an item may be."""
    rows: list[Flowing] = []
    depth: dict[str, int] = {}
    for number in range(draw(st.integers(0, 40))):
        open_sessions = [row for row in rows if depth[str(row.id)] < 3]
        parent = draw(st.sampled_from([None, *open_sessions]))
        pin = draw(st.one_of(st.none(), st.integers(-120, 900)))
        row = Flowing(
            id=f"i{number}",
            parent=parent.id if parent else None,
            pinned=EIGHT + pin * MINUTE if pin is not None else None,
            minutes=draw(st.one_of(st.none(), st.integers(1, 120))),
            parallel=draw(st.booleans()),
            in_reserve=draw(st.integers(0, 9)) == 0,
            called_off=draw(st.integers(0, 9)) == 0,
        )
        rows.append(row)
        depth[str(row.id)] = depth[str(parent.id)] + 1 if parent else 1
    return rows


def by_parent(rows: Iterable[Flowing]) -> dict[Any, list[Flowing]]:
    found: dict[Any, list[Flowing]] = {}
    for row in rows:
        found.setdefault(row.parent, []).append(row)
    return found


def holds_a_pin(row: Flowing, held: dict[Any, list[Flowing]]) -> bool:
    return row.pinned is not None or any(holds_a_pin(each, held) for each in held.get(row.id, []))


@given(programmes())
@settings(max_examples=100, deadline=None)
def test_nothing_begins_before_the_one_before_it_ends_unless_parallel_or_pinned_which_is_told(
    rows: list[Flowing],
) -> None:
    table, held = work_out(rows, start=EIGHT), by_parent(rows)
    for siblings in held.values():
        active = [row for row in siblings if row.takes_time]
        for before, row in zip(active, active[1:], strict=False):
            ends, begins = table.times[before.id].end, table.times[row.id].start
            if row.parallel or begins is None or ends is None or begins >= ends:
                continue
            assert holds_a_pin(row, held)
            assert any(warning.kind == "runs_over" and warning.other == row.id for warning in table.warnings)


@given(programmes(), st.integers(-600, 600))
@settings(max_examples=100, deadline=None)
def test_a_later_start_moves_everything_that_follows_from_it(rows: list[Flowing], minutes: int) -> None:
    later = minutes * MINUTE
    free = [replace(row, pinned=None) for row in rows]
    before, after = work_out(free, start=EIGHT), work_out(free, start=EIGHT + later)
    for row in free:
        was, is_now = before.times[row.id], after.times[row.id]
        assert is_now == Times(was.start and was.start + later, was.end and was.end + later)
    moved = [replace(row, pinned=row.pinned and row.pinned + later) for row in rows]
    pinned_before, pinned_after = work_out(rows, start=EIGHT), work_out(moved, start=EIGHT + later)
    assert pinned_before.warnings == pinned_after.warnings
    for row in rows:
        was = pinned_before.times[row.id]
        assert pinned_after.times[row.id].start == (was.start and was.start + later)


@given(programmes())
@settings(max_examples=100, deadline=None)
def test_what_was_worked_out_stays_when_it_is_pinned(rows: list[Flowing]) -> None:
    """Working out once more from what was worked out changes nothing."""
    first = work_out(rows, start=EIGHT)
    fixed = [replace(row, pinned=first.times[row.id].start) for row in rows]
    again = work_out(fixed, start=EIGHT)
    assert {key: value.start for key, value in again.times.items() if value.start and first.times[key].start} == {
        key: value.start for key, value in first.times.items() if value.start
    }
    assert work_out(rows, start=EIGHT) == first


def test_500_items_take_less_than_20_milliseconds() -> None:
    rows = [Flowing(id=f"s{n}", minutes=None) for n in range(50)]
    rows += [
        Flowing(id=f"s{n}-{m}", parent=f"s{n}", minutes=10, parallel=m % 3 == 0) for n in range(50) for m in range(9)
    ]
    assert len(rows) == 500
    best = min(_timed(rows) for _ in range(5))
    assert best < 0.020


def _timed(rows: list[Flowing]) -> float:
    begun = time.perf_counter()
    work_out(rows, start=EIGHT)
    return time.perf_counter() - begun
