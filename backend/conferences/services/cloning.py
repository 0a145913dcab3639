"""Conferences drafted from others: cloned part by part, or from a template."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from backend.conferences.models import (
    AgendaItem,
    AgendaRoom,
    Conference,
    ConferenceTemplate,
    Duty,
    EquipmentClaim,
    Outline,
    OwnPhase,
    Site,
)
from backend.conferences.queries import co_organisations, lead_organisation
from backend.conferences.queries import series as queries
from backend.conferences.services import outlines, programme
from backend.conferences.services.carrying import carry_over
from backend.conferences.services.drafting import draft
from backend.conferences.services.inputs import ConferenceFields, OutlineFields, TemplateFields
from backend.conferences.services.scheduling import rearrange
from backend.conferences.services.speakers import plan_again
from backend.conferences.services.timing import keep_times
from backend.conferences.states import OVER, ClonePart, ItemState
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.people.models import Organisation, Position

#: The conference's columns that go with a part.
COLUMNS_OF_PART: dict[str, tuple[str, ...]] = {
    ClonePart.TOPICS: ("topics", "standards"),
    ClonePart.LEGAL_BASIS: ("legal_basis",),
    ClonePart.PERIODS: ("period_reviewed", "period_planned"),
    ClonePart.CAPACITY: ("capacity", "expected"),
    ClonePart.NOTE: ("note",),
}
#: Columns every clone has from the original.
ALWAYS = ("kind", "title", "confidentiality", "time_zone", "day_part", "clash_policy")
#: What no copy of a row has from it: its own identity, and what came of it.
_OWN = {
    "id", "created_at", "updated_at", "version", "conference", "attended", "open_points", "during", "state", "reason",
    "ends_at",
}  # fmt: skip


@transaction.atomic
def clone(
    *,
    conference_id: UUID,
    parts: Collection[str],
    fields: ConferenceFields,
    lead: Organisation | None = None,
    follows: bool = False,
    besides: Collection[UUID] = (),
) -> Conference:
    """A new draft with the chosen parts of a conference, at the time given in `fields` (which win over the original).

    - Pinned agenda items keep their distance from the start, where both starts are exact; else they lose their time.
    - Cancelled agenda items stay behind.
    - Agenda items in `besides` stay behind, with all that belongs to them: whoever clones may not know of them.
    - People come with the office they hold on the new day, as it is called then.
    - Rooms are taken at once when the time is exact. Raises Conflict when one is taken: nothing is cloned then.
    - With `follows` it continues the original, and what that left open stands on its `carried_over` agenda items.
    """
    original = locked(Conference, conference_id)
    own = [*ALWAYS, *(name for part in parts for name in COLUMNS_OF_PART.get(part, ()))]
    taken_over: dict[str, Any] = {name: getattr(original, name) for name in own}
    if fields.get("day") is None or fields.get("starts_at") is not None:
        del taken_over["day_part"]  # says nothing without a day, and nothing beside an exact start
    whole: ConferenceFields = {**taken_over, **fields}  # type: ignore[typeddict-item]
    if follows:
        whole["follows"] = original
    others = co_organisations(original) if ClonePart.CO_ORGANISERS in parts else []
    leading = lead or lead_organisation(original)
    conference = draft(fields=whole, lead=leading, co_organisers=[each for each in others if each != leading])
    sites = _sites(original, conference) if ClonePart.SITES in parts else {}
    items = _agenda(original, conference, besides) if ClonePart.AGENDA in parts else {}
    for room in AgendaRoom.objects.filter(conference=original, site_id__in=sites, agenda_item_id__in=items):
        AgendaRoom(
            **_copied(room, site=sites[room.site_id], agenda_item=items[room.agenda_item_id]), conference=conference
        ).save()
    if ClonePart.DUTIES in parts:
        _duties(original, conference, sites, items)
    if ClonePart.SPEAKERS in parts:
        _speakers(original, items)
    rearrange(conference)
    if follows and original.state in OVER:
        carry_over(conference_id=original.pk)
    return Conference.objects.get(pk=conference.pk)


def _copied(row: Model, **instead: Any) -> dict[str, Any]:
    """The row's columns, but for its identity, with some of them replaced."""
    columns = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name not in _OWN}
    return {**columns, **instead}


def _sites(original: Conference, conference: Conference) -> dict[UUID, Site]:
    """The new sites by the old ones' ids, with the equipment they ask for."""
    made = {}
    for site in original.sites.select_related("venue", "room"):
        made[site.pk] = Site.objects.create(**_copied(site), conference=conference)
    for claim in EquipmentClaim.objects.filter(site_id__in=made).select_related("portable"):
        EquipmentClaim.objects.create(**_copied(claim, site=made[claim.site_id]))
    return made


def _agenda(original: Conference, conference: Conference, besides: Collection[UUID]) -> dict[UUID, AgendaItem]:
    """The new agenda items by the old ones' ids, each in the copy of its session and of its phase. What was postponed
    then is planned again; what was cancelled stays behind, and a session that does keeps what it holds with it."""
    phases = {
        phase.pk: OwnPhase.objects.create(**_copied(phase), conference=conference)
        for phase in original.own_phases.all()
    }
    days = conference.day - original.day if conference.day and original.day else None
    made: dict[UUID, AgendaItem] = {}
    for item in original.agenda.select_related("parent", "own_phase").order_by("order"):
        off = item.state == ItemState.CANCELLED
        if off or item.pk in besides or (item.parent_id is not None and item.parent_id not in made):
            continue
        starts_at = _shifted(item.starts_at, original.starts_at, conference.starts_at) if item.pinned else None
        day = item.day + days if item.day is not None and days is not None else None
        own = {
            "parent": _found(made, item.parent_id),
            "own_phase": _found(phases, item.own_phase_id),
            "starts_at": starts_at,
            "pinned": starts_at is not None,
            "day": day,
            "day_part": item.day_part if day else "",
        }
        made[item.pk] = AgendaItem(**_copied(item, **own), conference=conference)
    keep_times(conference, list(made.values()))
    AgendaItem.objects.bulk_create(made.values())
    return made


