"""The standing part of series and templates: written as a whole, and turned into the parts of a new conference."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import Model

from backend.conferences.models import AgendaItem, Conference, Outline, OutlineDuty, OutlineItem, OutlineSite
from backend.conferences.services.agenda import only_sessions_hold, phase_without_one
from backend.conferences.services.inputs import (
    DutyFields,
    NestedAgendaFields,
    OutlineDutyFields,
    OutlineFields,
    OutlineItemFields,
    OutlineSiteFields,
    SiteFields,
)
from backend.conferences.services.laying import flattened
from backend.conferences.services.parts import LIMITS, at_most, under
from backend.conferences.states import DutyKind, ItemKind, ItemState
from backend.core.errors import Invalid
from backend.core.text import Text, say

#: The outline's own columns; each is a column of the conference drafted from it.
COLUMNS = ("kind", "confidentiality", "topics", "standards", "legal_basis")
#: The outline's lists; each is replaced as a whole.
LISTS = ("sites", "agenda", "duties")


def write_outline(outline: Outline, fields: OutlineFields) -> list[str]:
    """Writes what is given and returns the names of what changed. Lists stand in the order they are given in.

    Raises Invalid naming the row: a room of another venue or chosen twice, a duty that is nobody's, a session panel
    (which belongs to one agenda item of one conference).
    """
    changed = [name for name in COLUMNS if name in fields and getattr(outline, name) != fields[name]]  # type: ignore[literal-required]
    for name in changed:
        setattr(outline, name, fields[name])  # type: ignore[literal-required]
    if outline._state.adding or changed:
        outline.save()
    if "sites" in fields and _replaced(outline, OutlineSite, _checked_sites(fields["sites"])):
        changed.append("sites")
    if "agenda" in fields and _agenda_replaced(outline, fields["agenda"]):
        changed.append("agenda")
    if "duties" in fields and _replaced(outline, OutlineDuty, _checked_duties(fields["duties"])):
        changed.append("duties")
    return changed


def _replaced(outline: Outline, kind: type[Model], entries: Sequence[Mapping[str, Any]]) -> bool:
    """Makes the outline's rows of one kind `entries`; False when they are that already."""
    rows = [kind(outline=outline, order=order, **entry) for order, entry in enumerate(entries, start=1)]
    there = list(kind._default_manager.filter(outline=outline).order_by("order"))
    if [_said(row) for row in rows] == [_said(row) for row in there]:
        return False
    kind._default_manager.filter(outline=outline).delete()
    kind._default_manager.bulk_create(rows)
    return True


def _agenda_replaced(outline: Outline, agenda: Sequence[OutlineItemFields]) -> bool:
    """Makes the standing agenda `agenda`, each item below the one that holds it; False when it is that already.

    Raises Invalid naming the entry by its path: too many, no phase, or held by what is no session.
    """
    flat = list(flattened(agenda))  # type: ignore[arg-type]
    if len(flat) > LIMITS[AgendaItem]:
        raise Invalid({"agenda": at_most(LIMITS[AgendaItem])})
    rows: list[OutlineItem] = []
    for order, (path, above, entry) in enumerate(flat, start=1):
        own = {name: value for name, value in entry.items() if name != "children"}
        with under(path):
            if above is not None and rows[above].kind != ItemKind.SESSION:
                raise Invalid({"children": only_sessions_hold()})
            if not own.get("phase"):
                own["phase"] = phase_without_one(str(own.get("kind", ItemKind.ITEM)))
        rows.append(OutlineItem(outline=outline, order=order, parent=rows[above] if above is not None else None, **own))
    there = list(OutlineItem.objects.filter(outline=outline).select_related("parent").order_by("order"))
    if [_said_in_place(row) for row in rows] == [_said_in_place(row) for row in there]:
        return False
    OutlineItem.objects.filter(outline=outline).delete()
    OutlineItem.objects.bulk_create(rows)
    return True


def _said_in_place(row: OutlineItem) -> dict[str, Any]:
    return {**_said(row), "parent_id": row.parent.order if row.parent else None}


def _said(row: Model) -> dict[str, Any]:
    own = {"id", "created_at", "updated_at", "version"}
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in own}


def _checked_sites(sites: Sequence[OutlineSiteFields]) -> Sequence[OutlineSiteFields]:
    rooms: set[Any] = set()
    for index, site in enumerate(sites):
        room = site.get("room")
        if room is None:
            continue
        with under(f"sites.{index}"):
            if room.venue_id != site["venue"].pk:
                raise Invalid(
                    {
                        "room": say(
                            vi="Phòng này không thuộc địa điểm đã chọn.", en="This room is not in the chosen venue."
                        )
                    }
                )
            if room.pk in rooms:
                raise Invalid({"room": say(vi="Phòng này đã được chọn.", en="This room is chosen twice.")})
        rooms.add(room.pk)
    return sites


