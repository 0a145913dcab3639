"""Lists as units send them: what is read, and what is said about the rest. No database."""

import contextlib
import datetime as dt
import io
import unicodedata
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from backend.core.vietnamese import clean
from backend.imports.reading import Entry, Row, Unreadable, read_people
from backend.imports.reading.contacts import emails_of, phone_of
from backend.imports.reading.headings import WORDS, column_called
from backend.imports.reading.people import _row as people_row
from backend.imports.reading.tables import MOST_ROWS
from backend.people.names import parse_name
from tests.imports.files import HEADINGS, people, saved, text, workbook

AN = ["1", "Nguyễn Văn An", "Chủ tịch", "UBND xã A", "an@xa.example", "0912 345 678"]
FILES = {
    "workbook": (workbook([HEADINGS, AN]), "xlsx"),
    "title rows": (workbook([["UBND TỈNH"], ["DANH SÁCH ĐẠI BIỂU"], [], HEADINGS, AN]), "xlsx"),
    "merged titles": (workbook([["DANH SÁCH ĐẠI BIỂU"], HEADINGS, AN], merged=["A1:F1"]), "xlsx"),
    "empty rows above and between": (workbook([HEADINGS, [], AN], above=3), "xlsx"),
    "csv": (text([HEADINGS, AN]), "csv"),
    "byte order mark": (text([HEADINGS, AN], encoding="utf-8-sig"), "csv"),
    "UTF-16": (text([HEADINGS, AN], encoding="utf-16"), "csv"),
    "semicolons": (text([HEADINGS, AN], delimiter=";"), "csv"),
    "tabs": (text([HEADINGS, AN], delimiter="\t"), "csv"),
    "Excel's own sep=": (b"sep=;\r\n" + text([HEADINGS, AN], delimiter=";"), "csv"),
    "NFD": (unicodedata.normalize("NFD", text([HEADINGS, AN]).decode()).encode(), "csv"),
    "no diacritics in the headings": (text([["STT", "Ho va ten", "Chuc vu", "Don vi", "E-mail", "SDT"], AN]), "csv"),
    "English headings": (text([["No.", "Full name", "Position", "Organisation", "Email", "Phone"], AN]), "csv"),
    "both languages in a heading": (
        text([["TT", "Họ và tên / Full name", "Chức vụ/Position", "Đơn vị", "Email (bắt buộc)", "Điện thoại"], AN]),
        "csv",
    ),
}


def only(content: bytes, format: str) -> Row:
    (row,) = read_people(content, format).rows
    return row


def cells(**said: Any) -> Row:
    """The one row of a workbook with these columns."""
    headings = [WORDS[column][0] for column in said]
    return only(workbook([headings, list(said.values())]), "xlsx")


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_same_person_is_read_however_the_file_is_laid_out(file: tuple[bytes, str]) -> None:
    row = only(*file)

    assert not row.errors
    assert row.entry == Entry(
        full_name="Nguyễn Văn An",
        office="Chủ tịch",
        unit="UBND xã A",
        email="an@xa.example",
        phone="+84912345678",
    )
    assert row.entry.full_name == unicodedata.normalize("NFC", row.entry.full_name)


def test_rows_are_numbered_as_the_sender_sees_them() -> None:
    reading = read_people(workbook([["DANH SÁCH"], [], HEADINGS, AN, [], [*AN[:1], "Lê Thị Bình"]]), "xlsx")

    assert (reading.heading_row, [row.number for row in reading.rows]) == (3, [4, 6])


def test_headings_in_two_rows_and_merged_cells() -> None:
    above = [HEADINGS[0], HEADINGS[1], "Chức vụ", "Đơn vị", "Liên hệ", None, "Ghi chú"]
    rows = [above, [None, None, None, None, "Email", "Điện thoại"], [*AN, "chay"], ["2", "Lê Thị Bình", "Phó Chủ tịch"]]
    reading = read_people(workbook(rows, merged=["A1:A2", "B1:B2", "E1:F1", "D3:D4"]), "xlsx")

    assert reading.unused == ["Ghi chú"]
    assert [row.entry.unit for row in reading.rows] == ["UBND xã A", "UBND xã A"]
    assert reading.rows[0].entry.email == "an@xa.example"


def test_what_is_no_person_is_left_alone() -> None:
    rows = [HEADINGS, ["I", "KHỐI CÁC XÃ"], AN, ["2"], ["", "Tổng cộng: 1 người"], ["", "Người lập biểu"]]

    assert [row.entry.full_name for row in read_people(workbook(rows), "xlsx").rows] == ["Nguyễn Văn An"]


