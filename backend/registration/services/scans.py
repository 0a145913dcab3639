"""What devices at the door noted without a connection becomes part of the log, each at the time it happened.

A batch may come late, twice, in pieces, out of order, and beside those of other devices: who is in the room at an
instant comes out the same. Nothing is left out of the log because it says what the log said already, since something
in between may still come.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Site
from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import NotFound
from backend.core.ids import time_ordered_id
from backend.outbox.services import emit
from backend.registration.models import Presence, Registration, Scan
from backend.registration.services.doors import opened_from, refuse_unless_doors_open
from backend.registration.services.presence import recorded_news
from backend.registration.states import LOGGED, Direction, PresenceSource, RegistrationState, ScanOutcome

#: A scan may say so much later a time than its upload, and is then taken as of the upload, and so much earlier a time
#: than the door opened: clocks are set by people.
TOLERANCE = dt.timedelta(minutes=2)
#: A device brings what it noted within so many days.
OLDEST = dt.timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Noted:
    """One scan as the device tells it, `at` by its own clock. Without a registration the code was not one of ours;
    `code_round` is None where somebody was chosen from the list."""

    scan: UUID
    registration_id: UUID | None
    code_round: int | None = None
    direction: str
    site_id: UUID | None = None
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a scan, at this upload or (not `new`) at an earlier one. `same` is false where the device has used
    the name before for something else: that is what the answer is about, and the scan at hand was not kept."""

    row: Scan
    new: bool
    same: bool


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The answers in the order of the scans, and how much the device's clock was behind ours."""

    received_at: dt.datetime
    behind: dt.timedelta
    answers: list[Answer]


@transaction.atomic
def take_scans(*, conference_id: UUID, device: UUID, clock: dt.datetime, scans: Sequence[Noted]) -> Taken:
    """Answers every scan and enters the good ones into the log. `clock` is what the device's clock says as it sends
    them; each scan is put right by the difference from ours.

    A scan that was answered before gets the same answer, whatever has changed since. Raises NotFound, and Conflict when
    some are new and the doors are not open: then none of them is kept, and they may come again.
    """
    received = database_now()
    behind = received - clock
    known = _answered(conference_id, device, scans)
    fresh = {noted.scan: noted for noted in reversed(scans) if noted.scan not in known}
    made: set[UUID] = set()
    if fresh:
        conference = Conference.objects.filter(pk=conference_id).first()
        if conference is None:
            raise NotFound()
        refuse_unless_doors_open(conference)
        judge = _Judge(conference, list(fresh.values()), received, behind)
        # In the order of their names: two uploads of one batch wait for each other at the first, and not in a circle.
        rows = [judge.answer(device, fresh[name]) for name in sorted(fresh)]
        Scan.objects.bulk_create(rows, ignore_conflicts=True)
        known = _answered(conference_id, device, scans)
        made = {row.pk for row in known.values()} & {row.pk for row in rows}
        _log(conference_id, [row for row in known.values() if row.pk in made and row.presence_id])
    answers = [_answer(noted, known[noted.scan], made) for noted in scans]
    return Taken(received_at=received, behind=behind, answers=answers)


class _Judge:
    """What is known of the people, the sites and the clock, read once for a whole batch."""

    def __init__(
        self, conference: Conference, scans: Sequence[Noted], received: dt.datetime, behind: dt.timedelta
    ) -> None:
        self.conference_id, self.received, self.behind = conference.pk, received, behind
        self.opened = opened_from(conference)
        ids = {noted.registration_id for noted in scans} - {None}
        self.people = Registration.objects.filter(conference=conference).in_bulk(list(ids))
        self.sites = set(Site.objects.filter(conference=conference).values_list("pk", flat=True))

    def answer(self, device: UUID, noted: Noted) -> Scan:
        row = self.people.get(noted.registration_id) if noted.registration_id else None
        at = noted.at + self.behind
        outcome = self._outcome(noted, row, at)
        return Scan(
            conference_id=self.conference_id,
            device=device,
            scan=noted.scan,
            registration=row,
            site_id=noted.site_id or row.site_id if row and outcome in LOGGED else None,
            direction=noted.direction,
            scanned_at=noted.at,
            at=min(at, self.received),
            outcome=outcome,
            presence_id=time_ordered_id() if outcome in LOGGED else None,
            recorded_by=context.current().actor[:80],
        )

    def _outcome(self, noted: Noted, row: Registration | None, at: dt.datetime) -> ScanOutcome:
        if row is None:
            return ScanOutcome.UNKNOWN
        if noted.code_round is not None and noted.code_round != row.code_round:
            return ScanOutcome.REPLACED
        if at > self.received + TOLERANCE:
            return ScanOutcome.FUTURE
        if at < self.received - OLDEST:
            return ScanOutcome.TOO_OLD
        if self.opened is None or at < self.opened - TOLERANCE:
            return ScanOutcome.TOO_EARLY
        if noted.site_id is not None and noted.site_id not in self.sites:
            return ScanOutcome.FOREIGN_SITE
        if not _had_seat(row, at):
            return ScanOutcome.NO_SEAT
        lost = row.state == RegistrationState.CANCELLED and noted.direction == Direction.IN
        return ScanOutcome.GIVEN_UP if lost else ScanOutcome.RECORDED


def _answer(noted: Noted, row: Scan, made: set[UUID]) -> Answer:
    same = (row.direction, row.scanned_at) == (noted.direction, noted.at)
    return Answer(row=row, new=row.pk in made and same, same=same)


def _had_seat(row: Registration, at: dt.datetime) -> bool:
    """Who gave the seat up after they were scanned was rightly let in, and the door is told that somebody else may sit
    there by now; who got one only afterwards was not."""
    if row.confirmed_at is None or at < row.confirmed_at:
        return False
    if row.state == RegistrationState.CANCELLED:
        return row.cancelled_at is not None and at < row.cancelled_at
    return row.state == RegistrationState.CONFIRMED


def _answered(conference_id: UUID, device: UUID, scans: Sequence[Noted]) -> Mapping[UUID, Scan]:
    names = {noted.scan for noted in scans}
    rows = Scan.objects.filter(conference_id=conference_id, device=device, scan__in=names)
    return {row.scan: row for row in rows.select_related("registration__person")}


def _log(conference_id: UUID, rows: Sequence[Scan]) -> None:
    log = [
        Presence(
            pk=row.presence_id,
            conference_id=conference_id,
            registration_id=row.registration_id,
            site_id=row.site_id,
            direction=row.direction,
            at=row.at,
            source=PresenceSource.DEVICE,
            recorded_by=row.recorded_by,
        )
        for row in rows
        if row.registration_id
    ]
    Presence.objects.bulk_create(log)
    emit(*(recorded_news(entry) for entry in log))
