"""The decree's page (annex I), in millimetres and points, for both writers."""

from backend.documents.form.decree import MOTTO, DecreeForm
from backend.documents.form.faces import face

WIDTH, HEIGHT = 210, 297
TOP = BOTTOM = 20
LEFT, RIGHT = 30, 16
#: The head: issuing body on the left, nation and motto on the right.
BODY_COLUMN, NATION_COLUMN = 74, 90
INDENT = 12.7
#: Space between paragraphs in points, and lines as a multiple of single spacing.
PARAGRAPH_GAP, LINE_SPACING = 6, 1.15
#: Receivers on the left of whoever signs, where they stand beside each other.
RECEIVERS_COLUMN = 72
#: The letters in tables, in points; the column that says whose row it is, and the others, of which five fit the page.
TABLE_SIZE, TABLE_LABELS, TABLE_COLUMN = 11, 44, 24
#: Room to sign in.
SIGNATURE = 20


def rule_lengths(document: DecreeForm) -> dict[str, float]:
    """Below the motto as long as its line; below the issuing body and the title two fifths of theirs."""
    bold = face(bold=True)
    return {
        "motto": round(bold.width(MOTTO[document.language], 13), 1),
        "body": round(0.4 * min(bold.width(document.body_line(), 12), BODY_COLUMN), 1),
        "title": round(0.4 * min(bold.width(document.name, 14), WIDTH - LEFT - RIGHT), 1),
    }
