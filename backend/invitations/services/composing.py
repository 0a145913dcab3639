"""What the letters to invitees are made of: their subjects, the facts all of them tell, the calendar entry."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from backend.conferences import services as conferences
from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.deadlines import by_start
from backend.conferences.queries.told import says, told
from backend.conferences.states import CALLED_OFF, ConferenceState
from backend.core.clock import now
from backend.core.text import localized
from backend.invitations import ical, links, reply_addresses, wording
from backend.invitations.letters import Letter, of_conference
from backend.invitations.models import Invitation
from backend.mail.mailbox import Mailbox
from backend.people.models import Person
from backend.privacy import links as consent_links

SUBJECTS = {
    "invitation": {"vi": "Giấy mời: {title}", "en": "Invitation: {title}"},
    "change": {"vi": "Thay đổi: {title}", "en": "Changed: {title}"},
    "first_programme": {"vi": "Chương trình: {title}", "en": "Programme: {title}"},
    "programme": {"vi": "Chương trình thay đổi: {title}", "en": "Programme changed: {title}"},
    "series": {"vi": "Thay đổi {n} cuộc họp: {title}", "en": "{n} meetings changed: {title}"},
    "series_cancelled": {"vi": "Huỷ {n} cuộc họp: {title}", "en": "{n} meetings cancelled: {title}"},
    "resumed": {"vi": "Thời gian mới: {title}", "en": "New date: {title}"},
    "as_planned": {"vi": "Vẫn tổ chức: {title}", "en": "Taking place after all: {title}"},
    "postponed": {"vi": "Hoãn {noun}: {title}", "en": "Postponed: {title}"},
    "cancelled": {"vi": "Huỷ {noun}: {title}", "en": "Cancelled: {title}"},
    "asked_again": {"vi": "Xin trả lời lại: {title}", "en": "Please answer again: {title}"},
    "remind_of_start": {"vi": "Nhắc lịch: {title}", "en": "Reminder: {title}"},
    "remind_of_reply": {"vi": "Xin trả lời giấy mời: {title}", "en": "Please answer: {title}"},
    "declined": {"vi": "Về đề nghị của Ông/Bà: {title}", "en": "Your proposal: {title}"},
    "delegated": {"vi": "Đã cử người dự thay: {title}", "en": "Somebody comes in your place: {title}"},
    "entry_removed": {"vi": "Gỡ lịch hẹn: {title}", "en": "Out of the calendar: {title}"},
    "withdrawn": {"vi": "Rút giấy mời: {title}", "en": "Invitation withdrawn: {title}"},
}
_REPLY_HERE = {"vi": "Trả lời tại", "en": "Reply at"}
#: Moves that may fall between two looks before a letter is left to another try.
_LOOKS = 10


def with_letter_facts() -> QuerySet[Conference]:
    """Conferences with all a letter says of them."""
    return Conference.objects.prefetch_related("organisers__organisation__former_names", "sites__venue", "sites__room")


def as_told(conference_id: UUID) -> tuple[Conference, TimeAndPlace]:
    """The conference with all a letter says of it, and what is kept of time and place under its sequence: the same,
    so that nobody ever reads of a time that the sequence of the letter does not stand for."""
    rows = with_letter_facts()
    for _ in range(_LOOKS):
        kept = conferences.mark_told(conference_id=conference_id)
        conference = rows.get(pk=conference_id)
        if says(kept, conference):
            return conference, kept
    raise RuntimeError(f"conference {conference_id} is never what was told of it")


def at(row: Invitation, conference: Conference) -> None:
    """Makes the invitation speak of the conference, and of its own site, as they were read."""
    row.conference = conference
    row.site = next((site for site in conference.sites.all() if site.pk == row.site_id), None)


def known_to(row: Invitation) -> Conference | TimeAndPlace:
    """The time and place in the invitee's hands; the conference's when it was not kept."""
    return told(row.conference_id).get(row.sequence) or row.conference


def heard(
    row: Invitation | None, kept: Mapping[int, TimeAndPlace], everybody: Mapping[int, TimeAndPlace]
) -> dict[int, TimeAndPlace]:
    """Of what was kept what somebody was told: with everybody, and as an invitee by the first and the last letter."""
    own = {row.first_sequence, row.sequence} if row else set()
    return {number: said for number, said in kept.items() if number in everybody or number in own}


def shown(row: Invitation) -> TimeAndPlace | None:
    """Where and when feeds show the invitee the conference by now, which the invitation then speaks of; None while it is
    a draft, which they do not show."""
    if row.conference.state == ConferenceState.DRAFT:
        return None
    if row.conference.state in CALLED_OFF:
        return called_off(row, row.conference.sequence)
    conference, kept = as_told(row.conference_id)
    at(row, conference)
    return kept


def called_off(row: Invitation, sequence: int) -> TimeAndPlace | None:
    """Where and when the conference stands in every calendar that was called off under the sequence."""
    kept = told(row.conference_id).get(sequence)
    return kept if kept is not None and kept.called_off else None


def entry(
    row: Invitation, *, sequence: int, known: Conference | TimeAndPlace | None = None
) -> ical.CalendarEntry | None:
    """The meeting at the invitee's site, now or as it is `known`; None while it has no exact time.

    Whoever was taken off by themselves and is invited again gets sequences above the cancellation's, or calendars would ignore them.
    """
    conference, language = row.conference, row.language
    times = known or conference
    if times.starts_at is None or row.person is None:
        return None
    link = links.address(row.id, row.link_round)
    return ical.CalendarEntry(
        uid=ical.calendar_uid(conference.id, row.site_id),
        sequence=sequence + 2 * row.withdrawn_before,  # type: ignore[attr-defined]  # by queries.with_letter_facts
        stamp=now(),
        summary=localized(conference.title, language),
        description=f"{_REPLY_HERE[language]}: {link}",
        start=times.starts_at,
        end=times.ends_at,
        timezone=times.time_zone,
        location=place(times, row, language),
        url=link,
        organizer=wording.organizer(conference, language)._replace(email=reply_addresses.address(row)),
        attendee=Mailbox(row.person.full_name, row.email),
        delegated_from=original.email if (original := stood_in_for(row)) else "",
        delegated_to=row.substitute.email if row.substitute else "",
        language=language,
    )


def data_protection(row: Invitation, place: str) -> dict[str, Any]:
    """What the invitee is told of pictures and recordings there, which is recorded, and where they give and withdraw
    consent."""
    assert row.person is not None
    notice = conferences.show_photo_notice(
        conference_id=row.conference_id, people=[row.person.pk], place=place, language=row.language
    )
    return {
        "photo_notice": localized(notice.text, row.language) if notice else "",
        "consents": consent_links.address(row.person),
    }


def stood_in_for(row: Invitation) -> Invitation | None:
    """The invitation whose person sent this one's instead."""
    original: Invitation | None = getattr(row, "stands_in_for", None)
    return original


