"""The words inside packed bytes: what a letter's encoded parts say, the text of a PDF, and the parts of a .docx, .xlsx or
other archive.

Letters and archives that are encrypted or broken say nothing, and nobody reads them here; of PDFs that is counted.
"""

import email
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage

from django.conf import settings

from backend.rights.pdfs import PdfTexts

#: How packed bytes begin, or what stands among a letter's first lines.
ARCHIVE, LETTER, PDF = b"PK\x03\x04", b"MIME-Version:", b"%PDF-"
#: How far the beginnings of a letter and of a PDF are looked for it.
HEADERS, PDF_HEAD = 8000, 1024
#: An archive in a letter in an archive, and no deeper.
_DEEPEST = 3
_TAG = re.compile(r"<[^>]*>")
_PARAGRAPH = re.compile(r"</(?:w:p|a:p|si|row|p|div|li|h\d|td)>|<(?:w:br|br)\b[^>]*>", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    MessageError,
    LookupError,
)


def words_in(packed: bytes, pdfs: PdfTexts, depth: int = 0) -> Iterator[str]:
    """Every text in it, as `comparable` makes texts; of an archive no more than settings.UPLOAD_MAX_UNPACKED_BYTES."""
    if depth > _DEEPEST:
        return
    try:
        if packed.startswith(ARCHIVE):
            yield from _in_archive(packed, pdfs, depth)
        elif LETTER in packed[:HEADERS]:
            yield from _in_letter(packed, pdfs, depth)
        elif PDF in packed[:PDF_HEAD]:
            yield comparable(pdfs.text_of(packed))
        elif depth:
            yield comparable(_shown(packed.decode(errors="replace")))
    except _BROKEN:
        return


def comparable(text: str) -> str:
    """One spelling, one case, one space between words: lines are broken anywhere, and long words may be."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u200b", "").lower().split())


def _in_archive(packed: bytes, pdfs: PdfTexts, depth: int) -> Iterator[str]:
    left = settings.UPLOAD_MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for member in archive.infolist():
            if member.flag_bits & 1 or left <= 0:
                continue
            with archive.open(member) as file:
                content = file.read(left)
            left -= len(content)
            yield from words_in(content, pdfs, depth + 1)


def _in_letter(packed: bytes, pdfs: PdfTexts, depth: int) -> Iterator[str]:
    letter = email.message_from_bytes(packed, policy=policy.default)
    for part in letter.walk():
        yield comparable(" ".join(str(value) for value in part.values()))
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        content = part.get_content()
        if isinstance(content, bytes):
            yield from words_in(content, pdfs, depth + 1)
        elif isinstance(content, str):
            yield comparable(_shown(content))


def _shown(text: str) -> str:
    """Without markup: a word that is half bold is one word."""
    if "<" not in text:
        return text
    return html.unescape(_TAG.sub("", _PARAGRAPH.sub(" ", text)))
