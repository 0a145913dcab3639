"""Minutes as pages: blocks → the form of specimen 1.9 → .docx and PDF, in Vietnamese, the language of the record."""

from backend.conferences.queries import chairs, secretary
from backend.core.text import localized
from backend.documents.form import MinutesDocument, Paragraph, write_docx, write_pdf
from backend.minutes.drafting import Block
from backend.minutes.models import Minutes
from backend.minutes.states import MinutesState

STYLES = {"heading": "heading", "quote": "quote", "point": "item", "agenda": "item", "clause": "item"}
OPENING = {
    "start",
    "place",
    "organiser",
    "attendance",
    "unit",
    "guest",
    "consultant",
    "chair",
    "panel",
    "secretary",
    "teller",
    "closing",
}
LEADING_WORDS = {"guest": "Khách mời", "consultant": "Đơn vị tư vấn", "panel": "Chủ trì phiên", "teller": "Kiểm phiếu"}


def pages(minutes: Minutes) -> dict[str, bytes]:
    """The minutes in every format; marked DỰ THẢO unless approved."""
    form = _form(minutes)
    return {"docx": write_docx(form), "pdf": write_pdf(form)}


def page(minutes: Minutes, format: str) -> bytes:
    form = _form(minutes)
    return write_docx(form) if format == "docx" else write_pdf(form)


def _form(minutes: Minutes) -> MinutesDocument:
    blocks: list[Block] = minutes.content
    head = minutes.head

    def said(*kinds: str) -> list[str]:
        return [localized(block["text"], "vi") for block in blocks if block["kind"] in kinds and block["text"]]

    writer = secretary(minutes.conference)
    return MinutesDocument(
        parent=localized(head["parent"], "vi"),
        organisation=localized(head["organisation"], "vi"),
        number=head["number"],
        symbol=head["symbol"],
        name=localized(head["title"], "vi"),
        start="; ".join(said("start")),
        places=said("place"),
        attendance=[
            _attending(block)
            for block in blocks
            if block["kind"] in {"organiser", "attendance", "unit", *LEADING_WORDS} and block["text"]
        ],
        chairs=said("chair"),
        secretaries=said("secretary"),
        body=[_paragraph(block) for block in blocks if block["kind"] not in OPENING and block["text"]],
        gathering=localized(head["gathering"], "vi"),
        closing="; ".join(said("closing")),
        signing_chairs=[duty.person.full_name if duty.person else "" for duty in chairs(minutes.conference)],
        signing_secretary=writer.person.full_name if writer and writer.person else "",
        draft=minutes.state != MinutesState.APPROVED,
        made_at=minutes.approved_at or minutes.updated_at,
    )


def _attending(block: Block) -> Paragraph:
    text, word = localized(block["text"], "vi"), LEADING_WORDS.get(block["kind"])
    return Paragraph(text=f"{word}: {text}" if word else text, label="+" if block["kind"] == "unit" else "")


def _paragraph(block: Block) -> Paragraph:
    return Paragraph(
        text=localized(block["text"], "vi"), label=block.get("marker", ""), style=STYLES.get(block["kind"], "body")
    )
