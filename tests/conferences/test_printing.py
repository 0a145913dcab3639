"""A programme on paper: every entry once, in order and in its words; nothing typed can break or bend the page."""

import datetime as dt
import io
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from backend.conferences.printing import Heading, NotPrintable, NotPrinted, Sheet, lay_out, pdf, write_pdf
from backend.conferences.printing import sheet as sheets
from backend.conferences.programme import Entry, Place, Programme
from backend.documents.form import press
from backend.documents.form.faces import face
from backend.documents.form.text import names_together
from tests.conferences.sheets import (
    BLOC,
    HALL_A,
    HALL_B,
    HIEP,
    LARGE,
    LARGE_HEADING,
    MADE,
    NAMES,
    SMALL,
    SMALL_HEADING,
    at,
    entry,
    id_of,
    place,
    said,
)
from tests.documents.reading import Line, line, lines, text_of

NASTY = [
    "#let x = 1 #panic() $a_b$ *đậm* _nghiêng_ `mã` <nhãn> @thẻ [ngoặc] // chú thích /* */ \\ ~ ''",
    "= Tiêu đề\n- gạch\n+ số\n/ thuật ngữ: \u2028nghĩa",
    '"Trích dẫn" ‘đơn’ „dưới“ «Pháp» & <script>alert(1)</script>',
    "W" * 300,
    "Hội nghị 🎉🇻🇳👩‍👩‍👧 日本語 עברית العربية \u202eđảo\u202c",
    "\x00\x07\x1b[31m\ufffe\x85",
    "Z̴͑͗̈́a̵͋̿̕l̸̛̈́̀g̷̈́̋̕o̸̔͌̕",
]


def sheet(programme: Programme = SMALL, heading: Heading = SMALL_HEADING, language: str = "vi") -> Sheet:
    return lay_out(programme, heading=heading, names=NAMES, language=language)


def large(language: str = "vi") -> Sheet:
    return sheet(LARGE, LARGE_HEADING, language)


def printed(*entries: Entry, **fields: Any) -> str:
    programme = replace(SMALL, entries=entries, **fields)
    return text_of(write_pdf(sheet(programme)))


def in_order(text: str, *parts: str) -> None:
    here = 0
    for part in parts:
        assert part in text[here:], f"{part!r} is not in {text[here:]!r}"
        here = text.index(part, here) + len(part)


def right_edge(one: Line) -> float:
    return one.left + face(bold="Bold" in one.font).width(one.text.replace("\u200b", "").rstrip(), one.size)


# What is printed


@pytest.mark.parametrize("language", ["vi", "en", "both"])
def test_every_entry_is_printed_once_and_in_order(language: str) -> None:
    made = large(language)
    ids = [one.entry for one in (*made.lines, *made.reserve) if one.entry]
    assert sorted(ids) == sorted(each.id for each in LARGE.entries)
    assert len(ids) == len(set(ids))
    kept = [each.id for each in LARGE.entries if not each.reserve]
    assert [one.entry for one in made.lines if one.entry] == kept
    text = text_of(write_pdf(made))
    for code in made.languages:
        titles = [each.title.get(code) or each.title["vi"] for each in LARGE.entries]
        if language != "both":  # side by side, a title of two lines is read across both columns
            in_order(text, *(title for title in titles if titles.count(title) == 1 and title not in text[:400]))
        for title in titles:
            assert title in text or language == "both"


def test_names_of_places_stay_on_one_line_in_the_head() -> None:
    heading = replace(SMALL_HEADING, lead=said("Chi cục Tiêu chuẩn tỉnh An Giang"))
    made = write_pdf(sheet(heading=heading))
    province, an, giang = (line(made, word).top for word in ("CHI CỤC TIÊU CHUẨN TỈNH", "AN", "GIANG"))
    assert province < an == giang, "not TỈNH AN / GIANG, for which there is room"
    names = "Sở Y tế Bà Rịa - Vũng Tàu, Đắk Nông và Thành phố Hồ Chí Minh"
    kept = "Sở Y tế Bà_Rịa - Vũng_Tàu, Đắk_Nông và Thành phố Hồ_Chí_Minh"
    assert names_together(names).replace("\u00a0", "_") == kept
    assert names_together("Bộ Khoa học và Công nghệ") == "Bộ Khoa học và Công nghệ"


