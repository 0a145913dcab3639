"""Letters to one invitee: the invitation with its calendar request, its cancellation, and answers to replies by mail.

Where no correct letter can be made, none is sent, and that is reported at once: trying again would not help.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import F, Q

from backend.conferences.queries.papers import asked_for_papers
from backend.conferences.queries.told import reason_told
from backend.conferences.states import CALLED_OFF, NoticePlace
from backend.core.clock import now
from backend.core.text import localized
from backend.invitations import ical, links, queries, wording
from backend.invitations.events import InvitationIssued, InvitationWithdrawn
from backend.invitations.letters import Letter, post
from backend.invitations.models import Invitation, InvitationLetter, ReplyProposal
from backend.invitations.services import calling_off, composing, failures, shared_entries
from backend.invitations.services.formal import copy_for, goes_with
from backend.invitations.states import InvitationState, LetterDelivery, ProposalKind, ProposalState
from backend.mail import withdrawing
from backend.mail.mailbox import InvalidAddress
from backend.mail.mime import Attachment, InvalidMessage
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.outbox.registry import DomainEvent
from backend.people.models import Person

log = structlog.get_logger(__name__)


@transaction.atomic
def mail_invitation(*, invitation_id: UUID, sequence: int, batch: UUID | None = None) -> None:
    """Queues the invitee's current letter, which tells the conference's time and place as they are now, under the
    sequence that stands for them. Says nothing when a newer one is on its way, or the invitation was taken back."""
    row = queries.with_letter_facts(Invitation.objects.all()).get(pk=invitation_id)
    if row.person is None or row.sequence != sequence or row.state not in queries.LIVE or not row.email:
        return
    if row.conference.state in CALLED_OFF:
        return
    conference, kept = composing.as_told(row.conference_id)
    composing.at(row, conference)
    if not _still_invited(row):
        return
    if kept.sequence > row.sequence and (_written(row) or not _caught_up(row, kept.sequence)):
        return
    kind = "change" if row.sequence > row.first_sequence else "invitation"
    again = InvitationIssued(
        invitation_id=row.pk, conference_id=row.conference_id, sequence=row.sequence, link_round=row.link_round
    )
    with reported(row, "invitation", again):
        entry = composing.entry(row, sequence=row.sequence)
        formal = goes_with(row, kept)
        attached = formal is not None and formal.delivery == LetterDelivery.ATTACHED
        letter = composing.letter(
            row,
            template="letters/invitation",
            subject=kind,
            calendar=ical.request(entry) if entry else None,
            calendar_method="REQUEST" if entry else None,
            changed=kind == "change",
            original=_name_of(composing.stood_in_for(row), row.language),
            in_calendar=entry is not None,
            **composing.data_protection(row, NoticePlace.LETTER),
            formal_number=formal.facts["number"] if formal else "",
            formal_link=links.letter_address(row.pk, row.link_round) if formal and not attached else "",
        )
        if formal is not None and attached:
            letter = replace(letter, attachments=(_attached(formal, row),))
        _post(row, letter, purpose="invitation", sequence=row.letter_number, batch=batch)


def _still_invited(row: Invitation) -> bool:
    """Asked with the invitation locked: whoever takes it back waits, and finds this letter to take back with it."""
    rows = Invitation.objects.filter(pk=row.pk, state__in=queries.LIVE)
    return rows.select_for_update(no_key=True).exists()


def _attached(formal: InvitationLetter, row: Invitation) -> Attachment:
    copy = copy_for(formal, row)
    return Attachment(filename=copy.filename, content=bytes(copy.content), content_type=copy.media_type)


def _written(row: Invitation) -> bool:
    """Whether this very letter was queued before the time or place moved: what moved comes with the news."""
    letters = OutgoingMail.objects.filter(purpose="invitation", subject_id=row.pk, sequence=row.letter_number)
    return letters.exists()


def _caught_up(row: Invitation, sequence: int) -> bool:
    """Brings the invitation to the sequence its letter tells; False when another letter has done so meanwhile."""
    never_written_to = row.link_round == 0 and row.sequence == row.first_sequence
    first = sequence if never_written_to else row.first_sequence
    rows = Invitation.objects.filter(pk=row.pk, sequence=row.sequence)
    row.sequence, row.first_sequence = sequence, first
    return bool(rows.update(sequence=sequence, first_sequence=first, updated_at=now(), version=F("version") + 1))


@transaction.atomic
def mail_cancellation(*, invitation_id: UUID, batch: UUID | None = None) -> None:
    """Queues the letter that takes the meeting out of the invitee's calendar and says why. To whom no letter can have
    come none is sent: what waits for them is taken back. Who knows of a cancelled conference otherwise is told; and the
    meeting that was left in a calendar for them alone goes out of it."""
    row = queries.with_letter_facts(Invitation.objects.all()).get(pk=invitation_id)
    if row.person is None or row.state != InvitationState.WITHDRAWN or row.sent_at is None or not row.email:
        return
    if not may_know(row, row.person):
        calling_off.tell_besides(conference=row.conference, person=row.person)
        remove_left_behind(row)
        return
    again = InvitationWithdrawn(invitation_id=row.pk, conference_id=row.conference_id, sequence=row.sequence)
    with reported(row, "cancellation", again):
        _post(row, cancellation(row), purpose="cancellation", sequence=row.sequence, batch=batch)


@transaction.atomic
def remove_left_behind(row: Invitation) -> None:
    """Takes the meeting out of the calendar at the address of somebody who was invited and never heard of it: where it
    was left for them alone when somebody else was taken off, who was told in words only and now gets the rest."""
    left = shared_entries.left_behind_for(row)
    if left is None:
        return
    with reported(left, "cancellation"):
        letter = cancellation(left, entry_only=True)
        if letter.calendar is not None:
            _post(left, letter, purpose="cancellation", sequence=left.sequence + 1)


def cancellation(row: Invitation, *, entry_only: bool = False) -> Letter:
    """What the invitee, who knows of the invitation, is told when it is withdrawn: with the conference, or from them
    alone, under the number after those feeds have shown. The calendar's entry leaves from where feeds show it; the text
    says the time the invitee was told.

    Says it in plain words only, without a calendar message, while somebody else is invited at the same address: they
    have one entry there, which a cancellation would remove for both. Asking the other one anew under a higher sequence
    would bring it back, but with a second letter to somebody for whom nothing changed, and void their earlier answer.
    With `entry_only` all the rest was said before.
    """
    cancelled = bool(row.called_off_from)
    known = composing.known_to(row)
    if cancelled:
        sequence = row.conference.told_sequence
        entry = composing.entry(row, sequence=sequence, known=composing.called_off(row, sequence) or known)
    elif shared_entries.needed_by_others(row):
        entry = None
    else:
        shown = composing.shown(row)
        entry = composing.entry(
            row,
            sequence=row.conference.sequence + 1,
            known=shown if shown is not None and shown.starts_at is not None else known,
        )
    subject = "cancelled" if cancelled else "delegated" if row.substitute else "withdrawn"
    return composing.letter(
        row,
        template="letters/cancellation",
        subject="entry_removed" if entry_only else subject,
        entry_only=entry_only,
        calendar=ical.cancel(entry) if entry else None,
        calendar_method="CANCEL" if entry else None,
        cancelled=cancelled,
        substitute="" if cancelled else _name_of(row.substitute, row.language),
        asked=cancelled and row.person_id in asked_for_papers(row.conference_id),
        reason=localized(reason_told(row.conference), row.language) if cancelled else "",
        when=wording.when(known, row.language),
    )


def may_know(row: Invitation, person: Person) -> bool:
    """Takes back what of the invitation waits to be sent; False when nothing of it can have reached the person."""
    own = Q(subject_id=row.pk) & ~Q(purpose="cancellation")
    news = Q(purpose__in=["news", "postponement"], subject_id=uuid5(row.conference_id, str(person.pk)))
    came = withdrawing.take_back(own | news, conference_id=row.conference_id)
    if row.answered_at or row.substitute_id:
        return True  # they know of it, from wherever
    if came is None:  # not written yet, unless it was told without us
        return not Event.objects.filter(name=InvitationIssued.name, subject_id=row.pk).exists()
    return came


@transaction.atomic
def ask_again(row: Invitation, *, answers: str) -> None:
    """Queues a letter to an invitee who answered, in the mail `answers`, to a former time or place: what holds now, once
    under each sequence. The row comes with its letter's facts, and an address."""
    known = composing.known_to(row)
    with reported(row, "asked_again"):
        entry = composing.entry(row, sequence=row.sequence, known=known)
        letter = composing.letter(
            row,
            template="letters/asked_again",
            subject="asked_again",
            calendar=ical.request(entry) if entry else None,
            calendar_method="REQUEST" if entry else None,
            answers=answers if answers.startswith("<") and len(answers) < 200 else "",
            when=wording.when(known, row.language),
            where=composing.place(known, row, row.language),
        )
        _post(row, letter, purpose="asked_again", sequence=row.sequence)


