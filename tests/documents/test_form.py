"""Minutes on paper: the page of decree 30/2020 (annex I, specimen 1.9) as .docx and PDF, whatever the record says."""

import datetime as dt
import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from backend.documents.form import BLANK, GAP, MinutesDocument, Paragraph, page, write_docx, write_pdf
from backend.documents.form.faces import face
from tests.documents.reading import line, lines, opened, paragraph, text_of, written

LETTERS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE = [unicodedata.normalize("NFC", letter + tone) for letter in LETTERS for tone in TONES] + ["đ"]

FULL = MinutesDocument(
    parent="Uỷ ban Tiêu chuẩn",
    organisation="Trung tâm Kỹ thuật 2",
    number="05/BB-KT2",
    symbol="KT2",
    name="Hội nghị tổng kết công tác năm 2020",
    start="8 giờ 00, ngày 05 tháng 01 năm 2021",
    places=["Hội trường lớn, 306 đường 2/9, thành phố Đà Nẵng"],
    attendance=[
        Paragraph(text="Viên chức: 173/179 người"),
        Paragraph(text="Khối Đo lường: 28/30 người", label="+", style="inner"),
    ],
    chairs=["Ông Nguyễn Phú Quốc – Phó giám đốc phụ trách"],
    secretaries=["Bà Trần Thị Thu Hà – Chuyên viên"],
    body=[
        Paragraph(label="I.", text="Diễn biến", style="heading"),
        *(Paragraph(label=f"{n}.", text="Các đơn vị báo cáo kết quả năm 2020. " * 4, style="item") for n in range(30)),
        Paragraph(text="“Chất lượng là uy tín”", style="quote"),
    ],
    closing="17 giờ 05, ngày 05 tháng 01 năm 2021",
    signing_chairs=["Nguyễn Phú Quốc"],
    signing_secretary="Trần Thị Thu Hà",
    recipients=["UBND huyện An Minh"],
    made_at=dt.datetime(2021, 1, 5, 3, 0, tzinfo=dt.UTC),
)
SHORT = replace(FULL, body=[])
EMPTY = MinutesDocument(organisation="", name="Cuộc họp", made_at=FULL.made_at)


# The page


def test_the_docx_page_is_a4_with_the_margins_of_the_decree() -> None:
    section = opened(write_docx(FULL)).sections[0]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    assert 20 <= section.top_margin.mm <= 25
    assert 20 <= section.bottom_margin.mm <= 25
    assert 30 <= section.left_margin.mm <= 35
    assert 15 <= section.right_margin.mm <= 20


def test_the_pdf_page_is_a4_and_its_text_stays_inside_the_margins() -> None:
    pdf = write_pdf(FULL)
    for sheet in PdfReader(io.BytesIO(pdf)).pages:
        assert (sheet.mediabox.width * 25.4 / 72, sheet.mediabox.height * 25.4 / 72) == pytest.approx(
            (210, 297), abs=0.1
        )
    body = [one for one in lines(pdf) if not one.text.strip().isdigit()]
    assert min(one.left for one in body) == pytest.approx(30, abs=0.1)
    assert all(20 <= one.top <= 277 for one in body)
    assert all(one.left + face().width(one.text.strip(), one.size) <= 195 for one in body)


def test_pages_are_numbered_in_the_top_margin_from_the_second_on() -> None:
    pdf = write_pdf(FULL)
    numbers = [one for one in lines(pdf) if one.text.strip().isdigit()]
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert pages > 2
    assert [(one.page, one.text.strip()) for one in numbers] == [(n, str(n)) for n in range(2, pages + 1)]
    for one in numbers:
        assert one.top < 20
        assert one.left == pytest.approx(30 + 164 / 2, abs=2)
        assert 13 <= one.size <= 14
    section = opened(write_docx(FULL)).sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.is_linked_to_previous or not section.first_page_header.paragraphs[0].text
    header = section.header.paragraphs[0]
    assert header.alignment == ALIGN.CENTER
    assert header._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"


# Its parts, in the type the decree gives each


