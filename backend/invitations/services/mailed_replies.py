"""Answers by mail (iTIP, RFC 5546; iMIP, RFC 6047): whose they are, and what follows from them.

A mail answers for an invitee when it came to the invitation's own reply address, or when its sender is the invitee that
the calendar names. Everything else waits for a human, with a reason: also what came to one invitee's reply address while
the calendar names somebody else, who answers a letter that was passed on; and what several people at one address may
have answered. Nothing that came by itself is ever written to.
"""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation_id
from backend.conferences.states import ConferenceState
from backend.core import context
from backend.core.errors import Conflict, NotFound
from backend.core.queries import locked
from backend.core.serializers import YEARS
from backend.core.text import say
from backend.invitations import ical, queries, reply_addresses
from backend.invitations.models import Invitation, InvitationReply, ReplyProposal
from backend.invitations.services import composing, proposals
from backend.invitations.services.answers import reply as keep_answer
from backend.invitations.services.letters import ask_again
from backend.invitations.states import Answer, InvitationState, ReplyVia
from backend.mail import intake
from backend.mail.intake import Verdict
from backend.mail.models import InboundMail
from backend.mail.reading import Letter
from backend.mail.states import INBOUND_MOVES, InboundReason

LONGEST_NOTE = 1000
_ANSWERS = {"ACCEPTED": Answer.ACCEPTED, "DECLINED": Answer.DECLINED, "TENTATIVE": Answer.TENTATIVE}
_CALLED_OFF = {ConferenceState.CANCELLED, ConferenceState.POSTPONED, ConferenceState.DRAFT}
_OVER = {ConferenceState.CLOSED, ConferenceState.ARCHIVED}


@transaction.atomic
def take_reply(*, inbound_id: UUID) -> None:
    """Settles a mail that came in: with its answer on record, ignored, or waiting for a human; always with a reason.
    Does nothing for one that is settled."""
    mail = intake.opened(inbound_id)
    if mail is None:
        return
    letter = intake.letter_of(mail)
    if letter is None:
        intake.settle(mail, Verdict(reason=InboundReason.UNREADABLE))
    else:
        intake.settle(mail, intake.settled_here(mail, letter) or _answered(mail, letter))


@transaction.atomic
def assign_reply(
    *, inbound_id: UUID, invitation_id: UUID, answer: str, note: str = "", expected: int | None = None
) -> Invitation:
    """Records, on a human's word, that a mail which waits answers this invitation so. Raises IllegalMove when it does
    not wait, NotFound, and what `reply` raises."""
    mail = locked(InboundMail.objects.defer("raw"), inbound_id, expected=expected)
    INBOUND_MOVES.check(mail, "assign")
    row = Invitation.objects.filter(pk=invitation_id).first()
    if row is None:
        raise NotFound(say(vi="Không có giấy mời này.", en="There is no such invitation."))
    if row.state == InvitationState.DRAFT:
        raise Conflict(say(vi="Giấy mời này chưa gửi.", en="This invitation was not sent yet."))
    answered = keep_answer(invitation_id=row.pk, answer=answer, note=note, via=ReplyVia.MAIL, inbound_id=mail.pk)
    intake.settle(mail, _about(row, InboundReason.ASSIGNED))
    return answered


def _answered(mail: InboundMail, letter: Letter) -> Verdict:
    token_of = {row.pk: row for row in reply_addresses.invitations_named(letter.delivered_to)}
    only = next(iter(token_of.values())) if len(token_of) == 1 else None
    said, trouble = _calendar_answer(letter)
    if said is None:
        if letter.automatic:
            return Verdict(reason=InboundReason.AUTOMATIC)
        reason = InboundReason.BROKEN_CALENDAR if trouble else InboundReason.NO_CALENDAR
        return _about(only, reason, trouble) if only else Verdict(reason=reason, detail=trouble)
    rows = _meant(said, only)
    if not rows:
        return _nobody(said, only)
    row, *others = rows
    if others:
        return replace(_about(row, InboundReason.SEVERAL_INVITED, said.attendee.email), subject_id=None)
    if only is not None and said.attendee.email not in _addresses_of(row):
        return _about(row, InboundReason.ATTENDEE_DIFFERS, said.attendee.email)
    if only is None and letter.sender != said.attendee.email:
        unclear = not letter.sender
        return _about(row, InboundReason.SENDER_UNCLEAR if unclear else InboundReason.SENDER_DIFFERS, letter.sender)
    with context.acting(actor=f"invitee:{row.pk}"):
        return _trusted(mail, letter, said, row)


def _calendar_answer(letter: Letter) -> tuple[ical.Reply | None, str]:
    """The one answer in the mail's calendars; else why there is none, "" when nothing in it is meant as an answer."""
    found: dict[ical.Reply, None] = {}
    troubles: list[str] = []
    for calendar in letter.calendars:
        try:
            found[ical.parse_reply(calendar)] = None
        except ical.NoReply:  # our own invitation, sent back with a letter
            continue
        except ical.UnreadableReply as error:
            troubles.append(str(error))
    if len(found) == 1:
        return next(iter(found)), ""
    return None, f"{len(found)} different answers" if found else next(iter(troubles), "")


