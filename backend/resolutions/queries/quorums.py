"""Reading whether enough are there: at a moment, and as it went."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.db.models import QuerySet

from backend.conferences.queries import visible_to as visible_conferences
from backend.people.models import Account
from backend.people.queries import descendants
from backend.registration import queries as registration
from backend.resolutions.counting.check import Check, compare
from backend.resolutions.models import Quorum


@dataclass(frozen=True, kw_only=True)
class Step:
    """From `at` on so many of those who count were in, against what was needed of how many."""

    at: dt.datetime
    present: int
    needed: int
    base_number: int
    met: bool


def visible(account: Account) -> QuerySet[Quorum]:
    """Quorums of the conferences the account may know of."""
    return Quorum.objects.select_related("conference").filter(conference__in=visible_conferences(account))


def step(quorum: Quorum, moment: dt.datetime) -> Step:
    """Who was in the room at `moment`, told as the course tells it."""
    return _step(moment, check(quorum, moment))


def check(quorum: Quorum, moment: dt.datetime) -> Check:
    """Who was in the room at `moment`, against what is needed."""
    there = registration.present_at(quorum.conference_id, moment).filter(category__in=quorum.categories)
    if units := _units(quorum):
        there = there.filter(organisation_id__in=units)
    return _compared(quorum, there.count(), _base_number(quorum))


def course(quorum: Quorum, until: dt.datetime, *, after: dt.datetime | None = None) -> Iterator[Step]:
    """Each moment up to `until`, and `after` that one, at which the number of those who count was another, measured by
    today's base."""
    base_number, before = _base_number(quorum), 0
    for point in registration.changes(
        quorum.conference_id, until, categories=quorum.categories, units=_units(quorum) or None
    ):
        if point.counted != before and (after is None or point.at > after):
            yield _step(point.at, _compared(quorum, point.counted, base_number))
        before = point.counted


def _step(at: dt.datetime, found: Check) -> Step:
    return Step(at=at, present=found.got, needed=found.needed, base_number=found.base_number, met=found.holds)


def _compared(quorum: Quorum, present: int, base_number: int) -> Check:
    return compare(
        subject="present",
        got=present,
        share=Fraction(quorum.share),
        cmp=quorum.cmp,
        base=quorum.base,
        parts={quorum.base: base_number},
    )


def _base_number(quorum: Quorum) -> int:
    if quorum.members is not None:
        return quorum.members
    return registration.summoned(quorum.conference_id, quorum.categories, _units(quorum) or None)


def _units(quorum: Quorum) -> set[UUID]:
    return set(descendants(quorum.units))