def place(known: Conference | TimeAndPlace, row: Invitation, language: str) -> str:
    """Where the invitee is, or was, expected."""
    if isinstance(known, TimeAndPlace):
        return wording.where_told(known, row.site_id, language)
    return wording.where(known, row.site, language)


def letter(
    row: Invitation,
    *,
    template: str,
    subject: str,
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    answers: str = "",
    **facts: Any,
) -> Letter:
    """A letter to an invitee; `facts` add to, or take the place of, what every one of them tells."""
    conference, language = row.conference, row.language
    due = by_start(row.list.reply_by, conference)
    if due and due <= now() and conference.sequence > row.first_sequence:
        due = None  # of the former time: nobody can keep it any more
    plain = conference_letter(
        conference,
        row.person,
        row.office,
        template=template,
        subject=subject,
        language=language,
        calendar=calendar,
        calendar_method=calendar_method,
        **{
            "when": wording.when(conference, language),
            "where": wording.where(conference, row.site, language),
            "reply_by": wording.until(due, conference.time_zone, language) if due else "",
            "link": links.address(row.id, row.link_round),
            "addressee": wording.invitee(row, language),
            **facts,
        },
    )
    return replace(plain, reply_to=reply_addresses.address(row) if settings.REPLY_ADDRESS else "", answers=answers)


def conference_letter(
    conference: Conference,
    person: Person | None,
    office: dict[str, str],
    *,
    template: str,
    subject: str,
    language: str,
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    **facts: Any,
) -> Letter:
    """A letter about the conference to anybody."""
    return of_conference(
        conference,
        template,
        language,
        subjects=SUBJECTS[subject],
        calendar=calendar,
        calendar_method=calendar_method,
        facts={
            "addressee": wording.addressee(person, office, language),
            "you": wording.you(person, language),
            "title": localized(conference.title, language),
            "hosts": wording.hosts(conference, language),
            **facts,
        },
    )