@pytest.mark.parametrize(
    ("text", "smallest", "largest", "bold", "italic"),
    [
        ("UỶ BAN TIÊU CHUẨN", 12, 13, False, False),
        ("TRUNG TÂM KỸ THUẬT 2", 12, 13, True, False),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, 13, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, 14, True, False),
        ("Số: 05/BB-KT2", 13, 13, False, False),
        ("BIÊN BẢN", 13, 14, True, False),
        ("Hội nghị tổng kết công tác năm 2020", 13, 14, True, False),
        ("Thời gian bắt đầu: 8 giờ 00", 13, 14, False, False),
        ("+ Khối Đo lường", 13, 14, False, False),
        ("I. DIỄN BIẾN", 13, 14, True, False),
        ("1. Các đơn vị", 13, 14, False, False),
        ("“Chất lượng là uy tín”", 13, 14, False, True),
        ("THƯ KÝ", 13, 14, True, False),
        ("CHỦ TỌA", 13, 14, True, False),
        ("Trần Thị Thu Hà", 13, 14, True, False),
        ("Nơi nhận:", 12, 12, True, True),
        ("- UBND huyện An Minh;", 11, 11, False, False),
        ("- Lưu: VT, Hồ sơ.", 11, 11, False, False),
    ],
)
def test_each_part_has_its_size_and_style(text: str, smallest: int, largest: int, bold: bool, italic: bool) -> None:
    printed = line(write_pdf(FULL), text)
    assert smallest <= printed.size <= largest
    assert ("Bold" in printed.font, "Italic" in printed.font) == (bold, italic)
    run = paragraph(write_docx(FULL), text).runs[0]
    size = run.font.size or opened(write_docx(FULL)).styles["Normal"].font.size
    assert smallest <= size.pt <= largest
    assert (bool(run.bold), bool(run.italic)) == (bold, italic)


def test_the_lines_stand_in_the_order_of_the_specimen() -> None:
    order = [
        "UỶ BAN TIÊU CHUẨN",
        "TRUNG TÂM KỸ THUẬT 2",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 05/BB-KT2",
        "BIÊN BẢN",
        "Hội nghị tổng kết công tác năm 2020",
        "Thời gian bắt đầu: 8 giờ 00, ngày 05 tháng 01 năm 2021",
        "Địa điểm: Hội trường lớn",
        "Thành phần tham dự:",
        "Chủ trì (chủ tọa): Ông Nguyễn Phú Quốc",
        "Thư ký (người ghi biên bản): Bà Trần Thị Thu Hà",
        "Nội dung (theo diễn biến hội nghị):",
        "Hội nghị kết thúc vào 17 giờ 05, ngày 05 tháng 01 năm 2021./.",
        "THƯ KÝ",
        "CHỦ TỌA",
        "Nơi nhận:",
        "- Lưu: VT, Hồ sơ.",
    ]
    for text in (text_of(write_pdf(FULL)), " ".join(one.text for one in written(write_docx(FULL)))):
        places = [text.find(part) for part in order]
        assert -1 not in places
        assert places == sorted(places)


def test_minutes_bear_no_place_and_date_in_their_head() -> None:
    head = text_of(write_pdf(FULL)).partition("BIÊN BẢN")[0]
    assert "ngày" not in head
    assert "ngày" not in " ".join(one.text for one in written(write_docx(FULL))).partition("BIÊN BẢN")[0]


def test_the_body_stands_left_the_nation_right_and_so_do_secretary_and_chair() -> None:
    pdf = write_pdf(FULL)
    for left, right in (("TRUNG TÂM", "CỘNG HÒA"), ("THƯ KÝ", "CHỦ TỌA"), ("Trần Thị Thu Hà", "Nguyễn Phú Quốc")):
        assert line(pdf, left).left < 105 < line(pdf, right).left + 10
        assert line(pdf, left).left + 40 < line(pdf, right).left
    assert line(pdf, "THƯ KÝ").top == line(pdf, "CHỦ TỌA").top
    assert line(pdf, "Nơi nhận:").left == pytest.approx(30, abs=0.1)
    cells = opened(write_docx(FULL)).tables[-1].rows[0].cells
    assert [cell.paragraphs[0].text for cell in cells] == ["THƯ KÝ", "CHỦ TỌA"]