def test_the_head_names_who_when_and_where() -> None:
    in_order(
        text_of(write_pdf(large())),
        "BỘ KHOA HỌC VÀ CÔNG NGHỆ",
        "TỔNG CỤC TIÊU CHUẨN ĐO LƯỜNG CHẤT LƯỢNG",
        "CHƯƠNG TRÌNH",
        "Hội thảo hợp tác nâng cao hiệu quả hoạt động tiêu chuẩn đo lường chất lượng",
        "Thời gian: Từ 8 giờ 00 ngày 14/01/2021 đến 17 giờ 00 ngày 15/01/2021",
        "Địa điểm: Hội trường A, Nhà khách Hải An, 12 Lê Hồng Phong Hội trường B",
        "Phối hợp tổ chức: Trung tâm Kỹ thuật 2 UBND quận Hải An",
        "Thời gian Nội dung Người thực hiện Địa điểm",
        "Thứ Năm, ngày 14/01/2021",
        "KHAI MẠC",
    )
    assert line(write_pdf(large()), "TỔNG CỤC").left < 105


def test_english_is_english_and_names_have_no_diacritics() -> None:
    in_order(
        text_of(write_pdf(large("en"))),
        "MINISTRY OF SCIENCE AND TECHNOLOGY",
        "DIRECTORATE FOR STANDARDS, METROLOGY AND QUALITY",
        "PROGRAMME",
        "Time: From 08:00, 14 January 2021 to 17:00, 15 January 2021",
        "Time Content Speaker Place",
        "Thursday, 14 January 2021",
        "OPENING",
        "Opening of the workshop",
        "Mr Ha Minh Hiep",
        "Deputy Director General, Directorate for Standards, Metrology and Quality",
        "Chair: Mr Ha Minh Hiep",
        "(cancelled)",
        "(postponed)",
        "In reserve",
    )


def test_what_has_no_english_is_printed_in_vietnamese_alone_and_left_open_side_by_side() -> None:
    (alone,) = [one for one in large("en").reserve if one.title["en"].startswith("Tọa đàm")]
    (beside,) = [one for one in large("both").reserve if one.entry == alone.entry]
    assert beside.title == {"vi": "Tọa đàm mở rộng", "en": ""}
    assert "Tọa đàm mở rộng ………" in text_of(write_pdf(large("both")))


def test_side_by_side_each_language_has_its_column() -> None:
    made = write_pdf(large("both"))
    assert line(made, "Phiên toàn thể").left < line(made, "Plenary session").left
    assert line(made, "Phiên toàn thể").top == line(made, "Plenary session").top
    assert line(made, "CHƯƠNG TRÌNH").top < line(made, "PROGRAMME").top
    assert line(made, "TỔNG CỤC").left < 105 < line(made, "DIRECTORATE FOR").left


def test_each_day_has_its_heading_where_there_are_several() -> None:
    assert [one.title["vi"] for one in large().lines if one.kind == "day"] == [
        "Thứ Năm, ngày 14/01/2021",
        "Thứ Sáu, ngày 15/01/2021",
    ]
    assert not [one for one in sheet().lines if one.kind == "day"]
    elsewhere = replace(SMALL, entries=(entry("Họp trù bị", starts_at=at(13, "08:00"), minutes=30),))
    assert [one.title["vi"] for one in sheet(elsewhere).lines if one.kind == "day"] == ["Thứ Tư, ngày 13/01/2021"]


def test_phases_stand_above_their_entries_unless_every_title_says_its_own() -> None:
    def bands(*entries: Entry) -> list[str]:
        made = sheet(replace(SMALL, entries=entries))
        return [one.title["vi"] for one in made.lines if one.kind == "phase"]

    opening, closing = entry("Khai mạc hội nghị", phase="opening"), entry("Kết luận, bế mạc hội nghị", phase="closing")
    report = entry("Tổng kết năm 2020", phase="report")
    pause = entry("Giải lao", phase="closing", kind="break")
    again = entry("Phương hướng năm 2021", phase="report")
    assert bands(opening, closing) == []
    assert bands(opening, report, pause, again, closing) == ["Khai mạc", "Báo cáo", "Kết luận, bế mạc"]
    session = entry("Phiên 1", phase="report", kind="session")
    inside = entry("Báo cáo của chi cục", phase="report", parent=session.id)
    asked = entry("Ý kiến", phase="discussion", parent=session.id)
    assert bands(session, inside, asked) == ["Báo cáo", "Thảo luận, hỏi đáp"]


