"""The programme printed: from plain values to PDF/A-2b and to a spreadsheet, in Vietnamese, English or side by side.

What is confidential was cut out before: everything that comes in is printed, and nothing else.
"""

from backend.conferences.printing.errors import NotPrintable, NotPrinted
from backend.conferences.printing.pdf import write_pdf
from backend.conferences.printing.sheet import LANGUAGES, Heading, Sheet, lay_out
from backend.conferences.printing.xlsx import write_xlsx

__all__ = ["LANGUAGES", "Heading", "NotPrintable", "NotPrinted", "Sheet", "lay_out", "write_pdf", "write_xlsx"]
