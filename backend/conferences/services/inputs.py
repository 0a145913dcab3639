"""What the services are given: keys left out are left alone (on edits) or unknown (on new rows)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict

from backend.conferences.models import AgendaItem, Conference, OwnPhase, Room, Series, Site, Venue
from backend.core.text import Text
from backend.people.models import Organisation, Person


class ConferenceFields(TypedDict, total=False):
    slug: str
    kind: str
    title: Text
    series: Series | None
    recurrence_id: str
    slot: str | None
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
    standards: list[str]
    legal_basis: list[Text]
    expected: dict[str, Any]
    attended: dict[str, Any]
    capacity: int | None
    clash_policy: str
    note: Text


class PieceFields(TypedDict):
    kind: str
    quantity: int


class VenueFields(TypedDict, total=False):
    """`portable` is all there is of it."""

    name: Text
    address: Text
    hired: bool | None
    organisation: Organisation | None
    portable: list[PieceFields]


class RoomFields(TypedDict, total=False):
    venue: Venue
    name: Text
    capacity: int | None
    equipment: list[str]
    setup_minutes: int
    clearing_minutes: int


class OutlineSiteFields(TypedDict, total=False):
    venue: Venue
    room: Room | None


class OutlineItemFields(TypedDict, total=False):
    kind: str
    phase: str
    phase_name: Text
    title: Text
    minutes_planned: int | None
    parallel: bool
    reserve: bool
    confidentiality: str
    carried_over: bool
    children: Sequence["OutlineItemFields"]


class OutlineDutyFields(TypedDict, total=False):
    kind: str
    person: Person | None
    organisation: Organisation | None
    office: Text
    group: Text


class OutlineFields(TypedDict, total=False):
    """What a series or template is made of beside its own columns; lists come as a whole."""

    kind: str
    confidentiality: str
    topics: list[str]
    standards: list[str]
    legal_basis: list[Text]
    sites: Sequence[OutlineSiteFields]
    agenda: Sequence[OutlineItemFields]
    duties: Sequence[OutlineDutyFields]


class TemplateFields(TypedDict, total=False):
    title: Text
    organisation: Organisation


class SeriesFields(TypedDict, total=False):
    """`added` and `left_out` are local times in ISO 8601, or days meaning the usual time."""

    title: Text
    organisation: Organisation
    rule: str
    starts_on: dt.date | None
    start_time: dt.time | None
    minutes: int | None
    day_part: str
    time_zone: str
    added: list[str]
    left_out: list[str]
    horizon_days: int
    announces: bool


class SiteFields(TypedDict, total=False):
    """The venue is one that is known (`venue`) or is entered with the site (`new_venue`); the room likewise.

    `equipment` is every portable piece the site wants of the venue."""

    venue: Venue
    new_venue: VenueFields
    room: Room | None
    new_room: RoomFields
    order: int
    capacity: int | None
    setup_minutes: int | None
    clearing_minutes: int | None
    equipment: list[PieceFields]
    attended: dict[str, Any]


class AgendaRoomFields(TypedDict, total=False):
    agenda_item: AgendaItem
    site: Site
    room: Room


class OwnPhaseFields(TypedDict, total=False):
    order: int
    name: Text
    stands_for: str


class AgendaFields(TypedDict, total=False):
    """`starts_at` pins the item. It is placed behind `after` (None: first), else last of `parent`; an `order` says it
    outright."""

    parent: AgendaItem | None
    after: AgendaItem | None
    order: int
    kind: str
    phase: str
    own_phase: OwnPhase | None
    title: Text
    starts_at: dt.datetime | None
    day: dt.date | None
    day_part: str
    minutes_planned: int | None
    parallel: bool
    reserve: bool
    confidentiality: str
    carried_over: bool


class NestedAgendaFields(AgendaFields, total=False):
    """In a new conference items come with their speakers, with what they hold, and with a phase named by its name."""

    phase_name: Text
    children: "Sequence[NestedAgendaFields]"
    speakers: "Sequence[SpeakerFields]"


class SpeakerFields(TypedDict, total=False):
    """In a new conference speakers come with their agenda item, and do not name it."""

    agenda_item: AgendaItem
    order: int
    person: Person | None
    organisation: Organisation | None
    office: Text
    bloc: Text


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
