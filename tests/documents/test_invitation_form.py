"""The invitation letter on paper: specimen 1.7 of decree 30/2020 as .docx and PDF, in Vietnamese and in English."""

import datetime as dt
from dataclasses import replace

import pytest

from backend.documents.form import BLANK, GAP, InvitationDocument, Paragraph, write_docx, write_pdf
from tests.documents.reading import line, opened, paragraph, text_of, written

FULL = InvitationDocument(
    parent="Uỷ ban Tiêu chuẩn",
    organisation="Trung tâm Kỹ thuật 2",
    body="Trung tâm Kỹ thuật 2",
    number="05/GM-KT2",
    symbol="KT2",
    place="Đà Nẵng",
    day=dt.date(2021, 1, 5),
    name="Dự Hội nghị tổng kết công tác năm 2020",
    guest="Ông Hà Minh Hiệp, Quyền Chủ tịch Uỷ ban Tiêu chuẩn",
    event="Hội nghị tổng kết công tác năm 2020",
    chairs=["Ông Nguyễn Phú Quốc, Phó Giám đốc"],
    when="13 giờ 30, thứ Năm, ngày 14 tháng 01 năm 2021",
    where="Hội trường lớn, 306 đường 2/9",
    texts=[Paragraph(text="Đại biểu vào cổng số 2.\nXe để tại tầng hầm.")],
    note="Có mặt trước 15 phút.",
    authority=["KT. Giám đốc", "Phó Giám đốc"],
    signer="Nguyễn Phú Quốc",
    recipients=["Ban Giám đốc"],
    kept_by="TCHC",
    made_at=dt.datetime(2021, 1, 5, 3, tzinfo=dt.UTC),
)
ENGLISH = replace(
    FULL,
    language="en",
    place="Da Nang",
    name="Review Conference",
    guest="Ms Jane Smith, Director",
    chairs=[],
    texts=[],
    note="",
    replaces=("03/GM-KT2", dt.date(2021, 1, 2)),
)


def test_the_lines_stand_in_the_order_of_the_specimen() -> None:
    order = [
        "TRUNG TÂM KỸ THUẬT 2",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 05/GM-KT2",
        "Đà Nẵng, ngày 05 tháng 01 năm 2021",
        "GIẤY MỜI",
        "Dự Hội nghị tổng kết công tác năm 2020",
        "Trung tâm Kỹ thuật 2 trân trọng kính mời: Ông Hà Minh Hiệp",
        "Tới dự Hội nghị tổng kết",
        "Chủ trì: Ông Nguyễn Phú Quốc",
        "Thời gian: 13 giờ 30",
        "Địa điểm: Hội trường lớn",
        "Đại biểu vào cổng số 2.",
        "Xe để tại tầng hầm.",
        "Lưu ý: Có mặt trước 15 phút./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Ban Giám đốc;",
        "- Lưu: VT, TCHC.",
        "KT. GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
    ]
    for text in (text_of(write_pdf(FULL)), " ".join(one.text for one in written(write_docx(FULL)))):
        places = [text.find(part) for part in order]
        assert -1 not in places
        assert places == sorted(places)
        assert text.rstrip().endswith("Nguyễn Phú Quốc")


@pytest.mark.parametrize(
    ("text", "smallest", "largest", "bold", "italic"),
    [
        ("Số: 05/GM-KT2", 13, 13, False, False),
        ("Đà Nẵng, ngày 05", 13, 14, False, True),
        ("GIẤY MỜI", 13, 14, True, False),
        ("Dự Hội nghị", 13, 14, True, False),
        ("Thời gian: 13 giờ 30", 13, 14, False, False),
        ("KT. GIÁM ĐỐC", 13, 14, True, False),
        ("PHÓ GIÁM ĐỐC", 13, 14, True, False),
        ("Nơi nhận:", 12, 12, True, True),
        ("- Như trên;", 11, 11, False, False),
    ],
)
def test_each_part_has_its_size_and_style(text: str, smallest: int, largest: int, bold: bool, italic: bool) -> None:
    printed = line(write_pdf(FULL), text)
    assert smallest <= printed.size <= largest
    assert ("Bold" in printed.font, "Italic" in printed.font) == (bold, italic)
    run = paragraph(write_docx(FULL), text).runs[0]
    assert smallest <= (run.font.size.pt if run.font.size else 14) <= largest
    assert (bool(run.bold), bool(run.italic)) == (bold, italic)


def test_number_and_date_share_a_line_and_the_receivers_stand_left_of_the_signature() -> None:
    pdf = write_pdf(FULL)
    assert line(pdf, "Số:").top == line(pdf, "Đà Nẵng, ngày").top
    assert line(pdf, "Nơi nhận:").left < 60 < line(pdf, "KT. GIÁM ĐỐC").left
    assert abs(line(pdf, "Nơi nhận:").top - line(pdf, "KT. GIÁM ĐỐC").top) < 5
    head, foot = opened(write_docx(FULL)).tables
    assert [cell.paragraphs[0].text for cell in head.rows[1].cells] == [
        "Số: 05/GM-KT2",
        "Đà Nẵng, ngày 05 tháng 01 năm 2021",
    ]
    assert [cell.paragraphs[0].text for cell in foot.rows[0].cells] == ["Nơi nhận:", "KT. GIÁM ĐỐC"]


def test_days_below_ten_and_the_first_two_months_are_padded_and_no_others() -> None:
    assert replace(FULL, day=dt.date(2021, 6, 30)).date_line() == "Đà Nẵng, ngày 30 tháng 6 năm 2021"
    assert replace(FULL, day=dt.date(2021, 2, 9)).date_line() == "Đà Nẵng, ngày 09 tháng 02 năm 2021"


def test_the_english_letter_is_english_and_names_the_letter_it_replaces() -> None:
    text = text_of(write_pdf(ENGLISH))
    for said in (
        "THE SOCIALIST REPUBLIC OF VIET NAM",
        "No.: 05/GM-KT2",
        "Da Nang, 5 January 2021",
        "has the honour of inviting: Ms Jane Smith, Director",
        "This invitation replaces invitation No. 03/GM-KT2 of 2 January 2021./.",
        "Recipients:",
    ):
        assert said in text
    for vietnamese in ("GIẤY MỜI", "Địa điểm", "Chaired by", "Nơi nhận"):
        assert vietnamese not in text
    assert opened(write_docx(ENGLISH)).core_properties.language == "en-GB"


def test_a_draft_shows_what_is_open_and_the_same_data_give_the_same_bytes() -> None:
    draft = replace(FULL, draft=True, number="", day=None, signer="", guest="")
    text = text_of(write_pdf(draft))
    for said in ("DỰ THẢO", f"Số: {BLANK}/GM-KT2", f"ngày {GAP} tháng {GAP} năm {GAP}", f"kính mời: {BLANK}"):
        assert said in text
    assert (write_pdf(FULL), write_docx(FULL)) == (write_pdf(FULL), write_docx(FULL))
    hostile = '#panic("x") </w:p> ]]> \x00\u202e 🎉 ' + "dài" * 200
    for broken in (replace(FULL, guest=hostile, note=hostile, signer=hostile, authority=[hostile]),):
        assert "GIẤY MỜI" in text_of(write_pdf(broken))
        assert paragraph(write_docx(broken), "GIẤY MỜI")