def test_what_runs_at_the_same_time_is_marked_with_all_that_belongs_to_it() -> None:
    made = large().lines
    (start,) = [index for index, one in enumerate(made) if one.kind == "together"]
    beside = [one.title["vi"] for one in made if one.beside and one.entry]
    assert made[start + 1].title["vi"] == "Phiên chuyên đề 1: Đo lường"
    assert beside[0] == "Phiên chuyên đề 1: Đo lường"
    assert "Phiên chuyên đề 2: Chất lượng" in beside
    assert beside[-1] == "Trao đổi về dịch vụ"
    assert len(beside) == 7
    in_order(text_of(write_pdf(large())), "Diễn ra đồng thời", "Phiên chuyên đề 1", "Phiên chuyên đề 2", "Nghỉ trưa")


def test_rooms_are_told_where_there_are_several_as_briefly_as_they_can_be_told_apart() -> None:
    made = large()
    assert made.with_rooms
    assert made.elsewhere == ()
    assert {room["vi"] for one in made.lines for room in one.rooms} == {"Hội trường A", "Hội trường B"}
    inside = next(one for one in made.lines if one.title["vi"] == "Kết quả thí điểm tại địa phương")
    assert inside.rooms == ()  # as its session
    one_room = replace(LARGE, entries=tuple(replace(each, places=(HALL_A,)) for each in LARGE.entries))
    assert not sheet(one_room, replace(LARGE_HEADING, places=(HALL_A.said,))).with_rooms


def test_rooms_of_one_name_in_two_houses_are_told_apart_and_a_room_the_head_does_not_name_is_said_below() -> None:
    first, second = (
        place("Hội trường", "Hall", "UBND huyện An Minh"),
        place("Hội  trường", "Hall", "UBND huyện An Biên"),
    )
    programme = replace(
        SMALL,
        entries=(entry("Một", places=(first,)), entry("Hai", places=(second,)), entry("Ba", places=(HALL_B,))),
    )
    made = sheet(programme)
    assert [room["vi"] for one in made.lines for room in one.rooms] == [
        "Hội trường, UBND huyện An Minh",
        "Hội trường, UBND huyện An Biên",
        "Hội trường B",
    ]
    assert "Địa điểm: Hội trường B, Nhà khách Hải An, 12 Lê Hồng Phong." in text_of(write_pdf(made))


def test_many_rooms_at_once_are_all_printed() -> None:
    assert "Hội trường A Hội trường B" in printed(entry("Cùng nghe", places=(HALL_A, HALL_B)))


@pytest.mark.parametrize(
    ("fields", "said_in_vi", "said_in_en"),
    [
        ({"starts_at": at(14, "08:00"), "minutes": 15}, "08:00–08:15", "08:00–08:15"),
        ({"starts_at": at(14, "08:00")}, "08:00", "08:00"),
        ({"starts_at": at(14, "23:30"), "minutes": 60}, "23:30–00:30 (15/01)", "23:30–00:30 (15 Jan)"),
        ({"day": dt.date(2021, 1, 14), "day_part": "morning"}, "Sáng", "Morning"),
        ({"day": dt.date(2021, 1, 14)}, "Trong ngày", "During the day"),
        ({}, "", ""),
    ],
)
def test_times_are_printed_as_they_are_known(fields: dict[str, Any], said_in_vi: str, said_in_en: str) -> None:
    programme = replace(SMALL, entries=(entry("Mục", **fields),))
    (only,) = [one for one in sheet(programme, language="both").lines if one.entry]
    assert only.time == {"vi": said_in_vi, "en": said_in_en}


def test_a_time_nobody_knows_is_a_visible_blank_with_its_length_if_that_is_known() -> None:
    assert "……… 60 phút Tham luận của các khối" in text_of(write_pdf(sheet()))
    assert "Thời gian: ………" in printed(entry("Mục"), day=None)


