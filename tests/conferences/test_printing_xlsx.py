"""A programme as a spreadsheet: dates and times to reckon with, text that stays text, and a page that prints."""

import datetime as dt
import io
import time
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.conferences.printing import Heading, Sheet, write_xlsx
from tests.conferences.sheets import (
    HALL_A,
    HIEP,
    LARGE,
    LARGE_HEADING,
    MADE,
    SMALL,
    SMALL_HEADING,
    at,
    entry,
    said,
)
from tests.conferences.test_printing import NASTY, large, many, seconds, sheet


def opened(made: Sheet) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(made))).active


def header(page: Any) -> int:
    return next(
        row for row in range(1, 20) if "Bắt đầu" in str(page.cell(row, 2).value) or page.cell(row, 2).value == "Start"
    )


def table(page: Any) -> list[dict[str, Any]]:
    """Every row below the header by the header's words; of a header of two lines, the first."""
    top = header(page)
    labels = [cell.value.split("\n")[0] for cell in page[top]]
    return [dict(zip(labels, [cell.value for cell in row], strict=True)) for row in page.iter_rows(min_row=top + 1)]


def row_of(page: Any, title: str, label: str = "Nội dung") -> dict[str, Any]:
    (found,) = [row for row in table(page) if row[label] == title]
    return found


@pytest.mark.parametrize("language", ["vi", "en", "both"])
def test_every_entry_has_one_row_in_order(language: str) -> None:
    made = large(language)
    label = "Content" if language == "en" else "Nội dung"
    code = made.languages[0]
    expected = [one.title[code] for one in (*made.lines, *made.reserve) if one.entry]
    rows = [row[label] for row in table(opened(made)) if row[label] in set(expected)]
    assert rows == expected


def test_side_by_side_each_text_has_a_column_for_each_language() -> None:
    row = row_of(opened(large("both")), "Khai mạc hội thảo")
    assert row["Content"] == "Opening of the workshop"
    assert row["Người thực hiện"] == "Ông Hà Minh Hiệp – Phó Tổng cục trưởng Tổng cục Tiêu chuẩn Đo lường Chất lượng"
    assert row["Speaker"].startswith("Mr Ha Minh Hiep – Deputy Director General, ")
    assert (row["Phần"], row["Phase"]) == ("Khai mạc", "Opening")
    assert (row["Địa điểm"], row["Place"]) == (HALL_A.said["vi"], HALL_A.said["en"])


def test_days_and_times_are_dates_and_times_on_the_conferences_own_clocks() -> None:
    row = row_of(opened(large()), "Khai mạc hội thảo")
    assert row["Ngày"] == dt.datetime(2021, 1, 14)
    assert (row["Bắt đầu"], row["Kết thúc"], row["Số phút"]) == (dt.time(8), dt.time(8, 15), 15)
    page = opened(large())
    first = next(cell for cell in page["B"] if cell.value == dt.time(8))
    assert first.number_format == "hh:mm"
    there = replace(LARGE, time_zone="Europe/Paris")
    assert row_of(opened(sheet(there, LARGE_HEADING)), "Khai mạc hội thảo")["Bắt đầu"] == dt.time(2)


def test_an_end_on_another_day_says_its_day_and_fuzzy_times_are_text() -> None:
    night = entry("Đêm", starts_at=at(14, "23:00"), minutes=120)
    page = opened(
        sheet(
            replace(
                SMALL, entries=(night, entry("Chiều", day=dt.date(2021, 1, 14), day_part="afternoon"), entry("Chưa rõ"))
            )
        )
    )
    assert row_of(page, "Đêm")["Kết thúc"] == dt.datetime(2021, 1, 15, 1)
    assert (row_of(page, "Chiều")["Ngày"], row_of(page, "Chiều")["Bắt đầu"]) == (dt.datetime(2021, 1, 14), "Chiều")
    assert (row_of(page, "Chưa rõ")["Ngày"], row_of(page, "Chưa rõ")["Bắt đầu"]) == (None, None)


def test_days_before_spreadsheets_begin_are_text() -> None:
    page = opened(sheet(replace(SMALL, entries=(entry("Xưa", day=dt.date(1887, 10, 17)),))))
    assert row_of(page, "Xưa")["Ngày"] == "17/10/1887"