def _checked_duties(duties: Sequence[OutlineDutyFields]) -> Sequence[OutlineDutyFields]:
    held: set[tuple[str, Any]] = set()
    for index, duty in enumerate(duties):
        person = duty.get("person")
        with under(f"duties.{index}"):
            if duty["kind"] == DutyKind.PANEL:
                raise Invalid(
                    {
                        "kind": say(
                            vi="Chủ trì phiên thuộc từng hội nghị.", en="A session panel is one conference's own."
                        )
                    }
                )
            if not (person or duty.get("organisation") or duty.get("office") or duty.get("group")):
                raise Invalid(
                    {
                        "person": say(
                            vi="Cần một người, một chức vụ, một đơn vị hoặc một nhóm.",
                            en="A person, an office, an organisation or a group is needed.",
                        )
                    }
                )
            if person and duty.get("group"):
                raise Invalid({"group": say(vi="Chọn một người hoặc một nhóm.", en="Choose a person or a group.")})
            if person and (duty["kind"], person.pk) in held:
                raise Invalid(
                    {"person": say(vi="Người này đã có nhiệm vụ đó.", en="This person has that duty already.")}
                )
            if person:
                held.add((duty["kind"], person.pk))
    return duties


# From an outline to a conference, and back


class Columns(TypedDict):
    kind: str
    confidentiality: str
    topics: list[str]
    standards: list[str]
    legal_basis: list[Text]


def columns_of(outline: Outline) -> Columns:
    """The outline's own columns, as the conference drafted from it has them."""
    return {
        "kind": outline.kind,
        "confidentiality": outline.confidentiality,
        "topics": outline.topics,
        "standards": outline.standards,
        "legal_basis": outline.legal_basis,
    }


def sites_of(outline: Outline) -> list[SiteFields]:
    return [{"venue": site.venue, "room": site.room, "order": site.order} for site in outline.sites.all()]


def agenda_of(outline: Outline, besides: Collection[UUID] = ()) -> list[NestedAgendaFields]:
    """The standing agenda as a new conference is given it, but the items in `besides` and what those hold."""
    return _tree(outline.agenda.all(), besides, own=("order", "phase_name"))


#: What a standing item says of itself.
_ITEM = ("kind", "phase", "title", "minutes_planned", "parallel", "reserve", "confidentiality", "carried_over")


def _tree(
    items: Iterable[OutlineItem | AgendaItem], besides: Collection[UUID], *, own: Sequence[str] = ()
) -> list[Any]:
    """The items, which come in order, as entries within entries; whatever `besides` holds stays behind with it."""
    found: list[Any] = []
    entries: dict[UUID, dict[str, Any]] = {}
    for item in items:
        if item.pk in besides or (item.parent_id is not None and item.parent_id not in entries):
            continue
        entry = {name: getattr(item, name) for name in (*_ITEM, *own)}
        if isinstance(item, AgendaItem):
            entry["phase_name"] = item.own_phase.name if item.own_phase else {}
        entries[item.pk] = entry
        if item.parent_id is None:
            found.append(entry)
        else:
            entries[item.parent_id].setdefault("children", []).append(entry)
    return found


def duties_of(outline: Outline) -> list[DutyFields]:
    """A person comes without an office, unless one is written down: it is the one held on the conference's day."""
    duties: list[DutyFields] = []
    for duty in outline.duties.all():
        fields: DutyFields = {
            "kind": duty.kind,
            "person": duty.person,
            "organisation": duty.organisation,
            "group": duty.group,
        }
        if duty.person_id is None or duty.office:
            fields["office"] = duty.office
        duties.append(fields)
    return duties


def fields_of(outline: Outline) -> OutlineFields:
    """Everything of an outline, to make another one of."""
    duties: list[OutlineDutyFields] = [
        {
            "kind": duty.kind,
            "person": duty.person,
            "organisation": duty.organisation,
            "office": duty.office,
            "group": duty.group,
        }
        for duty in outline.duties.all()
    ]
    agenda: list[OutlineItemFields] = _tree(outline.agenda.all(), (), own=("phase_name",))
    sites: list[OutlineSiteFields] = [{"venue": site.venue, "room": site.room} for site in outline.sites.all()]
    return {**columns_of(outline), "sites": sites, "agenda": agenda, "duties": duties}


def outline_of(conference: Conference, besides: Collection[UUID] = ()) -> OutlineFields:
    """The standing part of a conference, but these agenda items: what another one like it would be drafted from. What
    was cancelled stays behind with what it holds, as in a clone; lengths and order stand for times, pinned ones too."""
    sites: list[OutlineSiteFields] = [
        {"venue": site.venue, "room": site.room} for site in conference.sites.select_related("venue", "room")
    ]
    items = conference.agenda.select_related("own_phase").order_by("order", "id").exclude(state=ItemState.CANCELLED)
    agenda: list[OutlineItemFields] = _tree(items, besides)
    duties: list[OutlineDutyFields] = [
        {
            "kind": duty.kind,
            "person": duty.person,
            "organisation": duty.organisation,
            "office": {} if duty.person_id else duty.office,
            "group": duty.group,
        }
        for duty in conference.duties.filter(agenda_item=None).select_related("person", "organisation")
    ]
    return {
        "kind": conference.kind,
        "confidentiality": conference.confidentiality,
        "topics": conference.topics,
        "standards": conference.standards,
        "legal_basis": conference.legal_basis,
        "sites": sites,
        "agenda": agenda,
        "duties": duties,
    }
