"""Reminders to those who have a seat and no invitation: they are told time and place once more.

The conference is share-locked while anybody is reminded of it, so that it is cancelled, postponed or moved before, and
nobody is reminded, or after, and what was not handed over yet is dropped.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries.told import same_time, time_and_place, told
from backend.conferences.states import EXPECTED
from backend.core.clock import database_now
from backend.invitations import moments
from backend.invitations.letters import batch_of
from backend.invitations.services import failures
from backend.invitations.services.chunks import chunks, written_to_each
from backend.invitations.services.reminders import expected
from backend.mail import services as mail
from backend.mail import withdrawing
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit
from backend.registration.events import SeatRemindersAddressed
from backend.registration.models import Registration, SeatReminder, Seats
from backend.registration.queries import seated_uninvited
from backend.registration.services.letters import letter_about, with_letter_facts
from backend.registration.states import RegistrationState

PURPOSE = "seat-reminder"


def remind_seated() -> int:
    """Reminds those who have a seat and no invitation, as the set moments before the start come; returns how many. Of
    several moments that came since the last run each hears of the latest; whose seat was confirmed after it was told
    by the confirmation."""
    at = database_now()
    furthest = at + dt.timedelta(minutes=max(settings.START_REMINDERS, default=0))
    ahead = Conference.objects.filter(state__in=EXPECTED, starts_at__gt=at, starts_at__lte=furthest, seats__taken__gt=0)
    return sum(_remind(row.pk) for row in ahead.only("starts_at").order_by("id") if _unreminded(row, at).exists())


@transaction.atomic
def _remind(conference_id: UUID) -> int:
    seats = Seats.objects.select_for_update(skip_locked=True).filter(pk=conference_id).first()
    conference = expected(conference_id) if seats else None
    if conference is None:
        return 0
    at = database_now()
    moment = _moment(conference, at)
    if moment is None:
        return 0
    rows = list(_unreminded(conference, at).order_by("id").values_list("pk", flat=True))
    SeatReminder.objects.bulk_create(SeatReminder(registration_id=row_id, moment=moment.at) for row_id in rows)
    emit(*(_addressed(conference.pk, moment.at, moment.anchor, some) for some in chunks(rows)))
    return len(rows)


@transaction.atomic
def mail_seat_reminders(*, conference_id: UUID, moment: str, anchor: str, registrations: Collection[str]) -> int:
    """Queues the reminder to each of them who still has the seat and no invitation; returns how many were written. None
    when the conference is off, moved or begun. Whoever is yet to hear of another time hears that instead; somebody no
    letter can be written to is left to another try, alone."""
    conference = expected(conference_id)
    counts_to, at = dt.datetime.fromisoformat(anchor), dt.datetime.fromisoformat(moment)
    if conference is None or conference.starts_at != counts_to or counts_to <= database_now():
        return 0
    known = told(conference_id).get(conference.told_sequence)
    if known is not None and not same_time(known, time_and_place(conference)):
        return 0
    rows = with_letter_facts().filter(pk__in=seated_uninvited(conference_id).filter(pk__in=registrations).values("pk"))
    # Asked again of the locked row: a seat given up meanwhile is one no more.
    seated = rows.filter(state=RegistrationState.CONFIRMED).select_for_update(of=("self",)).order_by("id")
    number = int(at.timestamp() // 60)

    def write(row: Registration) -> OutgoingMail:
        return letter_about(row, "seat_reminder", purpose=PURPOSE, sequence=number, known=known or conference)

    def report(row: Registration, error: Exception) -> None:
        again = _addressed(conference_id, at, counts_to, [row.pk])
        failures.unwritable(
            person=row.person, conference_id=conference_id, letter=PURPOSE, error=error, invitation=None, again=again
        )

    letters, failed = written_to_each(
        seated, write, alone=len(registrations) == 1, who=lambda row: row.pk, report=report
    )
    if letters:
        mail.queue_all([letter for _, letter in letters], batch=batch_of(conference, PURPOSE, number))
    emit(*(_addressed(conference_id, at, counts_to, [row.pk]) for row in failed))
    return len(letters)


@transaction.atomic
def drop_seat_reminders(*, conference_id: UUID, registration_id: UUID | None = None) -> int:
    """Takes back the reminders of a conference, or of one seat, that were not sent yet; returns how many."""
    return withdrawing.withdraw(purposes=[PURPOSE], conference_id=conference_id, subject_id=registration_id)


def _moment(conference: Conference, at: dt.datetime) -> moments.Moment | None:
    """The latest that has come since people were told of another time or place: that letter reminded them, too."""
    kept = told(conference.pk)
    return moments.before_start(conference.starts_at, kept[max(kept)].recorded_at if len(kept) > 1 else None, at)


def _unreminded(conference: Conference, at: dt.datetime) -> QuerySet[Registration]:
    """Who has not been told since the latest moment that has come."""
    moment = _moment(conference, at)
    if moment is None:
        return Registration.objects.none()
    since = SeatReminder.objects.filter(registration=OuterRef("pk"), at__gte=moment.at)
    same = SeatReminder.objects.filter(registration=OuterRef("pk"), moment=moment.at)
    rows = seated_uninvited(conference.pk).filter(confirmed_at__lt=moment.at)
    return rows.exclude(Exists(since)).exclude(Exists(same))


def _addressed(
    conference_id: UUID, moment: dt.datetime, anchor: dt.datetime, registrations: Sequence[UUID]
) -> SeatRemindersAddressed:
    return SeatRemindersAddressed(
        conference_id=conference_id,
        moment=moment.isoformat(),
        anchor=anchor.isoformat(),
        registrations=[str(row_id) for row_id in registrations],
    )
