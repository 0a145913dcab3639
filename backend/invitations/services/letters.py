"""Letters to invitees: the invitation with its calendar request, its change, and its cancellation."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation
from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.core.text import localized
from backend.invitations import ical, links, queries, wording
from backend.invitations.events import InvitationIssued
from backend.invitations.letters import Letter, post
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.mail.mailbox import Mailbox
from backend.outbox.services import emit

SUBJECTS = {
    "invitation": {"vi": "Giấy mời: {title}", "en": "Invitation: {title}"},
    "change": {"vi": "Thay đổi: {title}", "en": "Changed: {title}"},
    "cancelled": {"vi": "Huỷ hội nghị: {title}", "en": "Cancelled: {title}"},
    "withdrawn": {"vi": "Rút giấy mời: {title}", "en": "Invitation withdrawn: {title}"},
}


@transaction.atomic
def mail_invitation(*, invitation_id: UUID, sequence: int) -> None:
    """Queues the invitee's current letter. Says nothing when a newer one is on its way, or the invitation was taken back."""
    row = queries.with_letter_facts(Invitation.objects.all()).get(pk=invitation_id)
    if row.person is None or row.sequence != sequence or row.state not in queries.LIVE or not row.email:
        return
    if row.conference.state == ConferenceState.CANCELLED:
        return
    kind = "change" if row.sequence > row.first_sequence else "invitation"
    entry = _entry(row, sequence=row.sequence)
    letter = _letter(
        row,
        template="letters/invitation",
        subject=kind,
        calendar=ical.request(entry) if entry else None,
        calendar_method="REQUEST" if entry else None,
        changed=kind == "change",
        in_calendar=entry is not None,
    )
    _post(row, letter, purpose="invitation", sequence=row.letter_number)


@transaction.atomic
def mail_cancellation(*, invitation_id: UUID) -> None:
    """Queues the letter that takes the meeting out of the invitee's calendar and says why."""
    row = queries.with_letter_facts(Invitation.objects.all()).get(pk=invitation_id)
    if row.person is None or row.state != InvitationState.WITHDRAWN or row.sent_at is None or not row.email:
        return
    cancelled = row.conference.state == ConferenceState.CANCELLED
    entry = _entry(row, sequence=row.sequence + 1)
    letter = _letter(
        row,
        template="letters/cancellation",
        subject="cancelled" if cancelled else "withdrawn",
        calendar=ical.cancel(entry) if entry else None,
        calendar_method="CANCEL" if entry else None,
        cancelled=cancelled,
        reason=localized(row.conference.reason, row.language) if cancelled else "",
    )
    _post(row, letter, purpose="cancellation", sequence=row.sequence)


@transaction.atomic
def mail_update(*, conference_id: UUID) -> int:
    """Issues a new letter to everybody who knows an older time or place, those who declined too: the new one may suit
    them. Answers stay as they are until they are given anew. Returns how many letters are due."""
    conference = Conference.objects.get(pk=conference_id)
    if conference.state not in {ConferenceState.ANNOUNCED, ConferenceState.RUNNING}:
        return 0
    concerned = Invitation.objects.filter(
        conference=conference, state__in=queries.LIVE, sent_at__isnull=False, sequence__lt=conference.sequence
    )
    rows = list(concerned.select_for_update().order_by("id"))
    moment = now()
    Invitation.objects.filter(pk__in=[row.id for row in rows]).update(
        sequence=conference.sequence, sent_at=moment, updated_at=moment, version=F("version") + 1
    )
    emit(
        *(
            InvitationIssued(
                invitation_id=row.id,
                conference_id=conference.id,
                sequence=conference.sequence,
                link_round=row.link_round,
            )
            for row in rows
        )
    )
    return len(rows)


def _entry(row: Invitation, *, sequence: int) -> ical.CalendarEntry | None:
    """The meeting at the invitee's site; None while the conference has no exact time.

    Whoever was cancelled and is invited again gets sequences above the cancellation's, or calendars would ignore them.
    """
    conference, language = row.conference, row.language
    if conference.starts_at is None or row.person is None:
        return None
    link = links.address(row.id, row.link_round)
    return ical.CalendarEntry(
        uid=ical.calendar_uid(conference.id, row.site_id),
        sequence=sequence + 2 * queries.earlier_withdrawals(row),
        stamp=now(),
        summary=localized(conference.title, language),
        description=f"{_REPLY_HERE[language]}: {link}",
        start=conference.starts_at,
        end=conference.ends_at,
        timezone=conference.time_zone,
        location=wording.where(conference, row.site, language),
        url=link,
        organizer=wording.organizer(conference, language),
        attendee=Mailbox(row.person.full_name, row.email),
        language=language,
    )


_REPLY_HERE = {"vi": "Trả lời tại", "en": "Reply at"}


def _letter(
    row: Invitation, *, template: str, subject: str, calendar: bytes | None, calendar_method: str | None, **facts: Any
) -> Letter:
    conference, language = row.conference, row.language
    title = localized(conference.title, language)
    lead = lead_organisation(conference)
    return Letter(
        template=template,
        language=language,
        subject=SUBJECTS[subject][language].format(title=title),
        sender_name=localized(lead.name, language) if lead else settings.MAIL_FROM_NAME,
        calendar=calendar,
        calendar_method=calendar_method,
        facts={
            "addressee": wording.addressee(row.person, row.office, language),
            "title": title,
            "hosts": wording.hosts(conference, language),
            "when": wording.when(conference, language),
            "where": wording.where(conference, row.site, language),
            "reply_by": wording.until(row.list.reply_by, conference.time_zone, language) if row.list.reply_by else "",
            "link": links.address(row.id, row.link_round),
            **facts,
        },
    )


def _post(row: Invitation, letter: Letter, *, purpose: str, sequence: int) -> None:
    assert row.person is not None
    post(
        letter,
        purpose=purpose,
        subject_id=row.id,
        sequence=sequence,
        recipient=(row.person.full_name, row.email),
        conference=row.conference,
    )
