"""A cancelled conference that is a draft again, as people were last told of it: an entry that says no more than that it is
cancelled, and when, where and under which name it was to be. Nothing of it is read from the draft."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from backend.calendars.entries import CLASSES
from backend.conferences.models import Room, TimeAndPlace
from backend.conferences.programme import Entry, Programme
from backend.conferences.states import ConferenceState, Confidentiality
from backend.core.text import localized, say
from backend.invitations import ical, wording
from backend.mail.mailbox import Mailbox
from backend.people.models import Organisation

_NAMELESS = say(vi="Hội nghị đã huỷ", en="Cancelled conference")


def titled(told: TimeAndPlace, language: str) -> str:
    """What it was called; what was told before names were kept says only that it is cancelled."""
    return localized(told.title, language) or str(_NAMELESS)


def meeting(told: TimeAndPlace, language: str, *, site: UUID | None = None) -> ical.CalendarEntry:
    """The conference as a whole, or at one of the sites it had; `told` has an exact start."""
    assert told.starts_at is not None
    said_at: dt.datetime = told.said_at  # type: ignore[attr-defined]  # by queries.drafted_again
    said = str(ConferenceState.CANCELLED.label)
    return ical.CalendarEntry(
        uid=ical.calendar_uid(told.conference_id, site),
        sequence=told.sequence,
        stamp=said_at,
        modified=said_at,
        summary=titled(told, language),
        description=f"{said[:1].upper()}{said[1:]}",
        start=told.starts_at,
        end=told.ends_at,
        timezone=told.time_zone,
        location=wording.where_told(told, site, language),
        organizer=_organizer(told, language),
        language=language,
        status="CANCELLED",
        classification=CLASSES[Confidentiality(told.conference.confidentiality)],
        free=True,
    )


def point(told: TimeAndPlace, programme: Programme, entry: Entry, room: Room, language: str) -> ical.CalendarEntry:
    """A point of its released programme in a room; its start is known."""
    assert entry.starts_at is not None
    whole = meeting(told, language)
    return replace(
        whole,
        uid=ical.item_uid(entry.id),
        sequence=programme.sequence_of(entry, told.sequence),
        summary=f"{localized(entry.title, language)} ({whole.summary})",
        description="",
        start=entry.starts_at,
        end=entry.ends_at,
        location=", ".join([localized(room.name, language), localized(room.venue.name, language)]),
        related_to=whole.uid,
    )


def _organizer(told: TimeAndPlace, language: str) -> Mailbox:
    lead = Organisation.objects.filter(pk__in=told.organisers[:1]).first()
    return Mailbox(localized(lead.name, language) if lead else settings.MAIL_FROM_NAME, settings.MAIL_FROM)
