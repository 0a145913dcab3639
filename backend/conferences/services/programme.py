"""The parts of a conference: sites, agenda items, duties, speeches.

Every change locks the conference first, so that orders stay unique and limits hold. Its version (its ETag) rises with
what its page shows; speeches have a page of their own, and recording one is no edit of the conference.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Model, ProtectedError, Q

from backend.conferences.events import ConferenceEdited
from backend.conferences.models import AgendaItem, Conference, Duty, Site, Speech
from backend.conferences.queries import office_then
from backend.conferences.services.inputs import AgendaFields, DutyFields, SiteFields, SpeechFields
from backend.conferences.services.places import add_room, add_venue
from backend.conferences.services.rooms import settle_site
from backend.conferences.services.scheduling import book_rooms, ensure_writable, rearranging, save_changes
from backend.conferences.states import ConferenceState, DutyKind
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit

Part = TypeVar("Part", Site, AgendaItem, Duty, Speech)

#: The most parts of one kind a conference may have.
LIMITS: dict[type[Model], int] = {Site: 20, AgendaItem: 200, Duty: 300, Speech: 500}
#: The field of conference.edited that tells of each kind of part.
NAMES: dict[type[Model], str] = {Site: "sites", AgendaItem: "agenda", Duty: "duties"}


def fill(
    conference: Conference, *, sites: Sequence[SiteFields], agenda: Sequence[AgendaFields], duties: Sequence[DutyFields]
) -> None:
    """Gives a new conference its parts. Whatever comes without an order stands where it stands in the list."""
    site_by_order = {}
    for index, (site_fields, order) in enumerate(zip(sites, _orders("sites", sites), strict=True)):
        with _under(f"sites.{index}"):
            site_by_order[order] = _new_site(conference, {**site_fields, "order": order})
    item_by_order = {}
    for agenda_fields, order in zip(agenda, _orders("agenda", agenda), strict=True):
        item_by_order[order] = AgendaItem.objects.create(conference=conference, **{**agenda_fields, "order": order})
    seen: dict[str, int] = {}
    for index, duty_fields in enumerate(duties):
        with _under(f"duties.{index}"):
            kind = duty_fields["kind"]
            seen[kind] = seen.get(kind, 0) + 1
            placed: dict[str, Any] = {"order": seen[kind], **duty_fields}
            if (site_order := placed.pop("site_order", None)) is not None:
                placed["site"] = _named(site_by_order, site_order, "site_order")
            if (agenda_order := placed.pop("agenda_order", None)) is not None:
                placed["agenda_item"] = _named(item_by_order, agenda_order, "agenda_order")
            save_duty(Duty(conference=conference), placed)


@contextmanager
def _under(path: str) -> Iterator[None]:
    """Within the block, Invalid names its fields below `path`: "person" becomes "duties.3.person"."""
    try:
        yield
    except Invalid as error:
        raise Invalid({f"{path}.{field}": reason for field, reason in error.fields.items()}) from None


def _orders(name: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The order of each row: the given one, else one more than the row's before it. Raises Invalid on a repetition."""
    orders: list[int] = []
    for index, row in enumerate(rows):
        order = row.get("order", orders[-1] + 1 if orders else 1)
        if order in orders:
            raise Invalid({f"{name}.{index}.order": _order_taken()})
        orders.append(order)
    return orders


def _order_taken() -> Any:
    return say(vi="Số thứ tự này đã có.", en="This order is taken.")


def _named(rows: Mapping[int, Any], order: int, field: str) -> Any:
    if order not in rows:
        raise Invalid({field: say(vi="Không có mục mang số thứ tự này.", en="Nothing has this order.")})
    return rows[order]


# Each kind of part: add, edit, remove.