def _meant(said: ical.Reply, only: Invitation | None) -> list[Invitation]:
    """The invitation that is answered, locked: the one the reply address names, or the attendee's; to this meeting. All
    of them when several are alive, of those that were withdrawn the last."""
    rows = queries.with_letter_facts(Invitation.objects.exclude(state=InvitationState.DRAFT))
    rows = rows.filter(pk=only.pk) if only else rows.filter(email__iexact=said.attendee.email)
    mine = [row for row in rows if ical.calendar_uid(row.conference_id, row.site_id) == said.uid.lower()]
    alive = [row for row in mine if row.state != InvitationState.WITHDRAWN]
    best = alive or sorted(mine, key=lambda row: row.pk)[-1:]
    return list(rows.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in best]).order_by("pk"))


def _addresses_of(row: Invitation) -> set[str]:
    """By which calendars may call the invitee."""
    known = {row.email, row.person.email, row.person.alternate_email} if row.person else {row.email}
    return {email.lower() for email in known if email}


def _nobody(said: ical.Reply, only: Invitation | None) -> Verdict:
    """An answer no invitation was found for: still shown to the organisers of the meeting it names, if it is ours."""
    if only is not None:
        return _about(only, InboundReason.UNKNOWN_MEETING, said.uid)
    meetings = _live().values_list("conference_id", "site_id").distinct()
    for conference_id, site_id in meetings.iterator():
        if ical.calendar_uid(conference_id, site_id) == said.uid.lower():
            conference = Conference.objects.get(pk=conference_id)
            return Verdict(
                reason=InboundReason.NOT_INVITED,
                detail=said.attendee.email,
                conference_id=conference_id,
                organisation_id=lead_organisation_id(conference),
            )
    return Verdict(reason=InboundReason.UNKNOWN_MEETING, detail=said.uid)


def _live() -> QuerySet[Invitation]:
    return Invitation.objects.filter(state__in=queries.LIVE).exclude(conference__state__in=_OVER).order_by()


def _trusted(mail: InboundMail, letter: Letter, said: ical.Reply, row: Invitation) -> Verdict:
    """What follows from an answer that is the invitee's own."""
    if reason := _in_vain(said, row):
        return _about(row, reason)
    if _old(said, row):
        if letter.automatic:
            return _about(row, InboundReason.OLD_AND_AUTOMATIC, f"SEQUENCE {said.sequence}")
        ask_again(row, answers=mail.message_id)
        return _about(row, InboundReason.ASKED_AGAIN, f"SEQUENCE {said.sequence}")
    stamp = _sane(said.stamp)
    if _overtaken(row, stamp):
        return _about(row, InboundReason.OVERTAKEN)
    if said.method == "COUNTER" or said.answer == "DELEGATED":
        return _about(row, proposals.keep(row, said, inbound_id=mail.pk, stamp=stamp))
    keep_answer(
        invitation_id=row.pk,
        answer=_ANSWERS[said.answer],
        note=said.comment[:LONGEST_NOTE],
        via=ReplyVia.MAIL,
        inbound_id=mail.pk,
        stamp=stamp,
    )
    return _about(row, InboundReason.ANSWERED)


def _in_vain(said: ical.Reply, row: Invitation) -> InboundReason | None:
    """Why an answer cannot be taken: said as the invitee's calendar has been told it already, or to a human."""
    if said.recurrence_id is not None:
        return InboundReason.OTHER_OCCURRENCE
    if row.conference.state in _CALLED_OFF:
        return InboundReason.CALLED_OFF
    if row.conference.state in _OVER:
        return InboundReason.OVER
    if row.state == InvitationState.WITHDRAWN:
        return InboundReason.WITHDRAWN
    if row.person_id is None:
        return InboundReason.NAMELESS
    gives_up = said.method != "COUNTER" and said.answer in {"DECLINED", "DELEGATED"}
    if gives_up and queries.is_inside(row.conference_id, row.person_id):
        return InboundReason.INSIDE
    return InboundReason.NO_ANSWER if said.answer == "NEEDS-ACTION" and said.method == "REPLY" else None


def _old(said: ical.Reply, row: Invitation) -> bool:
    """Whether it answers a letter before the last one. Programs that leave out SEQUENCE are judged by the start they
    name; those that name neither, by whether anything ever changed."""
    current = composing.entry(row, sequence=row.sequence, known=composing.known_to(row))
    if current is None:
        return False
    if said.sequence is not None:
        return said.sequence < current.sequence
    if isinstance(said.start, dt.datetime) and said.start.tzinfo is not None:
        return said.start != current.start
    return row.sequence > row.first_sequence


def _overtaken(row: Invitation, stamp: dt.datetime | None) -> bool:
    """Mail comes in any order: what the invitee's program wrote last counts (RFC 5546 §2.1.5)."""
    if stamp is None:
        return False
    newer = {"invitation": row, "stamp__gt": stamp}
    return InvitationReply.objects.filter(**newer).exists() or ReplyProposal.objects.filter(**newer).exists()


def _sane(moment: dt.datetime | dt.date | None) -> dt.datetime | None:
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None and moment.year in YEARS:
        return moment
    return None


def _about(row: Invitation, reason: InboundReason, detail: str = "") -> Verdict:
    return Verdict(
        reason=reason,
        detail=detail,
        subject_id=row.pk,
        conference_id=row.conference_id,
        organisation_id=lead_organisation_id(row.conference),
    )
