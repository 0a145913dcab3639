"""A list of people as it is handed in: an .xlsx workbook or a .csv file, small, whole and harmless to open."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings

from backend.core.errors import Invalid, TooLarge
from backend.core.text import say
from backend.documents.uploads import MEGABYTE, clean_stem, format_of

FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file that was looked at; `format` is one of FORMATS."""

    format: str
    filename: str
    content: bytes


def looked_at(*, filename: str, content: bytes) -> Sheet:
    """The file as it may be kept; a workbook is measured before anything of it is unpacked into memory.

    Raises TooLarge beyond settings.IMPORT_MAX_BYTES; Invalid for an empty file, one that is none of FORMATS or not what
    its name says (without an ending its bytes say it), an encrypted workbook, one with macros, and one that grows beyond settings.IMPORT_MAX_UNPACKED_BYTES.
    """
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise TooLarge(too_large())
    if not content:
        raise Invalid({"file": say(vi="Tệp rỗng.", en="The file is empty.")})
    name = PurePosixPath(filename.replace("\\", "/")).name
    nameless = "xlsx" if content.startswith(b"PK") else "csv"
    ending = name.rpartition(".")[2].lower() if "." in name else nameless
    if ending not in FORMATS:
        raise Invalid(
            {
                "file": say(
                    vi="Chỉ nhận tệp xlsx hoặc csv; tệp xls hãy lưu lại thành xlsx.",
                    en="Only xlsx and csv files are taken; save an xls file as xlsx.",
                )
            }
        )
    found = format_of(content, most_unpacked=settings.IMPORT_MAX_UNPACKED_BYTES)
    if (found or "csv") != ending:
        raise Invalid(
            {
                "file": say(
                    vi="Nội dung tệp không phải {ending}, hoặc tệp bị hỏng.",
                    en="The content is not {ending}, or the file is damaged.",
                    ending=ending,
                )
            }
        )
    return Sheet(format=ending, filename=f"{clean_stem(name.rpartition('.')[0])}.{ending}", content=content)


def with_form() -> int:
    """The most bytes of a request that hands in a list."""
    most: int = settings.IMPORT_MAX_BYTES
    return most + MEGABYTE


def too_large() -> object:
    most = f"{settings.IMPORT_MAX_BYTES / MEGABYTE:g}"
    return say(vi="Tệp lớn hơn {most} MB.", en="The file is larger than {most} MB.", most=most)
