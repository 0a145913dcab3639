"""The notice about pictures and recordings as one sheet for the door, in Vietnamese, English or both."""

from pathlib import Path

from backend.conferences.models import Conference, PhotoNotice
from backend.core.text import localized
from backend.documents.form import faces
from backend.documents.form.press import typeset
from backend.documents.form.text import in_glyphs

TEMPLATE = Path(__file__).with_name("notice.typ")
LANGUAGES = {"vi": ("vi",), "en": ("en",), "both": ("vi", "en")}
_HEADINGS = {"vi": "THÔNG BÁO CHỤP ẢNH, GHI HÌNH", "en": "PHOTOGRAPHS AND RECORDINGS"}
#: Points for a text of few words, of more, and of many: the sheet is read from a few steps away, and is one page.
_SIZES = ((500, 24), (1000, 19), (2000, 15), (4001, 11))


def print_notice(conference: Conference, notice: PhotoNotice, *, language: str) -> bytes:
    """The same notice gives the same bytes on every machine."""
    codes = LANGUAGES[language]
    length = sum(len(localized(notice.text, code)) + 2 * len(localized(conference.title, code)) for code in codes)
    data = {
        "face": faces.FAMILY,
        "size": next((size for most, size in _SIZES if length < most), _SIZES[-1][1]),
        "parts": [
            {
                "language": code,
                "heading": _HEADINGS[code],
                "title": in_glyphs(localized(conference.title, code)),
                "text": in_glyphs(localized(notice.text, code)),
            }
            for code in codes
        ],
    }
    made_at = conference.created_at if notice._state.adding else notice.created_at
    return typeset(TEMPLATE, data, made_at=made_at)
