"""A list of people as units send it → rows that say what is known of each person and what is wrong. Pure: no database."""

from backend.imports.reading.people import Entry, Reading, Row, read_people
from backend.imports.reading.sentences import Flaw, Unreadable

__all__ = ["Entry", "Flaw", "Reading", "Row", "Unreadable", "read_people"]