def test_what_does_not_take_place_says_so_and_is_struck() -> None:
    page = opened(large())
    row = row_of(page, "Công cụ 5S và Kaizen trong cơ quan nhà nước")
    assert (row["Tình trạng"], row["Lý do"]) == ("huỷ", "diễn giả không dự được")
    cell = next(cell for cell in page["F"] if cell.value == "Công cụ 5S và Kaizen trong cơ quan nhà nước")
    assert cell.font.strike
    assert row_of(page, "Khai mạc hội thảo")["Tình trạng"] is None


def test_what_stands_under_a_day_a_phase_or_a_session_folds_away_with_it() -> None:
    page = opened(large())
    assert page.sheet_properties.outlinePr.summaryBelow is False
    levels = {
        str(page.cell(row, 6).value or page.cell(row, 5).value): page.row_dimensions[row].outlineLevel
        for row in range(header(page) + 1, page.max_row + 1)
    }
    assert levels["Thứ Năm, ngày 14/01/2021"] == 0
    assert levels["Báo cáo"] == 1
    assert levels["Phiên toàn thể"] == 2
    assert levels["Kết quả thí điểm tại địa phương"] > levels["Phiên toàn thể"]
    assert levels["Hỏi đáp về báo cáo"] == levels["Kết quả thí điểm tại địa phương"] + 1


def test_the_page_is_frozen_filtered_and_printed_across_one_page() -> None:
    page = opened(large())
    top = header(page)
    assert page.freeze_panes == f"A{top + 1}"
    assert page.auto_filter.ref.startswith(f"A{top}:")
    assert page.print_title_rows == f"${top}:${top}"
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_area == f"'Chương trình'!$A$1:$K${page.max_row}"
    assert all(page.column_dimensions[letter].width >= 9 for letter in "ABCDEFGHIJK")
    assert page.oddFooter.left.text == "Phát hành lần 3, ngày 12/01/2021"


@pytest.mark.parametrize(
    "text", ["=1+1", "+84 236", "-5 độ", "@SUM(A1)", '=HYPERLINK("http://x")', "#REF!", "#N/A", "{=A1}", "12:30", "1E5"]
)
def test_text_is_never_worked_out(text: str) -> None:
    bad = said(text, text)
    voice = replace(HIEP, person=None, organisation=None, bloc=bad, office={})
    made = sheet(
        replace(
            SMALL,
            title=bad,
            entries=(entry(text, text, speakers=(voice,), places=(replace(HALL_A, said=bad),), phase_name=bad),),
        ),
        Heading(lead=bad, places=(bad,), made_at=MADE),
        "both",
    )
    page = opened(made)
    cells = [cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert len([cell for cell in cells if cell.value == text]) >= 8
    assert {cell.data_type for cell in cells} == {"s"}
    archive = zipfile.ZipFile(io.BytesIO(write_xlsx(made)))
    assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    if text[0] in "=+-@":
        assert all(cell.quotePrefix for cell in cells if cell.value == text)


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_typed_breaks_the_sheet(nasty: str) -> None:
    programme = replace(SMALL, title=said(nasty), entries=(replace(entry("x"), title=said(nasty), reason=said(nasty)),))
    page = opened(sheet(programme, replace(SMALL_HEADING, lead=said(nasty))))
    written = "".join(str(cell.value or "") for row in page.iter_rows() for cell in row)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in written)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_written_and_read_back(title: str) -> None:
    made = sheet(replace(SMALL, entries=(replace(entry("x"), title=said(title)),)))
    (only,) = [one for one in made.lines if one.entry]
    titles = [row["Nội dung"] for row in table(opened(made))]
    assert titles[-1] == (only.title["vi"] or "………")


def test_what_a_cell_cannot_hold_ends_in_an_ellipsis() -> None:
    voices = tuple(
        replace(HIEP, person=None, organisation=None, bloc=said(f"Khối {n} " + "dài " * 250), office={})
        for n in range(40)
    )
    row = row_of(opened(sheet(replace(SMALL, entries=(entry("Mục", speakers=voices),)))), "Mục")
    assert len(row["Người thực hiện"]) == 32_767
    assert row["Người thực hiện"].endswith("…")


def test_an_empty_programme_is_a_table_without_rows() -> None:
    assert table(opened(sheet(replace(SMALL, entries=())))) == []


def test_the_same_programme_gives_the_same_bytes() -> None:
    first = write_xlsx(large("both"))
    time.sleep(1.1)
    assert write_xlsx(large("both")) == first


def test_five_hundred_entries_are_written_in_two_seconds() -> None:
    programme = many(500)
    assert seconds(lambda: write_xlsx(sheet(programme, LARGE_HEADING, "both"))) < 2
    assert len(table(opened(sheet(programme, LARGE_HEADING)))) >= 500
