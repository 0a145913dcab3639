"""Reminders: those who come are told time and place once more, those who have not answered are asked to.

A conference is share-locked while anybody is reminded of it, so that it is cancelled, postponed or moved before, and
nobody is reminded, or after, and what was not handed over yet is dropped.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.deadlines import applying, by_start
from backend.conferences.queries.told import same_time, time_and_place, told
from backend.conferences.states import EXPECTED
from backend.core.clock import database_now
from backend.invitations import ical, moments, queries, wording
from backend.invitations.events import RemindersAddressed
from backend.invitations.letters import batch_of, written
from backend.invitations.models import Invitation, InvitationList, Reminder
from backend.invitations.services import composing
from backend.invitations.services.chunks import CHUNK
from backend.invitations.services.letters import reported
from backend.invitations.states import InvitationState, ReminderKind
from backend.mail import services as mail
from backend.mail import withdrawing
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit

#: Whom each kind of reminder is for.
HEARERS = {ReminderKind.START: queries.MAY_COME, ReminderKind.REPLY_BY: (InvitationState.SENT,)}
#: States in which a reminder asks for an answer.
UNDECIDED = (InvitationState.SENT, InvitationState.TENTATIVE)
#: A reminder's purpose in the ledger of mail.
PURPOSES = {ReminderKind.START: "start_reminder", ReminderKind.REPLY_BY: "reply_reminder"}


def remind_invitees() -> int:
    """Reminds invitees as the set moments before the start and before the deadline for answers come; returns how many.
    Of several moments that came since the last run each invitee hears of the latest; whoever was written to after it
    was reminded by that letter."""
    at = database_now()
    ahead = Q(conference__starts_at__gt=at) | Q(reply_by__gt=at)
    lists = InvitationList.objects.filter(ahead, sent_at__isnull=False, conference__state__in=EXPECTED)
    rows = lists.select_related("conference").only(
        "sent_at", "reminded_to", "reply_by", "start_reminders", "reply_reminders", "conference__starts_at"
    )
    return sum(_remind_list(row.pk) for row in rows.order_by("id") if moments.come(row, at))


@transaction.atomic
def _remind_list(list_id: UUID) -> int:
    row = InvitationList.objects.select_for_update(skip_locked=True).filter(pk=list_id).first()
    conference = expected(row.conference_id) if row else None
    if row is None or conference is None:
        return 0
    row.conference, at = conference, database_now()
    reminded: set[UUID] = set()
    for moment in moments.come(row, at):
        hearers = Invitation.objects.filter(
            list=row, state__in=HEARERS[moment.kind], person__isnull=False, sent_at__lt=moment.at
        ).exclude(email="")
        told_already = Reminder.objects.filter(invitation=OuterRef("pk"), kind=moment.kind, moment=moment.at)
        ids = hearers.exclude(Exists(told_already)).exclude(pk__in=reminded).order_by("id").values_list("pk", flat=True)
        reminded.update(address(conference, moment.kind, moment.at, list(ids), anchor=moment.anchor))
    # No edit of the list: its version stays.
    InvitationList.objects.filter(pk=list_id).update(reminded_to=at)
    return len(reminded)


def address(
    conference: Conference,
    kind: ReminderKind,
    moment: dt.datetime,
    invitations: Sequence[UUID],
    *,
    anchor: dt.datetime | None = None,
) -> Sequence[UUID]:
    """Puts these reminders on record and has their letters written; without an `anchor` somebody asked for them. The
    conference is locked by the caller."""
    Reminder.objects.bulk_create(
        Reminder(invitation_id=row_id, kind=kind, moment=moment, by_hand=anchor is None) for row_id in invitations
    )
    emit(
        *(
            RemindersAddressed(
                conference_id=conference.pk,
                kind=kind.value,
                moment=moment.isoformat(),
                anchor=anchor.isoformat() if anchor else "",
                invitations=[str(row_id) for row_id in invitations[start : start + CHUNK]],
            )
            for start in range(0, len(invitations), CHUNK)
        )
    )
    return invitations


@transaction.atomic
def mail_reminders(*, conference_id: UUID, kind: str, moment: str, anchor: str, invitations: Collection[str]) -> int:
    """Queues the reminder to each of these invitees it still is for; returns how many were written. None when the
    conference is off, or when what it counts down to was moved or is past.

    Its calendar entry repeats what the invitee knows under the same sequence. Whoever is yet to hear of another time
    hears that instead.
    """
    conference = expected(conference_id)
    which = ReminderKind(kind)
    counts_to = dt.datetime.fromisoformat(anchor) if anchor else None
    if conference is None or (counts_to is not None and counts_to <= database_now()):
        return 0
    rows = Invitation.objects.filter(pk__in=invitations, state__in=HEARERS[which], person__isnull=False)
    if counts_to is not None and which == ReminderKind.START and conference.starts_at != counts_to:
        return 0
    if counts_to is not None and which == ReminderKind.REPLY_BY:
        rows = rows.annotate(due=applying("list__reply_by")).filter(due=counts_to, list__reply_by__isnull=False)
    rows = queries.with_letter_facts(rows.exclude(email="")).select_for_update(of=("self",)).order_by("id")
    kept = told(conference_id)
    letters: list[OutgoingMail] = []
    for row in rows:
        known = kept.get(row.sequence)
        if known is None or same_time(known, time_and_place(row.conference)):
            with reported(row, "reminder"):
                letters.append(_letter(row, known or row.conference, which, dt.datetime.fromisoformat(moment)))
    if letters:
        number = _minute(dt.datetime.fromisoformat(moment))
        mail.queue_all(letters, batch=batch_of(conference, PURPOSES[which], number))
    return len(letters)


@transaction.atomic
def drop_reminders(
    *, conference_id: UUID, invitation_id: UUID | None = None, kinds: Collection[ReminderKind] = tuple(ReminderKind)
) -> int:
    """Takes back the reminders of a conference, or of one invitation, that were not sent yet; returns how many."""
    return withdrawing.withdraw(
        purposes=[PURPOSES[kind] for kind in kinds], conference_id=conference_id, subject_id=invitation_id
    )


def drop_own_reminders(*, invitation_id: UUID) -> int:
    """Takes back the unsent reminders of an invitation that was declined or withdrawn; returns how many."""
    off = (InvitationState.DECLINED, InvitationState.WITHDRAWN)
    row = Invitation.objects.filter(pk=invitation_id, state__in=off).first()
    return drop_reminders(conference_id=row.conference_id, invitation_id=row.pk) if row is not None else 0


def expected(conference_id: UUID) -> Conference | None:
    """The conference, if people are expected at it; until this transaction ends nobody calls it off or moves it."""
    held = Conference.objects.raw("SELECT * FROM conferences_conference WHERE id = %s FOR SHARE", [conference_id])
    return next((row for row in held if row.state in EXPECTED), None)


def _minute(moment: dt.datetime) -> int:
    return int(moment.timestamp() // 60)


def _letter(row: Invitation, known: Conference | TimeAndPlace, kind: ReminderKind, moment: dt.datetime) -> OutgoingMail:
    assert row.person is not None
    asks, language = row.state in UNDECIDED, row.language
    entry = composing.entry(row, sequence=row.sequence, known=known)
    due = by_start(row.list.reply_by, row.conference) if asks else None
    letter = composing.letter(
        row,
        template="letters/reminder",
        subject="remind_of_reply" if kind == ReminderKind.REPLY_BY else "remind_of_start",
        calendar=ical.request(entry) if entry else None,
        calendar_method="REQUEST" if entry else None,
        asks=asks,
        tentative=row.state == InvitationState.TENTATIVE,
        when=wording.when(known, language),
        where=composing.place(known, row, language),
        reply_by=wording.until(due, row.conference.time_zone, language) if due and due > moment else "",
    )
    return written(
        letter,
        purpose=PURPOSES[kind],
        subject_id=row.pk,
        sequence=_minute(moment),
        recipient=(row.person.full_name, row.email),
        conference=row.conference,
    )
