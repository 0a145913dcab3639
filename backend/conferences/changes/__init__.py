"""What is different between two programmes, and how it is told. Pure: plain values in, plain values out."""

from backend.conferences.changes.changelog import Line, Section, changelog
from backend.conferences.changes.comparing import Change, between, heading_differs, moved
from backend.conferences.changes.sentences import presented, said

__all__ = [
    "Change",
    "Line",
    "Section",
    "between",
    "changelog",
    "heading_differs",
    "moved",
    "presented",
    "said",
]
