"""What is different between two programmes, and how it is told."""

import time
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.conferences.changes import Change, Section, between, changelog, moved, said
from backend.conferences.programme import Entry, Programme
from tests.conferences.programmes import (
    an_id,
    at,
    entry,
    long_day,
    place,
    programme,
    shifted,
    voice,
    with_entries,
)

NAMES = {
    an_id("An"): {"vi": "Ông Nguyễn Văn An", "en": "Mr Nguyen Van An"},
    an_id("Bình"): {"vi": "TS. Trần Thị Bình", "en": "Ms Tran Thi Binh"},
    an_id("Sở"): {"vi": "Sở Y tế", "en": "Department of Health"},
}
ZONE = "Asia/Ho_Chi_Minh"


def only(before: Entry, after: Entry) -> Change:
    (change,) = between(programme(before), programme(after))
    return change


def told(change: Change, **options: Any) -> dict[str, str]:
    return said(change, names=NAMES, time_zone=ZONE, **options)


def log(before: Programme, after: Programme) -> dict[str, list[str]]:
    return {
        section.kind: [line.text["vi"] for line in section.lines] for section in changelog(before, after, names=NAMES)
    }


# Each kind

ONE = entry()


@pytest.mark.parametrize(
    ("edit", "kind", "moves", "vi", "en"),
    [
        (
            {"starts_at": at(14, 15), "ends_at": at(14, 45)},
            "moved",
            True,
            "“Tham luận một” dời từ 14 giờ 00 sang 14 giờ 15.",
            "“Paper một” moves from 14:00 to 14:15.",
        ),
        (
            {"starts_at": at(8, 0, day=15), "ends_at": at(8, 30, day=15)},
            "moved",
            True,
            "“Tham luận một” dời từ 14 giờ 00 ngày 14/01/2021 sang 8 giờ 00 ngày 15/01/2021.",
            "“Paper một” moves from 14:00 on 14 January 2021 to 08:00 on 15 January 2021.",
        ),
        (
            {"starts_at": at(14, 15), "ends_at": at(15), "minutes": 45},
            "moved",
            True,
            "“Tham luận một” dời từ 14 giờ 00 – 14 giờ 30 sang 14 giờ 15 – 15 giờ 00.",
            "“Paper một” moves from 14:00 – 14:30 to 14:15 – 15:00.",
        ),
        (
            {"ends_at": at(14, 45), "minutes": 45},
            "moved",
            True,
            "“Tham luận một” kết thúc lúc 14 giờ 45 thay vì 14 giờ 30.",
            "“Paper một” ends at 14:45 instead of 14:30.",
        ),
        (
            {"starts_at": None, "ends_at": None, "day": at(9).date(), "day_part": "afternoon"},
            "moved",
            True,
            "“Tham luận một” dời từ 14 giờ 00 ngày 14/01/2021 sang chiều 14/01/2021.",
            "“Paper một” moves from 14:00 on 14 January 2021 to the afternoon of 14 January 2021.",
        ),
        (
            {"starts_at": None, "ends_at": None},
            "moved",
            True,
            "“Tham luận một” chưa xác định thời gian (trước: 14 giờ 00 ngày 14/01/2021).",
            "“Paper một” has no set time any more (was 14:00 on 14 January 2021).",
        ),
        (
            {"minutes": None},
            "moved",
            False,
            "“Tham luận một”: thời lượng không ghi (trước: 30 phút).",
            "“Paper một”: length not said (was: 30 minutes).",
        ),
        (
            {"state": "cancelled", "reason": {"vi": "Báo cáo viên ốm.", "en": "the speaker is ill"}},
            "cancelled",
            True,
            "Huỷ “Tham luận một”: Báo cáo viên ốm.",
            "“Paper một” is cancelled: the speaker is ill.",
        ),
        ({"state": "postponed"}, "postponed", True, "Hoãn “Tham luận một”.", "“Paper một” is postponed."),
        (
            {"reserve": True},
            "reserved",
            True,
            "“Tham luận một” chuyển thành nội dung dự phòng.",
            "“Paper một” is kept in reserve.",
        ),
        (
            {"places": (place("Phòng B"),)},
            "relocated",
            True,
            "“Tham luận một” diễn ra tại Phòng B.",
            "“Paper một” takes place in Phòng B.",
        ),
        (
            {"title": {"vi": "Chất lượng nước", "en": "Water quality"}},
            "retitled",
            False,
            "“Tham luận một” đổi tên thành “Chất lượng nước”.",
            "“Paper một” is now called “Water quality”.",
        ),
        (
            {"title": {"vi": "Tham luận một", "en": "Water quality"}},
            "retitled",
            False,
            "“Paper một” đổi tên thành “Water quality”.",
            "“Paper một” is now called “Water quality”.",
        ),
        (
            {"phase": "discussion", "phase_name": {"vi": "Thảo luận", "en": "Discussion"}},
            "reworded",
            False,
            "“Tham luận một” thuộc phần “Thảo luận” (trước: “Tham luận”).",
            "“Paper một” belongs to “Discussion” (was: “Papers”).",
        ),
        (
            {"kind": "session"},
            "reworded",
            False,
            "“Tham luận một” nay là phiên (trước: nội dung).",
            "“Paper một” is now of kind session (was: item).",
        ),
        (
            {"speakers": (voice("An"),)},
            "speakers",
            False,
            "“Tham luận một”: thêm người phát biểu: Ông Nguyễn Văn An.",
            "“Paper một”: speaking as well: Mr Nguyen Van An.",
        ),
        (
            {"chairs": (voice("Bình", office={"vi": "Giám đốc"}, organisation=an_id("Sở")),)},
            "chairs",
            False,
            "“Tham luận một”: thêm người chủ trì: TS. Trần Thị Bình, Giám đốc Sở Y tế.",
            "“Paper một”: leading as well: Ms Tran Thi Binh, Giám đốc Sở Y tế.",
        ),
        (
            {"confidentiality": "internal", "own_confidentiality": "internal"},
            "confidentiality",
            False,
            "“Tham luận một”: phạm vi nội bộ (trước: công khai).",
            "“Paper một”: internal (was: public).",
        ),
        (
            {"parallel": True},
            "placed",
            False,
            "“Tham luận một” diễn ra song song với mục trước.",
            "“Paper một” runs beside what comes before it.",
        ),
    ],
)
def test_each_kind_of_change_is_told_in_a_sentence(
    edit: dict[str, Any], kind: str, moves: bool, vi: str, en: str
) -> None:
    change = only(ONE, replace(ONE, **edit))
    assert (change.kind, change.moves) == (kind, moves)
    assert told(change) == {"vi": vi, "en": en}