@transaction.atomic
def mail_proposal_declined(*, proposal_id: UUID) -> None:
    """Queues the letter that says no to what an invitee proposed; to another time also in the calendar's own words."""
    proposal = ReplyProposal.objects.get(pk=proposal_id)
    row = queries.with_letter_facts(Invitation.objects.all()).get(pk=proposal.invitation_id)
    if proposal.state != ProposalState.DECLINED or row.state not in queries.LIVE or not row.email:
        return
    if row.person is None or row.conference.state in CALLED_OFF:
        return
    known, other_time = composing.known_to(row), proposal.kind == ProposalKind.TIME
    with reported(row, "proposal_declined"):
        entry = composing.entry(row, sequence=row.sequence, known=known) if other_time else None
        letter = composing.letter(
            row,
            template="letters/proposal_declined",
            subject="declined",
            calendar=ical.decline_counter(entry) if entry else None,
            calendar_method="DECLINECOUNTER" if entry else None,
            other_time=other_time,
            when=wording.when(known, row.language),
            where=composing.place(known, row, row.language),
        )
        post(
            letter,
            purpose="proposal_declined",
            subject_id=proposal.pk,
            sequence=0,
            recipient=(row.person.full_name, row.email),
            conference=row.conference,
        )


def _name_of(other: Invitation | None, language: str) -> str:
    return wording.addressee(other.person, {}, language) if other else ""


@contextmanager
def reported(row: Invitation, letter: str, again: DomainEvent | None = None) -> Iterator[None]:
    """A letter that cannot be made, or would be read differently from what was meant, is told of instead of sent."""
    try:
        yield
    except (InvalidMessage, InvalidAddress, ical.InvalidEntry, ical.CalendarRoundTripError) as error:
        if row.person is not None:
            failures.unwritable(
                person=row.person,
                conference_id=row.conference_id,
                letter=letter,
                error=error,
                invitation=row,
                again=again,
            )


def _post(row: Invitation, letter: Letter, *, purpose: str, sequence: int, batch: UUID | None = None) -> None:
    assert row.person is not None
    post(
        letter,
        purpose=purpose,
        subject_id=row.id,
        sequence=sequence,
        recipient=(row.person.full_name, row.email),
        conference=row.conference,
        batch=batch,
    )
