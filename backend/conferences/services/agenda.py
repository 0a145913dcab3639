"""The agenda: a tree of sessions, items and breaks, read from top to bottom.

Every change locks the conference first, and works out the times of the whole programme anew: rooms follow the times.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences import reading_order
from backend.conferences.models import AgendaItem, Conference, Release
from backend.conferences.queries.confidential import looser
from backend.conferences.reading_order import DEEPEST, Stands
from backend.conferences.services import timing
from backend.conferences.services.inputs import AgendaFields
from backend.conferences.services.parts import (
    delete_unused,
    ensure_of,
    locked_part,
    order_taken,
    within_limit,
    write,
)
from backend.conferences.services.scheduling import HELD, ensure_on_its_days, ensure_writable, rearranging, save_changes
from backend.conferences.states import ITEM_MOVES, ConferenceState, DayPart, ItemKind, ItemState, Phase
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say

#: What is no column of an item.
_PLACING = ("parent", "after", "order", "children", "speakers", "phase_name")
#: What says when an item is.
_TIMES = ("starts_at", "day", "day_part")


@transaction.atomic
def add_agenda_item(*, conference_id: UUID, fields: AgendaFields) -> AgendaItem:
    """A further point of the agenda: behind `after`, else last of the session `parent`, else last of all.

    Raises Invalid naming the field, Conflict when there are too many, or for a room that is taken at the time that
    follows for another item.
    """
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    within_limit(AgendaItem, conference)
    rows = timing.agenda_of(conference)
    item = AgendaItem(conference=conference)
    write_item(item, fields)
    with rearranging(conference):
        _save(conference, [*rows, item], item, fields)
    return item


@transaction.atomic
def edit_agenda_item(*, agenda_item_id: UUID, fields: AgendaFields, expected: int | None = None) -> AgendaItem:
    """Writes what is given. An item that goes elsewhere takes along what it holds.

    `starts_at` pins the item; with None the time follows from the one before. A `day` says when, as long as no hour is
    known, and takes the hour away. Raises Invalid naming the field, Conflict for a room that is taken.
    """
    conference, part = locked_part(AgendaItem, agenda_item_id, expected)
    rows = timing.agenda_of(conference)
    item = next(row for row in rows if row.pk == part.pk)
    if item.state != ItemState.PLANNED and not set(fields).isdisjoint(_TIMES):
        raise Conflict(
            say(
                vi="Nội dung này đã hoãn hoặc huỷ: giờ dự kiến được giữ lại. Hãy mở lại trước.",
                en="The item is postponed or cancelled, and its planned time is kept. Reopen it first.",
            )
        )
    with rearranging(conference):
        before, stood = timing.kept(rows), (item.confidentiality, item.parent_id)
        write_item(item, fields)
        _save(conference, rows, item, fields, before, stood)
    return item


def _save(
    conference: Conference,
    rows: list[AgendaItem],
    item: AgendaItem,
    fields: AgendaFields,
    before: timing.Kept | None = None,
    stood: tuple[str, UUID | None] | None = None,
) -> None:
    """Places the item among the rows, works out all times and saves what changed: others in one statement. `stood` is how
    closed it was, and where."""
    before = before or timing.kept(row for row in rows if row is not item)
    rows = _placed(rows, item, fields)
    ensure_tree(rows)
    timing.keep_times(conference, rows)
    timing.store(rows, before, but=item)
    item.save()
    shuts = stood is not None and stood != (item.confidentiality, item.parent_id)
    save_changes(conference, fields=["agenda"], shuts=shuts)


# What an item says of itself


def write_item(item: AgendaItem, fields: AgendaFields) -> None:
    """Writes the columns that are given; parent and order are placed later. Raises Invalid naming the field, also for a
    day or start that is not on the conference's days."""
    for name in ("day", "starts_at"):
        ensure_on_its_days(item.conference, field=name, on=fields.get(name))  # type: ignore[arg-type]
    own: dict[str, Any] = {name: value for name, value in fields.items() if name not in _PLACING}
    ensure_of(item.conference, own_phase=own.get("own_phase"))
    write(item, own)
    _settle_time(item, fields)
    if item.own_phase is not None:
        if fields.get("phase", item.own_phase.stands_for) != item.own_phase.stands_for:
            raise Invalid({"phase": say(vi="Không khớp với phần riêng đã chọn.", en="Not what the own phase is.")})
        item.phase = item.own_phase.stands_for
    if not item.phase:
        item.phase = phase_without_one(item.kind)
    if "confidentiality" in fields and looser(item.confidentiality, item.conference.confidentiality):
        raise Invalid(
            {
                "confidentiality": say(
                    vi="Không được rộng hơn phạm vi của hội nghị.", en="Must not be looser than the conference's."
                )
            }
        )


def phase_without_one(kind: str) -> str:
    """The phase of an item that names none. A break belongs to none: it counts as the talk it interrupts. Raises Invalid
    for anything else."""
    if kind != ItemKind.BREAK:
        raise Invalid({"phase": say(vi="Phải ghi phần của chương trình.", en="A phase is needed.")})
    return Phase.DISCUSSION