def _shifted(
    moment: dt.datetime | None, old_start: dt.datetime | None, new_start: dt.datetime | None
) -> dt.datetime | None:
    return new_start + (moment - old_start) if moment and old_start and new_start else None


def _duties(
    original: Conference, conference: Conference, sites: Mapping[UUID, Site], items: Mapping[UUID, AgendaItem]
) -> None:
    """Duties at a site or agenda item that was not taken over stand without it; session panels go with their session."""
    known = set(Position.objects.filter(person__duties__conference=original).values_list("person_id", flat=True))
    for duty in original.duties.select_related("person", "organisation").order_by("kind", "order", "id"):
        if duty.agenda_item_id is not None and duty.agenda_item_id not in items:
            continue
        copied = _copied(duty, site=_found(sites, duty.site_id), agenda_item=_found(items, duty.agenda_item_id))
        if duty.person_id in known:  # whoever left the office does not come back in it
            del copied["office"]
        programme.save_duty(Duty(conference=conference), copied)


def _speakers(original: Conference, items: Mapping[UUID, AgendaItem]) -> None:
    """Who is planned to speak to the items that were taken over; the papers asked of them stay where they are."""
    rows = original.speakers.filter(agenda_item__in=items).select_related("person", "organisation")
    known = set(Position.objects.filter(person__planned_speeches__in=rows).values_list("person_id", flat=True))
    for speaker in rows.order_by("agenda_item__order", "order"):
        copied = _copied(speaker, agenda_item=items[speaker.agenda_item_id])
        if speaker.person_id in known:
            del copied["office"]
        plan_again(items[speaker.agenda_item_id].conference, copied)


def _found(copies: Mapping[UUID, Any], row_id: UUID | None) -> Any:
    return copies.get(row_id) if row_id is not None else None


# Templates


@transaction.atomic
def add_template(*, fields: TemplateFields, outline: OutlineFields | None = None) -> ConferenceTemplate:
    """What the organisation's conferences of one kind are drafted from. Raises Invalid naming the field."""
    standing = Outline()
    outlines.write_outline(standing, outline or {})
    return ConferenceTemplate.objects.create(**fields, outline=standing)


@transaction.atomic
def add_template_from(
    *,
    conference_id: UUID,
    parts: Collection[str],
    fields: TemplateFields,
    outline: OutlineFields | None = None,
    besides: Collection[UUID] = (),
) -> ConferenceTemplate:
    """A template of the chosen parts of a conference, but the agenda items in `besides`; `outline` wins over them. Under its title and lead organisation
    unless `fields` say otherwise."""
    conference = locked(Conference, conference_id)
    whole: dict[str, Any] = {**outlines.outline_of(conference, besides)}
    wanted = {*parts, "kind", "confidentiality", *(["standards"] if ClonePart.TOPICS in parts else [])}
    chosen = {name: value for name, value in whole.items() if name in wanted}
    lead = lead_organisation(conference)
    if lead is None and "organisation" not in fields:
        raise Invalid({"organisation": say(vi="Phải có đơn vị.", en="An organisation is needed.")})
    named: dict[str, Any] = {"title": conference.title, "organisation": lead, **fields}
    return add_template(fields=named, outline={**chosen, **(outline or {})})  # type: ignore[arg-type]


@transaction.atomic
def edit_template(
    *,
    template_id: UUID,
    fields: TemplateFields | None = None,
    outline: OutlineFields | None = None,
    expected: int | None = None,
) -> ConferenceTemplate:
    """Conferences drafted from it before stay as they are."""
    template = locked(ConferenceTemplate, template_id, expected=expected)
    changed = outlines.write_outline(template.outline, outline or {})
    for name, value in (fields or {}).items():
        if getattr(template, name) != value:
            setattr(template, name, value)
            changed.append(name)
    if changed:
        template.save()
    return template


@transaction.atomic
def remove_template(*, template_id: UUID, expected: int | None = None) -> None:
    template = locked(ConferenceTemplate, template_id, expected=expected)
    template.delete()
    template.outline.delete()


@transaction.atomic
def draft_from_template(
    *, template_id: UUID, fields: ConferenceFields, lead: Organisation | None = None, besides: Collection[UUID] = ()
) -> Conference:
    """A new draft as the template has it, but the standing items in `besides`; `fields` win over it. Led by the
    template's organisation unless told otherwise.

    Raises Conflict when the time is exact and a standing room is taken then.
    """
    template = queries.with_outline(ConferenceTemplate.objects.filter(pk=template_id), None).get()
    whole: ConferenceFields = {**outlines.columns_of(template.outline), "title": template.title, **fields}
    return draft(
        fields=whole,
        lead=lead or template.organisation,
        sites=outlines.sites_of(template.outline),
        agenda=outlines.agenda_of(template.outline, besides),
        duties=outlines.duties_of(template.outline),
        standing=True,
    )
