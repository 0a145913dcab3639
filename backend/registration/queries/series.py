"""How many were in the room over time."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from backend.registration.queries.attendance import COUNTED

#: Only what changes who is in: the second of two ins in a row changes nothing. Ordered as `LATEST_FIRST` is.
CHANGES = """
WITH told AS (
    SELECT p.at, p.direction, r.category = ANY(%(counted)s)
        AND (%(units)s::uuid[] IS NULL OR r.organisation_id = ANY(%(units)s)) AS counted,
        lag(p.direction, 1, 'out') OVER (PARTITION BY p.registration_id ORDER BY p.at, p.direction DESC, p.id) AS before
    FROM registration_presence p JOIN registration_registration r ON r.id = p.registration_id
    WHERE p.conference_id = %(conference)s AND p.at <= %(until)s
), changes AS (
    SELECT at, CASE direction WHEN 'in' THEN 1 ELSE -1 END AS more, counted
    FROM told WHERE direction <> before
)
SELECT at, sum(sum(more)) OVER moments, sum(coalesce(sum(more) FILTER (WHERE counted), 0)) OVER moments
FROM changes GROUP BY at WINDOW moments AS (ORDER BY at) ORDER BY at
"""


@dataclass(frozen=True, kw_only=True)
class Point:
    """How many are in at `at`; `counted` are those of them who count towards a quorum."""

    at: dt.datetime
    present: int
    counted: int


def changes(
    conference_id: UUID,
    until: dt.datetime,
    *,
    categories: Collection[str] = COUNTED,
    units: Collection[UUID] | None = None,
) -> list[Point]:
    """How many are in after each moment at which somebody came or went, up to `until`, in one statement. Who counts are
    people of these categories, and of these units where any are named."""
    asked: dict[str, Any] = {
        "conference": conference_id,
        "until": until,
        "counted": [*categories],
        "units": None if units is None else [*units],
    }
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, asked)
        return [Point(at=at, present=int(present), counted=int(counted)) for at, present, counted in cursor.fetchall()]


def series(conference_id: UUID, since: dt.datetime, until: dt.datetime, step: dt.timedelta) -> Iterator[Point]:
    """Who is in at `since` and every `step` after it, up to `until`, in one statement."""
    found = changes(conference_id, until)
    present = counted = passed = 0
    moment = since
    while moment <= until:
        while passed < len(found) and found[passed].at <= moment:
            present, counted = found[passed].present, found[passed].counted
            passed += 1
        yield Point(at=moment, present=present, counted=counted)
        moment += step