def test_side_by_side_no_reader_is_told_one_hall_of_two() -> None:
    halls = (
        Place(site=id_of("1"), room=id_of("a"), said={"vi": "Phòng A2, Trung tâm", "en": "Room A2, Centre"}),
        Place(site=id_of("2"), room=id_of("b"), said={"vi": "Hội trường B1, Nhà văn hoá"}),
    )
    (only,) = [
        one for one in sheet(replace(SMALL, entries=(entry("Mục", places=halls),)), language="both").lines if one.entry
    ]
    assert [place["en"] for place in only.places] == ["Room A2, Centre", "Hội trường B1, Nhà văn hoá"]
    assert all(room["en"] for room in only.rooms)


def test_times_are_those_of_the_conferences_own_clocks() -> None:
    there = replace(SMALL, time_zone="Europe/Paris", entries=(entry("Mục", starts_at=at(14, "13:30"), minutes=30),))
    (only,) = [one for one in sheet(there).lines if one.entry]
    assert only.time["vi"] == "07:30–08:00"


def test_what_does_not_take_place_is_struck_and_says_so() -> None:
    made = {one.title["vi"]: one for one in large().lines}
    gone, later = made["Công cụ 5S và Kaizen trong cơ quan nhà nước"], made["Chia sẻ thông tin giữa các trung tâm"]
    assert (gone.off, gone.later, gone.mark) == (True, False, {"vi": "huỷ"})
    assert (later.off, later.later, later.mark) == (False, True, {"vi": "hoãn"})
    text = text_of(write_pdf(large()))
    in_order(text, "Công cụ 5S và Kaizen", "(huỷ)", "Lý do: diễn giả không dự được")
    in_order(text, "Chia sẻ thông tin giữa các trung tâm (hoãn)")
    session = entry("Phiên", kind="session", state="cancelled", reason=said("mưa bão"))
    inside = entry("Báo cáo", parent=session.id, state="cancelled", reason=said("mưa bão"))
    first, second = [one for one in sheet(replace(SMALL, entries=(session, inside))).lines if one.entry]
    assert (first.reason, second.reason) == ({"vi": "mưa bão"}, {})
    assert second.off


def test_strokes_are_drawn_through_what_is_off_only() -> None:
    def strokes(state: str) -> int:
        made = write_pdf(sheet(replace(SMALL, entries=(entry("Mục", state=state, starts_at=at(14, "08:00")),))))
        return PdfReader(io.BytesIO(made)).pages[0].get_contents().get_data().count(b"\nS")  # type: ignore[union-attr]

    assert strokes("planned") < strokes("postponed") < strokes("cancelled")


def test_the_reserve_has_a_list_of_its_own_at_the_end() -> None:
    in_order(
        text_of(write_pdf(large())),
        "Bế mạc",
        "Nội dung dự phòng",
        "20 phút",
        "Kinh nghiệm của phòng thử nghiệm quốc tế",
        "Khối Thử nghiệm",
        "Tối 15/01/2021",
        "Tọa đàm mở rộng",
    )


def test_who_speaks_is_a_person_in_office_an_office_or_a_bloc_and_an_erased_one_is_a_blank() -> None:
    text = text_of(write_pdf(large()))
    assert "Ông Kim Đức Thụ Giám đốc Trung tâm Kỹ thuật 2" in text
    assert "Chủ trì: Bà Phạm Thị Sen Quỳnh" in text
    assert "Đại diện UBND quận Hải An" in text
    in_order(text, "Bế mạc", "……… Phó Tổng cục trưởng Tổng cục Tiêu chuẩn")


def test_the_foot_tells_the_release_or_that_it_is_a_draft() -> None:
    for made, expected in (
        (large(), "Phát hành lần 3, ngày 12/01/2021"),
        (large("en"), "Release 3, 12 January 2021"),
        (large("both"), "Phát hành lần 3, ngày 12/01/2021 · Release 3, 12 January 2021"),
        (sheet(), "Bản dự thảo"),
        (sheet(language="en"), "Working draft"),
    ):
        written = write_pdf(made)
        feet = [one for one in lines(written) if one.text.strip() == expected and one.top > 277 - 3]
        assert len(feet) == len(PdfReader(io.BytesIO(written)).pages)
    assert not [one for one in lines(write_pdf(large())) if "dự thảo" in one.text]
    assert line(write_pdf(sheet()), "Bản dự thảo").top < 20