def _settle_time(item: AgendaItem, fields: Mapping[str, Any]) -> None:
    """An exact start, or a day without one, or neither: what is given takes the place of the other."""
    if fields.get("starts_at") is not None and fields.get("day") is not None:
        raise Invalid({"day": say(vi="Ghi giờ bắt đầu hoặc ngày, chỉ một.", en="Give either an exact start or a day.")})
    if "starts_at" in fields:
        item.pinned = item.starts_at is not None
        if item.pinned and "day" not in fields:
            item.day, item.day_part = None, DayPart.WHOLE
    if fields.get("day") is not None:
        item.starts_at, item.ends_at, item.pinned = None, None, False
    if item.day is None and fields.get("day_part"):
        raise Invalid({"day": say(vi="Phải có ngày.", en="A day is needed.")})
    if item.day is None:
        item.day_part = DayPart.WHOLE


# Where it stands


def _placed(rows: list[AgendaItem], item: AgendaItem, fields: AgendaFields) -> list[AgendaItem]:
    """The rows in their new order, the item with its new parent. Raises Invalid naming `parent`, `after` or `order`."""
    new, after = item._state.adding, fields.get("after")
    others = [row for row in rows if row is not item]
    within = set() if new else {each.id for each in reading_order.block(standing(rows), item.pk)}
    parent = fields["parent"] if "parent" in fields else _parent_of(after, item)
    ensure_of(item.conference, parent=parent, after=after)
    if after is not None and (after.pk in within or ("parent" in fields and after.parent != parent)):
        raise Invalid(
            {
                "after": say(
                    vi="Phải là mục cùng cấp, trong cùng phiên.", en="Must be an item beside it, in one session."
                )
            }
        )
    if parent is not None:
        _ensure_holds(item, parent, within)
    if "order" in fields and after is None:
        if any(row.order == fields["order"] for row in others):
            raise Invalid({"order": order_taken()})
        item.order, item.parent = fields["order"], parent
        return sorted(rows, key=lambda row: row.order)
    if not new and "after" not in fields and parent == item.parent:
        return rows
    item.parent = parent
    wanted = reading_order.placed(
        standing([row for row in rows if not (new and row is item)]),
        item.pk,
        parent=parent.pk if parent else None,
        after=after.pk if after else None,
        last="after" not in fields,
    )
    return renumbered(rows, [each.id for each in wanted])


def _parent_of(after: AgendaItem | None, item: AgendaItem) -> AgendaItem | None:
    """Beside `after`; without it where the item stands."""
    return after.parent if after is not None else item.parent


def standing(rows: Sequence[AgendaItem]) -> list[Stands]:
    """The rows as the reading order knows them."""
    return [Stands(row.pk, row.parent_id) for row in rows]


def _ensure_holds(item: AgendaItem, parent: AgendaItem, within: Collection[Any]) -> None:
    if parent.pk in within:
        raise Invalid({"parent": say(vi="Một phiên không thể chứa chính nó.", en="A session cannot hold itself.")})
    if parent.kind != ItemKind.SESSION:
        raise Invalid({"parent": only_sessions_hold()})
    if parent.state != ItemState.PLANNED and item.parent_id != parent.pk:
        raise Invalid({"parent": say(vi="Phiên này đã hoãn hoặc huỷ.", en="The session is postponed or cancelled.")})


def only_sessions_hold() -> Any:
    return say(vi="Chỉ một phiên mới chứa được các mục khác.", en="Only a session holds other items.")


def renumbered(rows: Sequence[AgendaItem], wanted: Sequence[Any]) -> list[AgendaItem]:
    """The rows in the wanted order. The numbers they have are dealt out anew; a new row takes the next one, and whoever
    follows makes room."""
    by_id = {row.pk: row for row in rows}
    new = any(row.order is None for row in rows)
    numbers = [None] * len(rows) if new else sorted(row.order for row in rows)
    found, last = [], -1
    for each, number in zip(wanted, numbers, strict=True):
        row = by_id[each]
        number = row.order if new else number
        row.order = last = number if number is not None and number > last else max(last + 1, 1)
        found.append(row)
    return found


def ensure_tree(rows: Sequence[AgendaItem]) -> None:
    """Raises Invalid when an item stands outside its session, too deep, or below what is no session."""
    tree = standing(rows)
    if reading_order.astray(tree) is not None:
        raise Invalid(
            {
                "order": say(
                    vi="Mục phải đứng trong phiên của nó: hãy dùng 'after', hoặc sắp xếp lại cả chương trình.",
                    en="An item stands within its session: use 'after', or arrange the whole programme.",
                )
            }
        )
    kinds = {row.pk: row.kind for row in rows}
    for row in rows:
        if row.parent_id is not None and kinds[row.parent_id] != ItemKind.SESSION:
            raise Invalid({"kind": only_sessions_hold()})
    if max(reading_order.depths(tree).values(), default=0) > DEEPEST:
        raise Invalid({"parent": too_deep()})


