"""Reading for calendars, by noun: links and what they are of, what stands in each feed, and one person's own."""

from backend.calendars.queries.contents import (
    Point,
    Reader,
    Shown,
    at_room,
    busy_in,
    expected_or_in_window,
    held_by_organisation,
    of_series,
    open_to,
    shown,
    start_told_before,
    worked_on,
)
from backend.calendars.queries.drafted_again import (
    drafted_again,
    drafted_again_in,
    drafted_again_within,
    points_drafted_again_in,
)
from backend.calendars.queries.links import links_of, opened_by, subject_of
from backend.calendars.queries.own import Part, own_parts

__all__ = [
    "Part",
    "Point",
    "Reader",
    "Shown",
    "at_room",
    "busy_in",
    "drafted_again",
    "drafted_again_in",
    "drafted_again_within",
    "expected_or_in_window",
    "held_by_organisation",
    "links_of",
    "of_series",
    "open_to",
    "opened_by",
    "own_parts",
    "points_drafted_again_in",
    "shown",
    "start_told_before",
    "subject_of",
    "worked_on",
]