def test_an_empty_programme_says_so() -> None:
    assert "Chưa có nội dung." in printed()


def test_entries_whose_session_was_cut_out_stand_by_themselves() -> None:
    made = sheet(
        replace(SMALL, entries=(entry("Còn lại", parent=id_of("đã cắt")), entry("Khác", parent=id_of("Khác"))))
    )
    assert [(one.title["vi"], one.depth) for one in made.lines if one.entry] == [("Còn lại", 0), ("Khác", 0)]


# The page


@pytest.mark.parametrize("language", ["vi", "en", "both"])
def test_the_page_is_a4_in_one_family_with_every_font_inside(language: str) -> None:
    reader = PdfReader(io.BytesIO(write_pdf(large(language))))
    assert reader.trailer["/Root"]["/Lang"].startswith("en" if language == "en" else "vi")
    assert "pdfaid" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    for page in reader.pages:
        assert (page.mediabox.width * 25.4 / 72, page.mediabox.height * 25.4 / 72) == pytest.approx((210, 297), abs=0.1)
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font["/DescendantFonts"]
            assert "Tinos" in inner["/BaseFont"]
            assert "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]


def many(count: int, **fields: Any) -> Programme:
    start = at(14, "08:00")
    return replace(
        LARGE,
        entries=tuple(
            entry(
                f"Nội dung số {n} về hợp tác, hỗ trợ và phối hợp",
                f"Item {n}",
                starts_at=start + dt.timedelta(minutes=15 * n),
                minutes=15,
                speakers=(HIEP, BLOC),
                places=(HALL_A if n % 2 else HALL_B,),
                **fields,
            )
            for n in range(count)
        ),
    )


def test_pages_are_numbered_from_the_second_and_each_begins_with_the_tables_header() -> None:
    made = write_pdf(sheet(many(60), LARGE_HEADING))
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert "Thời gian Nội dung Người thực hiện Địa điểm" in text
        assert text.startswith(f"{number} Thời gian") or number == 1
        numbers = [one.text.strip() for one in lines(made) if one.page == number and one.top < 20]
        assert numbers == ([] if number == 1 else [str(number)])


def test_text_stays_inside_the_margins_and_a_heading_never_ends_a_page() -> None:
    sessions = []
    for n in range(40):
        sessions.append(entry(f"Phiên {n}", kind="session", chairs=(HIEP,), phase=("paper", "report")[n % 2]))
        sessions.append(
            entry(f"Bài {n}", "", parent=sessions[-1].id, phase=("paper", "report")[n % 2], speakers=(BLOC,))
        )
    made = write_pdf(sheet(replace(SMALL, entries=tuple(sessions))))
    body = [one for one in lines(made) if 20 < one.top < 275]
    assert min(one.left for one in body) >= 29.9
    assert max(right_edge(one) for one in body) <= 194.1
    for number in range(1, max(one.page for one in body) + 1):
        last = max((one for one in body if one.page == number), key=lambda one: one.top)
        lowest = {one.text.strip() for one in body if one.page == number and abs(one.top - last.top) < 1}
        assert not any(text.isupper() or text.startswith("Phiên") for text in lowest), lowest


def seconds(write: Callable[[], bytes]) -> float:
    """What it costs here and in the press, by the processors' clocks: the machine may have other things to do."""

    def spent() -> float:
        press_too = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + press_too.ru_utime + press_too.ru_stime

    begun = spent()
    write()
    return spent() - begun


def test_five_hundred_entries_are_printed_in_two_seconds() -> None:
    programme = many(500)
    assert seconds(lambda: write_pdf(sheet(programme, LARGE_HEADING, "both"))) < 2
    text = text_of(write_pdf(sheet(programme, LARGE_HEADING, "both")))
    assert all(f"Item {n} " in text for n in range(500))


