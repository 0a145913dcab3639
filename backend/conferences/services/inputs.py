"""What the services are given: keys left out are left alone (on edits) or unknown (on new rows)."""

import datetime as dt
from typing import Any, TypedDict

from backend.conferences.models import AgendaItem, Conference, Room, Series, Site, Venue
from backend.core.text import Text
from backend.people.models import Organisation, Person


class ConferenceFields(TypedDict, total=False):
    slug: str
    kind: str
    title: Text
    series: Series | None
    follows: Conference | None
    confidentiality: str
    day: dt.date | None
    day_part: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    time_zone: str
    period_reviewed: str
    period_planned: str
    topics: list[str]
    legal_basis: list[Text]
    expected: dict[str, Any]
    attended: dict[str, Any]
    capacity: int | None
    note: Text


class VenueFields(TypedDict, total=False):
    name: Text
    address: Text
    hired: bool | None
    organisation: Organisation | None


class RoomFields(TypedDict, total=False):
    venue: Venue
    name: Text
    capacity: int | None


class SeriesFields(TypedDict, total=False):
    title: Text
    organisation: Organisation
    rule: str


class SiteFields(TypedDict, total=False):
    """The venue is one that is known (`venue`) or is entered with the site (`new_venue`); the room likewise."""

    venue: Venue
    new_venue: VenueFields
    room: Room | None
    new_room: RoomFields
    order: int
    capacity: int | None
    attended: dict[str, Any]


class AgendaFields(TypedDict, total=False):
    phase: str
    order: int
    title: Text
    starts_at: dt.datetime | None
    minutes_planned: int | None


class DutyFields(TypedDict, total=False):
    """While a conference is being drafted in one call, its sites and agenda items are named by their order."""

    kind: str
    order: int
    person: Person | None
    organisation: Organisation | None
    office: Text
    group: Text
    site: Site | None
    site_order: int
    agenda_item: AgendaItem | None
    agenda_order: int


class SpeechFields(TypedDict, total=False):
    agenda_item: AgendaItem | None
    kind: str
    order: int
    person: Person | None
    organisation: Organisation | None
    office: Text
    speaker: Text
    gist: Text
    points: list[Text]
    points_declared: int | None
    quotes: list[dict[str, Text]]
