"""A conference that is put off: its invitees are told, and their calendars drop the old time."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.told import last_expected, told, told_to_everybody
from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.core.text import localized
from backend.invitations import ical, queries, wording
from backend.invitations.events import PostponementAddressed
from backend.invitations.letters import batch_of, written
from backend.invitations.models import Invitation
from backend.invitations.services import calling_off, composing, failures
from backend.invitations.services.chunks import chunks, written_to_each
from backend.mail import services as mail
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit


@transaction.atomic
def tell_of_postponement(*, conference_id: UUID, sequence: int) -> int:
    """Has letters written to everybody who was invited, those who declined too: the new time may suit them. Returns how
    many. Does nothing when the conference was announced again or cancelled since."""
    conference = _still_postponed(conference_id, sequence)
    if conference is None:
        return 0
    calling_off.give_back(conference)
    rows = list(_uninformed(conference_id, sequence).order_by("id").values_list("id", "email"))
    emit(*(_addressed(conference_id, sequence, some) for some in chunks(rows)))
    return sum(bool(email) for _, email in rows)


@transaction.atomic
def mail_postponement(*, conference_id: UUID, sequence: int, invitations: Collection[str]) -> int:
    """Queues the letter to each of these invitees that takes the meeting out of their calendars and says why; returns
    how many were written."""
    if _still_postponed(conference_id, sequence) is None:
        return 0
    rows = queries.with_letter_facts(_uninformed(conference_id, sequence).filter(pk__in=invitations).exclude(email=""))
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    kept = told(conference_id)
    everybody = told_to_everybody(kept)

    def write(row: Invitation) -> OutgoingMail:
        heard = last_expected(composing.heard(row, kept, everybody), row.sequence)
        return _letter(row, sequence, kept, heard or row.conference)

    def report(row: Invitation, error: Exception) -> None:
        if row.person is not None:
            failures.unwritable(
                person=row.person,
                conference_id=conference_id,
                letter="postponement",
                error=error,
                invitation=row,
                again=_addressed(conference_id, sequence, [(row.pk, row.email)]),
            )

    letters, failed = written_to_each(locked, write, alone=len(invitations) == 1, who=lambda row: row.pk, report=report)
    moment = now()
    Invitation.objects.filter(pk__in=[row.pk for row, _ in letters]).update(
        sequence=sequence, sent_at=moment, updated_at=moment, version=F("version") + 1
    )
    if letters:
        mail.queue_all(
            [letter for _, letter in letters], batch=batch_of(locked[0].conference, "postponement", sequence)
        )
    emit(*(_addressed(conference_id, sequence, [(row.pk, row.email)]) for row in failed))
    return len(letters)


def _still_postponed(conference_id: UUID, sequence: int) -> Conference | None:
    return Conference.objects.filter(pk=conference_id, state=ConferenceState.POSTPONED, sequence=sequence).first()


def _uninformed(conference_id: UUID, sequence: int) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(conference_id=conference_id, state__in=queries.LIVE, sequence__lt=sequence)
    known = TimeAndPlace.objects.filter(conference_id=conference_id, called_off=ConferenceState.POSTPONED)
    return rows.filter(sent_at__isnull=False, person__isnull=False).exclude(sequence__in=known.values("sequence"))


def _addressed(conference_id: UUID, sequence: int, rows: Sequence[tuple[UUID, str]]) -> PostponementAddressed:
    return PostponementAddressed(
        conference_id=conference_id,
        sequence=sequence,
        invitations=[str(row_id) for row_id, email in rows if email],
        unreachable=[str(row_id) for row_id, email in rows if not email],
    )


def _letter(
    row: Invitation, sequence: int, kept: Mapping[int, TimeAndPlace], heard: Conference | TimeAndPlace
) -> OutgoingMail:
    """`heard` is when it was to be, as the invitee was told. Who knows it as cancelled has no entry any more."""
    assert row.person is not None
    known = kept.get(row.sequence)
    was_cancelled = known is not None and known.called_off == ConferenceState.CANCELLED
    entry = None if was_cancelled else composing.entry(row, sequence=sequence, known=kept.get(sequence))
    letter = composing.letter(
        row,
        template="letters/postponement",
        subject="postponed",
        calendar=ical.cancel(entry) if entry else None,
        calendar_method="CANCEL" if entry else None,
        in_calendar=entry is not None,
        reason=localized(row.conference.reason, row.language),
        was_cancelled=was_cancelled,
        when=wording.when(heard, row.language),
    )
    return written(
        letter,
        purpose="postponement",
        subject_id=row.pk,
        sequence=sequence,
        recipient=(row.person.full_name, row.email),
        conference=row.conference,
    )
