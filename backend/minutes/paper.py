"""Minutes as pages: blocks → the form of specimen 1.9 → .docx and PDF, in Vietnamese, the language of the record."""

from backend.core.text import localized
from backend.core.vietnamese import fold
from backend.documents.form import BLANK, MinutesDocument, Paragraph, write_docx, write_pdf
from backend.minutes.drafting import Block, shown
from backend.minutes.models import Minutes
from backend.minutes.states import MinutesState

STYLES = {
    "heading": "heading",
    "quote": "quote",
    "point": "item",
    "agenda": "item",
    "speech": "item",
    "clause": "item",
    "withheld": "item",
}
#: Blocks that fill the labelled lines of the specimen; all others are its text.
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
    "recipients",
    "closing",
}
GUESTS, CONSULTANT, PANEL, TELLER = "Khách mời", "Đơn vị tư vấn", "Chủ trì phiên", "Kiểm phiếu"


def pages(minutes: Minutes) -> dict[str, bytes]:
    """The minutes in every format; marked DỰ THẢO unless approved."""
    form = _form(minutes)
    return {"docx": write_docx(form), "pdf": write_pdf(form)}


def page(minutes: Minutes, format: str) -> bytes:
    form = _form(minutes)
    return write_docx(form) if format == "docx" else write_pdf(form)


def _form(minutes: Minutes) -> MinutesDocument:
    blocks = shown(minutes)
    head = minutes.head

    def said(*kinds: str) -> list[str]:
        return [localized(block["text"], "vi") for block in blocks if block["kind"] in kinds and block["text"]]

    return MinutesDocument(
        parent=localized(head["parent"], "vi"),
        organisation=localized(head["organisation"], "vi"),
        number=head["number"],
        symbol=head["symbol"],
        name=localized(head["title"], "vi"),
        start="; ".join(said("start")),
        places=said("place"),
        attendance=[
            *(
                Paragraph(text=text, label="+", style="inner") if kind == "unit" else Paragraph(text=text)
                for block in blocks
                if (kind := block["kind"]) in {"organiser", "attendance", "unit"}
                and (text := localized(block["text"], "vi"))
            ),
            *_listed(GUESTS, said("guest")),
            *_listed(CONSULTANT, said("consultant")),
            *_listed(TELLER, said("teller")),
        ],
        chairs=[*(said("chair") or [""]), *(f"{PANEL}: {name}" for name in said("panel"))],
        secretaries=said("secretary"),
        body=[_paragraph(block) for block in blocks if block["kind"] not in OPENING and block["text"]],
        gathering=localized(head["gathering"], "vi"),
        closing="; ".join(said("closing")),
        signing_chairs=head["signing_chairs"],
        signing_secretary=head["signing_secretary"],
        recipients=[line for text in said("recipients") for line in text.splitlines()],
        draft=minutes.state != MinutesState.APPROVED,
        made_at=minutes.approved_at or minutes.updated_at,
    )


def _listed(word: str, names: list[str]) -> list[Paragraph]:
    """One name beside its word, several below it; whoever is known by that word only has no name yet."""
    names = [BLANK if fold(name) == fold(word) else name for name in names]
    if len(names) < 2:
        return [Paragraph(text=f"{word}: {name}") for name in names]
    return [Paragraph(text=f"{word}:"), *(Paragraph(text=name, label="+", style="inner") for name in names)]


def _paragraph(block: Block) -> Paragraph:
    return Paragraph(
        text=localized(block["text"], "vi"), label=block.get("marker", ""), style=STYLES.get(block["kind"], "body")
    )
