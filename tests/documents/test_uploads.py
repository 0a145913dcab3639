"""What may be handed in: known by its bytes, whole, and harmless to open."""

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import DomainError, Invalid, TooLarge
from backend.documents.uploads import FORMATS, clean_stem, looked_at
from tests.factories.papers import PDF, office_file


def refusal(filename: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        looked_at(filename=filename, content=content)
    return str(refused.value.fields["file"])


@pytest.mark.parametrize(
    ("filename", "content"),
    [("a.pdf", PDF), ("A.PDF", PDF), ("a.docx", office_file("docx")), ("a.pptx", office_file("pptx"))],
)
def test_what_is_taken(filename: str, content: bytes) -> None:
    taken = looked_at(filename=filename, content=content)
    assert (taken.format, taken.content) == (filename.lower()[2:], content)


def locked() -> bytes:
    """An archive that says its members are encrypted."""
    content = bytearray(office_file())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + offset] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


def damaged() -> bytes:
    content = office_file(**{"word/media/image1.bin": bytes(range(256)) * 40})
    middle = content.index(b"image1.bin") + 40
    return content[:middle] + bytes(byte ^ 0xFF for byte in content[middle : middle + 8]) + content[middle + 8 :]


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("a.pdf", b"", "Tệp rỗng."),
        ("a.exe", PDF, "Chỉ nhận tệp pdf, docx hoặc pptx."),
        ("pdf", PDF, "Chỉ nhận tệp"),
        ("a.pdf.exe", PDF, "Chỉ nhận tệp"),
        ("a.pdf", b"MZ\x90" + PDF, "Nội dung tệp không phải pdf"),
        ("a.pdf", PDF[:-8], "không phải pdf, hoặc tệp bị hỏng"),
        ("a.docx", PDF, "không phải docx"),
        ("a.pdf", office_file(), "không phải pdf"),
        ("a.docx", office_file("pptx"), "không phải docx"),
        ("a.docx", office_file()[:-30], "không phải docx, hoặc tệp bị hỏng"),
        ("a.docx", damaged(), "không phải docx, hoặc tệp bị hỏng"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 60, "không phải docx"),
        ("a.docx", locked(), "Tệp được đặt mật khẩu."),
        ("a.docx", office_file(**{"word/vbaProject.bin": b"x"}), "Tệp có chứa macro."),
    ],
)
def test_what_is_refused(filename: str, content: bytes, said: str) -> None:
    assert said in refusal(filename, content)


def test_a_file_may_be_as_large_as_the_house_says(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = len(PDF)
    looked_at(filename="a.pdf", content=PDF)
    with pytest.raises(TooLarge):
        looked_at(filename="a.pdf", content=PDF + b"\n")


def test_an_archive_that_grows_too_large_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_UNPACKED_BYTES = 1_000_000
    bomb = office_file(**{"word/media/nothing.bin": b"\x00" * 1_000_000})
    assert len(bomb) < 5000
    assert "giải nén ra quá lớn" in refusal("a.docx", bomb)


def test_an_archive_that_lies_about_its_size_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_UNPACKED_BYTES = 1_000_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", b"\x00" * 3_000_000)
    content = packed.getvalue()
    lying = content.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 10))
    assert lying != content
    assert "không phải docx, hoặc tệp bị hỏng" in refusal("a.docx", lying)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Tham luận Khối Đo lường", "Tham luận Khối Đo lường"),
        ("../../etc/passwd", "etc passwd"),
        ("..", "tham-luan"),
        ("", "tham-luan"),
        ('a"b\r\nSet-Cookie: x', "a b Set-Cookie x"),
        (".an", "an"),
        ("x" * 300, "x" * 100),
        ("\ud800a", "a"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_stem(given_name) == kept


@given(
    st.text(max_size=30),
    st.sampled_from(FORMATS),
    st.binary(max_size=200),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04"]),
)
def test_whatever_comes_is_taken_or_refused_with_a_reason(stem: str, ending: str, content: bytes, start: bytes) -> None:
    try:
        taken = looked_at(filename=f"{stem}.{ending}", content=start + content)
    except DomainError:
        return
    assert taken.stem
    assert not set(taken.stem) & set('/\\"\r\n\x00')
