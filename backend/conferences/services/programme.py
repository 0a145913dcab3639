"""The parts of a conference beside its agenda: sites, duties, speeches.

Every change locks the conference first, so that orders stay unique and limits hold. Its version (its ETag) rises with
what its page shows; speeches have a page of their own, and recording one is no edit of the conference.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from backend.conferences.events import ConferenceEdited
from backend.conferences.models import Conference, Duty, Site, Speech
from backend.conferences.services.inputs import DutyFields, NestedAgendaFields, SiteFields, SpeechFields
from backend.conferences.services.laying import fill_agenda
from backend.conferences.services.offices import ensure_in_office, freeze_office
from backend.conferences.services.parts import (
    as_sent,
    ensure_of,
    free_order,
    locked_part,
    named,
    orders,
    remove,
    under,
    within_limit,
    write,
)
from backend.conferences.services.places import add_room, add_venue
from backend.conferences.services.rooms import settle_site
from backend.conferences.services.scheduling import ensure_writable, rearranging, save_changes
from backend.conferences.states import DutyKind
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit


def fill(
    conference: Conference,
    *,
    sites: Sequence[SiteFields],
    agenda: Sequence[NestedAgendaFields],
    duties: Sequence[DutyFields],
    standing: bool = False,
) -> None:
    """Gives a new conference its parts. Whatever comes without an order stands where it stands in the list.

    Who has a `standing` duty in a series or template has it also after leaving office; else that is Invalid.
    """
    site_by_order = {}
    for index, (site_fields, order) in enumerate(zip(sites, orders("sites", sites), strict=True)):
        with under(f"sites.{index}"):
            site_by_order[order] = _new_site(conference, {**site_fields, "order": order})
    item_by_order = fill_agenda(conference, agenda)
    seen: dict[str, int] = {}
    for index, duty_fields in enumerate(duties):
        with under(f"duties.{index}"), as_sent(agenda_item="agenda_order", site="site_order"):
            kind = duty_fields["kind"]
            seen[kind] = seen.get(kind, 0) + 1
            placed: dict[str, Any] = {"order": seen[kind], **duty_fields}
            if (site_order := placed.pop("site_order", None)) is not None:
                placed["site"] = named(site_by_order, site_order, "site_order")
            if (agenda_order := placed.pop("agenda_order", None)) is not None:
                placed["agenda_item"] = named(item_by_order, agenda_order, "agenda_order")
            duty = save_duty(Duty(conference=conference), placed)
            if not standing:
                ensure_in_office(duty, placed)


# Each kind of part: add, edit, remove.


@transaction.atomic
def add_site(*, conference_id: UUID, fields: SiteFields) -> Site:
    """A further place. For an announced conference that is a move: its `sequence` rises. Raises Conflict for a room
    that is taken at the conference's time, Invalid for a room of another venue."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference, moving=True)
    with rearranging(conference):
        site = _new_site(conference, {**fields, "order": free_order(Site, conference, fields.get("order"))})
        save_changes(conference, fields=["sites"], moved=["sites"])
    return site


@transaction.atomic
def edit_site(*, site_id: UUID, fields: SiteFields, expected: int | None = None) -> Site:
    """Another venue or room is a move of the conference; order, capacity, buffers, equipment and head count are not."""
    conference, site = locked_part(Site, site_id, expected)
    before = (site.venue_id, site.room_id)
    if "order" in fields:
        free_order(Site, conference, fields["order"], besides=site.pk)
    _place(site, fields)
    moved = before != (site.venue_id, site.room_id)
    ensure_writable(conference, moving=moved)
    with rearranging(conference):
        site.save()
        settle_site(site, fields.get("equipment"))
        save_changes(conference, fields=["sites"], moved=["sites"] if moved else [])
    return site


def _new_site(conference: Conference, fields: Mapping[str, Any]) -> Site:
    site = Site(conference=conference)
    _place(site, fields)
    site.save()
    settle_site(site, fields.get("equipment"))
    return site


def _place(site: Site, fields: Mapping[str, Any]) -> None:
    """Writes the fields; enters a new venue or room where one is given; checks that the room is in the house."""
    if "new_venue" in fields:
        site.venue = add_venue(fields=fields["new_venue"])
    elif "venue" in fields:
        site.venue = fields["venue"]
    if site.venue_id is None:
        raise Invalid({"venue": say(vi="Phải có địa điểm.", en="A venue is needed.")})
    if "new_room" in fields:
        site.room = add_room(fields={**fields["new_room"], "venue": site.venue})  # type: ignore[typeddict-item]
    elif "room" in fields:
        site.room = fields["room"]
    if site.room is not None and site.room.venue_id != site.venue_id:
        raise Invalid(
            {"room": say(vi="Phòng này không thuộc địa điểm đã chọn.", en="This room is not in the chosen venue.")}
        )
    for name in ("order", "capacity", "setup_minutes", "clearing_minutes", "attended"):
        if name in fields:
            setattr(site, name, fields[name])


