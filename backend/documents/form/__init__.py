"""Documents in the form of decree 30/2020: from plain data to .docx (the editable one) and PDF/A-2b (the one of record).

Nothing here reads the database: the same data always gives the same pages in both formats.
"""

from backend.documents.form.decree import BLANK, GAP, Paragraph
from backend.documents.form.docx import write_docx
from backend.documents.form.invitation import InvitationDocument
from backend.documents.form.minutes import MinutesDocument
from backend.documents.form.pdf import write_pdf
from backend.documents.form.resolution import ResolutionDocument
from backend.documents.form.tellers import TellersDocument

__all__ = [
    "BLANK",
    "GAP",
    "InvitationDocument",
    "MinutesDocument",
    "Paragraph",
    "ResolutionDocument",
    "TellersDocument",
    "write_docx",
    "write_pdf",
]
