"""Files people hand in: what they are is read from their bytes, and what would do harm is refused.

PDF (ISO 32000), and Word, PowerPoint and Excel files of Office Open XML (ECMA-376), which are ZIP archives.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings

from backend.core.errors import Invalid, TooLarge
from backend.core.text import say
from backend.core.vietnamese import one_line

#: What each kind of archive must hold.
MAIN_PART = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}
#: What papers are handed in as.
FORMATS = ("pdf", "docx", "pptx")
MEGABYTE = 1024 * 1024
#: The most members an archive may have, and how far from the end a PDF says that it ends.
MOST_MEMBERS = 5000
_TAIL = 2048
_LONGEST_STEM = 100
_CHUNK = 256 * 1024
#: No file system, and no header, takes these in a name.
_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was looked at: `format` is one of FORMATS, `stem` its name without the ending."""

    format: str
    stem: str
    content: bytes


def looked_at(*, filename: str, content: bytes) -> Upload:
    """The file as it may be kept.

    Raises TooLarge beyond settings.UPLOAD_MAX_BYTES; Invalid for an empty file, one that is none of FORMATS or not what
    its name says, an incomplete or encrypted one, one with macros, and an archive that holds more than
    settings.UPLOAD_MAX_UNPACKED_BYTES when unpacked.
    """
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(too_large())
    if not content:
        raise _refused(vi="Tệp rỗng.", en="The file is empty.")
    name = PurePosixPath(filename.replace("\\", "/")).name
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in FORMATS:
        raise _refused(vi="Chỉ nhận tệp pdf, docx hoặc pptx.", en="Only pdf, docx and pptx files are taken.")
    if format_of(content) != ending:
        raise _refused(
            vi="Nội dung tệp không phải {ending}, hoặc tệp bị hỏng.",
            en="The content is not {ending}, or the file is damaged.",
            ending=ending,
        )
    return Upload(format=ending, stem=clean_stem(name.rpartition(".")[0]), content=content)


def with_form() -> int:
    """The most bytes of a request that hands in a file: the form around it needs some of its own."""
    most: int = settings.UPLOAD_MAX_BYTES
    return most + MEGABYTE


def too_large() -> object:
    """The sentence that says how large a file may be."""
    most = f"{settings.UPLOAD_MAX_BYTES / MEGABYTE:g}"
    return say(vi="Tệp lớn hơn {most} MB.", en="The file is larger than {most} MB.", most=most)


def clean_stem(stem: str) -> str:
    """A name every system takes: one line, no separators, no leading dot; "tham-luan" when nothing is left."""
    tidy = one_line(_NO_NAME.sub(" ", stem.encode("utf-8", "ignore").decode())).strip(" .")
    return tidy[:_LONGEST_STEM].strip(" .") or "tham-luan"


def _refused(*, vi: str, en: str, **values: str) -> Invalid:
    return Invalid({"file": say(vi=vi, en=en, **values)})


def format_of(content: bytes, *, most_unpacked: int | None = None) -> str | None:
    """What the bytes are, None for anything else. Raises Invalid for an archive that must not be kept: encrypted, with
    macros, or larger than `most_unpacked` bytes (default: settings.UPLOAD_MAX_UNPACKED_BYTES) when unpacked.
    """
    most = settings.UPLOAD_MAX_UNPACKED_BYTES if most_unpacked is None else most_unpacked
    if content.startswith(b"%PDF-"):
        return "pdf" if b"%%EOF" in content[-_TAIL:] else None
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = _kind_of(archive.infolist(), most)
            if found is not None:
                _unpack(archive)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return None


def _kind_of(members: list[zipfile.ZipInfo], most: int) -> str | None:
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise _refused(vi="Tệp được đặt mật khẩu.", en="The file is protected by a password.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _refused(vi="Tệp có chứa macro.", en="The file holds macros.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most:
        raise _refused(
            vi="Tệp giải nén ra quá lớn nên không được nhận.",
            en="The file grows too large when unpacked; it is not taken.",
        )
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for kind, part in MAIN_PART.items() if part in names), None)


def _unpack(archive: zipfile.ZipFile) -> None:
    """Reads every member to its end, keeping nothing: parts may be damaged, and sizes that are declared untrue. Of no
    member more is read than it declares."""
    for member in archive.infolist():
        with archive.open(member) as part:
            while part.read(_CHUNK):
                pass
