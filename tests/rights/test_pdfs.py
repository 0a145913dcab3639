"""PDFs are read beside the worker: what is hostile or broken is counted, and stops nobody."""

import io
import signal
import subprocess
import sys

from pypdf import PdfWriter

from backend.rights import pdf_program
from backend.rights.pdf_program import LENGTH, MOST_PAGES
from backend.rights.pdfs import PdfTexts


def pdf(pages: int = 1, password: str = "", **properties: str) -> bytes:
    writer, written = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(72, 72)
    writer.add_metadata({f"/{name}": value for name, value in properties.items()})
    if password:
        writer.encrypt(password, algorithm="RC4-40")
    writer.write(written)
    return written.getvalue()


def test_one_after_the_other_and_what_cannot_be_read_is_counted() -> None:
    with PdfTexts() as texts:
        assert "Quỳnh Anh" in texts.text_of(pdf(Author="Quỳnh Anh"))
        assert texts.unread == 0
        for number, unread in enumerate([b"%PDF-1.7", pdf(password="x", Author="Quỳnh Anh")], 1):
            assert (texts.text_of(unread), texts.unread) == ("", number)
        assert "Quỳnh Anh" in texts.text_of(pdf(MOST_PAGES + 1, Author="Quỳnh Anh"))
        assert texts.unread == 3, "not to the end"

        assert texts._program is not None
        texts._program.kill()
        texts._program.wait()
        assert (texts.text_of(pdf(Author="A")), texts.unread) == ("", 4)
        assert "Thư" in texts.text_of(pdf(Author="Thư"))
        program = texts._program
    assert program is not None
    assert program.poll() is not None, "nobody is left behind"


def test_what_takes_too_long_dies_alone() -> None:
    endless = f"""
from backend.rights import pdf_program
pdf_program.SECONDS, pdf_program.text_of = 1, lambda pdf: max(iter(int, 1))
pdf_program.{pdf_program._main.__name__}()
"""
    died = subprocess.run([sys.executable, "-c", endless], input=b"\x01".rjust(LENGTH, b"\0") + b"%", timeout=60)
    assert died.returncode == -signal.SIGALRM
