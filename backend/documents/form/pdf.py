"""The document of record: PDF/A-2b with every glyph inside, set by Typst."""

import datetime as dt
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from backend.documents.form.minutes import DRAFT, MOTTO, NATION, MinutesDocument, Paragraph

TEMPLATE = Path(__file__).with_name("minutes.typ")


def write_pdf(document: MinutesDocument) -> bytes:
    """Text goes in as data, so nothing in it can act as markup.

    The face is Typst's own Libertinus Serif, the same on every machine; a folder of fonts named by PLENUM_FONT_DIR is
    searched first for Times New Roman and the faces of its measure (Tinos, Liberation Serif).
    """
    folder = os.environ.get("PLENUM_FONT_DIR", "")
    data = {
        "draft": DRAFT if document.draft else "",
        "nation": NATION,
        "motto": MOTTO,
        "parent": document.parent.upper(),
        "organisation": document.organisation.upper(),
        "number": document.number_line(),
        "name": document.name,
        "paragraphs": [_plain(paragraph) for paragraph in [*document.opening(), *document.body, document.ending()]],
        "secretary": document.signing_secretary,
        "chair": document.signing_chair,
        "receivers": document.receivers(),
        "faces": ["Times New Roman", "Tinos", "Liberation Serif", "Libertinus Serif"]
        if folder
        else ["Libertinus Serif"],
    }
    fonts: list[Any] = [folder] if folder else []
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=fonts,
        ignore_system_fonts=True,
        pdf_standards="a-2b",
        timestamp=int((document.made_at or dt.datetime.now(dt.UTC)).timestamp()),
    )
    return made


def _plain(paragraph: Paragraph) -> dict[str, str]:
    return asdict(paragraph)