# Whatever was typed


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("language", ["vi", "both"])
def test_nothing_typed_breaks_the_page(nasty: str, language: str) -> None:
    bad = said(nasty, nasty)
    voice = replace(HIEP, person=None, bloc=bad, office=bad)
    programme = replace(
        LARGE,
        title=bad,
        entries=(
            entry(nasty, nasty, speakers=(voice,), chairs=(voice,), places=(replace(HALL_A, said=bad), HALL_B)),
            entry("Phiên", kind="session", phase_name=bad, state="cancelled", reason=bad),
            entry("Nghỉ", kind="break", reserve=True),
        ),
    )
    heading = Heading(parent=bad, lead=bad, others=(bad,), places=(bad,), made_at=MADE)
    made = write_pdf(sheet(programme, heading, language))
    assert max(right_edge(one) for one in lines(made)) <= 194.1


def test_markup_is_printed_as_it_was_typed() -> None:
    assert "#let x = 1 #panic() $a_b$ *đậm* _nghiêng_ `mã` <nhãn> @thẻ [ngoặc]" in printed(entry(NASTY[0]))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(["vi", "en", "both"]))
def test_any_text_is_printed(title: str, office: str, language: str) -> None:
    voice = replace(HIEP, office=said(office or "x", office))
    programme = replace(SMALL, entries=(replace(entry("Mục", speakers=(voice,)), title=said(title, title)),))
    assert write_pdf(sheet(programme, language=language)).startswith(b"%PDF")


def test_a_title_longer_than_a_page_runs_on_over_pages() -> None:
    words = " ".join(f"chữ{n}" for n in range(3000))
    text = printed(entry(words))
    assert "chữ2999" in text
    assert "chữ1500" in text


def test_the_same_programme_gives_the_same_bytes_and_another_one_another_tag() -> None:
    assert write_pdf(large("both")) == write_pdf(large("both"))
    tags = {large(language).tag(format) for language in ("vi", "en", "both") for format in ("pdf", "xlsx")}
    assert len(tags) == 6
    assert sheet().tag("pdf") != sheet(replace(SMALL, title=said("Khác"))).tag("pdf")


# Bounds


def test_a_programme_too_large_to_print_is_refused_before_anything_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ENTRIES", 6)
    with pytest.raises(NotPrintable, match="7 mục"):
        sheet()
    monkeypatch.setattr(sheets, "MOST_ENTRIES", 7)
    monkeypatch.setattr(sheets, "MOST_CHARACTERS", 20)
    with pytest.raises(NotPrintable):
        sheet()


def test_setting_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    endless = tmp_path / "endless.typ"
    endless.write_text("#let n = 0\n#for a in range(100000) { for b in range(100000) { n += calc.rem(a * b, 7) } }\n#n")
    monkeypatch.setattr(pdf, "TEMPLATE", endless)
    monkeypatch.setattr(press, "SECONDS", 1)
    begun = time.perf_counter()
    with pytest.raises(NotPrinted):
        write_pdf(sheet())
    assert time.perf_counter() - begun < 4


def test_nobody_waits_for_ever_for_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(press, "SECONDS", 0.05)
    with press._turns, pytest.raises(NotPrinted):
        write_pdf(sheet())


def test_setting_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    huge = tmp_path / "huge.typ"
    huge.write_text('#let a = range(10000000).map(n => str(n) + "x" * 100)\n#a.len()')
    monkeypatch.setattr(pdf, "TEMPLATE", huge)
    monkeypatch.setattr(press, "BYTES", 200 << 20)
    with pytest.raises(NotPrinted):
        write_pdf(sheet())


def test_zones_with_odd_offsets_are_printed() -> None:
    moment = dt.datetime(2021, 1, 14, 9, 15, tzinfo=ZoneInfo("Asia/Kathmandu"))
    there = replace(SMALL, time_zone="Asia/Kathmandu", entries=(entry("Mục", starts_at=moment),))
    assert [one.time["vi"] for one in sheet(there).lines if one.entry] == ["09:15"]


def test_ids_are_never_printed() -> None:
    text = text_of(write_pdf(large("both")))
    assert not [each for each in (UUID(int=0), *NAMES, *(one.id for one in LARGE.entries)) if str(each) in text]
