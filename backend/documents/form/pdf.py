"""The document of record: PDF/A-2b with every glyph inside, set by Typst."""

from pathlib import Path

from backend.documents.form import faces, page
from backend.documents.form.decree import DRAFT, MOTTO, NATION, RECEIVERS, DecreeForm, without_the_unprintable
from backend.documents.form.press import typeset
from backend.documents.form.text import in_glyphs

TEMPLATE = Path(__file__).with_name("decree.typ")


def write_pdf(document: DecreeForm) -> bytes:
    """The same pages on every machine."""
    document, language = without_the_unprintable(document), document.language
    data = {
        "face": faces.FAMILY,
        "language": language,
        "page": {
            "margin": {"top": page.TOP, "bottom": page.BOTTOM, "left": page.LEFT, "right": page.RIGHT},
            "columns": [page.BODY_COLUMN, page.NATION_COLUMN],
            "indent": page.INDENT,
            "gap": page.PARAGRAPH_GAP,
            "spacing": page.LINE_SPACING,
            "signature": page.SIGNATURE,
            "receivers": page.RECEIVERS_COLUMN,
            "table": {"size": page.TABLE_SIZE, "labels": page.TABLE_LABELS, "column": page.TABLE_COLUMN},
        },
        "rules": page.rule_lengths(document),
        "draft": DRAFT[language] if document.draft else "",
        "nation": NATION[language],
        "motto": MOTTO[language],
        "parent": in_glyphs(document.parent_line()),
        "organisation": in_glyphs(document.body_line()),
        "number": in_glyphs(document.number_line()),
        "date": in_glyphs(document.date_line()),
        "kind": document.kind(),
        "name": in_glyphs(document.name),
        "paragraphs": [
            {
                "label": in_glyphs(one.label),
                "text": in_glyphs(one.text),
                "style": one.style,
                "cells": [[in_glyphs(cell) for cell in row] for row in one.cells],
            }
            for one in document.paragraphs()
        ],
        "signatures": [
            {"office": [in_glyphs(line) for line in office.split("\n")], "names": [in_glyphs(name) for name in names]}
            for office, names in document.signatures()
        ],
        "beside": document.beside,
        "receivers": {"title": RECEIVERS[language], "lines": [in_glyphs(line) for line in document.receivers()]},
    }
    return typeset(TEMPLATE, data, made_at=document.made_at)