def test_the_first_visible_sheet_with_headings_is_read() -> None:
    book = Workbook()
    book.active.append(["Ghi chú"])  # type: ignore[union-attr]
    hidden = book.create_sheet("Cũ")
    hidden.append(list(HEADINGS))
    hidden.sheet_state = "hidden"
    book.create_sheet("Đại biểu").append(list(HEADINGS))
    book["Đại biểu"].append(AN)

    assert read_people(saved(book), "xlsx").sheet == "Đại biểu"


def test_a_name_in_two_columns() -> None:
    row = only(text([["Họ và tên đệm", "Tên", "Email"], ["NGUYỄN VĂN", "AN", ""]]), "csv")

    assert row.entry.full_name == "Nguyễn Văn An"


@pytest.mark.parametrize(
    ("written", "name", "honorific", "degree", "behind"),
    [
        ("  Nguyễn   Văn  An ", "Nguyễn Văn An", "", "", ""),
        ("NGUYỄN VĂN AN", "Nguyễn Văn An", "", "", ""),
        ("nguyễn văn an", "Nguyễn Văn An", "", "", ""),
        ("Ông Nguyễn Văn An", "Nguyễn Văn An", "ong", "", ""),
        ("BÀ TRẦN THỊ BÌNH", "Trần Thị Bình", "ba", "", ""),
        ("Ông/Bà Nguyễn Văn An", "Nguyễn Văn An", "", "", ""),
        ("Đ/c Hà Minh Hiệp", "Hà Minh Hiệp", "", "", ""),
        ("Đồng chí Hà Minh Hiệp", "Hà Minh Hiệp", "", "", ""),
        ("ThS.Nguyễn Thị Hoa", "Nguyễn Thị Hoa", "", "ThS.", ""),
        ("Th.S Nguyễn Thị Hoa", "Nguyễn Thị Hoa", "", "ThS.", ""),
        ("PGS.TS. Lê Văn Cường", "Lê Văn Cường", "", "PGS. TS.", ""),
        ("GS. TSKH Lê Văn Cường", "Lê Văn Cường", "", "GS. TSKH.", ""),
        ("ÔNG PGS.TS LÊ VĂN CƯỜNG", "Lê Văn Cường", "ong", "PGS. TS.", ""),
        ("Phó Giáo sư, Tiến sĩ Lê Văn Cường", "Lê Văn Cường", "", "PGS. TS.", ""),
        ("Nguyễn Văn An, ThS.", "Nguyễn Văn An", "", "ThS.", ""),
        ("Nguyễn Văn An (TS)", "Nguyễn Văn An", "", "TS.", ""),
        ("Nguyễn Văn An (Giám đốc)", "Nguyễn Văn An", "", "", "Giám đốc"),
        ("Ông: Nguyễn Văn An - Chủ tịch UBND xã", "Nguyễn Văn An", "ong", "", "Chủ tịch UBND xã"),
        ("H'Hen Niê", "H'Hen Niê", "", "", ""),
        ("Nguyễn-Trần An", "Nguyễn-Trần An", "", "", ""),
        ("Ông Thoại", "Ông Thoại", "", "", ""),  # a family name
        ("John McDonald", "John McDonald", "", "", ""),
    ],
)
def test_names(written: str, name: str, honorific: str, degree: str, behind: str) -> None:
    for form in ("NFC", "NFD"):
        found = parse_name(unicodedata.normalize(form, written))
        assert (found.full_name, found.honorific, found.degree, found.behind) == (name, honorific, degree, behind)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0912 345 678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        (912345678, "+84912345678"),  # Excel took the 0
        (912345678.0, "+84912345678"),
        ("912345678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("9.12345678E8", "+84912345678"),
        ("'0912345678", "+84912345678"),
        ("(0236)3910064", "+842363910064"),
        (2363910064, "+842363910064"),
        ("+49 30 901820", "+4930901820"),
        ("0912345678; 0913456789", "+84912345678"),
        ("0912345678 / 02363910064", "+84912345678"),
        ("", ""),
        (None, ""),
    ],
)
def test_telephones(cell: Any, number: str) -> None:
    row = cells(full_name="Nguyễn Văn An", phone=cell)

    assert (row.entry.phone, row.errors) == (number, [])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("01234567890", "ended in 2018"),
        ("123", "Not a telephone"),
        ("máy lẻ", "Not a telephone"),
        ("0912 345 67x", "Not a telephone"),
    ],
)
def test_wrong_telephones(said: str, words: str) -> None:
    with override("en"):
        assert words in str(phone_of(said)[1])


