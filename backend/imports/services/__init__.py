"""Taking a list of people in: received, read, decided on where it is open, committed on request, forgotten in time."""

from backend.imports.services.committing import commit, commit_chunk
from backend.imports.services.deciding import decide
from backend.imports.services.keeping import empty, remove
from backend.imports.services.reading import read_chunk
from backend.imports.services.receiving import receive, receive_from

__all__ = ["commit", "commit_chunk", "decide", "empty", "read_chunk", "receive", "receive_from", "remove"]