def test_paragraphs_are_justified_indented_and_six_points_apart() -> None:
    body = paragraph(write_docx(FULL), "1. Các đơn vị").paragraph_format
    assert body.alignment == ALIGN.JUSTIFY
    assert body.first_line_indent.mm == pytest.approx(12.7, abs=0.1)
    assert body.space_before.pt >= 6
    assert 1 <= body.line_spacing <= 1.5
    pdf = write_pdf(FULL)
    above, below = line(pdf, "Thời gian"), line(pdf, "Địa điểm")
    assert below.left - 30 == pytest.approx(12.7, abs=0.1)
    inside = [one for one in lines(pdf) if one.page == 1 and one.left == pytest.approx(30, abs=0.1)]
    pitch = min(b.top - a.top for a, b in zip(lines(pdf), lines(pdf)[1:], strict=False) if b in inside)
    single = 14 * 1.149 * 25.4 / 72
    assert single <= pitch <= 1.5 * single
    assert below.top - above.top >= pitch + 6 * 25.4 / 72 - 0.05


def test_rules_are_as_long_as_the_decree_asks() -> None:
    """Under the motto as long as its line; under body and title a third to a half of theirs."""
    widths = [
        face(bold=True).width(text, size)
        for text, size in (("TRUNG TÂM KỸ THUẬT 2", 12), ("Độc lập - Tự do - Hạnh phúc", 13), (FULL.name, 14))
    ]
    strokes = PdfReader(io.BytesIO(write_pdf(FULL))).pages[0].get_contents()
    assert strokes is not None
    drawn = [float(length) * 25.4 / 72 for length in re.findall(rb"0 0 m\s+([\d.]+) 0 l", strokes.get_data())]
    paper = written(write_docx(FULL))
    bordered = [one for one in paper if one._p.find(".//" + qn("w:pBdr")) is not None]
    columns = [page.BODY_COLUMN, page.NATION_COLUMN, 210 - page.LEFT - page.RIGHT]
    set_in_docx = [
        column - 2 * one.paragraph_format.left_indent.mm for one, column in zip(bordered, columns, strict=True)
    ]
    for body, motto, title in (drawn, set_in_docx):
        assert widths[0] / 3 <= body <= widths[0] / 2
        assert motto == pytest.approx(widths[1], abs=0.5)
        assert widths[2] / 3 <= title <= widths[2] / 2


def test_a_head_of_one_line_and_a_very_long_one_both_fit() -> None:
    long = replace(FULL, organisation="Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng " * 4, name="Hội nghị " * 60)
    for document in (long, replace(FULL, parent="")):
        assert "BIÊN BẢN" in text_of(write_pdf(document))
        assert paragraph(write_docx(document), "BIÊN BẢN")


# Letters


def test_every_vietnamese_letter_of_every_style_is_inside_and_can_be_read_out() -> None:
    alphabet = " ".join(VIETNAMESE + [letter.upper() for letter in VIETNAMESE])
    pdf = write_pdf(
        replace(
            FULL,
            body=[Paragraph(text=alphabet), Paragraph(text=alphabet, style="quote")],
            name=alphabet,
            recipients=[alphabet],
        )
    )
    text = text_of(pdf)
    assert text.count(alphabet) == 4
    assert "Nơi nhận:" in text  # the only line in bold italics
    assert unicodedata.is_normalized("NFC", text)


def test_letters_typed_apart_from_their_tones_are_joined() -> None:
    document = replace(FULL, body=[Paragraph(text=unicodedata.normalize("NFD", "Đặng Thanh Tùng thưởng thức"))])
    assert "Đặng Thanh Tùng thưởng thức" in text_of(write_pdf(document))
    assert paragraph(write_docx(document), "Đặng Thanh Tùng thưởng thức")


