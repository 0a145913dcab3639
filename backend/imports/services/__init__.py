"""Taking a list of people in: received, read, decided on where it is open, committed on request, forgotten in time."""

from backend.imports.services.committing import commit
from backend.imports.services.deciding import decide
from backend.imports.services.keeping import empty, remove
from backend.imports.services.receiving import receive

__all__ = ["commit", "decide", "empty", "receive", "remove"]
