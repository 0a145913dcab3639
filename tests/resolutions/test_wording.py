"""Texts as trees: numbers, hashes, what differs, and what amendments make of them."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.resolutions.wording import Clause, Wording, faults, label, marker
from backend.resolutions.wording.amending import (
    DELETE,
    INSERT_AFTER,
    INSERT_BEFORE,
    REPLACE,
    Change,
    Impossible,
    apply,
    conflicts,
    merge,
    order,
)
from backend.resolutions.wording.diff import Row, diff, words

TITLE = {"vi": "Nghị quyết hội nghị"}


def clause(id: str, text: str, *below: Clause) -> Clause:
    return Clause(id=id, text={"vi": text}, clauses=below)


#: Two căn cứ; Điều 1 with khoản 1 (điểm a, b) and khoản 2; Điều 2.
TEXT = Wording(
    title=TITLE,
    preamble=(clause("c1", "Căn cứ Luật"), clause("c2", "Căn cứ Điều lệ")),
    clauses=(
        clause(
            "d1",
            "Thông qua báo cáo",
            clause("k1", "Kết quả năm 2020", clause("a", "Thu đạt 110 %"), clause("b", "Chi tiết kiệm")),
            clause("k2", "Phương hướng năm 2021"),
        ),
        clause("d2", "Giao Giám đốc thực hiện"),
    ),
)


def shape(wording: Wording) -> list[str]:
    return [place.clause.id for place in wording.places()]


def change(number: int, kind: str, target: str, text: str = "", **more: Any) -> Change:
    new = None if kind == DELETE else clause(f"n{number}", text or f"mới {number}", *more.pop("below", ()))
    return Change(number=number, kind=kind, target=target, clause=new, **more)


def test_clauses_are_cited_and_marked_as_the_decree_writes_them() -> None:
    cited = {place.clause.id: (label(place)["vi"], label(place)["en"], marker(place)["vi"]) for place in TEXT.places()}
    assert cited == {
        "c1": ("căn cứ 1", "recital 1", ""),
        "c2": ("căn cứ 2", "recital 2", ""),
        "d1": ("Điều 1", "Article 1", "Điều 1."),
        "k1": ("khoản 1 Điều 1", "paragraph 1 of Article 1", "1."),
        "a": ("điểm a khoản 1 Điều 1", "point a of paragraph 1 of Article 1", "a)"),
        "b": ("điểm b khoản 1 Điều 1", "point b of paragraph 1 of Article 1", "b)"),
        "k2": ("khoản 2 Điều 1", "paragraph 2 of Article 1", "2."),
        "d2": ("Điều 2", "Article 2", "Điều 2."),
    }
    points = Wording(
        title=TITLE, clauses=(clause("d", "x", clause("k", "x", *(clause(str(n), "x") for n in range(23)))),)
    )
    assert "".join(marker(place)["vi"][0] for place in points.places()[2:]) == "abcdđeghiklmnopqrstuvxy"


def test_what_cannot_be_numbered_is_named() -> None:
    many = clause("d", "x", clause("k", "x", *(clause(str(n), "x") for n in range(24))))
    deep = clause("d", "x", clause("k", "x", clause("p", "x", clause("q", "x"))))
    told = {
        fault.code: fault.label.get("vi")
        for wording in (
            Wording(title=TITLE, clauses=(clause("c", "x"), many)),
            Wording(title=TITLE, clauses=(deep,)),
            Wording(title=TITLE, preamble=(clause("c", "x"),), clauses=(clause("c", "x"),)),
            Wording(title=TITLE, clauses=tuple(clause(str(n), "x") for n in range(401))),
            Wording(title=TITLE, clauses=(clause("c", "x" * 200_001),)),
        )
        for fault in faults(wording)
    }
    assert told == {
        "points": "khoản 1 Điều 2",
        "depth": "Điều 1",
        "twice": "Điều 1",
        "clauses": None,
        "characters": None,
    }
    assert faults(TEXT) == []


def test_the_hash_is_of_the_words_and_of_nothing_else() -> None:
    flat = Wording(title=TITLE, clauses=(clause("x", "Một"), clause("y", "Hai")))
    again = Wording(title=TITLE, clauses=(clause("p", "Một"), clause("q", "Hai")))
    below = Wording(title=TITLE, clauses=(clause("x", "Một", clause("y", "Hai")),))
    before = Wording(title=TITLE, preamble=(clause("x", "Một"),), clauses=(clause("y", "Hai"),))
    assert flat.hash() == again.hash()
    assert len({flat.hash(), below.hash(), before.hash()}) == 3
    # What polls were opened on before texts had clauses with ids: SHA-256 of [title, [text, …]] as canonical JSON.
    assert flat.hash() == "36731e31520e9ce226d13be91a81aa5faeb4e54b834b4b8a9edb149b7cc165d4"


def test_amendments_change_their_clause_and_no_other() -> None:
    assert shape(apply(TEXT, change(1, DELETE, "k1"))) == ["c1", "c2", "d1", "k2", "d2"]
    assert shape(apply(TEXT, change(1, INSERT_BEFORE, "a"))) == ["c1", "c2", "d1", "k1", "n1", "a", "b", "k2", "d2"]
    assert shape(apply(TEXT, change(1, INSERT_AFTER, "c2"))) == ["c1", "c2", "n1", "d1", "k1", "a", "b", "k2", "d2"]
    worded = apply(TEXT, change(1, REPLACE, "k1", "Kết quả"))
    assert shape(worded) == shape(TEXT), "what is below keeps its place"
    whole = apply(TEXT, change(1, REPLACE, "k1", "Kết quả", below=[clause("z", "Chung")], whole=True))
    assert shape(whole) == ["c1", "c2", "d1", "k1", "z", "k2", "d2"]
    with pytest.raises(Impossible):
        apply(TEXT, change(1, DELETE, "không có"))


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ((REPLACE, "k1"), (REPLACE, "k1"), "same_clause"),
        ((DELETE, "k1"), (DELETE, "k1"), "duplicate"),
        ((DELETE, "k1"), (REPLACE, "k1"), "deleted"),
        ((DELETE, "d1"), (REPLACE, "a"), "deleted"),
        ((DELETE, "d1"), (INSERT_AFTER, "b"), "deleted"),
        ((DELETE, "k1"), (INSERT_AFTER, "k1"), "beside_deleted"),
        ((INSERT_AFTER, "k1"), (INSERT_AFTER, "k1"), "same_place"),
        ((INSERT_AFTER, "k1"), (INSERT_BEFORE, "k1"), ""),
        ((INSERT_AFTER, "k1"), (REPLACE, "k1"), ""),
        ((REPLACE, "d1"), (DELETE, "k1"), ""),
        ((REPLACE, "k1"), (REPLACE, "k2"), ""),
    ],
)
def test_two_amendments_conflict_or_go_together(one: Any, other: Any, reason: str) -> None:
    for first, second in ((one, other), (other, one)):
        found = conflicts(TEXT, [change(1, *first), change(2, *second)])
        assert [(each.one, each.other, each.reason) for each in found] == ([(1, 2, reason)] if reason else [])


def test_a_clause_rewritten_with_all_below_it_leaves_nothing_to_amend_below() -> None:
    whole = change(1, REPLACE, "d1", whole=True)
    (found,) = conflicts(TEXT, [whole, change(2, REPLACE, "a")])
    assert (found.reason, found.exclusive) == ("rewritten", True)
    with pytest.raises(Impossible):
        merge(TEXT, [whole, change(2, REPLACE, "a")])


def test_the_one_farthest_from_the_text_comes_first() -> None:
    far, near = (
        change(2, REPLACE, "d2", "Bộ trưởng quyết định"),
        change(1, REPLACE, "d2", "Giao Giám đốc thực hiện ngay"),
    )
    changes = [
        change(9, INSERT_AFTER, "d2"),
        change(8, INSERT_BEFORE, "d2"),
        near,
        far,
        change(3, REPLACE, "d2", whole=True),
        change(4, DELETE, "d2"),
        change(5, DELETE, "a"),
        change(6, REPLACE, "d1"),
        change(7, DELETE, "mất"),
    ]
    for shuffled in (changes, changes[::-1]):
        assert [each.number for each in order(TEXT, shuffled)] == [6, 5, 4, 3, 2, 1, 8, 9, 7]


def test_what_is_inserted_at_one_place_stands_by_number() -> None:
    at_one_place = [change(number, INSERT_AFTER, "d1") for number in (3, 1, 2)]
    assert shape(merge(TEXT, at_one_place))[-4:] == ["n1", "n2", "n3", "d2"]


# Any text, any amendments

WORDS = st.lists(st.sampled_from(["giao", "thực", "hiện", "năm", "  ", "2021", "đ", "\n"]), max_size=6).map(" ".join)


@st.composite
def wordings(draw: Any) -> Wording:
    names = (f"i{number}" for number in itertools.count())

    def some(depth: int) -> tuple[Clause, ...]:
        if depth == 3:
            return ()
        return tuple(clause(next(names), draw(WORDS), *some(depth + 1)) for _ in range(draw(st.integers(0, 3))))

    preamble = tuple(clause(next(names), draw(WORDS)) for _ in range(draw(st.integers(0, 2))))
    return Wording(title=TITLE, preamble=preamble, clauses=some(0))


@st.composite
def amended(draw: Any) -> tuple[Wording, list[Change]]:
    wording = draw(wordings().filter(lambda one: one.places()))
    targets, kinds = (
        st.sampled_from(sorted(wording.ids())),
        st.sampled_from([REPLACE, INSERT_BEFORE, INSERT_AFTER, DELETE]),
    )
    return wording, [
        change(number, draw(kinds), draw(targets), draw(WORDS)) for number in range(1, draw(st.integers(2, 6)))
    ]


def applied(before: Wording, rows: list[Row]) -> list[tuple[str, str, tuple[int, ...], dict[str, str]]]:
    """What the rows make of the text before, from it and from the words they say were added."""
    old = {place.clause.id: place.clause.text for place in before.places()}
    made = []
    for row in rows:
        if row.after is None:
            continue
        text = {code: "".join(part for kind, part in pieces if kind != "removed") for code, pieces in row.words.items()}
        was = {code: "".join(part for kind, part in pieces if kind != "added") for code, pieces in row.words.items()}
        if row.before is not None:
            assert was == old[row.before.clause.id]
        made.append((row.after.clause.id, row.after.level, row.after.numbers, text))
    return made


@given(wordings(), wordings())
@settings(max_examples=60, deadline=None)
def test_what_differs_applied_to_one_text_makes_the_other(before: Wording, after: Wording) -> None:
    rows = diff(before, after)
    wanted = [(place.clause.id, place.level, place.numbers, place.clause.text) for place in after.places()]
    assert applied(before, rows) == wanted
    assert [row.before.clause.id for row in rows if row.before] == shape(before)
    assert all(row.change == "same" for row in diff(before, before))


@given(amended(), st.randoms())
@settings(max_examples=80, deadline=None)
def test_amendments_that_do_not_conflict_make_the_same_text_in_any_order(given: Any, random: Any) -> None:
    wording, changes = given
    found = conflicts(wording, changes)
    against = {conflict.other for conflict in found}
    together = [each for each in changes if each.number not in against]
    text = merge(wording, together)
    for _ in range(3):
        random.shuffle(together)
        assert merge(wording, together) == text
        one_by_one = wording
        for each in together:
            one_by_one = apply(one_by_one, each)
        assert one_by_one == text
    assert faults(Wording(title=TITLE)) == []


@given(amended())
@settings(max_examples=60, deadline=None)
def test_whatever_is_adopted_without_an_exclusive_rival_can_be_merged(given: Any) -> None:
    wording, changes = given
    fallen = {conflict.other for conflict in conflicts(wording, changes) if conflict.exclusive}
    carried = [each for each in changes if each.number not in fallen]
    text = merge(wording, carried)
    assert merge(wording, carried[::-1]) == text
    if fallen:
        with pytest.raises(Impossible):
            merge(wording, changes)


def test_long_texts_are_compared_in_one_piece() -> None:
    one, other = " ".join(f"a{n}" for n in range(2000)), " ".join(f"b{n}" for n in range(2000))
    assert words(f"đầu {one} cuối", f"đầu {other} cuối") == [
        ("same", "đầu "),
        ("removed", one),
        ("added", other),
        ("same", " cuối"),
    ]