def test_what_came_back_or_is_drawn_from_reserve_is_told() -> None:
    off = replace(ONE, state="cancelled", reason={"vi": "Hết giờ"})
    back = only(off, ONE)
    assert (back.kind, back.moves, back.fields) == ("reopened", True, ("state", "reason"))
    assert told(back)["vi"] == "“Tham luận một” trở lại theo kế hoạch."
    drawn = only(replace(ONE, reserve=True), ONE)
    assert (drawn.kind, drawn.moves) == ("drawn", True)


def test_what_is_added_and_removed_says_when_and_where() -> None:
    new = replace(ONE, places=(place("Phòng B", said={"vi": "Phòng B", "en": "Room B"}),))
    (added,), (removed,) = between(programme(), programme(new)), between(programme(new), programme())
    assert told(added, day=at(9).date()) == {
        "vi": "Thêm “Tham luận một”, từ 14 giờ 00 đến 14 giờ 30, tại Phòng B.",
        "en": "“Paper một” is added, from 14:00 to 14:30, in Room B.",
    }
    assert told(removed)["vi"] == "Bỏ “Tham luận một”, từ 14 giờ 00 đến 14 giờ 30 ngày 14/01/2021."
    assert added.moves
    assert removed.moves
    assert added.before is removed.after is None


def test_rooms_are_told_by_what_is_new_and_what_is_left() -> None:
    a, b, c = place("Phòng A"), place("Phòng B"), place("Phòng C")
    both = replace(ONE, places=(a, b))
    assert told(only(both, replace(ONE, places=(a, c))))["vi"] == "“Tham luận một” chuyển từ Phòng B sang Phòng C."
    assert told(only(both, replace(ONE, places=(a,))))["vi"] == "“Tham luận một” thôi dùng phòng: Phòng B."
    assert told(only(replace(ONE, places=(a,)), both))["vi"] == "“Tham luận một” có thêm phòng: Phòng B."
    assert told(only(both, ONE))["vi"] == "“Tham luận một” chưa có phòng (trước: Phòng A; Phòng B)."
    renamed = only(replace(ONE, places=(a,)), replace(ONE, places=(replace(a, said={"vi": "Phòng Hoà Bình"}),)))
    assert (renamed.kind, renamed.moves) == ("reworded", False)
    assert told(renamed)["vi"] == "“Tham luận một”: Phòng Hoà Bình (trước ghi: Phòng A)."
    assert between(programme(both), programme(replace(ONE, places=(b, a)))) == []


