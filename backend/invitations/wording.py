"""How letters say who is addressed, when and where: pure functions from rows to sentences.

What is not known is said to be open; nothing is guessed.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from backend.conferences.models import Conference, Site, TimeAndPlace
from backend.conferences.queries import co_organisations, lead_organisation, name_then, site_said, where_said
from backend.conferences.queries.told import place_told
from backend.conferences.states import DayPart, Kind
from backend.core.clock import local
from backend.core.text import localized, say
from backend.invitations.models import Invitation
from backend.mail.mailbox import Mailbox
from backend.people.models import Honorific, Person
from backend.people.said import office_said

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
#: What letters call a gathering of each kind.
_NOUNS = {
    Kind.CONFERENCE: {"vi": "hội nghị", "en": "conference"},
    Kind.REVIEW: {"vi": "hội nghị", "en": "conference"},
    Kind.REPORT: {"vi": "hội nghị", "en": "conference"},
    Kind.WORKSHOP: {"vi": "hội thảo", "en": "workshop"},
    Kind.MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.PARTY_MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.STUDY: {"vi": "buổi học tập", "en": "study session"},
}
TO_BE_ANNOUNCED = {"vi": "sẽ thông báo sau", "en": "to be announced"}


def noun(conference: Conference, language: str) -> str:
    """“cuộc họp”: what the conference is called in the middle of a sentence."""
    return _NOUNS[Kind(conference.kind)][language]


def addressee(person: Person | None, office: dict[str, str], language: str) -> str:
    """“TS. Hà Minh Hiệp, Quyền Chủ tịch Uỷ ban …”: a degree stands in place of the honorific, which English keeps.
    An office without a name is addressed as the office."""
    title = localized(office, language)
    if person is None:
        return title
    with override(language):
        honorific = str(Honorific(person.honorific).label)
    before = person.degree if language == "vi" and person.degree else honorific
    name = " ".join(part for part in (before, person.full_name) if part)
    return ", ".join(part for part in (name, title) if part)


def invitee(row: Invitation, language: str) -> str:
    """Who is invited: name, office and unit as they are on the conference's day. Where English does not know one of
    both, it says the other."""
    return addressee(row.person, {language: office_held(row, language)}, language)


def office_held(row: Invitation, language: str) -> str:
    """“Giám đốc Sở Y tế”; what office and unit share is said once."""
    unit = name_then(row.organisation, held_on(row.conference)) if row.organisation else {}
    return office_said(row.office, unit).get(language) or localized(row.office or unit, language)


def held_on(conference: Conference) -> dt.date | None:
    """The day of the conference on its own clock, None while it is not known."""
    return conference.day or (conference.starts_at and local(conference.starts_at, conference.time_zone).date())


def you(person: Person | None, language: str) -> str:
    """How Vietnamese letters speak to the addressee in their sentences: Ông, Bà, or Ông/Bà; "" in English."""
    if language != "vi":
        return ""
    with override("vi"):
        return str(Honorific(person.honorific if person else "").label)


def day(date: dt.date, language: str) -> str:
    weekday = WEEKDAYS[language][date.weekday()]
    if language == "vi":
        return f"{weekday}, ngày {date.day:02} tháng {date.month:02} năm {date.year}"
    with override("en"):
        return f"{weekday}, {date_format(date, 'j F Y')}"


def hour(moment: dt.datetime, language: str) -> str:
    return moment.strftime("%H giờ %M" if language == "vi" else "%H:%M")


def when(times: Conference | TimeAndPlace, language: str) -> str:
    """Exact times if they are known, else the day with its part, else that it is still open."""
    if times.starts_at:
        start = local(times.starts_at, times.time_zone)
        end = local(times.ends_at, times.time_zone) if times.ends_at else None
        offsets = dict.fromkeys(_offset(moment, language) for moment in (start, end) if moment is not None)
        join = " đến " if language == "vi" else " to "
        return f"{_span(start, end, language)} ({join.join(offsets)})"
    if times.day is None:
        return TO_BE_ANNOUNCED[language]
    with override(language):
        part = str(DayPart(times.day_part).label)
    said = day(times.day, language)
    if not part:
        return said[0].upper() + said[1:]
    return f"{part.capitalize()} {said}" if language == "vi" else f"{said}, in the {part}"


def _span(start: dt.datetime, end: dt.datetime | None, language: str) -> str:
    if end is None:
        opening = hour(start, language)
        return f"{opening}, {day(start, language)}" if language == "vi" else f"{day(start, language)}, {opening}"
    if end.date() != start.date():
        join = " đến " if language == "vi" else " to "
        return join.join(f"{hour(moment, language)}, {day(moment, language)}" for moment in (start, end))
    if language == "vi":
        return f"{hour(start, language)} đến {hour(end, language)}, {day(start, language)}"
    return f"{day(start, language)}, {hour(start, language)} to {hour(end, language)}"


def _offset(moment: dt.datetime, language: str) -> str:
    offset = moment.strftime("%z")
    return f"giờ UTC{offset[:3]}:{offset[3:]}" if language == "vi" else f"UTC{offset[:3]}:{offset[3:]}"


def until(moment: dt.datetime, zone: str, language: str) -> str:
    """A deadline on the conference's clock; whose clock it is, is said where it is not the house's."""
    at = local(moment, zone)
    said = (
        f"{hour(at, language)}, {day(at, language)}"
        if language == "vi"
        else f"{day(at, language)}, {hour(at, language)}"
    )
    return said if at.utcoffset() == local(moment).utcoffset() else f"{said} ({_offset(at, language)})"


def until_said(moment: dt.datetime, zone: str) -> Any:
    """`until`, for a sentence made by `say`."""
    return say(vi=until(moment, zone, "vi"), en=until(moment, zone, "en"))


def where(conference: Conference, site: Site | None, language: str) -> str:
    """The place of one site; without one, every place of the conference."""
    said = site_said(site, language) if site else where_said(conference, language)
    return said or TO_BE_ANNOUNCED[language]


def where_told(told: TimeAndPlace, site_id: UUID | None, language: str) -> str:
    """The place as it was told: of one site, or of all of them."""
    return place_told(told, site_id, language) or TO_BE_ANNOUNCED[language]


def organizer(conference: Conference, language: str) -> Mailbox:
    """Whom calendar entries name and answer: the lead organisation, at the house's own monitored address."""
    lead = lead_organisation(conference)
    return Mailbox(localized(lead.name, language) if lead else settings.MAIL_FROM_NAME, settings.MAIL_FROM)


def hosts(conference: Conference, language: str) -> str:
    """The lead organisation, then those it holds the conference with."""
    day_held = held_on(conference)
    bodies = [lead_organisation(conference), *co_organisations(conference)]
    return ", ".join(localized(name_then(body, day_held), language) for body in bodies if body)