def too_deep() -> Any:
    return say(vi="Chương trình có nhiều nhất {most} cấp.", en="A programme is at most {most} deep.", most=DEEPEST)


# Removing and calling off


@transaction.atomic
def remove_agenda_item(*, agenda_item_id: UUID, expected: int | None = None) -> None:
    """Takes a point off the agenda, and the duties in it with it. What follows begins earlier.

    Raises Conflict once the conference has begun, when people were told of the item by a release (then it is cancelled
    instead), or while it still holds others.
    """
    conference, item = locked_part(AgendaItem, agenda_item_id, expected)
    if conference.state in HELD:
        raise Conflict(
            say(
                vi="Hội nghị đã khai mạc: nội dung chương trình thuộc về hồ sơ, không xoá được.",
                en="The conference has begun: its agenda is part of the record and is no longer deleted.",
            )
        )
    if conference.state != ConferenceState.DRAFT and _was_released(item):
        raise Conflict(
            say(
                vi="Nội dung này đã được phát hành trong chương trình: hãy huỷ thay vì xoá.",
                en="This item was released in a programme: cancel it instead of deleting it.",
            )
        )
    if item.children.exists():
        raise Conflict(
            say(
                vi="Phiên này còn chứa nội dung khác: hãy chuyển hoặc xoá chúng trước.",
                en="The session still holds items: move or delete those first.",
            )
        )
    with rearranging(conference):
        delete_unused(item)
        timing.retime(conference)
        save_changes(conference, fields=["agenda"])


def _was_released(item: AgendaItem) -> bool:
    return Release.objects.filter(
        conference_id=item.conference_id, programme__entries__contains=[{"id": str(item.pk)}]
    ).exists()


@transaction.atomic
def postpone_agenda_item(*, agenda_item_id: UUID, reason: Text, expected: int | None = None) -> AgendaItem:
    """Puts the item, and what it holds, off to another time or meeting. It stays visible with the time planned for it,
    and takes no time and no room any more."""
    return _call_off("postpone", agenda_item_id, reason, expected)


@transaction.atomic
def cancel_agenda_item(*, agenda_item_id: UUID, reason: Text, expected: int | None = None) -> AgendaItem:
    """Calls the item, and what it holds, off. It stays visible as cancelled, with the time planned for it."""
    return _call_off("cancel", agenda_item_id, reason, expected)


def _call_off(verb: str, agenda_item_id: UUID, reason: Text, expected: int | None) -> AgendaItem:
    conference, part = locked_part(AgendaItem, agenda_item_id, expected)
    rows = timing.agenda_of(conference)
    before = timing.kept(rows)
    item, held = _with_held(rows, part.pk)
    ITEM_MOVES.check(item, verb)
    going = [item, *(row for row in held if verb in ITEM_MOVES.legal(row.state))]
    for row in going:
        ITEM_MOVES.move(row, verb)
        row.reason = reason
    _keep_moved(conference, rows, going, before)
    return item


@transaction.atomic
def reopen_agenda_item(*, agenda_item_id: UUID, expected: int | None = None) -> AgendaItem:
    """Plans the item again, and what was called off with it for the same reason: pinned at the time it had while the
    conference still is then, else where it stands in the order. Raises Conflict while its session is called off, or when its room is taken."""
    conference, part = locked_part(AgendaItem, agenda_item_id, expected)
    rows = timing.agenda_of(conference)
    before = timing.kept(rows)
    item, held = _with_held(rows, part.pk)
    ITEM_MOVES.check(item, "reopen")
    if item.parent_id is not None and _called_off(rows, item.parent_id):
        raise Conflict(say(vi="Hãy mở lại phiên trước.", en="Reopen the session first."))
    coming = [item, *(row for row in held if (row.state, row.reason) == (item.state, item.reason))]
    for row in coming:
        ITEM_MOVES.move(row, "reopen")
        row.reason = {}
        timing.unpin_elsewhere(conference, row)
    _keep_moved(conference, rows, coming, before)
    return item


def _called_off(rows: Sequence[AgendaItem], item_id: UUID) -> bool:
    return next(row for row in rows if row.pk == item_id).state != ItemState.PLANNED


def _with_held(rows: Sequence[AgendaItem], item_id: UUID) -> tuple[AgendaItem, list[AgendaItem]]:
    ids = [each.id for each in reading_order.block(standing(rows), item_id)]
    by_id: dict[Any, AgendaItem] = {row.pk: row for row in rows}
    item, *held = [by_id[each] for each in ids]
    return item, held


def _keep_moved(
    conference: Conference, rows: Sequence[AgendaItem], moved: Sequence[AgendaItem], before: timing.Kept
) -> None:
    with rearranging(conference):
        timing.keep_times(conference, rows)
        timing.store(rows, before, also={row.pk for row in moved})
        save_changes(conference, fields=["agenda"])