@transaction.atomic
def add_site(*, conference_id: UUID, fields: SiteFields) -> Site:
    """A further place. For an announced conference that is a move: its `sequence` rises. Raises Conflict for a room
    that is taken at the conference's time, Invalid for a room of another venue."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference, moving=True)
    with rearranging(conference):
        site = _new_site(conference, {**fields, "order": _free_order(Site, conference, fields.get("order"))})
        save_changes(conference, fields=["sites"], moved=["sites"])
    return site


@transaction.atomic
def edit_site(*, site_id: UUID, fields: SiteFields, expected: int | None = None) -> Site:
    """Another venue or room is a move of the conference; order, capacity, buffers, equipment and head count are not."""
    conference, site = _locked_part(Site, site_id, expected)
    before = (site.venue_id, site.room_id)
    if "order" in fields:
        _free_order(Site, conference, fields["order"], besides=site.pk)
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
    _remove(Site, site_id, expected)


@transaction.atomic
def add_agenda_item(*, conference_id: UUID, fields: AgendaFields) -> AgendaItem:
    """A further point of the agenda, last unless `order` says where."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    order = _free_order(AgendaItem, conference, fields.get("order"))
    item = AgendaItem.objects.create(conference=conference, **{**fields, "order": order})
    save_changes(conference, fields=["agenda"])
    return item


@transaction.atomic
def edit_agenda_item(*, agenda_item_id: UUID, fields: AgendaFields, expected: int | None = None) -> AgendaItem:
    conference, item = _locked_part(AgendaItem, agenda_item_id, expected)
    if "order" in fields:
        _free_order(AgendaItem, conference, fields["order"], besides=item.pk)
    _write(item, fields)
    with rearranging(conference):
        item.save()
        save_changes(conference, fields=["agenda"])
    return item


@transaction.atomic
def remove_agenda_item(*, agenda_item_id: UUID, expected: int | None = None) -> None:
    """Takes a point off a draft's agenda; its session panel stays without a session."""
    _remove(AgendaItem, agenda_item_id, expected)


@transaction.atomic
def add_duty(*, conference_id: UUID, fields: DutyFields) -> Duty:
    """Gives somebody a part in the conference. A person without a named office gets the one held on the conference's
    day, frozen as text. Raises Invalid when it is nobody's, or the same person has the duty already."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    _within_limit(Duty, conference)
    last = Duty.objects.filter(conference=conference, kind=fields["kind"]).aggregate(last=Max("order"))["last"]
    with rearranging(conference):
        duty = save_duty(Duty(conference=conference), {"order": (last or 0) + 1, **fields})
        save_changes(conference, fields=["duties"])
    return duty


@transaction.atomic
def edit_duty(*, duty_id: UUID, fields: DutyFields, expected: int | None = None) -> Duty:
    conference, duty = _locked_part(Duty, duty_id, expected)
    with rearranging(conference):
        save_duty(duty, fields)
        save_changes(conference, fields=["duties"])
    return duty


def save_duty(duty: Duty, fields: Mapping[str, Any]) -> Duty:
    """Writes one duty; a person named without an office gets the one held on the day. Raises Invalid naming the field."""
    _write(duty, fields)
    _ensure_of(duty.conference, site=duty.site, agenda_item=duty.agenda_item)
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
    same = Duty.objects.filter(
        conference=duty.conference, kind=duty.kind, person=duty.person, agenda_item=duty.agenda_item
    )
    if duty.person is not None and same.exclude(pk=duty.pk).exists():
        raise Invalid({"person": say(vi="Người này đã có nhiệm vụ đó.", en="This person has that duty already.")})
    _freeze_office(duty, fields)
    duty.save()
    return duty


@transaction.atomic
def add_speech(*, conference_id: UUID, fields: SpeechFields) -> Speech:
    """Records a speech, last unless `order` says where; the office held that day is frozen with it."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    order = _free_order(Speech, conference, fields.get("order"))
    speech = _save_speech(Speech(conference=conference), {**fields, "order": order})
    _tell_of_speeches(conference)
    return speech


