"""Reads the text of PDFs. A program of its own that knows nothing of the house: each comes in with its length before it,
and its text goes out the same way, with whether that is all of it. What takes too long or too much memory dies alone.
"""

import io
import logging
import resource
import signal
import sys

from pypdf import PdfReader

SECONDS, BYTES, MOST_PAGES = 20, 1 << 30, 1000
#: How long a length is, in both directions; before a text stands one of these.
LENGTH, ALL, NOT_ALL = 8, b"+", b"-"


def text_of(pdf: bytes) -> tuple[str, bool]:
    """What its first pages and its properties say, and whether there are no more pages."""
    reader = PdfReader(io.BytesIO(pdf))
    if reader.is_encrypted:
        reader.decrypt("")  # many are locked against printing only, and open to everybody
    texts = [str(value) for value in (reader.metadata or {}).values()]
    texts += [page.extract_text() for page in reader.pages[:MOST_PAGES]]
    return "\n".join(texts), len(reader.pages) <= MOST_PAGES


def _main() -> None:
    logging.disable()
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := sys.stdin.buffer.read(LENGTH):
        pdf = sys.stdin.buffer.read(int.from_bytes(head, "big"))
        signal.alarm(SECONDS)  # which nothing here catches
        try:
            said, whole = text_of(pdf)
        except Exception:  # whatever a parser trips over in foreign bytes, memory and depth included
            said, whole = "", False
        signal.alarm(0)
        answer = said.encode(errors="replace")
        sys.stdout.buffer.write((ALL if whole else NOT_ALL) + len(answer).to_bytes(LENGTH, "big") + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
