"""The document of record: PDF/A-2b with every glyph inside, set by Typst."""

from pathlib import Path

from backend.documents.form import faces, page
from backend.documents.form.minutes import DRAFT, KIND, MOTTO, NATION, RECEIVERS, MinutesDocument
from backend.documents.form.press import typeset
from backend.documents.form.text import in_glyphs

TEMPLATE = Path(__file__).with_name("minutes.typ")


def write_pdf(document: MinutesDocument) -> bytes:
    """The same pages on every machine."""
    document = document.printable()
    data = {
        "face": faces.FAMILY,
        "page": {
            "margin": {"top": page.TOP, "bottom": page.BOTTOM, "left": page.LEFT, "right": page.RIGHT},
            "columns": [page.BODY_COLUMN, page.NATION_COLUMN],
            "indent": page.INDENT,
            "gap": page.PARAGRAPH_GAP,
            "spacing": page.LINE_SPACING,
            "signature": page.SIGNATURE,
        },
        "rules": page.rule_lengths(document),
        "draft": DRAFT if document.draft else "",
        "nation": NATION,
        "motto": MOTTO,
        "parent": in_glyphs(document.parent_line()),
        "organisation": in_glyphs(document.body_line()),
        "number": in_glyphs(document.number_line()),
        "kind": KIND,
        "name": in_glyphs(document.name),
        "paragraphs": [
            {"label": in_glyphs(one.label), "text": in_glyphs(one.text), "style": one.style}
            for one in document.paragraphs()
        ],
        "signatures": [
            {"office": office, "names": [in_glyphs(name) for name in names]} for office, names in document.signatures()
        ],
        "receivers": {"title": RECEIVERS, "lines": [in_glyphs(line) for line in document.receivers()]},
    }
    return typeset(TEMPLATE, data, made_at=document.made_at)
