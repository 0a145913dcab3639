"""Writing the first draft of a recap: pure functions from the record to aligned blocks in each language."""

from backend.articles.recap.record import Record
from backend.articles.recap.write import Block, Draft, write

__all__ = ["Block", "Draft", "Record", "write"]