def test_speakers_are_told_by_who_came_who_went_and_who_bears_another_office() -> None:
    an, binh = voice("An"), voice("Bình")
    of = {"speakers": (an,)}
    instead = only(replace(ONE, **of), replace(ONE, speakers=(binh,)))
    assert told(instead)["vi"] == "“Tham luận một”: TS. Trần Thị Bình phát biểu thay Ông Nguyễn Văn An."
    gone = only(replace(ONE, **of), ONE)
    assert told(gone)["vi"] == "“Tham luận một”: thôi phát biểu: Ông Nguyễn Văn An."
    turned = only(replace(ONE, speakers=(an, binh)), replace(ONE, speakers=(binh, an)))
    assert told(turned)["vi"] == "“Tham luận một”: thứ tự phát biểu: TS. Trần Thị Bình; Ông Nguyễn Văn An."
    office = replace(an, office={"vi": "Vụ trưởng"})
    promoted = only(replace(ONE, **of), replace(ONE, speakers=(office,)))
    assert told(promoted)["vi"] == "“Tham luận một”: Ông Nguyễn Văn An, Vụ trưởng (trước ghi: Ông Nguyễn Văn An)."
    bloc = voice("khối", person=None, bloc={"vi": "Khối Đo lường"})
    unknown = voice("đã xoá")
    two = only(ONE, replace(ONE, speakers=(bloc, unknown)))
    assert told(two)["vi"] == "“Tham luận một”: thêm người phát biểu: Khối Đo lường; …."


def test_the_row_that_holds_a_speaker_is_nobodys_news() -> None:
    written_anew = replace(ONE, speakers=(voice("An", id=an_id("another row")),))
    assert between(programme(replace(ONE, speakers=(voice("An"),))), programme(written_anew)) == []


# Order


def order_of(changes: list[Change]) -> list[Change]:
    return [change for change in changes if change.kind == "placed"]


def test_an_item_put_in_front_of_300_is_one_change() -> None:
    day = long_day(300)
    (change,) = between(day, with_entries(day, [entry("mới"), *day.entries]))
    assert change.kind == "added"


def test_of_300_items_only_the_one_that_went_elsewhere_is_told() -> None:
    day = long_day(300)
    first, *others = day.entries
    (change,) = between(day, with_entries(day, [*others[:200], first, *others[200:]]))
    assert (change.kind, change.entry_id, change.fields, change.moves) == ("placed", first.id, ("order",), False)
    assert told(change)["vi"] == "“Tham luận 0” nay đứng sau “Tham luận 200”."


def test_a_session_takes_along_what_it_holds_without_a_word_of_each() -> None:
    session = entry("phiên", kind="session")
    held = [entry(n, parent=session.id) for n in range(20)]
    other = entry("khai mạc")
    before, after = programme(session, *held, other), programme(other, session, *held)
    changes = between(before, after)
    assert [change.kind for change in changes] == ["placed"]


def test_who_changes_the_session_is_told_with_its_new_place() -> None:
    one, other = entry("phiên 1", kind="session"), entry("phiên 2", kind="session")
    item, neighbour = entry("x"), entry("y", parent=other.id)
    changes = between(
        programme(one, replace(item, parent=one.id), other, neighbour),
        programme(one, other, neighbour, replace(item, parent=other.id)),
    )
    (change,) = changes
    assert change.fields == ("parent",)
    assert told(change)["vi"] == "“Tham luận x” nay thuộc “Tham luận phiên 2”, sau “Tham luận y”."
    (back,) = between(programme(one, replace(item, parent=one.id)), programme(item, one))
    assert told(back)["vi"] == "“Tham luận x” nay đứng riêng, không thuộc phiên nào."
    (first,) = between(programme(item, one), programme(one, item))
    assert told(first)["vi"] in {
        "“Tham luận phiên 1” nay đứng đầu chương trình.",
        "“Tham luận x” nay đứng sau “Tham luận phiên 1”.",
    }


# Changelog


def test_a_run_that_shifts_alike_is_one_line() -> None:
    day = long_day(20)
    later = with_entries(day, [*day.entries[:8], *(shifted(each, 15) for each in day.entries[8:])])
    (section,) = changelog(day, later, names={})
    assert section.name == {"vi": "Thời gian", "en": "Time"}
    (line,) = section.lines
    assert line.text == {
        "vi": "12 mục, từ “Tham luận 8” đến “Tham luận 19”, lùi 15 phút.",
        "en": "12 items, from “Paper 8” to “Paper 19”, 15 minutes later.",
    }
    assert len(line.changes) == 12
    assert line.moves
    assert log(later, day)["moved"] == ["12 mục, từ “Tham luận 8” đến “Tham luận 19”, sớm hơn 15 phút."]