@pytest.mark.parametrize(
    ("said", "addresses"),
    [
        (" An@Xa.EXAMPLE ", ["an@xa.example"]),
        ("an @ xa.example", ["an@xa.example"]),
        ("mailto:an@xa.example", ["an@xa.example"]),
        ("Nguyễn Văn An <an@xa.example>", ["an@xa.example"]),
        ("an@xa.example; binh@xa.example", ["an@xa.example", "binh@xa.example"]),
        ("an@xa.example, an@xa.example", ["an@xa.example"]),
        ("", []),
    ],
)
def test_addresses(said: str, addresses: list[str]) -> None:
    found, wrong, _ = emails_of(said)

    assert (found, wrong) == (addresses, None)


@pytest.mark.parametrize("said", ["an", "an@xa", "an@@xa.example", "an@xa..example", "a\tn@xa.example\nBcc: x", "@"])
def test_wrong_addresses(said: str) -> None:
    assert emails_of(said)[1] is not None


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (dt.datetime(2021, 1, 14), "2021-01-14"),
        (44210, "2021-01-14"),  # Excel's number for it
        (44210.0, "2021-01-14"),
        ("14/01/2021", "2021-01-14"),
        ("14.1.2021", "2021-01-14"),
        ("2021-01-14", "2021-01-14"),
        (None, ""),
    ],
)
def test_days(cell: Any, day: str) -> None:
    assert cells(full_name="Nguyễn Văn An", since=cell).entry.since == day


WRONG = {
    "no name": ({"full_name": "", "email": "an@xa.example"}, "full_name", "missing"),
    "digits in a name": ({"full_name": "Nguyễn Văn An 2"}, "full_name", "consists of letters"),
    "emoji in a name": ({"full_name": "Nguyễn An 😀"}, "full_name", "consists of letters"),
    "header injection in a name": ({"full_name": "Nguyễn An\nBcc: x@y.example"}, "full_name", "consists of letters"),
    "TCVN3": ({"full_name": "NguyÔn V¨n An"}, "full_name", "old Vietnamese encoding"),
    "VNI": ({"full_name": "Nguyeãn Vaên An"}, "full_name", "old Vietnamese encoding"),
    "long name": ({"full_name": "An " * 60}, "full_name", "more than 120"),
    "address": ({"full_name": "Lê An", "email": "lean"}, "email", "e-mail address"),
    "telephone": ({"full_name": "Lê An", "phone": "không có"}, "phone", "telephone"),
    "day": ({"full_name": "Lê An", "since": "31/02/2021"}, "since", "Not a date"),
    "language": ({"full_name": "Lê An", "language": "fr"}, "language", "vi or en"),
    "honorific": ({"full_name": "Lê An", "honorific": "sếp"}, "honorific", "Mr or Ms"),
    "a formula without its value": ({"full_name": "Lê An", "office": "=A1"}, "office", "formula"),
    "a formula that failed": ({"full_name": "Lê An", "office": "#REF!"}, "office", "failed"),
    "a formula for a name": ({"full_name": "=CONCAT(A1)", "email": "a@xa.example"}, "full_name", "formula"),
}


