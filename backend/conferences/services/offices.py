"""Offices as text, frozen as they are held on the conference's day, and frozen anew when that day changes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from backend.conferences.models import Conference, Duty, Speaker, Speech
from backend.conferences.queries import office_then
from backend.conferences.queries import offices as queries
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.people.models import Position


def freeze_office(row: Duty | Speech | Speaker, fields: Mapping[str, Any]) -> None:
    """When a person was named and no office, writes the office held on the conference's day, as it was called then."""
    if row.person_id is None or "person" not in fields or "office" in fields:
        return
    held = office_then(row.person_id, row.conference.day, row.organisation_id)
    row.office = held.title if held else {}
    if held and row.organisation_id is None:
        row.organisation_id = held.organisation_id


def ensure_in_office(row: Duty | Speaker, fields: Mapping[str, Any]) -> None:
    """Raises Invalid when the person is named for an organisation, or in an office, that was left before the
    conference's day. Looks only when `fields` name the person anew, the organisation or the office."""
    if row.person is None or not fields.keys() & {"person", "organisation", "office"}:
        return
    if "person" in fields and "office" not in fields and row.office:
        return  # what freeze_office wrote is held that day
    offices = queries.positions_of({row.person.pk}).get(row.person.pk, [])
    day = row.conference.day
    left = queries.left_by(offices, day, organisation_id=row.organisation_id, office=row.office)
    if left is not None and day is not None:
        field = "organisation" if row.organisation_id and not row.office else "office"
        raise Invalid({field: queries.OfficeLeft(person=row.person, office=left, day=day).said()})


def follow_day(conference: Conference, before: dt.date | None) -> list[str]:
    """The conference moved from `before` to its present day: offices that were frozen then are frozen anew.

    Returns which parts changed, "duties" or "speakers". An office written by hand stays, and so does one nothing is
    held in place of: `queries.offices_left` tells of it. Takes six queries at most, however many people there are.
    """
    if conference.day is None or conference.day == before:
        return []
    duties = list(Duty.objects.filter(conference=conference, person__isnull=False))
    speakers = list(Speaker.objects.filter(conference=conference, person__isnull=False))
    everybody: list[Duty | Speaker] = [*duties, *speakers]
    offices = queries.positions_of({row.person_id for row in everybody if row.person_id is not None})

    def frozen_anew(row: Duty | Speaker) -> bool:
        assert row.person_id is not None
        return conference.day is not None and _frozen_anew(row, offices.get(row.person_id, []), before, conference.day)

    moved_duties = [duty for duty in duties if frozen_anew(duty)]
    moved_speakers = [speaker for speaker in speakers if frozen_anew(speaker)]
    columns = ["office", "organisation", "version", "updated_at"]
    Duty.objects.bulk_update(moved_duties, columns)
    Speaker.objects.bulk_update(moved_speakers, columns)
    return ["duties"] * bool(moved_duties) + ["speakers"] * bool(moved_speakers)


def _frozen_anew(row: Duty | Speaker, offices: list[Position], before: dt.date | None, day: dt.date) -> bool:
    """Writes the new day's office into the row, if the old one was frozen and there is another now."""
    then = queries.held_on(offices, before, row.organisation_id)
    held = queries.held_on(offices, day, row.organisation_id)
    frozen = row.office == (then.title if then else {})
    if not frozen or held is None or (row.office, row.organisation_id) == (held.title, held.organisation_id):
        return False
    row.office, row.organisation_id = held.title, held.organisation_id
    row.version, row.updated_at = row.version + 1, now()
    return True