def test_an_item_that_keeps_its_time_ends_a_run_and_one_without_time_does_not() -> None:
    day = long_day(9)
    later = [shifted(each, 75) for each in day.entries]
    kept = with_entries(day, [*later[:4], day.entries[4], *later[5:]])
    assert log(day, kept)["moved"] == [
        "4 mục, từ “Tham luận 0” đến “Tham luận 3”, lùi 1 giờ 15 phút.",
        "4 mục, từ “Tham luận 5” đến “Tham luận 8”, lùi 1 giờ 15 phút.",
    ]
    reserve = replace(day.entries[4], reserve=True)
    (line,) = log(
        with_entries(day, [*day.entries[:4], reserve, *day.entries[5:]]),
        with_entries(day, [*later[:4], reserve, *later[5:]]),
    )["moved"]
    assert line.startswith("8 mục")


def test_two_that_shift_are_told_one_by_one() -> None:
    day = long_day(2)
    assert len(log(day, with_entries(day, [shifted(each, 5) for each in day.entries]))["moved"]) == 2


def test_a_cancelled_session_is_one_line_with_what_it_holds() -> None:
    session = entry("phiên", kind="session")
    held = [entry(n, parent=session.id) for n in range(3)]
    before = programme(session, *held)
    after = programme(*(replace(each, state="cancelled") for each in (session, *held)))
    assert log(before, after) == {"cancelled": ["Huỷ “Tham luận phiên” (cùng 3 mục trong đó)."]}


def test_the_changelog_groups_by_kind_and_begins_with_the_conference() -> None:
    day = long_day(4)
    one, two, three, four = day.entries
    after = replace(
        with_entries(day, [replace(one, title={"vi": "A"}), replace(two, state="cancelled"), four, entry("mới")]),
        title={"vi": "Hội nghị tổng kết"},
        starts_at=at(13),
    )
    assert list(log(day, after)) == ["conference", "cancelled", "added", "removed", "retitled"]
    assert log(day, after)["conference"] == [
        "Hội nghị nay mang tên “Hội nghị tổng kết”.",
        "Hội nghị diễn ra lúc 13 giờ 00 ngày 14/01/2021.",
    ]


def test_a_person_hears_of_what_he_speaks_to_or_did() -> None:
    mine, other, led = entry("của tôi", speakers=(voice("An"),)), entry("khác"), entry("phiên", chairs=(voice("An"),))
    changes = between(
        programme(mine, other, led), programme(*(shifted(each, 5) for each in (replace(mine, speakers=()), other, led)))
    )
    assert {change.entry_id for change in changes if an_id("An") in change.people()} == {mine.id, led.id}
    assert [change for change in changes if an_id("Bình") in change.people()] == []


# For any two programmes