def test_the_pdf_is_pdf_a_and_brings_every_font_it_uses() -> None:
    reader = PdfReader(io.BytesIO(write_pdf(FULL)))
    catalogue: Any = reader.trailer["/Root"]
    about = catalogue["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in about
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in about
    assert catalogue["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert catalogue["/Lang"] == "vi"
    assert reader.metadata is not None
    assert reader.metadata.title == FULL.name
    names = set()
    for sheet in reader.pages:
        for font in sheet["/Resources"]["/Font"].values():
            (inner,) = font["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])
            assert "/ToUnicode" in font
            names.add(font["/BaseFont"].partition("+")[2].partition("-")[0])
    assert names == {"Tinos"}


def test_the_docx_names_times_new_roman_for_every_script() -> None:
    paper = opened(write_docx(FULL))
    fonts = paper.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    assert paper.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"
    assert all(run.font.name is None for one in written(write_docx(FULL)) for run in one.runs)


# The same data, the same files


def test_the_same_data_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_docx(FULL), write_pdf(FULL)
    monkeypatch.setattr("time.localtime", lambda *_: dt.datetime(2031, 2, 3, 4, 5, 6).timetuple())
    assert (write_docx(FULL), write_pdf(FULL)) == first
    assert (opened(first[0]).core_properties.created, opened(first[0]).core_properties.author) == (
        dt.datetime(2021, 1, 5, 3, 0, tzinfo=dt.UTC),
        "Trung tâm Kỹ thuật 2",
    )
    assert not [name for name in zipfile.ZipFile(io.BytesIO(first[0])).namelist() if "thumbnail" in name]
    other = replace(FULL, made_at=dt.datetime(2021, 1, 6, tzinfo=dt.UTC))
    assert write_docx(other) != first[0]
    assert write_pdf(other) != first[1]


# What is unknown


@pytest.mark.parametrize(
    "sentence",
    [
        f"Số: {BLANK}/BB",
        f"Thời gian bắt đầu: {BLANK}",
        f"Địa điểm: {BLANK}",
        f"Thành phần tham dự: {BLANK}",
        f"Chủ trì (chủ tọa): {BLANK}",
        f"Thư ký (người ghi biên bản): {BLANK}",
        f"Hội nghị kết thúc vào {GAP} giờ {GAP}, ngày {GAP} tháng {GAP} năm {GAP}./.",
    ],
)
def test_what_is_unknown_prints_as_a_visible_blank(sentence: str) -> None:
    assert sentence in text_of(write_pdf(EMPTY))
    assert paragraph(write_docx(EMPTY), sentence)


def test_unknown_names_leave_a_line_to_sign_on_and_co_chairs_sign_below_each_other() -> None:
    assert text_of(write_pdf(EMPTY)).partition("kết thúc")[2].count(f"THƯ KÝ {BLANK} CHỦ TỌA {BLANK}") == 1
    pdf = write_pdf(replace(FULL, signing_chairs=["Dương Minh Tâm", "", "Nguyễn Quốc Khởi"]))
    tops = [line(pdf, name).top for name in ("CHỦ TỌA", "Dương Minh Tâm", "Nguyễn Quốc Khởi")]
    assert tops == sorted(tops)
    assert f"Dương Minh Tâm {BLANK} Nguyễn Quốc Khởi" in text_of(pdf)
    assert "DỰ THẢO" not in text_of(pdf)
    assert text_of(write_pdf(replace(FULL, draft=True))).startswith("DỰ THẢO")
    assert written(write_docx(replace(FULL, draft=True)))[0].text == "DỰ THẢO"


# What is hostile


HOSTILE = {
    "XML control characters": "a\x01\x0b\x1f\x7fb",
    "NUL": "a\x00b",
    "half a surrogate": "a\ud800b",
    "no character": "a\ufffe\uffff\U0001ffffb",
    "HTML": "<script>alert(1)</script> &amp; <b>đậm</b> & ]]>",
    "XML": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "secret.txt">]><w:p/>&b;',
    "Typst": '#panic("x") #import "@preview/x:1" *b* _i_ $x$ `c` \\ \\u{61} @ref <label> = = [a] // c /* d */ ~ --- ""',
    "Word field": '{ INCLUDETEXT "c:\\\\windows" } DDEAUTO',
    "emoji": "Chúc mừng 🎉 👨‍👩‍👧 🇻🇳",
    "other scripts": "中文 ລາວ ខ្មែរ العربية עברית 𝐀 ༀ",
    "private use": "\ue000\uf8ff",
    "direction": "A\u202eB\u2066C\u200fD",
    "invisible": "a\ufeffb\u200bc\u200dd\u00ade",
    "line breaks": "một\nhai\r\nba\rbốn\u2028năm\u2029sáu\tbảy\x0btám",
    "a long word": "Nghiêng" * 400,
    "stacked marks": "a" + "\u0301" * 300,
    "a long text": "Tiêu chuẩn đo lường chất lượng. " * 500,
    "spaces only": " \n\t ",
    "half of a template": "{{ x }} {% y %} ${z} %s {0}",
}


def everywhere(text: str) -> MinutesDocument:
    return replace(
        SHORT,
        parent=text[:2000],
        organisation=text[:2000],
        number=text[:200],
        symbol=text[:200],
        name=text[:2000],
        start=text[:2000],
        places=[text[:2000], text[:2000]],
        attendance=[Paragraph(text=text, style="inner"), Paragraph(text=text, label=text[:200])],
        chairs=[text[:2000]],
        body=[Paragraph(text=text, label=text[:20], style=style) for style in ("body", "heading", "item", "quote")],
        gathering=text[:200],
        closing=text[:200],
        signing_chairs=[text[:200]],
        signing_secretary=text[:200],
        recipients=[text[:200]],
    )


@cache
def usual() -> tuple[set[str], list[str]]:
    """The elements of an ordinary .docx, and its files."""
    file = write_docx(FULL)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {element.tag for element in opened(file).element.iter()}, archive.namelist()


def stands(document: MinutesDocument) -> tuple[bytes, bytes]:
    """Both files open; their own words are all there; nothing was added to their structure."""
    file, pdf = write_docx(document), write_pdf(document)
    paper, (tags, names) = opened(file), usual()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == names
    assert {element.tag for element in paper.element.iter()} <= tags
    assert len(paper.tables) == 2
    reader = PdfReader(io.BytesIO(pdf))
    catalogue: Any = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(catalogue)
    assert not any("/Annots" in sheet for sheet in reader.pages)
    text = text_of(pdf)
    for own in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Thời gian bắt đầu:", "- Lưu: VT, Hồ sơ."):
        assert own in text
    return file, pdf


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_neither_breaks_nor_injects(text: str) -> None:
    file, pdf = stands(everywhere(text))
    kinds = {unicodedata.category(character) for one in written(file) for character in one.text}
    assert not kinds & {"Cc", "Cf", "Cs"}
    for one in lines(pdf):
        assert one.left >= 29.9
        assert one.left + face().width(one.text.replace("\u200b", "").strip(), one.size) <= 195


@pytest.mark.parametrize("name", ["HTML", "Typst", "Word field", "half of a template"])
def test_markup_prints_as_it_was_typed(name: str) -> None:
    text = HOSTILE[name]
    document = replace(FULL, body=[Paragraph(text=text)])
    assert paragraph(write_docx(document), text).text == text
    assert text in text_of(write_pdf(document))


def test_the_pdf_names_characters_it_cannot_show_and_the_docx_keeps_them() -> None:
    document = replace(FULL, body=[Paragraph(text="Chúc mừng 🎉!")])
    assert "Chúc mừng [U+1F389]!" in text_of(write_pdf(document))
    assert paragraph(write_docx(document), "Chúc mừng 🎉!")


def test_a_line_break_begins_a_paragraph_whose_label_is_not_repeated() -> None:
    document = replace(FULL, body=[Paragraph(label="a)", text="một\nhai\u2028ba", style="item")])
    assert "a) một hai ba" in text_of(write_pdf(document))
    texts = [one.text for one in written(write_docx(document))]
    assert texts[texts.index("a) một") :][:3] == ["a) một", "hai", "ba"]


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(), max_size=200), st.text(st.sampled_from("#*$\\_`@<>[]{}\"'/=-~&;%\n\x00 aơ"), max_size=60)
)
def test_no_text_breaks_the_form(anything: str, signs: str) -> None:
    text = anything + signs
    document = replace(
        SHORT,
        name=text,
        organisation=signs,
        body=[Paragraph(text=text), Paragraph(text=text, label=signs, style="heading")],
        signing_chairs=[text],
        recipients=[text],
    )
    file, pdf = stands(document)
    assert (write_docx(document), write_pdf(document)) == (file, pdf)
