"""Reading conferences, by noun: who sees them, what they consist of, which rooms are taken, how it is all said."""

from backend.conferences.queries.record import (
    chairs,
    co_organisations,
    duties,
    for_details,
    for_lists,
    has_duty,
    lead_organisation,
    lead_organisation_id,
    name_then,
    office_then,
    secretary,
    speeches_of,
)
from backend.conferences.queries.rooms import overlapping_booking
from backend.conferences.queries.said import day_said, site_said, when_said, where_said
from backend.conferences.queries.visibility import (
    READERS,
    VISIBILITY,
    WRITERS,
    Visibility,
    also_visible,
    held_by,
    parts_visible_to,
    visible_to,
)

__all__ = [
    "READERS",
    "VISIBILITY",
    "WRITERS",
    "Visibility",
    "also_visible",
    "chairs",
    "co_organisations",
    "day_said",
    "duties",
    "for_details",
    "for_lists",
    "has_duty",
    "held_by",
    "lead_organisation",
    "lead_organisation_id",
    "name_then",
    "office_then",
    "overlapping_booking",
    "parts_visible_to",
    "secretary",
    "site_said",
    "speeches_of",
    "visible_to",
    "when_said",
    "where_said",
]