_TITLES = st.sampled_from([{"vi": "A"}, {"vi": "A", "en": "A"}, {"vi": "B"}, {"vi": "C", "en": "D"}])
_VOICES = st.lists(st.sampled_from([voice("An"), voice("Bình"), voice("Bình", office={"vi": "Vụ trưởng"})]), max_size=3)
_PLACES = st.lists(st.sampled_from([place("A"), place("B"), place("B", said={"vi": "Hội trường B"})]), max_size=2)
_TIMES = st.one_of(
    st.tuples(st.integers(0, 5), st.sampled_from([None, 10, 20])).map(
        lambda time: {
            "starts_at": at(14, 5 * time[0]),
            "ends_at": time[1] and at(15, time[1]),
            "minutes": time[1],
        }
    ),
    st.sampled_from([None, at(9).date(), at(9, day=15).date()]).map(
        lambda day: {"starts_at": None, "ends_at": None, "day": day, "day_part": "morning" if day else "", "minutes": 5}
    ),
)


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    return entry(
        number,
        **{
            **draw(_TIMES),
            "kind": draw(st.sampled_from(["item", "session"])),
            "phase": draw(st.sampled_from(["paper", "vote"])),
            "title": draw(_TITLES),
            "reason": draw(st.sampled_from([{}, {"vi": "Bận"}])),
            "state": draw(st.sampled_from(["planned", "planned", "postponed", "cancelled"])),
            "reserve": draw(st.booleans()),
            "parallel": draw(st.booleans()),
            "own_confidentiality": draw(st.sampled_from(["", "internal"])),
            "places": tuple({each.room: each for each in draw(_PLACES)}.values()),
            "speakers": tuple({each.person: each for each in draw(_VOICES)}.values()),
            "chairs": tuple({each.person: each for each in draw(_VOICES)}.values()),
        },
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Up to nine entries in any order; each holds some of those after it. Read from top to bottom."""
    numbers = draw(st.permutations(range(9)))[: draw(st.integers(0, 9))]
    made: list[Entry] = []
    open_sessions: list[Entry] = []
    for number in numbers:
        depth = draw(st.integers(0, len(open_sessions)))
        open_sessions = open_sessions[:depth]
        parent = open_sessions[-1].id if open_sessions else None
        made.append(replace(draw(entries(number)), parent=parent))
        open_sessions.append(made[-1])
    return programme(*made, title=draw(_TITLES))


#: What nobody sees, or what follows from the rest.
UNSEEN = {"id", "sequence", "changed_at"}


@settings(max_examples=300, deadline=None)
@given(programmes(), programmes())
def test_every_difference_is_told_and_nothing_else(before: Programme, after: Programme) -> None:
    changes = between(before, after)
    known, there = before.by_id(), after.by_id()
    for entry_id in known.keys() & there.keys():
        mine = [change for change in changes if change.entry_id == entry_id]
        named = {name for change in mine for name in change.fields} - {"order"}
        differing = {
            field.name
            for field in fields_of(Entry)
            if field.name not in UNSEEN
            and (
                set(map(str, getattr(known[entry_id], field.name)))
                != set(map(str, getattr(there[entry_id], field.name)))
                if field.name == "places"
                else getattr(known[entry_id], field.name) != getattr(there[entry_id], field.name)
            )
        }
        assert named == differing
        text = {"title", "phase", "phase_name", "kind", "reason", "speakers", "chairs", "parent", "parallel"}
        if not named - text - {"confidentiality", "own_confidentiality"}:
            assert not any(change.moves for change in mine)
        assert moved(known[entry_id], there[entry_id]) is any(change.moves for change in mine)
    assert {c.entry_id for c in changes if c.kind == "added"} == there.keys() - known.keys()
    assert {c.entry_id for c in changes if c.kind == "removed"} == known.keys() - there.keys()
    assert len({(change.kind, change.entry_id) for change in changes}) == len(changes)


@settings(max_examples=300, deadline=None)
@given(programmes(), programmes())
def test_both_directions_talk_of_the_same(before: Programme, after: Programme) -> None:
    there, back = between(before, after), between(after, before)
    turned = {
        "added": "removed", "removed": "added", "drawn": "reserved", "reserved": "drawn",
        "cancelled": "state", "postponed": "state", "reopened": "state",
    }  # fmt: skip
    same = {"cancelled": "state", "postponed": "state", "reopened": "state"}
    assert sorted((turned.get(c.kind, c.kind), str(c.entry_id), sorted(c.fields)) for c in there) == sorted(
        (same.get(c.kind, c.kind), str(c.entry_id), sorted(c.fields)) for c in back
    )


@settings(max_examples=200, deadline=None)
@given(programmes(), programmes())
def test_nothing_between_equals_and_everything_can_be_said(before: Programme, after: Programme) -> None:
    assert between(before, before) == []
    assert changelog(before, before, names=NAMES) == []
    changes = between(before, after)
    for change in changes:
        texts = told(change)
        assert all(text.endswith(".") and "{" not in text and "None" not in text for text in texts.values())
    sections: list[Section] = changelog(before, after, names=NAMES)
    in_lines = [change for section in sections for line in section.lines for change in line.changes]
    assert sorted(in_lines, key=repr) == sorted(changes, key=repr)


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(12)))
def test_as_few_as_possible_are_said_to_stand_elsewhere(order: list[int]) -> None:
    day = long_day(12)
    displaced = order_of(between(day, with_entries(day, [day.entries[n] for n in order])))
    kept = [n for n in order if day.entries[n].id not in {change.entry_id for change in displaced}]
    assert kept == sorted(kept)
    longest = [1] * 12
    for i in range(12):
        longest[i] = 1 + max((longest[j] for j in range(i) if order[j] < order[i]), default=0)
    assert len(kept) == max(longest)


def test_500_items_are_compared_in_a_twentieth_of_a_second() -> None:
    day = long_day(500)
    turned = with_entries(day, [replace(shifted(each, 5), title={"vi": "x"}) for each in reversed(day.entries)])
    took = []
    for _ in range(5):
        start = time.perf_counter()
        changes = between(day, turned)
        took.append(time.perf_counter() - start)
    assert len(changes) == 500 + 500 + 499
    assert min(took) < 0.05