@transaction.atomic
def remove_site(*, site_id: UUID, expected: int | None = None) -> None:
    """Takes a place off a draft and frees its room."""
    remove(Site, site_id, expected)


@transaction.atomic
def add_duty(*, conference_id: UUID, fields: DutyFields) -> Duty:
    """Gives somebody a part in the conference. A person without a named office gets the one held on the conference's
    day, frozen as text. Raises Invalid when it is nobody's, when the same person has the duty already, or has left the
    office or organisation by that day."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    within_limit(Duty, conference)
    last = Duty.objects.filter(conference=conference, kind=fields["kind"]).aggregate(last=Max("order"))["last"]
    with rearranging(conference):
        duty = save_duty(Duty(conference=conference), {"order": (last or 0) + 1, **fields})
        ensure_in_office(duty, fields)
        save_changes(conference, fields=["duties"])
    return duty


@transaction.atomic
def edit_duty(*, duty_id: UUID, fields: DutyFields, expected: int | None = None) -> Duty:
    conference, duty = locked_part(Duty, duty_id, expected)
    with rearranging(conference):
        save_duty(duty, fields)
        ensure_in_office(duty, fields)
        save_changes(conference, fields=["duties"])
    return duty


def save_duty(duty: Duty, fields: Mapping[str, Any]) -> Duty:
    """Writes one duty; a person named without an office gets the one held on the day. Raises Invalid naming the field."""
    write(duty, fields)
    ensure_of(duty.conference, site=duty.site, agenda_item=duty.agenda_item)
    if duty.person is not None and duty.group:
        raise Invalid({"group": say(vi="Chọn một người hoặc một nhóm.", en="Choose a person or a group.")})
    if duty.person is None and duty.organisation is None and not duty.office and not duty.group:
        raise Invalid(
            {
                "person": say(
                    vi="Cần một người, một chức vụ, một đơn vị hoặc một nhóm.",
                    en="A person, an office, an organisation or a group is needed.",
                )
            }
        )
    if duty.kind == DutyKind.PANEL and duty.agenda_item is None:
        raise Invalid(
            {
                "agenda_item": say(
                    vi="Chủ trì phiên phải gắn với một mục chương trình.", en="A session panel needs its agenda item."
                )
            }
        )
    if duty.kind == DutyKind.CHAIR and duty.agenda_item is not None:
        raise Invalid(
            {
                "kind": say(
                    vi="Người chủ trì một phiên được ghi là “chủ trì phiên” (panel).",
                    en="Whoever chairs one session has the duty “session panel” (panel).",
                )
            }
        )
    same = Duty.objects.filter(
        conference=duty.conference, kind=duty.kind, person=duty.person, agenda_item=duty.agenda_item
    )
    if duty.person is not None and same.exclude(pk=duty.pk).exists():
        raise Invalid({"person": say(vi="Người này đã có nhiệm vụ đó.", en="This person has that duty already.")})
    freeze_office(duty, fields)
    duty.save()
    return duty


@transaction.atomic
def add_speech(*, conference_id: UUID, fields: SpeechFields) -> Speech:
    """Records a speech, last unless `order` says where; the office held that day is frozen with it."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    order = free_order(Speech, conference, fields.get("order"))
    speech = _save_speech(Speech(conference=conference), {**fields, "order": order})
    _tell_of_speeches(conference)
    return speech


@transaction.atomic
def edit_speech(*, speech_id: UUID, fields: SpeechFields, expected: int | None = None) -> Speech:
    conference, speech = locked_part(Speech, speech_id, expected)
    if "order" in fields:
        free_order(Speech, conference, fields["order"], besides=speech.pk)
    _save_speech(speech, fields)
    _tell_of_speeches(conference)
    return speech


def _save_speech(speech: Speech, fields: Mapping[str, Any]) -> Speech:
    write(speech, fields)
    ensure_of(speech.conference, agenda_item=speech.agenda_item)
    if speech.person is not None and speech.speaker:
        raise Invalid(
            {
                "speaker": say(
                    vi="Đã có người phát biểu thì không ghi thêm ở đây.", en="With a person named, leave this out."
                )
            }
        )
    if speech.person is None and speech.organisation is None and not speech.speaker and not speech.office:
        raise Invalid(
            {
                "person": say(
                    vi="Cần người, khối hoặc đơn vị phát biểu.",
                    en="A person, a bloc or an organisation must have spoken.",
                )
            }
        )
    if speech.points_declared is not None and speech.points_declared < len(speech.points):
        raise Invalid({"points_declared": say(vi="Ít hơn số ý đã ghi.", en="Fewer than the points recorded.")})
    freeze_office(speech, fields)
    speech.save()
    return speech


@transaction.atomic
def remove_duty(*, duty_id: UUID, expected: int | None = None) -> None:
    remove(Duty, duty_id, expected)


@transaction.atomic
def remove_speech(*, speech_id: UUID, expected: int | None = None) -> None:
    _tell_of_speeches(remove(Speech, speech_id, expected))


def _tell_of_speeches(conference: Conference) -> None:
    emit(ConferenceEdited(conference_id=conference.pk, fields=["speeches"]))
