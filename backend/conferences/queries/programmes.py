"""Programmes as plain values: the working one from the record, the released ones as they were released."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from uuid import UUID

from django.conf import settings

from backend.conferences.models import AgendaItem, AgendaRoom, Conference, Duty, Organiser, Release, Room, Site, Speaker
from backend.conferences.programme import Entry, Holder, Place, Premises, Programme, Voice, from_json
from backend.conferences.queries.confidential import Reader, cut_for, effective
from backend.conferences.queries.offices import left_by, positions_of
from backend.conferences.queries.record import name_then
from backend.conferences.queries.said import site_said, sites_of
from backend.conferences.queries.told import told_off
from backend.conferences.queries.working import works_on
from backend.conferences.states import DutyKind, ItemState, OrganiserRole, Phase
from backend.core.clock import local
from backend.core.text import Text, both, localized
from backend.core.vietnamese import ascii_name
from backend.people.models import Honorific, Organisation, Person, Position

#: The columns a person is called by.
NAMED_BY = ("full_name", "honorific", "degree")


def working_programme(conference: Conference) -> Programme:
    """The programme as the record says it now, from top to bottom, in ten queries at most whatever its length.

    What a session is, all it holds is too: as closed, cancelled or postponed, in reserve. Nothing was released of it:
    the `sequence` of an entry is the item's own and no `changed_at` is known.
    """
    places, (speakers, chairs) = _places(conference), _voices(conference)
    entries: dict[UUID, Entry] = {}
    items = AgendaItem.objects.filter(conference=conference).select_related("own_phase").order_by("order", "id")
    for item in _depth_first(items):
        holder = entries.get(item.parent_id) if item.parent_id else None
        inherits = holder is not None and _overrules(holder.state, item.state)
        entries[item.pk] = Entry(
            id=item.pk,
            parent=item.parent_id,
            kind=item.kind,
            phase=item.phase,
            phase_name=item.own_phase.name if item.own_phase else _phase_name(item.phase),
            title=item.title,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            minutes=item.minutes_planned,
            day=item.day,
            day_part=item.day_part,
            parallel=item.parallel,
            reserve=item.reserve or (holder is not None and holder.reserve),
            state=holder.state if inherits and holder else item.state,
            reason=holder.reason if inherits and holder else item.reason,
            confidentiality=effective(
                item.confidentiality, holder.confidentiality if holder else conference.confidentiality
            ),
            own_confidentiality=item.confidentiality,
            places=tuple(places.get(item.pk, ())),
            speakers=tuple(speakers.get(item.pk, ())),
            chairs=tuple(chairs.get(item.pk, ())),
            sequence=item.sequence,
        )
    return replace(heading_now(conference), entries=tuple(entries.values()))


def heading_now(conference: Conference) -> Programme:
    """What stands above the entries, as the record says it now; without entries."""
    return Programme(
        conference=conference.pk,
        sequence=conference.sequence,
        title=conference.title,
        starts_at=conference.starts_at,
        ends_at=conference.ends_at,
        day=conference.day,
        day_part=conference.day_part,
        time_zone=conference.time_zone,
        organisers=tuple(_holders(conference)),
        sites=tuple(_site(site) for site in sites_of(conference)),
    )


def latest_release(conference_id: UUID) -> Release | None:
    return Release.objects.filter(conference_id=conference_id).order_by("-number").first()


def released(release: Release) -> Programme:
    """The programme as it was released."""
    return from_json(release.programme)


def told_programme(conference: Conference) -> Programme | None:
    """What who does not work on the conference reads: the last released programme, or as it stood when the conference
    was called off; None while that is the working one."""
    if (release := latest_release(conference.pk)) is not None:
        return released(release)
    stored = told_off().filter(conference=conference).values_list("programme", flat=True).first()
    return None if stored is None else from_json(stored)


def programme_for(account: Reader, conference: Conference) -> Programme:
    """What the account reads of a conference it may see: who works on it the working programme, everybody else what
    was last released, or the working one as long as nothing ever was, and it is not called off. Entries closed to the
    account are left out."""
    told = None if works_on(account, conference) else told_programme(conference)
    return cut_for(working_programme(conference) if told is None else told, account, conference)


# What people and organisations are called


def names_for(*programmes: Programme) -> dict[UUID, Text]:
    """What the people and organisations of the programmes are called, by id: people with degree or honorific, both as
    English text writes them too; organisations by the name they bore on the first day of the last programme.

    Three queries whatever the length. Whoever is erased is missing.
    """
    voices = [v for each in programmes for entry in each.entries for v in (*entry.speakers, *entry.chairs)]
    people = Person.objects.filter(pk__in={voice.person for voice in voices if voice.person}).only(*NAMED_BY)
    organisations = Organisation.objects.filter(pk__in={v.organisation for v in voices if v.organisation})
    day = _first_day(programmes[-1])
    return {person.pk: _called(person) for person in people if person.full_name} | {
        organisation.pk: name_then(organisation, day) for organisation in organisations.prefetch_related("former_names")
    }


def _called(person: Person) -> Text:
    """Ông Nguyễn Văn An, Mr Nguyen Van An; in Vietnamese a degree on record stands for the honorific."""
    honorific, name = _honorific(person.honorific), ascii_name(person.full_name)
    return {
        "vi": f"{person.degree or honorific['vi']} {person.full_name}",
        "en": f"{honorific['en']} {name}".strip(),
    }


def _first_day(programme: Programme) -> dt.date | None:
    if programme.starts_at is not None:
        return local(programme.starts_at, programme.time_zone).date()
    return programme.day


@cache
def _honorific(value: str) -> Text:
    return both(Honorific(value).label)


@cache
def _phase_name(phase: str) -> Text:
    return both(Phase(phase).label)


# Rows to values


def _holders(conference: Conference) -> Iterable[Holder]:
    rows = (
        Organiser.objects.filter(conference=conference).select_related("organisation__parent").order_by("order", "id")
    )
    for row in rows.prefetch_related("organisation__former_names", "organisation__parent__former_names"):
        parent = row.organisation.parent if row.role == OrganiserRole.LEAD else None
        yield Holder(
            organisation=row.organisation_id,
            role=row.role,
            said=name_then(row.organisation, conference.day),
            under=name_then(parent, conference.day) if parent else {},
        )


def _site(site: Site) -> Premises:
    said = {code: site_said(site, code) for code, _ in settings.LANGUAGES}
    return Premises(site=site.pk, room=site.room_id, said=said)


def _overrules(holders: str, own: str) -> bool:
    """Whether what the session that holds it came to is worse than what the item itself did."""
    worse = (ItemState.PLANNED, ItemState.POSTPONED, ItemState.CANCELLED)
    return worse.index(ItemState(holders)) > worse.index(ItemState(own))


def _depth_first(items: Iterable[AgendaItem]) -> Iterable[AgendaItem]:
    """Each session followed by all it holds; siblings keep their order."""
    held: dict[UUID | None, list[AgendaItem]] = {}
    for item in items:
        held.setdefault(item.parent_id, []).append(item)
    waiting = held.pop(None, [])[::-1]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(reversed(held.pop(item.pk, [])))


def _places(conference: Conference) -> dict[UUID, list[Place]]:
    rows = (
        AgendaRoom.objects.filter(conference=conference)
        .select_related("room", "site__venue")
        .order_by("site__order", "room__name__vi", "id")
    )
    said: dict[tuple[UUID, UUID], Text] = {}
    places: dict[UUID, list[Place]] = {}
    for row in rows:
        key = (row.site_id, row.room_id)
        if key not in said:
            said[key] = _place_said(row.room, row)
        places.setdefault(row.agenda_item_id, []).append(Place(site=row.site_id, room=row.room_id, said=said[key]))
    return places


def _place_said(room: Room, row: AgendaRoom) -> Text:
    """Room, house and address; in another language only where one of them is known in it."""
    parts = (room.name, row.site.venue.name, row.site.venue.address)
    return {
        code: ", ".join(text for part in parts if (text := localized(part, code)))
        for code, _ in settings.LANGUAGES
        if code == settings.REQUIRED_LANGUAGE or any(code in part for part in parts)
    }


def _voices(conference: Conference) -> tuple[dict[UUID, list[Voice]], dict[UUID, list[Voice]]]:
    """Who speaks to each item, and who leads it if it is a session (duties of the kind `panel`)."""
    speakers = list(Speaker.objects.filter(conference=conference).order_by("order", "id"))
    panels = Duty.objects.filter(conference=conference, kind=DutyKind.PANEL, agenda_item__isnull=False)
    chairs = list(panels.order_by("order", "id"))
    people = {speaker.person_id for speaker in speakers} | {chair.person_id for chair in chairs}
    offices = positions_of(people - {None})  # type: ignore[arg-type]
    spoken: dict[UUID, list[Voice]] = {}
    for speaker in speakers:
        spoken.setdefault(speaker.agenda_item_id, []).append(_voice(speaker, speaker.bloc, conference.day, offices))
    led: dict[UUID, list[Voice]] = {}
    for chair in chairs:
        assert chair.agenda_item_id is not None
        led.setdefault(chair.agenda_item_id, []).append(_voice(chair, chair.group, conference.day, offices))
    return spoken, led


def _voice(row: Speaker | Duty, bloc: Text, day: dt.date | None, offices: Mapping[UUID, list[Position]]) -> Voice:
    """Nobody is named in an office they have left by the day."""
    held = offices.get(row.person_id, []) if row.person_id else []
    left = left_by(held, day, organisation_id=row.organisation_id, office=row.office)
    return Voice(
        id=row.pk,
        person=row.person_id,
        organisation=row.organisation_id if left is None else None,
        office=row.office if left is None else {},
        bloc=bloc,
    )


def voices_now(conference: Conference) -> dict[UUID, Voice]:
    """Who speaks or leads a session, as the record names them now, by their row."""
    speakers, chairs = _voices(conference)
    return {voice.id: voice for voices in (*speakers.values(), *chairs.values()) for voice in voices}