@pytest.mark.parametrize(("said", "column", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_by_column_and_without_the_value(said: dict[str, Any], column: str, words: str) -> None:
    row = cells(**said)

    assert [error.column for error in row.errors] == [column]
    for language in ("vi", "en"):
        with override(language):
            reason = str(row.errors[0].reason)
            assert not any(str(value) and str(value) in reason for value in said.values())
    with override("en"):
        assert words in str(row.errors[0].reason)


def test_directions_and_unseen_characters_are_taken_off() -> None:
    assert cells(full_name="Nguyễn\u202e Văn\u200b An\ufeff").entry.full_name == "Nguyễn Văn An"


def test_letters_that_cannot_be_printed_are_remarked_on() -> None:
    row = cells(full_name="Sok សុខ", office="Giám đốc", unit="Xã 林")

    assert [remark.column for remark in row.remarks] == ["full_name", "unit"]
    assert "សុខ" in str(row.remarks[0].reason)
    assert row.errors == []


def test_an_office_behind_the_name_is_kept_and_remarked_on() -> None:
    row = cells(full_name="Nguyễn Văn An (Giám đốc)")

    assert (row.entry.office, [remark.column for remark in row.remarks]) == ("Giám đốc", ["full_name"])


def test_the_same_person_again_is_the_row_above() -> None:
    def row(name: str, unit: str = "", email: str = "", phone: str = "") -> list[str]:
        return ["", name, "", unit, email, phone]

    reading = read_people(
        workbook(
            [
                HEADINGS,
                row("Nguyễn Văn An", "Xã A", "an@xa.example"),
                row("NGUYỄN VĂN AN", "Xã B", "AN@xa.example"),  # by e-mail
                row("nguyễn văn an", "xã a"),  # by name and unit
                row("Nguyễn Văn An", "Xã A", "khac@xa.example"),  # a namesake
                row("Lê Thị Bình", "Xã A", "", "0912345678"),
                row("Lê Thị Bình", "", "", "912345678"),  # by telephone
                row("Lê Thị Bình", "Xã B", "", "0913456789"),  # a namesake
                row("Trần Văn Cường", "", "an@xa.example"),  # another name: wrong
            ]
        ),
        "xlsx",
    )

    assert [each.duplicate_of for each in reading.rows] == [None, 2, 2, None, None, 6, None, None]
    assert [bool(each.errors) for each in reading.rows] == [False] * 7 + [True]


UNREADABLE = {
    "no workbook": (b"PK\x03\x04 and no more", "xlsx", "damaged"),
    "no headings": (text([["a", "b"], ["1", "2"]]), "csv", "No row of headings"),
    "empty": (workbook([]), "xlsx", "No row of headings"),
    "another encoding": (text([HEADINGS, AN]).decode().encode("cp1258", "replace"), "csv", "UTF-8"),
    "bytes": (bytes(range(256)), "csv", "UTF-8"),
    "one row too many": (text([HEADINGS, *people(MOST_ROWS + 1)]), "csv", "more than 5000"),
    "too many rows": (text([HEADINGS, *people(MOST_ROWS + 50)]), "csv", "more than 5000"),
}


@pytest.mark.parametrize(("content", "format", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_says_why(content: bytes, format: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused, override("en"):
        read_people(content, format)

    with override("en"):
        assert words in str(refused.value.sentence)


def test_a_sheet_that_claims_millions_of_cells_costs_no_more_than_what_is_in_it() -> None:
    book = load_workbook(io.BytesIO(workbook([HEADINGS, AN])))
    book.active["XFD1048576"] = "xa"  # type: ignore[index]

    with pytest.raises(Unreadable):  # more rows than are taken
        read_people(saved(book), "xlsx")
    del book.active._cells[1048576, 16384]  # type: ignore[union-attr]
    book.active["XFD3"] = "xa"  # type: ignore[index]
    assert only(saved(book), "xlsx").entry.full_name == "Nguyễn Văn An"


@pytest.mark.parametrize("column", [column for column in WORDS if column not in {"family", "given"}])
def test_every_heading_is_found_by_each_of_its_words(column: str) -> None:
    for words in WORDS[column]:
        assert column_called(words.upper()) == column
        assert column_called(f" {words}: *") == column


@given(content=st.binary(max_size=400), format=st.sampled_from(["xlsx", "csv"]))
def test_any_bytes_are_read_or_refused(content: bytes, format: str) -> None:
    with contextlib.suppress(Unreadable):
        read_people(content, format)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)),
    st.text(max_size=30),
    st.sampled_from(["=A1", "#N/A", "1E400", "9e999", "Ông", "TS.", "PGS.TS", "()", ",", " - ", "@", "+84"]),
)


@given(said=st.lists(CELLS, min_size=9, max_size=9))
def test_any_cells_become_an_entry_that_can_be_kept_or_an_error(said: list[Any]) -> None:
    columns = ("full_name", "honorific", "degree", "office", "unit", "email", "phone", "language", "since")
    row = people_row(2, dict(zip(columns, said, strict=True)))

    for value in [*row.entry.as_json().values(), *row.values.values()]:
        assert value == clean(value)
    assert row.errors or row.entry.full_name


@given(rows=st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6))
def test_any_texts_below_the_headings_are_read(rows: list[list[str]]) -> None:
    # What cannot be written as UTF-8 nobody can send; what holds a NUL is refused.
    with contextlib.suppress(Unreadable, UnicodeEncodeError):
        read_people(text([HEADINGS, *rows]), "csv")