@transaction.atomic
def edit_speech(*, speech_id: UUID, fields: SpeechFields, expected: int | None = None) -> Speech:
    conference, speech = _locked_part(Speech, speech_id, expected)
    if "order" in fields:
        _free_order(Speech, conference, fields["order"], besides=speech.pk)
    _save_speech(speech, fields)
    _tell_of_speeches(conference)
    return speech


def _save_speech(speech: Speech, fields: Mapping[str, Any]) -> Speech:
    _write(speech, fields)
    _ensure_of(speech.conference, agenda_item=speech.agenda_item)
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
    _freeze_office(speech, fields)
    speech.save()
    return speech


@transaction.atomic
def remove_duty(*, duty_id: UUID, expected: int | None = None) -> None:
    _remove(Duty, duty_id, expected)


@transaction.atomic
def remove_speech(*, speech_id: UUID, expected: int | None = None) -> None:
    _remove(Speech, speech_id, expected)


# What the parts have in common.


def _locked_part(kind: type[Part], part_id: UUID, expected: int | None) -> tuple[Conference, Part]:
    """The conference, locked, then its part, locked. Raises NotFound, StaleWrite, or Conflict when nothing of the
    conference may be written any more."""
    found = kind._default_manager.filter(pk=part_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = locked(Conference, found)
    ensure_writable(conference)
    part = locked(kind, part_id, expected=expected)
    part.conference = conference
    return conference, part


def _remove(kind: type[Part], part_id: UUID, expected: int | None) -> None:
    conference, part = _locked_part(kind, part_id, expected)
    if conference.state != ConferenceState.DRAFT:
        raise Conflict(
            say(
                vi="Chỉ xoá được khi hội nghị còn là dự thảo.",
                en="This can be deleted only while the conference is a draft.",
            )
        )
    try:
        part.delete()
    except ProtectedError:
        raise Conflict(say(vi="Mục này đang được dùng ở nơi khác.", en="This is in use elsewhere.")) from None
    if kind is Speech:
        _tell_of_speeches(conference)
    else:
        save_changes(conference, fields=[NAMES[kind]])
        book_rooms(conference)


def _write(row: Model, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def _within_limit(kind: type[Part], conference: Conference) -> None:
    if kind._default_manager.filter(conference=conference).count() >= LIMITS[kind]:
        raise Conflict(say(vi="Nhiều nhất {most} mục.", en="At most {most} of these.", most=LIMITS[kind]))


def _free_order(kind: type[Part], conference: Conference, wanted: int | None, *, besides: UUID | None = None) -> int:
    """`wanted` if no other part has it (else Invalid), or the next one. A new part must fit into the limit."""
    rows = kind._default_manager.filter(conference=conference)
    if besides is None:
        _within_limit(kind, conference)
    if wanted is None:
        last: int = rows.aggregate(last=Max("order"))["last"] or 0
        return last + 1
    if rows.filter(~Q(pk=besides), order=wanted).exists():
        raise Invalid({"order": _order_taken()})
    return wanted


def _ensure_of(conference: Conference, **parts: Site | AgendaItem | None) -> None:
    """Raises Invalid for a site or agenda item of another conference."""
    for name, part in parts.items():
        if part is not None and part.conference_id != conference.pk:
            raise Invalid({name: say(vi="Không thuộc hội nghị này.", en="Does not belong to this conference.")})


def _tell_of_speeches(conference: Conference) -> None:
    emit(ConferenceEdited(conference_id=conference.pk, fields=["speeches"]))


def _freeze_office(row: Duty | Speech, fields: Mapping[str, Any]) -> None:
    """When a person was named and no office, writes the office held on the conference's day, as it was called then."""
    if row.person_id is None or "person" not in fields or "office" in fields:
        return
    held = office_then(row.person_id, row.conference.day, row.organisation_id)
    row.office = held.title if held else {}
    if held and row.organisation_id is None:
        row.organisation_id = held.organisation_id
