"""What stands on a badge, as plain data, and the file of many. Nothing here reads the database."""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import segno

from backend.core.text import Text
from backend.documents.form import faces
from backend.documents.form.press import typeset_bounded
from backend.documents.form.text import in_glyphs, name_in_print, one_line, unprintable
from backend.invitations.states import Category

TEMPLATE = Path(__file__).with_name("badges.typ")
#: Bands are told apart by their words; the colours, each dark enough for white letters, only help.
COLOURS = {Category.STAFF: "#1f4e79", Category.DELEGATE: "#9c1c1c", Category.GUEST: "#1b5e3a"}
ON_DUTY = "#5b2a7a"
ROLES: dict[str, Text] = {
    Category.STAFF: {"vi": "Cán bộ, viên chức", "en": "Staff"},
    Category.DELEGATE: {"vi": "Đại biểu", "en": "Delegate"},
    Category.GUEST: {"vi": "Khách mời", "en": "Guest"},
}
#: The line a name stands on, in millimetres, and its largest size in points: longer words may break anywhere.
NAME_WIDTH, NAME_SIZE = 97, 30

Content = dict[str, Any]


def content(*, name: str, office: str, unit: str, category: str, duty: Text | None, code: str) -> Content:
    """One badge. A duty at the conference stands in place of the category. `unprintable` are letters that cannot be
    printed: their words are left blank."""
    lost = unprintable("".join((one_line(name), one_line(office), one_line(unit))))
    return {
        "name": in_glyphs(name_in_print(one_line(name)), width=NAME_WIDTH, size=NAME_SIZE),
        "office": in_glyphs(name_in_print(one_line(office))),
        "unit": in_glyphs(name_in_print(one_line(unit))),
        "role": {code: text[:1].upper() + text[1:] for code, text in (duty or ROLES[category]).items()},
        "colour": ON_DUTY if duty else COLOURS[Category(category)],
        "code": code,
        **({"unprintable": lost} if lost else {}),
    }


def digest(said: Content) -> str:
    """Another one means that the badge would be another."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def with_picture(said: Content) -> Content:
    """With the code as a picture: the slow part, done chunk by chunk."""
    out = io.BytesIO()
    segno.make(said["code"], error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return {**said, "qr": out.getvalue().decode()}


def write_badges(people: Sequence[Content], *, title: Text, when: str, sheet: str, made_at: dt.datetime) -> bytes:
    """One PDF with every glyph inside, a badge after the other. Raises NotTypeset when it takes too long."""
    data = {
        "face": faces.FAMILY,
        "title": in_glyphs(one_line(title.get("vi", ""))),
        "english": in_glyphs(one_line(title.get("en", ""))),
        "when": in_glyphs(one_line(when).replace("(giờ ", "(giờ\u00a0")),
        "sheet": sheet,
        "people": list(people),
    }
    return typeset_bounded(TEMPLATE, data, made_at=made_at)
